//! Messages as the platform keeps and shows them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a guest writes, as JSON `{"thread": "t1", "text": "Hello"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guest {
    /// The conversation.
    pub thread: String,
    /// What is written.
    pub text: String,
    /// What the platform calls the guest; `Guest A` when it is not given.
    #[serde(default)]
    pub name: Option<String>,
    /// The reservation's code.
    #[serde(default)]
    pub booking: Option<String>,
    /// The platform's own id of the listing.
    #[serde(default)]
    pub listing: Option<String>,
    /// Whether the text is HTML.
    #[serde(default)]
    pub is_html: bool,
    /// Whether a machine of the guest's wrote it.
    #[serde(default)]
    pub is_automatic: bool,
    /// Sizes of what is attached, in bytes.
    #[serde(default)]
    pub attachments: Vec<usize>,
}

/// A message as the platform knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlatformMessage {
    /// Its id.
    pub id: String,
    /// `guest` or `host`.
    pub role: &'static str,
    /// What was written, and in what context.
    #[serde(flatten)]
    pub guest: Guest,
    /// When it was written.
    pub sent_at: DateTime<Utc>,
    /// When it was last edited.
    pub edited_at: Option<DateTime<Utc>>,
    /// Whether it was confirmed since.
    pub is_read: bool,
}

impl Guest {
    /// These words in this conversation.
    #[must_use]
    pub fn says(thread: &str, text: &str) -> Self {
        Self {
            thread: thread.to_owned(),
            text: text.to_owned(),
            name: None,
            booking: None,
            listing: None,
            is_html: false,
            is_automatic: false,
            attachments: Vec::new(),
        }
    }
}

impl PlatformMessage {
    /// As the API writes it; attachments lie below `base`.
    pub(super) fn shown(&self, base: &str) -> Value {
        let attachments = self.guest.attachments.iter().enumerate().map(|(number, bytes)| {
            json!({
                "name": format!("photo-{number}.jpg"),
                "media_type": "image/jpeg",
                "url": format!("{base}/attachments/{bytes}"),
            })
        });
        let field = if self.guest.is_html { "html" } else { "text" };
        let mut shown = json!({
            "id": self.id,
            "conversation_id": self.guest.thread,
            "sent_at": stamp(self.sent_at),
            "edited_at": self.mark(),
            "sender": {"role": self.role, "name": self.guest.name.as_deref().unwrap_or("Guest A")},
            "reservation": {"code": self.guest.booking},
            "listing_id": self.guest.listing,
            "is_automatic": self.guest.is_automatic,
            "attachments": attachments.collect::<Vec<Value>>(),
        });
        shown[field] = json!(self.guest.text);
        shown
    }

    pub(super) fn mark(&self) -> Option<String> {
        self.edited_at.map(stamp)
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
