//! Google's event JSON, as much of it as we read or write.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page {
    /// Each is read by itself, so that one odd event does not hide the others.
    #[serde(default)]
    pub(crate) items: Vec<serde_json::Value>,
    pub(crate) next_page_token: Option<String>,
    pub(crate) next_sync_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    pub(crate) id: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) start: Option<When>,
    pub(crate) end: Option<When>,
    #[serde(default)]
    pub(crate) recurrence: Vec<String>,
    pub(crate) recurring_event_id: Option<String>,
    pub(crate) original_start_time: Option<When>,
    pub(crate) transparency: Option<String>,
    #[serde(rename = "iCalUID")]
    pub(crate) ical_uid: Option<String>,
    pub(crate) sequence: Option<i64>,
    pub(crate) created: Option<String>,
    pub(crate) updated: Option<String>,
    pub(crate) source: Option<Source>,
    pub(crate) extended_properties: Option<ExtendedProperties>,
}

/// A day, or a time with its offset and perhaps its zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct When {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time_zone: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Source {
    pub(crate) url: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct ExtendedProperties {
    #[serde(default)]
    pub(crate) private: BTreeMap<String, String>,
}

/// A push channel (`events/watch`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) resource_id: String,
    /// Milliseconds since the epoch, as text.
    pub(crate) expiration: Option<String>,
}
