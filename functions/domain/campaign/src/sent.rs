//! What came of handing a message over, by what is known of it afterwards.

use chrono::TimeDelta;

use crate::{Event, Fate, Told};

/// What came of one attempt to hand a message over. There is one attempt: whoever tries again by itself cannot say how many
/// messages it made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It was taken.
    Accepted {
        /// The other side's name for it.
        message_id: String,
    },
    /// It was certainly not sent, and may be another time: no connection, or too fast.
    NotSent {
        /// A stable name.
        why: &'static str,
        /// When to try again, where the other side says so.
        retry_after: Option<TimeDelta>,
    },
    /// It was certainly not sent, and never will be like this.
    Refused {
        /// A stable name.
        why: String,
    },
    /// Nobody knows: no answer, or one that does not say.
    Unknown {
        /// A stable name.
        why: &'static str,
    },
}

impl Sent {
    /// What has happened to the delivery.
    #[must_use]
    pub fn event(self) -> Event {
        match self {
            Self::Accepted { message_id } => Event::Told(Told {
                what: Fate::Accepted,
                message_id,
            }),
            Self::NotSent { why, .. } => Event::Released { why: why.to_owned() },
            Self::Refused { why } => Event::Refused { why },
            Self::Unknown { why } => Event::Lost { why: why.to_owned() },
        }
    }
}
