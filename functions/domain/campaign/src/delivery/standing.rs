//! The states' names, and which may follow which: the machine as data.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A state's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Standing {
    /// It is to be sent.
    Planned,
    /// What it says is known to be in order.
    Rendered,
    /// A sender has it in hand and has not begun to send.
    Claimed,
    /// A sender is sending.
    Submitting,
    /// Whoever delivers it has taken it.
    Accepted,
    /// It has arrived.
    Delivered,
    /// It has not arrived.
    Bounced,
    /// The recipient called it spam.
    Complained,
    /// It waits for the end of quiet hours.
    HeldQuiet,
    /// It must not be sent to this address.
    Suppressed,
    /// Its time was over before it could be sent.
    Expired,
    /// It cannot be sent.
    Failed,
    /// It may have been sent and may not.
    Unknown,
}

/// What happens to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A scheduler made it.
    Plan,
    /// Its templates gave a message.
    Render,
    /// A sender takes it in hand.
    Claim,
    /// The sender begins to send.
    Submit,
    /// The sender is sure that nothing was sent, and gives it back.
    Release,
    /// The other side said that it will not take it.
    Refuse,
    /// No answer came.
    Lose,
    /// The recipient's hours are quiet.
    Hold,
    /// The address must not be written to.
    Suppress,
    /// Its time is over.
    Expire,
    /// It cannot be rendered.
    Break,
    /// The other side tells what became of it.
    Tell,
    /// The operator wants it sent again.
    Replan,
}

use Standing as S;
use Trigger as T;

/// Every step but those of [`Trigger::Tell`], which may come at any time: what the other side tells is evidence, whatever
/// we believed. What is not here does not happen.
pub const TRANSITIONS: &[(Standing, Trigger, Standing)] = &[
    (S::Planned, T::Render, S::Rendered),
    (S::Planned, T::Break, S::Failed),
    (S::Rendered, T::Break, S::Failed),
    (S::Rendered, T::Claim, S::Claimed),
    // The owner's time is over, and it had not begun to send.
    (S::Claimed, T::Claim, S::Claimed),
    (S::Claimed, T::Submit, S::Submitting),
    (S::Claimed, T::Release, S::Rendered),
    // 429, or no connection: nothing was sent.
    (S::Submitting, T::Release, S::Rendered),
    (S::Submitting, T::Refuse, S::Failed),
    (S::Submitting, T::Lose, S::Unknown),
    // The owner was slower than its lease, and does know what became of it.
    (S::Unknown, T::Release, S::Rendered),
    (S::Unknown, T::Refuse, S::Failed),
    (S::Planned, T::Hold, S::HeldQuiet),
    (S::Rendered, T::Hold, S::HeldQuiet),
    (S::HeldQuiet, T::Render, S::Rendered),
    (S::HeldQuiet, T::Break, S::Failed),
    (S::Planned, T::Suppress, S::Suppressed),
    (S::Rendered, T::Suppress, S::Suppressed),
    (S::HeldQuiet, T::Suppress, S::Suppressed),
    (S::Claimed, T::Suppress, S::Suppressed),
    (S::Planned, T::Expire, S::Expired),
    (S::Rendered, T::Expire, S::Expired),
    (S::HeldQuiet, T::Expire, S::Expired),
    (S::Claimed, T::Expire, S::Expired),
    (S::Failed, T::Replan, S::Planned),
    (S::Expired, T::Replan, S::Planned),
    (S::Bounced, T::Replan, S::Planned),
    (S::Unknown, T::Replan, S::Planned),
];

impl Standing {
    /// Every state, in the order in which a message goes through them.
    pub const ALL: [Self; 13] = [
        S::Planned,
        S::HeldQuiet,
        S::Rendered,
        S::Claimed,
        S::Submitting,
        S::Accepted,
        S::Delivered,
        S::Bounced,
        S::Complained,
        S::Suppressed,
        S::Expired,
        S::Failed,
        S::Unknown,
    ];

    /// Its name as it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            S::Planned => "PLANNED",
            S::Rendered => "RENDERED",
            S::Claimed => "CLAIMED",
            S::Submitting => "SUBMITTING",
            S::Accepted => "ACCEPTED",
            S::Delivered => "DELIVERED",
            S::Bounced => "BOUNCED",
            S::Complained => "COMPLAINED",
            S::HeldQuiet => "HELD_QUIET",
            S::Suppressed => "SUPPRESSED",
            S::Expired => "EXPIRED",
            S::Failed => "FAILED",
            S::Unknown => "UNKNOWN",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }

    /// Whether there is still something for us to do.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            S::Planned | S::Rendered | S::Claimed | S::Submitting | S::HeldQuiet
        )
    }

    /// Whether the recipient has it, as far as is known.
    #[must_use]
    pub const fn was_sent(self) -> bool {
        matches!(self, S::Accepted | S::Delivered | S::Complained)
    }

    /// Where this trigger leads from here.
    #[must_use]
    pub fn after(self, trigger: Trigger) -> Option<Self> {
        let found = TRANSITIONS
            .iter()
            .find(|(from, by, _)| *from == self && *by == trigger);
        found.map(|(_, _, to)| *to)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
