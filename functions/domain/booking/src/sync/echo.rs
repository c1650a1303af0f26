//! What comes back: platforms show in their own feeds what they read from ours.

use calendar::Period;
use chrono::{DateTime, Utc};

use super::Outbound;
use crate::Booking;

/// Whether the event is one of ours, by the `UID` that we gave it.
pub(crate) fn is_own_uid(tenant: &str, booking: &Booking) -> bool {
    booking.uid.ends_with(&uid_suffix(tenant))
}

/// How every `UID` of our outbound feeds ends.
pub(crate) fn uid_suffix(tenant: &str) -> String {
    format!("@{tenant}.landfall")
}

/// The times that a listing was told by us, now or lately: platforms read our feed some hours late. Only blocks are
/// recognised by their time; a reservation at the same time is a double booking.
pub(crate) fn echoes(outbound: Option<&Outbound>, now: DateTime<Utc>) -> Vec<Period> {
    let Some(outbound) = outbound else {
        return Vec::new();
    };
    let shown = outbound.blocks.iter().map(|block| block.period);
    let lately = outbound.lately.iter().filter(|lately| lately.is_expected(now));
    Period::union(shown.chain(lately.map(|lately| lately.period)))
}

/// Whether the periods, which are a union in order, cover this one.
pub(crate) fn is_within(period: Period, union: &[Period]) -> bool {
    let after = union.partition_point(|held| held.start <= period.start);
    let held = after.checked_sub(1).and_then(|at| union.get(at));
    held.is_some_and(|held| period.end <= held.end)
}
