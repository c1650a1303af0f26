//! What inbox-responder is asked and what it answers, by direct invocation: threads, and what a person does with them.

use serde::{Deserialize, Serialize};

/// The campaign's name under which answers to guests are delivered, paused and listed. No campaign of a manifest has it.
pub const REPLIES: &str = "replies";
/// The same for SMS that tell a crew of a guest's message.
pub const INBOX_NOTICES: &str = "inbox-notices";
/// The name under which such an SMS's delivery carries the words that were decided: they are sent as they are.
pub const DECIDED_WORDS: &str = "decided_words";

/// A request: `{"action": "list"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ThreadRequest {
    /// List threads: of one state, or those that wait for the operator.
    List {
        /// `waiting`, `drafted`, `answered` or `closed`; none: first `drafted`, then `waiting`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<String>,
        /// Only this site's, by id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        site: Option<String>,
        /// Only this platform's, by id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        platform: Option<String>,
        /// Where the last answer ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    },
    /// Show a thread with its newest messages and what was decided about them.
    Show {
        /// Its id.
        thread: String,
    },
    /// Answer a thread's guest.
    Reply {
        /// Its id.
        thread: String,
        /// The words; none: the draft's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// The draft that was looked at: a newer one is not sent in its place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        draft: Option<String>,
        /// The id of the newest message that was seen: nothing is answered over the head of a guest who has written since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<String>,
    },
    /// Nothing is to be done about a thread any more.
    Close {
        /// Its id.
        thread: String,
        /// The id of the newest message that was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<String>,
    },
    /// See how the answers ended that are on their way. It is what the schedule asks for.
    Look {},
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum ThreadAnswer {
    /// Some threads, the one in which something was last written first.
    Threads {
        /// One for each.
        threads: Vec<ThreadLine>,
        /// Where the next ones begin; none: there are no more.
        next: Option<String>,
    },
    /// A thread.
    Thread(Box<ThreadShown>),
    /// The answer is on its way, once, however often it is asked for.
    Replied {
        /// The delivery's id.
        delivery: String,
    },
    /// It is closed.
    Closed {},
    /// The answers were looked at.
    Looked {
        /// So many threads wait again, because nobody got our answer.
        reopened: u64,
        /// So many answers are still on their way.
        open: u64,
    },
    /// There is no such thread.
    Unknown {},
    /// The thread is not as it was when it was looked at: a newer draft, or a newer message.
    Changed {},
    /// The request cannot be done, and trying again does not help.
    Refused {
        /// Why, as a fragment.
        reason: String,
    },
}

/// A thread as it is listed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ThreadLine {
    /// Its id.
    pub id: String,
    /// The platform's id.
    pub platform: String,
    /// The site's id, where it is known.
    pub site: Option<String>,
    /// The asset's id, where it is known.
    pub asset: Option<String>,
    /// The booking's code, where it is known.
    pub booking: Option<String>,
    /// What the guest is called.
    pub guest: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// `waiting`, `drafted`, `answered` or `closed`.
    pub state: String,
    /// How many messages there are.
    pub messages: u64,
    /// When something was last written, in RFC 3339.
    pub last_at: String,
    /// The beginning of what was last written.
    pub preview: Option<Preview>,
    /// What waits for the operator's word.
    pub draft: Option<DraftShown>,
    /// Who is to answer, by a rule of the manifest.
    pub person: Option<String>,
    /// What became of the last answer of ours.
    pub reply: Option<ReplyShown>,
}

/// The beginning of a message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// `guest`, `host` or `platform`.
    pub from: String,
    /// At most 200 characters, on one line.
    pub text: String,
}

/// An answer that waits for the operator's word.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftShown {
    /// Names it: another one has another name.
    pub id: String,
    /// The words.
    pub text: String,
    /// The rule that made it.
    pub rule: String,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplyShown {
    /// The delivery's id.
    pub delivery: String,
    /// Its state, such as `ACCEPTED`.
    pub standing: String,
}

/// A thread with its messages.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ThreadShown {
    /// The thread.
    pub thread: ThreadLine,
    /// Its newest messages, oldest first.
    pub messages: Vec<MessageShown>,
    /// How many older ones are not shown.
    pub older: u64,
    /// What was decided, oldest first.
    pub decisions: Vec<DecisionShown>,
}

/// A message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageShown {
    /// Its id.
    pub id: String,
    /// `guest`, `host` or `platform`.
    pub from: String,
    /// What the platform calls who wrote it.
    pub name: Option<String>,
    /// When it was written, in RFC 3339.
    pub at: String,
    /// Whether it was edited since it was first seen.
    pub is_edited: bool,
    /// Whether a machine wrote it.
    pub is_automatic: bool,
    /// What was written; a long text is cut at 20,000 characters.
    pub text: String,
    /// What came with it.
    pub attachments: Vec<AttachmentShown>,
}

/// Something that came with a message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttachmentShown {
    /// What its sender called it.
    pub name: Option<String>,
    /// Its size in bytes, as far as it is known.
    pub bytes: u64,
    /// Why it was not kept, as a stable name.
    pub missing: Option<String>,
}

/// What was decided about a message, or said by the operator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionShown {
    /// When, in RFC 3339.
    pub at: String,
    /// The message's id; none: the operator wrote of their own accord.
    pub message: Option<String>,
    /// `reply`, `draft`, `dry-run`, `person`, `sms`, `nothing`, or `operator`.
    pub what: String,
    /// Why, in words.
    pub why: String,
    /// The rule that decided.
    pub rule: Option<String>,
    /// The words, where there are any.
    pub text: Option<String>,
    /// What became of them, where they were sent.
    pub reply: Option<ReplyShown>,
}

/// What people wrote is in no log line.
macro_rules! quiet {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )+};
}

quiet!(
    ThreadLine,
    Preview,
    DraftShown,
    ThreadShown,
    MessageShown,
    AttachmentShown,
    DecisionShown
);
