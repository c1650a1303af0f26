//! Sample feeds for the sample manifest's listings.
//!
//! **An assumption, not a description.** We know of no first-party description of GetMyBoat's or Boatsetter's
//! feeds. What is served here is our guess at a plausible shape, so that the first deploy shows something alive:
//!
//! - `getmyboat`: local times with `TZID` and a `VTIMEZONE`; a block is `Not available`, a hold is tentative and speaks
//!   of a `request`, a reservation's description is `Reservation: GMB-...`.
//! - `boatsetter`: UTC; a block is `Unavailable`, a reservation's description is `Booking code: BST-...`.
//! - A reservation's summary holds a guest's code, its URL ends with the reservation's.
//! - A reservation's description ends with what it pays: `Payout: 380 USD`.
//! - `getmyboat-pontoon` has a weekly maintenance block without an end; `getmyboat-hall` ends with a block that moves
//!   on every day, as a platform does beyond its booking window.
//!
//! Stays keep to their dates: from one day to the next only `DTSTAMP` and the moving block change, and from one week
//! to the next a week leaves and another comes. No two listings of one asset overlap, but for one Tuesday in four
//! weeks, on which `boatsetter-pontoon` sells an hour that `getmyboat-pontoon` has sold: the sample conflict.

use chrono::NaiveDate;
use chrono_tz::Tz;

pub mod letters;
pub mod people;
mod plan;
mod text;

use plan::Slot;

/// A calendar without events.
pub const EMPTY_CALENDAR: &str =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Landfall//Partner simulator//EN\r\nEND:VCALENDAR\r\n";

/// A listing that the simulator plays.
#[derive(Debug)]
pub struct Listing {
    /// The platform's id in the sample manifest.
    pub platform: &'static str,
    /// The listing's id in the sample manifest.
    pub id: &'static str,
    /// The asset's id in the sample manifest.
    pub asset: &'static str,
    /// The zone of the asset's site.
    pub time_zone: Tz,
    /// What an hour of a stay pays, roughly.
    hourly_dollars: i64,
    wording: text::Wording,
    slots: &'static [Slot],
    standing: Option<Standing>,
}

/// A block that stands beside the weeks.
#[derive(Debug, Clone, Copy)]
enum Standing {
    /// Every Monday from 08:00 to 10:00, without end.
    Maintenance,
    /// A month that begins 180 days from today.
    BeyondWindow,
}

/// Every listing.
pub const LISTINGS: &[Listing] = &[
    Listing {
        platform: "getmyboat",
        id: "getmyboat-pontoon",
        asset: "pontoon",
        time_zone: chrono_tz::America::New_York,
        hourly_dollars: 95,
        wording: text::GETMYBOAT,
        slots: plan::GETMYBOAT_PONTOON,
        standing: Some(Standing::Maintenance),
    },
    Listing {
        platform: "boatsetter",
        id: "boatsetter-pontoon",
        asset: "pontoon",
        time_zone: chrono_tz::America::New_York,
        hourly_dollars: 105,
        wording: text::BOATSETTER,
        slots: plan::BOATSETTER_PONTOON,
        standing: None,
    },
    Listing {
        platform: "getmyboat",
        id: "getmyboat-sloop",
        asset: "sloop",
        time_zone: chrono_tz::America::New_York,
        hourly_dollars: 60,
        wording: text::GETMYBOAT,
        slots: plan::GETMYBOAT_SLOOP,
        standing: None,
    },
    Listing {
        platform: "getmyboat",
        id: "getmyboat-hall",
        asset: "hall",
        time_zone: chrono_tz::America::Chicago,
        hourly_dollars: 140,
        wording: text::GETMYBOAT,
        slots: plan::GETMYBOAT_HALL,
        standing: Some(Standing::BeyondWindow),
    },
];

/// The listing of a platform, by its id.
#[must_use]
pub fn find(platform: &str, id: &str) -> Option<&'static Listing> {
    LISTINGS
        .iter()
        .find(|listing| listing.platform == platform && listing.id == id)
}

/// The listing's feed as it stands on a day: last week, this week and the seven that follow.
#[must_use]
pub fn feed(listing: &Listing, today: NaiveDate) -> String {
    text::write(listing, today, &plan::stays(listing, today))
}

#[cfg(test)]
mod tests;
