//! What the ledger remembers and the feeds, as they were just read, do not tell of.

use crate::sync::Link;
use crate::{Booking, Kind, Origin};

/// The lines that take up their asset's time although nothing that was just read says so: what was made in the operator's
/// Google calendar, what a feed tells of that could not be read, and what a feed has stopped telling of. The last one keeps
/// its time until a synchronisation believes that it is gone. The operator's own events are not among them: they are read
/// where they are kept.
///
/// `is_read` says of a listing's id whether its feed was read whole. A block that such a feed does not tell of has ended:
/// some platforms shift theirs every day, and no guest comes with one.
#[must_use]
pub fn untold(lines: Vec<Link>, told: &[Booking], is_read: impl Fn(&str) -> bool) -> Vec<Link> {
    let counts = |line: &Link| match &line.origin {
        Origin::Own => false,
        Origin::Google => true,
        Origin::Platform { listing, .. } => {
            let has_ended = line.content.kind == Kind::Block && is_read(listing);
            let mut of_listing = told.iter().filter(|booking| booking.listing == *listing);
            !has_ended && !of_listing.any(|booking| is_same(line, booking))
        }
    };
    let mut lines = lines;
    lines.retain(|line| line.takes_up_time() && counts(line));
    lines
}

/// Whether a booking is the line's own, be it moved, cancelled, or under a new `UID`.
fn is_same(line: &Link, booking: &Booking) -> bool {
    let has_code = line.content.code.is_some() && line.content.code == booking.reservation_code;
    let has_time = line.told_face.period == booking.period && line.content.kind == booking.kind;
    line.key == booking.id || has_code || has_time
}

#[cfg(test)]
mod tests;
