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

/// Whether a blocked stretch of time is only what this listing was told by us, now or lately: platforms read our feed
/// some hours late. Only blocks are recognised by their time; a reservation at the same time is a double booking.
pub(crate) fn is_echo(block: Period, outbound: Option<&Outbound>, now: DateTime<Utc>) -> bool {
    let Some(outbound) = outbound else { return false };
    let shown = outbound.blocks.iter().map(|block| block.period);
    let lately = outbound.lately.iter().filter(|lately| now < lately.until);
    Period::union(shown.chain(lately.map(|lately| lately.period)))
        .iter()
        .any(|told| told.start <= block.start && block.end <= told.end)
}
