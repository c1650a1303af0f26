//! What Twilio posts: signed forms, to this machine and nowhere else.

use serde::{Deserialize, Serialize};

use super::signature::sign;
use crate::outgoing::{FORM, Heard, Target, form};

/// Where webhooks go, as `PUT /_twilio/webhooks` takes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Where incoming messages are told, as Twilio's console would have it.
    pub inbound_url: Option<String>,
    /// The origin, on a loopback address, that stands in for every other: a webhook is posted there, with the path of its
    /// URL, and signed for its URL. Without it only URLs on loopback addresses are posted to.
    pub deliver_to: Option<String>,
}

/// One form on its way, or one that could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// The URL, as it is signed.
    pub url: String,
    /// The form, in order.
    pub fields: Vec<(&'static str, String)>,
    /// `X-Twilio-Signature`.
    pub signature: String,
}

impl Webhooks {
    pub(super) fn is_local(&self) -> bool {
        let origin = self.deliver_to.as_ref();
        origin.is_none_or(|origin| Target::parse(origin).is_some())
    }

    /// Where a URL's webhooks are posted, if anywhere.
    pub(super) fn target(&self, url: &str) -> Option<Target> {
        let Some(origin) = &self.deliver_to else {
            return Target::parse(url);
        };
        let (_, rest) = url.split_once("://")?;
        let path = rest.find(['/', '?']).and_then(|at| rest.get(at..));
        Target::parse(&format!(
            "{}{}",
            origin.trim_end_matches('/'),
            path.unwrap_or("/")
        ))
    }
}

impl Webhook {
    pub(super) fn new(url: &str, fields: Vec<(&'static str, String)>, auth_token: &str) -> Self {
        // Behind the query are Twilio's own connection overrides.
        let url = url.split('#').next().unwrap_or_default();
        Self {
            url: url.to_owned(),
            signature: sign(auth_token, url, &fields),
            fields,
        }
    }

    /// Posts once; `None` when nobody hears.
    pub(super) async fn post(&self, target: Option<Target>) -> Option<Heard> {
        let headers = [
            ("content-type", format!("{FORM}; charset=UTF-8")),
            ("user-agent", "TwilioProxy/1.1".to_owned()),
            ("x-twilio-signature", self.signature.clone()),
        ];
        let fields = self.fields.iter();
        let body = form(fields.map(|(name, value)| (*name, value.as_str())));
        target?.post(&headers, body).await
    }
}
