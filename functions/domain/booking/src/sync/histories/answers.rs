//! What the platforms answer when they are asked, truly or not.

use calendar::Period;
use chrono::TimeDelta;

use super::world::World;
use crate::sync::{FeedFault, FeedReading};
use crate::{Booking, Kind, Reason, Status};

impl World {
    /// What a platform's feed shows now: its own events, and what it imported from us as blocks.
    pub(crate) fn feed(&mut self, listing: &str) -> Vec<Booking> {
        let salt = self.random.next();
        let Some((platform, config)) = self.platforms.get(listing).zip(self.config.listings.get(listing))
        else {
            return Vec::new();
        };
        let uid = |name: &str| {
            if platform.churns_uids {
                format!("{name}-{salt}")
            } else {
                name.to_owned()
            }
        };
        let booking = |uid: String, period, kind, code, is_all_day| Booking {
            id: format!("{listing}-{uid}"),
            platform: config.platform.clone(),
            listing: listing.to_owned(),
            asset: config.asset.clone(),
            kind,
            reason: Reason::Otherwise,
            status: Status::Confirmed,
            period,
            // Some platforms say it, and say otherwise when they move it.
            made_at: uid
                .len()
                .is_multiple_of(2)
                .then(|| period.start - TimeDelta::days(30)),
            is_all_day,
            is_opaque: true,
            summary: Some("Reserved - canary".to_owned()),
            reservation_code: code,
            uid,
        };
        let own = platform.told.iter().map(|told| {
            let code = told.has_code.then(|| format!("CODE{}", told.name));
            booking(
                uid(&told.name.to_string()),
                told.period,
                told.kind,
                code,
                told.is_all_day,
            )
        });
        let imported = platform.imported.iter().flat_map(|outbound| &outbound.blocks);
        let echoes = imported.map(|block| {
            // Some platforms keep our UID, and others make their own.
            let uid = if platform.churns_uids {
                uid("echo")
            } else {
                block.uid.clone()
            };
            booking(uid, block.period, Kind::Block, None, false)
        });
        own.chain(echoes).collect()
    }

    pub(crate) fn complete(&mut self, listing: &str) -> FeedReading {
        let bookings = self.feed(listing);
        if let Some(platform) = self.platforms.get_mut(listing) {
            platform.before.clone_from(&bookings);
        }
        self.answer(bookings)
    }

    fn answer(&mut self, bookings: Vec<Booking>) -> FeedReading {
        let body_hash = format!(
            "{:?}",
            bookings.iter().map(|booking| booking.period).collect::<Vec<_>>()
        );
        FeedReading::Complete {
            bookings,
            window: Period::new(self.now - TimeDelta::days(1), self.now + TimeDelta::days(365)),
            etag: None,
            last_modified: None,
            body_hash,
            basis: String::new(),
        }
    }

    /// An answer that may not be the truth, and whether it may delete anything.
    pub(crate) fn doubtful(&mut self, listing: &str) -> (FeedReading, bool) {
        let faults = [
            FeedFault::Unreachable,
            FeedFault::Truncated,
            FeedFault::NotACalendar,
            FeedFault::Lossy,
        ];
        match self.random.below(10) {
            0 | 1 => {
                self.tally.faults += 1;
                (
                    FeedReading::Failed(self.random.pick(&faults).unwrap_or(FeedFault::Lossy)),
                    false,
                )
            }
            2 => {
                self.tally.faults += 1;
                (self.answer(Vec::new()), false)
            }
            3 => {
                self.tally.faults += 1;
                let before = self
                    .platforms
                    .get(listing)
                    .map(|platform| platform.before.clone());
                (self.answer(before.unwrap_or_default()), true)
            }
            _ => (self.complete(listing), true),
        }
    }
}
