//! What the other side tells of a message, and how much that counts.

use serde::{Deserialize, Serialize};

use super::State;

/// What the other side tells of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What became of it.
    pub what: Fate,
    /// The other side's name for the message.
    pub message_id: String,
}

/// What becomes of a message that was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It was taken.
    Accepted,
    /// It was taken, and then not sent: a virus, for example.
    Rejected {
        /// Why, as a stable name.
        why: String,
    },
    /// It has not arrived, and might another time.
    BouncedForNow {
        /// Why, as a stable name.
        why: String,
    },
    /// It has arrived.
    Delivered,
    /// It will never arrive at this address.
    Bounced {
        /// Why, as a stable name.
        why: String,
    },
    /// The recipient called it spam.
    Complained,
}

/// How much a state tells of what really became of the message. What the other side tells only ever adds to it, so that
/// the order in which it comes, and how often, does not matter.
pub(super) const fn rank(state: &State) -> u8 {
    match state {
        State::Accepted => 1,
        State::Failed { .. } => 2,
        State::Bounced {
            is_permanent: false, ..
        } => 3,
        State::Delivered => 4,
        State::Bounced {
            is_permanent: true, ..
        } => 5,
        State::Complained => 6,
        _ => 0,
    }
}

impl Fate {
    pub(super) fn state(&self) -> State {
        match self {
            Self::Accepted => State::Accepted,
            Self::Rejected { why } => State::Failed { why: why.clone() },
            Self::BouncedForNow { why } => State::Bounced {
                is_permanent: false,
                why: why.clone(),
            },
            Self::Delivered => State::Delivered,
            Self::Bounced { why } => State::Bounced {
                is_permanent: true,
                why: why.clone(),
            },
            Self::Complained => State::Complained,
        }
    }
}
