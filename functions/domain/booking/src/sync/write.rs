//! One write each, as data.

use std::collections::BTreeMap;

use super::{Decision, Entry, Face, Link, Missing, Outbound, Slot, Source, Task};

/// Something to store, or to do in Google. Each may be repeated without harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Keeps a line of the ledger.
    PutLink(Box<Link>),
    /// Keeps an entry of our calendar. An own event that changed since it was read must fail this write.
    PutEntry(Box<Entry>),
    /// Takes an entry out of our calendar.
    DropEntry {
        /// Its id.
        id: String,
        /// The asset's id.
        asset: String,
        /// What it was, to tell the reader.
        face: Face,
    },
    /// Replaces what a listing's outbound feed shows.
    PutOutbound(Outbound),
    /// Changes a Google calendar.
    Google(GoogleWrite),
    /// Keeps a decision and its reason.
    PutDecision(Box<Decision>),
    /// Gives the operator something to do.
    PutTask(Task),
    /// Takes it away again: it is no longer to be done.
    CloseTask {
        /// The task's id.
        id: String,
        /// The asset's id.
        asset: String,
    },
    /// Asks the crew to clean.
    PutSlot(Slot),
    /// Tells the crew that it need not.
    DropSlot(Slot),
    /// Keeps how a feed is doing. It changes nothing that anybody sees, and comes last: who reads a feed again because
    /// this was not kept finds nothing to do.
    Touch(Box<Touch>),
}

/// A change to an asset's Google calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GoogleWrite {
    /// Makes an event under our own id. That the id is taken means that it was made before.
    Insert {
        /// The asset's id.
        asset: String,
        /// The ledger's line, to be kept as the event's tag.
        link: String,
        /// The id.
        id: String,
        /// What it says.
        face: Face,
    },
    /// Changes an event, if nobody else has changed it meanwhile.
    Patch {
        /// The asset's id.
        asset: String,
        /// The ledger's line.
        link: String,
        /// The id.
        id: String,
        /// For `If-Match`.
        etag: String,
        /// What it should say.
        face: Face,
    },
    /// Deletes an event, if nobody has changed it meanwhile.
    Delete {
        /// The asset's id.
        asset: String,
        /// The ledger's line.
        link: String,
        /// The id.
        id: String,
        /// For `If-Match`.
        etag: String,
        /// What it was, to tell the reader.
        face: Face,
    },
}

/// How a feed is doing, and what is to be remembered of its events although nothing about them has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The listing's id.
    pub listing: String,
    /// What is now known of it.
    pub source: Source,
    /// New keys by link: some platforms give their events other `UID`s with every fetch.
    pub keys: BTreeMap<String, String>,
    /// Absences by link, begun, continued or ended.
    pub missing: BTreeMap<String, Option<Missing>>,
}

/// A write and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What to do.
    pub write: Write,
    /// Why, as a fragment that follows a colon. It names no guest.
    pub reason: String,
}

impl Write {
    /// Its place in the order of writes. The ledger comes first, because it recognises what the others make; then what
    /// keeps the time free of others; then the copies; and last what makes a next run skip the work.
    pub(crate) const fn stage(&self, is_confirming: bool) -> u8 {
        match self {
            Self::PutDecision(_) => 0,
            Self::PutLink(_) if !is_confirming => 1,
            Self::PutEntry(_) | Self::DropEntry { .. } => 2,
            Self::PutOutbound(_) => 3,
            Self::Google(_) => 4,
            Self::PutLink(_) => 5,
            Self::PutTask(_) | Self::CloseTask { .. } => 6,
            Self::PutSlot(_) | Self::DropSlot(_) => 7,
            Self::Touch(_) => 8,
        }
    }

    /// Whether anybody sees it: it changes a calendar, a feed, a decision, a task or a crew's day, or the ledger of them.
    #[must_use]
    pub const fn is_visible(&self) -> bool {
        !matches!(self, Self::Touch(_))
    }
}
