//! What a sender tells the queue.

use chrono::TimeDelta;

/// What became of a delivery at a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The queue may forget it: it has been seen to, or is found again by whoever sweeps.
    Forget,
    /// The queue shall bring it again, and not sooner than after this time if whoever carries it says so.
    Again(Option<TimeDelta>),
}

impl Done {
    /// It may be tried again at once.
    pub(crate) const AGAIN: Self = Self::Again(None);
}
