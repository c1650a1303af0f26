//! Whom the sample's messages go to: nobody. Addresses are at example.com, numbers begin with +1555.
//!
//! What becomes of a mail follows from its address, as the simulator's SES has it: some bounce, some complain. The
//! newsletter's readers live around the globe, so that at any hour some get it and others sleep until their morning.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::plan::{self, Kind};
use super::{LISTINGS, text};

/// The sample manifest's crew.
pub const CREW: &str = "Dock crew";
/// The audience of the sample manifest's marketing campaign.
pub const AUDIENCE: &str = "newsletter";
/// That campaign's id.
pub const CAMPAIGN: &str = "summer-regatta";

/// Zones eight hours apart or less, all around.
const ZONES: [&str; 6] = [
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Auckland",
    "Asia/Tokyo",
    "Asia/Dubai",
    "Europe/London",
];
/// What the simulator's SES knows an address by. Most are delivered.
const MAILBOXES: [&str; 6] = ["reader", "reader", "bounce", "reader", "complaint", "softbounce"];
/// One guest's mail in so many comes back.
const BOUNCES_EVERY: usize = 11;

/// A file of people, as `audience import` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// The columns' names.
    pub head: Vec<String>,
    /// The lines, in the order of the columns.
    pub lines: Vec<Vec<String>>,
}

/// Two of the crew.
#[must_use]
pub fn crew() -> People {
    let line = |place: usize| {
        vec![
            format!("crew-{place}@example.com"),
            format!("+1555555010{place}"),
            format!("Crew {place}"),
        ]
    };
    People {
        head: head(["email", "phone", "name"]),
        lines: (1..=2).map(line).collect(),
    }
}

/// Every kind of mailbox in every zone.
#[must_use]
pub fn readers() -> People {
    let places = ZONES
        .iter()
        .flat_map(|zone| MAILBOXES.iter().map(move |mailbox| (zone, mailbox)));
    let line = |(place, (zone, mailbox)): (usize, (&&str, &&str))| {
        vec![
            format!("{mailbox}+{place}@example.com"),
            format!("Reader {place}"),
            (*zone).to_owned(),
        ]
    };
    People {
        head: head(["email", "name", "time_zone"]),
        lines: places.enumerate().map(line).collect(),
    }
}

/// The guest of each reservation that the feeds tell of at an instant.
#[must_use]
pub fn guests(now: DateTime<Utc>) -> People {
    // Listings of one platform share codes: whoever holds one is one guest.
    let mut names = BTreeMap::new();
    for listing in LISTINGS {
        let today = now.with_timezone(&listing.time_zone).date_naive();
        let stays = plan::stays(listing, today);
        let reserved = stays.iter().filter(|stay| stay.kind == Kind::Reservation);
        names.extend(reserved.map(|stay| (text::code(listing, stay), text::guest(stay))));
    }
    let line = |(place, (code, name)): (usize, (String, String))| {
        let mailbox = if place % BOUNCES_EVERY == BOUNCES_EVERY - 1 {
            "bounce"
        } else {
            "guest"
        };
        vec![
            format!("{mailbox}+{}@example.com", code.to_lowercase()),
            format!("+15555551{place:03}"),
            format!("Guest {name}"),
            code,
        ]
    };
    People {
        head: head(["email", "phone", "name", "booking"]),
        lines: names.into_iter().enumerate().map(line).collect(),
    }
}

fn head<const N: usize>(columns: [&str; N]) -> Vec<String> {
    columns.map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_made_up_and_stands_once() {
        let now = "2026-07-14T12:00:00Z".parse().unwrap();
        for people in [crew(), readers(), guests(now)] {
            let mut addresses: Vec<&str> = people.lines.iter().map(|line| line[0].as_str()).collect();
            assert!(addresses.iter().all(|address| address.ends_with("@example.com")));
            assert!(people.lines.iter().all(|line| line.len() == people.head.len()));
            if let Some(phone) = people.head.iter().position(|column| column == "phone") {
                let is_made_up =
                    |line: &Vec<String>| line[phone].len() == 12 && line[phone].starts_with("+1555");
                assert!(people.lines.iter().all(is_made_up));
            }
            let all = addresses.len();
            addresses.sort_unstable();
            addresses.dedup();
            assert_eq!(addresses.len(), all);
        }
    }

    #[test]
    fn every_reservation_of_the_feeds_has_its_guest() {
        let now: DateTime<Utc> = "2026-07-14T12:00:00Z".parse().unwrap();
        let guests = guests(now);
        let codes: Vec<&str> = guests.lines.iter().map(|line| line[3].as_str()).collect();
        for listing in LISTINGS {
            let feed = super::super::feed(listing, now.date_naive());
            for url in feed.lines().filter(|line| line.starts_with("URL:")) {
                let (_, code) = url.rsplit_once('/').unwrap();
                assert!(codes.contains(&code), "{url}");
            }
        }
    }

    #[test]
    fn at_any_hour_somebody_of_each_kind_is_awake() {
        let day: DateTime<Utc> = "2026-07-14T00:00:00Z".parse().unwrap();
        for hour in 0..24 {
            let at = day + chrono::Duration::hours(hour);
            let is_awake = |zone: &&str| {
                let zone: chrono_tz::Tz = zone.parse().unwrap();
                (8..21).contains(&chrono::Timelike::hour(&at.with_timezone(&zone)))
            };
            assert!(ZONES.iter().any(is_awake) && !ZONES.iter().all(is_awake), "{at}");
        }
    }
}
