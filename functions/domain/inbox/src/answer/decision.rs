//! What was decided about a message, as it is kept: who was answered what, and why.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Facts;
use crate::{MessageId, Private};

/// The longest answer, in characters.
pub const MAX_REPLY_CHARS: usize = 2_000;

/// What was decided. It is kept as long as the thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The message that it is about; none: the operator wrote of their own accord.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// The message's revision.
    pub revision: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub act: Act,
    /// Why, as a fragment.
    pub why: String,
    /// The rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Who is to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Private>,
    /// When the newest of the guest's messages that the operator had seen was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saw: Option<DateTime<Utc>>,
    /// The deliveries that carry them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<String>,
}

/// What is done about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// It is answered.
    Reply,
    /// An answer waits for the operator's word.
    Draft,
    /// Nothing: it is noted what would have been done.
    DryRun,
    /// A person answers.
    Person,
    /// A crew is told by SMS.
    Sms,
    /// Nothing is to be done.
    Nothing,
    /// The operator has answered.
    Operator,
}

impl Act {
    /// Its name: `reply`, `dry-run` and so on.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Draft => "draft",
            Self::DryRun => "dry-run",
            Self::Person => "person",
            Self::Sms => "sms",
            Self::Nothing => "nothing",
            Self::Operator => "operator",
        }
    }

    /// Whether it sends something by a rule, and so counts for the hour.
    #[must_use]
    pub const fn is_sent_by_rule(self) -> bool {
        matches!(self, Self::Reply | Self::Sms)
    }
}

impl Decision {
    pub(super) fn of(facts: &Facts<'_>, act: Act, why: &str) -> Self {
        Self {
            message: Some(facts.message.id.clone()),
            revision: facts.message.revision,
            at: facts.now,
            act,
            why: why.to_owned(),
            rule: None,
            person: None,
            text: None,
            saw: None,
            deliveries: Vec::new(),
        }
    }

    /// The same, where it turns out that there is nobody to write to.
    #[must_use]
    pub fn without_recipient(self) -> Self {
        Self {
            act: Act::Person,
            why: "nobody can be written to".to_owned(),
            text: None,
            ..self
        }
    }

    /// What the operator has answered to a message of that time, of their own accord or by a draft of this rule.
    #[must_use]
    pub fn of_operator(
        (text, rule): (Private, Option<String>),
        saw: DateTime<Utc>,
        delivery: String,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            message: None,
            revision: 0,
            at,
            act: Act::Operator,
            why: "the operator's word".to_owned(),
            rule,
            person: None,
            text: Some(text),
            saw: Some(saw),
            deliveries: vec![delivery],
        }
    }
}

/// The words of an answer as they are sent: without what stands around them.
///
/// # Errors
/// Why they cannot be sent.
pub fn reply_text(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("the answer is empty");
    }
    if text.chars().count() > MAX_REPLY_CHARS {
        return Err("the answer has more than 2000 characters");
    }
    if text
        .chars()
        .any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
    {
        return Err("the answer has control characters");
    }
    Ok(text.to_owned())
}
