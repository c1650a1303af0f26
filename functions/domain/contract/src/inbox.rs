//! What inbox-scraper is asked and what it answers, by direct invocation; what lies in the queue of new messages; and where
//! objects are in the inbound bucket.

use serde::{Deserialize, Serialize};

/// The function that reads messages.
pub const SCRAPER: &str = "inbox-scraper";
/// The function that answers them.
pub const RESPONDER: &str = "inbox-responder";

/// Prefix of the keys under which SES puts mails as they came.
pub const MAIL_PREFIX: &str = "mail/";
/// Prefix of everything that is kept: `inbox/<platform>/<thread>/<message>/<revision>.json` are messages,
/// `inbox/original/...` what came and attachments, `inbox/quarantine/...` what could not be read.
pub const KEPT_PREFIX: &str = "inbox/";
/// Prefix of what could not be read: it is kept for some time only.
pub const QUARANTINE_PREFIX: &str = "inbox/quarantine/";

/// A message in the queue: it is new, or was edited. Its group is the thread, so that one thread's messages come in order.
/// It comes at least once: whoever acts on it remembers `dedup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    /// The message's id.
    pub message: String,
    /// Its thread's id.
    pub thread: String,
    /// 1 when it is new, more when it was edited.
    pub revision: u32,
    /// The key of the object that holds it, in the inbound bucket.
    pub key: String,
}

/// A request: `{"action": "poll"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub enum InboxRequest {
    /// Finish what was left behind, and ask the platforms for messages. It is what the schedule asks for.
    Poll {
        /// Only this platform; none named: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        platform: Option<String>,
    },
    /// List what could not be read.
    Quarantined {},
    /// Read a mail again that lies in the inbound bucket.
    Mail {
        /// Its key, with [`MAIL_PREFIX`].
        key: String,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum InboxAnswer {
    /// What a poll did.
    Polled(Polled),
    /// What a mail was.
    Read(MailAnswer),
    /// What could not be read, newest first.
    Quarantined {
        /// One for each object.
        objects: Vec<QuarantinedAnswer>,
    },
    /// The request cannot be done, and trying again does not help.
    Refused {
        /// Why, as a fragment.
        reason: String,
    },
}

/// What a poll did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Polled {
    /// One for each platform that has a messaging API, by id.
    pub platforms: Vec<PlatformAnswer>,
    /// Messages of earlier runs that were published only now.
    pub finished: u64,
    /// Messages that still wait to be published or confirmed.
    pub open: u64,
}

/// What a poll did for one platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformAnswer {
    /// The platform's id.
    pub platform: String,
    /// Messages that are new, edits among them.
    pub new: u64,
    /// Messages that were there before.
    pub known: u64,
    /// What could not be read, and was put aside.
    pub quarantined: u64,
    /// Messages that wait for the next poll.
    pub postponed: u64,
    /// Why it could not be read to the end, as a stable name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// What a mail was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "kebab-case")]
pub enum MailAnswer {
    /// A message, stored under this id.
    Message {
        /// The message's id.
        message: String,
        /// Whether it is new.
        is_new: bool,
    },
    /// It could not be read, and was put aside.
    Quarantined {
        /// Why, as a stable name.
        why: String,
    },
    /// There is no such object.
    Missing,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantinedAnswer {
    /// The platform's id, where it is known.
    pub platform: Option<String>,
    /// The key of the object that holds it.
    pub key: String,
    /// Why, as a stable name.
    pub why: String,
    /// Since when, in RFC 3339.
    pub since: String,
}

impl Arrived {
    /// By which the queue, and whoever acts on it, knows that it has seen it: `<message>-<revision>`.
    #[must_use]
    pub fn dedup(&self) -> String {
        format!("{}-{}", self.message, self.revision)
    }
}
