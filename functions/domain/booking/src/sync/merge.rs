//! The three-way merge: what was last agreed, and what two sides have made of it.

use super::Face;

/// One side, compared with what was last agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// As agreed, or nothing is known of it this time.
    Same,
    /// Somebody changed it to this.
    Changed(Face),
    /// Somebody deleted it.
    Gone,
}

/// What both sides should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// As agreed.
    Keep,
    /// This, on both sides.
    Take(Face),
    /// This, which the origin says. What the other side says is overwritten, so it is recorded first.
    Conflict {
        /// What the origin says.
        kept: Face,
        /// What the copy says.
        lost: Face,
    },
    /// Gone on both sides, because the origin is gone.
    Delete,
    /// Gone on both sides, because the copy was deleted.
    DeletedCopy,
    /// The copy was deleted while the origin changed: it is made anew.
    RecreateCopy(Face),
    /// The origin was deleted while the copy changed: it is made anew.
    RecreateOrigin(Face),
}

/// Merges. Where both changed and differ, the side where the event was made prevails.
#[must_use]
pub fn merge(origin: Seen, copy: Seen) -> Merged {
    match (origin, copy) {
        (Seen::Same, Seen::Same) => Merged::Keep,
        (Seen::Changed(face), Seen::Same) | (Seen::Same, Seen::Changed(face)) => Merged::Take(face),
        (Seen::Changed(kept), Seen::Changed(lost)) if kept == lost => Merged::Take(kept),
        (Seen::Changed(kept), Seen::Changed(lost)) => Merged::Conflict { kept, lost },
        (Seen::Gone, Seen::Same | Seen::Gone) => Merged::Delete,
        (Seen::Same, Seen::Gone) => Merged::DeletedCopy,
        (Seen::Changed(face), Seen::Gone) => Merged::RecreateCopy(face),
        (Seen::Gone, Seen::Changed(face)) => Merged::RecreateOrigin(face),
    }
}
