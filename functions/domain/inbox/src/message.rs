//! The standard form of a message, whatever platform it came from and by which way.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Private;

/// One message in one revision, as it is stored and read. Its JSON is the format of version 1: a field that is added
/// later is optional, and anything else is another version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// The format's version.
    pub schema: SchemaVersion,
    /// Follows from the platform and its own id of the message.
    pub id: MessageId,
    /// Follows from the platform and its own id of the thread.
    pub thread: ThreadId,
    /// The platform's id in the manifest.
    pub platform: String,
    /// The listing's id in the manifest, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<String>,
    /// The asset's id in the manifest, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// The site's id in the manifest, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Who wrote it.
    pub sender: Sender,
    /// When it was written, or else arrived.
    pub sent_at: DateTime<Utc>,
    /// When it was last edited, as far as the platform says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<DateTime<Utc>>,
    /// What was written, as plain text of at most 256 KiB.
    pub text: Private,
    /// Whether the text was made from HTML.
    pub is_html_original: bool,
    /// What came with it, at most 20.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// The booking that it is about, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking: Option<Booking>,
    /// The subject, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Private>,
    /// Whether a machine wrote it: nothing may answer it by itself.
    pub is_automatic: bool,
    /// 1 for what was first seen, and one more for each edit that was seen.
    pub revision: u32,
    /// By which way it came, and so how it is answered.
    pub source: Source,
    /// The platform's own names.
    pub native: Native,
    /// The key of the object that holds what came, byte for byte.
    pub original: String,
}

/// 1 is the only version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct SchemaVersion;

/// Identifies a message: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
pub struct MessageId(#[schemars(regex(pattern = "^[0-9a-f]{32}$"))] String);

/// Identifies a thread: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
pub struct ThreadId(#[schemars(regex(pattern = "^[0-9a-f]{32}$"))] String);

/// The text is not an id of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 32 hexadecimal digits")]
pub struct InvalidId;

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sender {
    /// On which side they are.
    pub role: Role,
    /// What the platform calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Private>,
}

/// On which side somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Who asks or has booked.
    Guest,
    /// The operator, or who writes for them.
    Host,
    /// The platform itself.
    Platform,
}

/// Something that came with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// What its sender called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Private>,
    /// What its sender said that it is, such as `image/jpeg`. Not to be believed.
    pub media_type: String,
    /// Its size in bytes, as far as it is known.
    pub bytes: u64,
    /// The key of the object that holds it. None: it was not kept, and `missing` says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Of its bytes, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Why it was not kept, as a stable name such as `too-large`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

/// The booking that a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Booking {
    /// The platform's code of the reservation.
    pub code: String,
}

/// By which way a message came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Source {
    /// The platform's messaging API; it is answered there.
    Api,
    /// A notification by mail.
    Mail {
        /// Whom to write to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Private>,
        /// Whether who received it found that it is from the platform: nothing is answered by a rule where it did not.
        #[serde(default)]
        is_proven: bool,
    },
}

/// The platform's own names, which it has to be told when it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Native {
    /// Of the thread.
    pub thread: Private,
    /// Of the message.
    pub message: Private,
}

macro_rules! id {
    ($name:ident, $kind:literal) => {
        impl $name {
            /// The id of what a platform calls so. Two platforms may use the same name for different things.
            #[must_use]
            pub fn of(platform: &str, native: &str) -> Self {
                Self(digest($kind, platform, native))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                if text.len() == 32 && text.bytes().all(is_digit) {
                    Ok(Self(text))
                } else {
                    Err(InvalidId)
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(MessageId, "message");
id!(ThreadId, "thread");

/// 128 bits, which no two names share by chance.
fn digest(kind: &str, platform: &str, native: &str) -> String {
    let digest = Sha256::digest(format!("{kind}\0{platform}\0{native}"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl TryFrom<u32> for SchemaVersion {
    type Error = &'static str;

    fn try_from(version: u32) -> Result<Self, Self::Error> {
        if version == 1 {
            Ok(Self)
        } else {
            Err("version 1 is the only one that this release reads")
        }
    }
}

impl From<SchemaVersion> for u32 {
    fn from(_: SchemaVersion) -> Self {
        1
    }
}

impl JsonSchema for SchemaVersion {
    fn schema_name() -> Cow<'static, str> {
        "SchemaVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": 1 })
    }
}
