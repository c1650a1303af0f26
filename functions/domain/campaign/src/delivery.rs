//! One message to one address, and what has become of it.

mod id;
mod machine;
mod standing;
mod told;

use std::fmt;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use id::{DeliveryId, InvalidDeliveryId, Occurrence};
pub use machine::{Event, QUEUE_PATIENCE, Refused};
pub use standing::{Standing, TRANSITIONS, Trigger};
pub use told::{Fate, Told};

use crate::{Address, Channel};

/// One message to one address.
///
/// What is written here is all that a sender needs: it never looks at the audience again.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Follows from what it is for and whom it is to, so that it is made once.
    pub id: DeliveryId,
    /// Where it goes.
    pub address: Address,
    /// What for.
    pub purpose: Purpose,
    /// The template's name.
    pub template: String,
    /// The site whose sender and hours apply; none: the manifest's own.
    pub site: Option<String>,
    /// What the template is given.
    pub context: serde_json::Value,
    /// When it should go, the recipient's quiet hours apart.
    pub due_at: DateTime<Utc>,
    /// From here on it is not sent any more.
    pub expires_at: DateTime<Utc>,
    /// The recipient's zone, for quiet hours.
    pub zone: Tz,
    /// What has become of it.
    pub state: State,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How many times it was claimed or begun anew.
    pub attempt: u32,
    /// A digest of what is sent, once it was rendered: what a second attempt sends is the same or is told.
    pub digest: Option<String>,
    /// Whoever delivers it knows it by this.
    pub message_id: Option<String>,
    /// From here on somebody must look after it, because whoever had it in hand may be gone. `None` when it rests.
    pub look_at: Option<DateTime<Utc>>,
    /// Counts the changes: who writes must have seen the newest.
    pub version: u64,
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The recipient's own booking, or a member of the crew's work. Nobody unsubscribes from it.
    Transactional,
    /// Everything else: with a way to unsubscribe, a frequency cap, and less of the sending rate.
    Marketing,
    /// The operator's own words to one guest: no hour is too late for them.
    Personal,
}

/// What has become of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It is to be sent.
    Planned,
    /// What it says is known to be in order.
    Rendered,
    /// A sender has it in hand and has not begun to send.
    Claimed(Hold),
    /// A sender is sending: from here on a message may be on its way.
    Submitting(Hold),
    /// Whoever delivers it has taken it.
    Accepted,
    /// It has arrived.
    Delivered,
    /// It has not arrived.
    Bounced {
        /// Whether it never will, at this address.
        is_permanent: bool,
        /// What the other side said, shortened.
        why: String,
    },
    /// The recipient called it spam.
    Complained,
    /// It waits for the end of the recipient's quiet hours.
    HeldQuiet {
        /// Their end.
        until: DateTime<Utc>,
    },
    /// It must not be sent to this address.
    Suppressed {
        /// Why, as a stable name.
        why: String,
    },
    /// Its time was over before it could be sent.
    Expired,
    /// It cannot be sent.
    Failed {
        /// Why, as a fragment without personal data.
        why: String,
    },
    /// It may have been sent and may not: no answer came. It is never sent again but by the operator's own word.
    Unknown {
        /// What happened, as a stable name.
        why: String,
    },
}

/// Who has a delivery in hand, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Another for each run of a sender.
    pub owner: String,
    /// From here on the owner is taken for gone.
    pub until: DateTime<Utc>,
}

/// One line of a delivery's audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// The delivery's version after it.
    pub version: u64,
    /// What it was; `None` when it was made.
    pub from: Option<Standing>,
    /// What it became.
    pub to: Standing,
    /// Because of what.
    pub trigger: Trigger,
    /// In words, without personal data.
    pub why: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Delivery {
    /// A message that is planned at this time and due at once: whoever plans it puts it into the queue. It is of no site, in
    /// UTC, and its template is given nothing.
    #[must_use]
    pub fn planned(
        id: DeliveryId,
        address: Address,
        (purpose, template): (Purpose, impl Into<String>),
        (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Self {
        Self {
            id,
            address,
            purpose,
            template: template.into(),
            site: None,
            context: serde_json::json!({}),
            due_at: now,
            expires_at,
            zone: Tz::UTC,
            state: State::Planned,
            since: now,
            attempt: 0,
            digest: None,
            message_id: None,
            look_at: Some(now + QUEUE_PATIENCE),
            version: 1,
        }
    }

    /// How it travels.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.address.channel()
    }

    /// Its state's name.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        self.state.standing()
    }
}

impl State {
    /// The state's name.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        match self {
            Self::Planned => Standing::Planned,
            Self::Rendered => Standing::Rendered,
            Self::Claimed(_) => Standing::Claimed,
            Self::Submitting(_) => Standing::Submitting,
            Self::Accepted => Standing::Accepted,
            Self::Delivered => Standing::Delivered,
            Self::Bounced { .. } => Standing::Bounced,
            Self::Complained => Standing::Complained,
            Self::HeldQuiet { .. } => Standing::HeldQuiet,
            Self::Suppressed { .. } => Standing::Suppressed,
            Self::Expired => Standing::Expired,
            Self::Failed { .. } => Standing::Failed,
            Self::Unknown { .. } => Standing::Unknown,
        }
    }

    /// Why it is so, where the state has a reason.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Bounced { why, .. }
            | Self::Suppressed { why }
            | Self::Failed { why }
            | Self::Unknown { why } => Some(why),
            _ => None,
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivery({} {:?} v{})", self.id, self.state, self.version)
    }
}

#[cfg(test)]
pub(crate) mod tests;
