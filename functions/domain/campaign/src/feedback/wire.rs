//! SES's JSON.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::{DELIVERY_HEADER, DELIVERY_TAG};
use crate::DeliveryId;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    pub(super) event_type: Option<String>,
    pub(super) notification_type: Option<String>,
    pub(super) mail: Option<Mail>,
    pub(super) bounce: Option<Bounce>,
    pub(super) complaint: Option<Complaint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Mail {
    pub(super) message_id: String,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bounce {
    pub(super) bounce_type: String,
    pub(super) bounce_sub_type: Option<String>,
    #[serde(default)]
    pub(super) bounced_recipients: Vec<Recipient>,
    pub(super) timestamp: DateTime<Utc>,
    #[serde(default)]
    pub(super) feedback_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Complaint {
    #[serde(default)]
    pub(super) complained_recipients: Vec<Recipient>,
    pub(super) complaint_feedback_type: Option<String>,
    pub(super) timestamp: DateTime<Utc>,
    #[serde(default)]
    pub(super) feedback_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recipient {
    pub(super) email_address: String,
}

impl Mail {
    /// Our delivery, by its tag, or by its header where tags are not told of.
    pub(super) fn delivery(&self) -> Option<DeliveryId> {
        let tag = self.tags.get(DELIVERY_TAG).and_then(|values| values.first());
        let header = || {
            let is_ours = |header: &&Header| header.name.eq_ignore_ascii_case(DELIVERY_HEADER);
            self.headers.iter().find(is_ours).map(|header| &header.value)
        };
        tag.or_else(header)?.parse().ok()
    }
}
