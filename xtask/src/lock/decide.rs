//! Whose the lock is: decided from what was found, the time, and what is known of the holder. Nothing else.

use chrono::{DateTime, Utc};

use super::process::Life;
use super::record::{GRACE, Record};

/// What whoever wants the lock may do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Write over what was found.
    Take(Over),
    /// It is ours already: the answer to our write was lost on the way.
    Ours(Record),
    /// Leave it: somebody holds it.
    Taken(Record),
}

/// Why the lock may be taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// There was none, or it was given back.
    Free,
    /// Its holder has not renewed it in time.
    Expired(Record),
    /// Its holder's process has ended on this machine.
    Dead(Record),
}

/// Decides for whoever wants the lock under `id`.
pub(super) fn decide(found: Option<Record>, holder: Life, id: &str, now: DateTime<Utc>) -> Verdict {
    let Some(record) = found.filter(|record| record.released.is_none()) else {
        return Verdict::Take(Over::Free);
    };
    if record.id == id {
        return Verdict::Ours(record);
    }
    if holder == Life::Dead {
        return Verdict::Take(Over::Dead(record));
    }
    if now >= record.expires + GRACE {
        return Verdict::Take(Over::Expired(record));
    }
    Verdict::Taken(record)
}
