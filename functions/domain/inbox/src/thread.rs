//! A thread and what waits in it.

mod ours;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use ours::{Preview, ReplyDraft, Written, text_digest};

use crate::{Message, Private, Role, ThreadId};

/// A thread as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// The platform's id in the manifest.
    pub platform: String,
    /// The listing's, asset's and site's ids, where they are known.
    #[serde(default)]
    pub listing: Option<String>,
    /// The asset's id, where it is known.
    #[serde(default)]
    pub asset: Option<String>,
    /// The site's id, where it is known.
    #[serde(default)]
    pub site: Option<String>,
    /// The booking's code, where it is known.
    #[serde(default)]
    pub booking: Option<String>,
    /// The guest's name, where it is known.
    #[serde(default)]
    pub guest: Option<Private>,
    /// What it waits for.
    pub state: ThreadState,
    /// When something was last written, by anybody.
    pub last_at: DateTime<Utc>,
    /// When a guest last wrote, and not a machine of theirs.
    #[serde(default)]
    pub last_guest_at: Option<DateTime<Utc>>,
    /// When the host last wrote.
    #[serde(default)]
    pub last_host_at: Option<DateTime<Utc>>,
    /// When a person last wrote as the host: our own words that come back are no person's.
    #[serde(default)]
    pub last_person_at: Option<DateTime<Utc>>,
    /// When a guest first wrote, as it was seen then. It stays, whatever older message comes later.
    #[serde(default)]
    pub begun_at: Option<DateTime<Utc>>,
    /// The subject, where there is one.
    #[serde(default)]
    pub subject: Option<Private>,
    /// The beginning of what was last written.
    #[serde(default)]
    pub preview: Option<Preview>,
    /// What waits for the operator's word. It counts while the thread is [`ThreadState::Drafted`].
    #[serde(default)]
    pub draft: Option<ReplyDraft>,
    /// Who is to answer, by a rule.
    #[serde(default)]
    pub person: Option<String>,
    /// What a guest wrote until then waits for a person, whatever rules have answered since: only a person's answer, or the
    /// operator's word that none is needed, ends it.
    #[serde(default)]
    pub owed_until: Option<DateTime<Utc>>,
    /// What was written by us last, oldest first; what is long ago is forgotten.
    #[serde(default)]
    pub written: Vec<Written>,
    /// When the operator last answered.
    #[serde(default)]
    pub attended_at: Option<DateTime<Utc>>,
    /// When something was last decided about it. The next decision is later, however fast it follows.
    #[serde(default)]
    pub decided_at: Option<DateTime<Utc>>,
    /// How many messages there are.
    pub messages: u64,
    /// Counts the changes.
    pub version: u64,
}

/// What a thread waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThreadState {
    /// A guest waits for an answer.
    Waiting,
    /// An answer waits for the operator's word.
    Drafted,
    /// The host has written last.
    Answered,
    /// Nothing is to be done.
    Closed,
}

/// How many threads there are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// [`ThreadState::Waiting`].
    pub waiting: u64,
    /// [`ThreadState::Drafted`].
    pub drafted: u64,
    /// [`ThreadState::Answered`].
    pub answered: u64,
    /// [`ThreadState::Closed`].
    pub closed: u64,
}

