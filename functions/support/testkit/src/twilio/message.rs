//! A message, from its acceptance to its end.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::order::{Order, Sender};
use super::text::segments;

/// A message that Twilio accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextMessage {
    /// What the sender was told, if it heard.
    pub sid: String,
    /// The recipient, as E.164.
    pub to: String,
    /// The sending number; of a messaging service it is known once it is queued.
    pub from: Option<String>,
    /// The messaging service that sends.
    pub messaging_service_sid: Option<String>,
    /// The text.
    pub body: String,
    /// Where its sender wants to hear of it.
    pub status_callback: Option<String>,
    /// `accepted`, `queued`, `sent`, `delivered`, `undelivered`, `failed`.
    pub status: &'static str,
    /// Why it did not arrive.
    pub error_code: Option<u32>,
    /// When it was accepted.
    pub at: DateTime<Utc>,
    #[serde(skip)]
    pub(super) account_sid: String,
    #[serde(skip)]
    pub(super) updated: DateTime<Utc>,
    #[serde(skip)]
    pub(super) sent: Option<DateTime<Utc>>,
}

impl TextMessage {
    pub(super) fn new(order: Order, sid: String, account_sid: &str) -> Self {
        let at = Utc::now();
        let (from, service, status) = match order.sender {
            Sender::Number(number) => (Some(number), None, "queued"),
            Sender::Service(service) => (None, Some(service), "accepted"),
        };
        Self {
            sid,
            to: order.to,
            from,
            messaging_service_sid: service,
            body: order.body,
            status_callback: order.callback,
            status,
            error_code: None,
            at,
            account_sid: account_sid.to_owned(),
            updated: at,
            sent: None,
        }
    }

    /// The states that it goes through, each with the error that it brings.
    pub(super) fn course(&self) -> &'static [(&'static str, Option<u32>)] {
        if self.to.ends_with("0099") {
            &[("queued", None), ("sent", None), ("undelivered", Some(30003))]
        } else if self.to.ends_with("0098") {
            &[("queued", None), ("failed", Some(30008))]
        } else {
            &[("queued", None), ("sent", None), ("delivered", None)]
        }
    }

    pub(super) fn advance(&mut self, status: &'static str, error_code: Option<u32>, pooled: &str) {
        self.updated = Utc::now();
        self.status = status;
        self.error_code = error_code;
        if self.from.is_none() {
            self.from = Some(pooled.to_owned());
        }
        if status == "sent" {
            self.sent = Some(self.updated);
        }
    }

    /// The fields of a status callback.
    pub(super) fn callback(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("AccountSid", self.account_sid.clone()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("From", self.from.clone().unwrap_or_default()),
            ("MessageSid", self.sid.clone()),
            ("MessageStatus", self.status.to_owned()),
            ("SmsSid", self.sid.clone()),
            ("SmsStatus", self.status.to_owned()),
            ("To", self.to.clone()),
        ];
        fields.extend(self.error_code.map(|code| ("ErrorCode", code.to_string())));
        let service = self.messaging_service_sid.clone();
        fields.extend(service.map(|service| ("MessagingServiceSid", service)));
        fields
    }

    /// The Message resource.
    pub(super) fn shown(&self) -> Value {
        let place = format!("/2010-04-01/Accounts/{}/Messages/{}", self.account_sid, self.sid);
        json!({
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": stamp(self.at),
            "date_sent": self.sent.map(stamp),
            "date_updated": stamp(self.updated),
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": self.error_code.map(reason),
            "from": self.from,
            "messaging_service_sid": self.messaging_service_sid,
            "num_media": "0",
            // A messaging service does not know yet how the text will be cut.
            "num_segments": if self.from.is_some() { segments(&self.body).to_string() } else { "0".to_owned() },
            "price": null,
            "price_unit": null,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": { "media": format!("{place}/Media.json") },
            "to": self.to,
            "uri": format!("{place}.json"),
        })
    }
}

/// RFC 2822, as Twilio writes it.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

const fn reason(code: u32) -> &'static str {
    match code {
        30003 => "Unreachable destination handset",
        _ => "Unknown error",
    }
}
