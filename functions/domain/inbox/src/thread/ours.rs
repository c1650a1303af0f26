//! What of ours is in a thread, and what is shown of it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Thread, ThreadState};
use crate::answer::{Act, Decision};
use crate::{Message, Private, Role};

/// So much of ours is remembered with a thread.
const REMEMBERED: usize = 20;
/// The longest beginning of a message, in characters.
const MAX_PREVIEW_CHARS: usize = 200;

/// The beginning of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Who wrote it.
    pub role: Role,
    /// At most 200 characters, on one line.
    pub text: Private,
}

/// An answer that waits for the operator's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyDraft {
    /// Names it: another one has another name.
    pub id: String,
    /// The words.
    pub text: Private,
    /// The rule that made it.
    pub rule: Option<String>,
}

/// Something of ours in a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// What it was.
    pub act: Act,
    /// Of the words.
    pub digest: String,
    /// The delivery that carries them, where there is one.
    pub delivery: Option<String>,
}

/// By which two texts are known to say the same, white space apart: platforms change it.
#[must_use]
pub fn text_digest(text: &Private) -> String {
    let mut hash = Sha256::new();
    for word in text.reveal().split_whitespace() {
        hash.update(word);
        hash.update(b" ");
    }
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Preview {
    pub(super) fn of(message: &Message) -> Self {
        let words: Vec<&str> = message
            .text
            .reveal()
            .split_whitespace()
            .take(MAX_PREVIEW_CHARS)
            .collect();
        let text: String = words.join(" ").chars().take(MAX_PREVIEW_CHARS).collect();
        Self {
            role: message.sender.role,
            text: text.into(),
        }
    }
}

impl ReplyDraft {
    fn of(decision: &Decision) -> Option<Self> {
        let (Act::Draft, Some(message), Some(text)) = (decision.act, &decision.message, &decision.text)
        else {
            return None;
        };
        Some(Self {
            id: format!("{message}-{}", decision.revision),
            text: text.clone(),
            rule: decision.rule.clone(),
        })
    }
}

impl Thread {
    /// The thread after what was decided about one of its messages, or said by the operator.
    #[must_use]
    pub fn after(mut self, decision: &Decision) -> Self {
        self.decided_at = self.decided_at.max(Some(decision.at));
        match decision.act {
            Act::Nothing => return self,
            Act::Reply => self.answered_by_rule(),
            Act::Operator => self.answered_by_operator(decision),
            Act::Draft => self.owe(ThreadState::Drafted, decision),
            Act::DryRun | Act::Person | Act::Sms => self.owe(ThreadState::Waiting, decision),
        }
        if let (Some(text), true) = (&decision.text, decision.act != Act::Draft) {
            self.written.push(Written {
                at: decision.at,
                act: decision.act,
                digest: text_digest(text),
                delivery: decision.deliveries.first().cloned(),
            });
            let forgotten = self.written.len().saturating_sub(REMEMBERED);
            self.written.drain(..forgotten);
        }
        self
    }

    /// The answer is to one message. What waits for a person beside it does so still.
    fn answered_by_rule(&mut self) {
        self.draft = None;
        self.state = match self.owed_until {
            Some(_) => ThreadState::Waiting,
            None => ThreadState::Answered,
        };
    }

    fn answered_by_operator(&mut self, decision: &Decision) {
        self.attended_at = self.attended_at.max(Some(decision.at));
        // What came after what the operator had seen is not answered by it.
        if decision.saw.is_none_or(|saw| self.last_guest_at <= Some(saw)) {
            self.settle();
            self.state = ThreadState::Answered;
        }
    }

    fn owe(&mut self, state: ThreadState, decision: &Decision) {
        self.state = state;
        self.draft = ReplyDraft::of(decision);
        self.owed_until = self.last_guest_at.or(Some(self.last_at));
        if decision.person.is_some() {
            self.person.clone_from(&decision.person);
        }
    }

    /// The thread once it is known that nobody got this answer of ours: it waits for a person. `None` when that changes
    /// nothing, because something was answered since, or it waits already.
    #[must_use]
    pub fn unanswered(mut self, delivery: &str) -> Option<Self> {
        let mut ours = self.written.iter().rev();
        let newest = ours.find(|written| matches!(written.act, Act::Reply | Act::Operator))?;
        let is_newest = newest.delivery.as_deref() == Some(delivery);
        let is_answered_by_person =
            self.last_person_at.is_some() && self.last_person_at >= self.last_guest_at;
        if !is_newest || is_answered_by_person || self.state != ThreadState::Answered {
            return None;
        }
        self.state = ThreadState::Waiting;
        self.owed_until = self.last_guest_at.or(Some(self.last_at));
        Some(self)
    }

    /// When the next decision is made: now, or behind the last one where the clock cannot tell them apart.
    #[must_use]
    pub fn next_decision(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let behind = self.decided_at.map(|at| at + TimeDelta::milliseconds(1));
        behind.map_or(now, |behind| behind.max(now))
    }

    /// What of ours a host's message repeats, if it does: the platform shows us our own words.
    #[must_use]
    pub fn echoed(&self, message: &Message) -> Option<&Written> {
        let digest = text_digest(&message.text);
        let is_ours = |written: &&Written| {
            written.digest == digest && matches!(written.act, Act::Reply | Act::Operator)
        };
        (message.sender.role == Role::Host)
            .then(|| self.written.iter().rev().find(is_ours))
            .flatten()
    }
}