impl Thread {
    /// The thread that begins with this message.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        let empty = Self {
            id: message.thread.clone(),
            platform: message.platform.clone(),
            listing: None,
            asset: None,
            site: None,
            booking: None,
            guest: None,
            state: ThreadState::Closed,
            last_at: message.sent_at,
            last_guest_at: None,
            last_host_at: None,
            last_person_at: None,
            begun_at: None,
            subject: None,
            preview: None,
            draft: None,
            person: None,
            owed_until: None,
            written: Vec::new(),
            attended_at: None,
            decided_at: None,
            messages: 0,
            version: 0,
        };
        empty.with(message)
    }

    /// The thread with one more message, whatever order they come in: what counts is when they were written.
    #[must_use]
    pub fn with(mut self, message: &Message) -> Self {
        let at = message.sent_at;
        self.messages += 1;
        self.learn(message);
        match message.sender.role {
            Role::Guest if !message.is_automatic => {
                if self.last_host_at.is_none_or(|host| host < at) {
                    self.wait();
                }
                self.last_guest_at = self.last_guest_at.max(Some(at));
                self.begun_at = self.begun_at.or(Some(at));
            }
            Role::Host => {
                // Our own words that come back answer nothing that waits for a person.
                if self.echoed(message).is_none() {
                    self.last_person_at = self.last_person_at.max(Some(at));
                    if self.owed_until.is_some_and(|until| until <= at) {
                        self.settle();
                    }
                }
                if self.owed_until.is_none() && self.last_guest_at.is_none_or(|guest| guest <= at) {
                    self.state = ThreadState::Answered;
                }
                self.last_host_at = self.last_host_at.max(Some(at));
            }
            Role::Guest | Role::Platform => {}
        }
        self
    }

    /// The thread after one of its messages was edited: it waits again when that is a guest's last word.
    #[must_use]
    pub fn with_edit(mut self, message: &Message) -> Self {
        self.learn(message);
        let is_guests = message.sender.role == Role::Guest && !message.is_automatic;
        if is_guests && self.last_host_at.is_none_or(|host| host < message.sent_at) {
            self.wait();
        }
        self
    }

    /// The thread once the operator says that nothing is to be done about it.
    #[must_use]
    pub fn closed(mut self) -> Self {
        self.settle();
        self.state = ThreadState::Closed;
        self
    }

    /// A guest has written. Who is to answer what waits already stays named.
    fn wait(&mut self) {
        self.state = ThreadState::Waiting;
        self.draft = None;
        if self.owed_until.is_none() {
            self.person = None;
        }
    }

    /// Nothing waits for a person any more.
    fn settle(&mut self) {
        (self.owed_until, self.person, self.draft) = (None, None, None);
    }

    fn learn(&mut self, message: &Message) {
        if message.sent_at >= self.last_at || self.preview.is_none() {
            self.preview = Some(Preview::of(message));
        }
        self.last_at = self.last_at.max(message.sent_at);
        if message.subject.is_some() {
            self.subject.clone_from(&message.subject);
        }
        let learn = |known: &mut Option<String>, told: Option<&String>| {
            if let Some(told) = told {
                *known = Some(told.clone());
            }
        };
        learn(&mut self.listing, message.listing.as_ref());
        learn(&mut self.asset, message.asset.as_ref());
        learn(&mut self.site, message.site.as_ref());
        learn(
            &mut self.booking,
            message.booking.as_ref().map(|booking| &booking.code),
        );
        if message.sender.role == Role::Guest && message.sender.name.is_some() {
            self.guest.clone_from(&message.sender.name);
        }
    }
}

impl ThreadState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Drafted, Self::Answered, Self::Closed];

    /// Its name: `waiting` and so on.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Drafted => "drafted",
            Self::Answered => "answered",
            Self::Closed => "closed",
        }
    }
}

impl Counts {
    /// The counts when a thread has changed its state; `None` before: it is new.
    #[must_use]
    pub fn moved(mut self, before: Option<ThreadState>, after: ThreadState) -> Self {
        if let Some(before) = before {
            let count = self.of_state(before);
            *count = count.saturating_sub(1);
        }
        *self.of_state(after) += 1;
        self
    }

    fn of_state(&mut self, state: ThreadState) -> &mut u64 {
        match state {
            ThreadState::Waiting => &mut self.waiting,
            ThreadState::Drafted => &mut self.drafted,
            ThreadState::Answered => &mut self.answered,
            ThreadState::Closed => &mut self.closed,
        }
    }
}

#[cfg(test)]
mod tests;
