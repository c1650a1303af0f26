//! Stays as iCalendar text, by hand: the simulator must not share the broker's reader and writer.

use std::fmt::{self, Write};

use chrono::{Duration, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::plan::{Kind, Stay};
use super::{LISTINGS, Listing};

/// How a platform writes its feeds, as we assume.
#[derive(Debug)]
pub(super) struct Wording {
    times: Times,
    block: &'static str,
    code_label: &'static str,
    code_prefix: &'static str,
}

pub(super) const GETMYBOAT: Wording = Wording {
    times: Times::Local,
    block: "Not available",
    code_label: "Reservation",
    code_prefix: "GMB",
};

pub(super) const BOATSETTER: Wording = Wording {
    times: Times::Utc,
    block: "Unavailable",
    code_label: "Booking code",
    code_prefix: "BST",
};

/// How a platform writes times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    /// With `TZID`, after a `VTIMEZONE`.
    Local,
    /// In UTC.
    Utc,
}

/// The daylight-saving rules of the United States since 2007, which both zones follow.
struct UsZone {
    standard: &'static str,
    daylight: &'static str,
    standard_name: &'static str,
    daylight_name: &'static str,
}

const EASTERN: UsZone = UsZone {
    standard: "-0500",
    daylight: "-0400",
    standard_name: "EST",
    daylight_name: "EDT",
};

const CENTRAL: UsZone = UsZone {
    standard: "-0600",
    daylight: "-0500",
    standard_name: "CST",
    daylight_name: "CDT",
};

pub(super) fn write(listing: &Listing, today: NaiveDate, stays: &[Stay]) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _written = try_write(&mut text, listing, today, stays);
    text.replace('\n', "\r\n")
}

fn try_write(text: &mut String, listing: &Listing, today: NaiveDate, stays: &[Stay]) -> fmt::Result {
    writeln!(text, "BEGIN:VCALENDAR")?;
    writeln!(text, "VERSION:2.0")?;
    writeln!(
        text,
        "PRODID:-//Landfall//Partner simulator {}//EN",
        listing.platform
    )?;
    writeln!(text, "CALSCALE:GREGORIAN")?;
    if listing.wording.times == Times::Local {
        write_zone(text, listing.time_zone)?;
    }
    for stay in stays {
        write_stay(text, listing, today, stay)?;
    }
    writeln!(text, "END:VCALENDAR")
}

fn write_stay(text: &mut String, listing: &Listing, today: NaiveDate, stay: &Stay) -> fmt::Result {
    let wording = &listing.wording;
    let code = code(listing, stay);
    writeln!(text, "BEGIN:VEVENT")?;
    writeln!(text, "UID:{}@{}.example", uid(listing, stay), listing.platform)?;
    writeln!(text, "DTSTAMP:{}T000000Z", today.format("%Y%m%d"))?;
    if matches!(stay.kind, Kind::AllDayBlock | Kind::BeyondWindow) {
        writeln!(text, "DTSTART;VALUE=DATE:{}", stay.start.format("%Y%m%d"))?;
        writeln!(text, "DTEND;VALUE=DATE:{}", stay.end.format("%Y%m%d"))?;
    } else {
        write_time(text, "DTSTART", listing, stay.start)?;
        write_time(text, "DTEND", listing, stay.end)?;
    }
    if let Some(made) = made(listing, stay) {
        writeln!(text, "CREATED:{}", made.format("%Y%m%dT%H%M%SZ"))?;
    }
    match stay.kind {
        Kind::Reservation => {
            writeln!(text, "SUMMARY:Reserved - Guest {}", guest(stay))?;
            let payout = payout(listing, stay);
            writeln!(
                text,
                "DESCRIPTION:{}: {code}\\nPayout: {payout} USD",
                wording.code_label
            )?;
            let host = listing.platform;
            writeln!(text, "URL:https://{host}.example/reservations/{code}")?;
            writeln!(text, "STATUS:CONFIRMED")?;
        }
        Kind::Hold => {
            writeln!(text, "SUMMARY:Hold - request of Guest {}", guest(stay))?;
            writeln!(text, "STATUS:TENTATIVE")?;
        }
        Kind::AllDayBlock | Kind::BeyondWindow => writeln!(text, "SUMMARY:{}", wording.block)?,
        Kind::Maintenance => {
            writeln!(text, "SUMMARY:{}", wording.block)?;
            writeln!(text, "DESCRIPTION:Weekly maintenance")?;
            writeln!(text, "RRULE:FREQ=WEEKLY;BYDAY=MO")?;
        }
    }
    writeln!(text, "END:VEVENT")
}

/// When a reservation was made: so long before that it lies behind when its week comes into the feed, and a week's not all at
/// once. It is so soon before that there is always something that was made lately.
pub(super) fn made(listing: &Listing, stay: &Stay) -> Option<NaiveDateTime> {
    let listings = LISTINGS.iter().take_while(|other| other.id != listing.id).count();
    let place = i64::try_from(stay.place).unwrap_or_default();
    let place_of_all = i64::try_from(listings).unwrap_or_default() + 4 * place;
    let days = 56 + (i64::from(stay.week) * 3 + place_of_all).rem_euclid(7);
    let is_reserved = stay.kind == Kind::Reservation;
    is_reserved.then(|| stay.start - Duration::days(days) + Duration::hours(place + 2))
}

fn uid(listing: &Listing, stay: &Stay) -> String {
    match stay.kind {
        Kind::Maintenance => format!("{}-maintenance", listing.id),
        Kind::BeyondWindow => format!("{}-beyond-window", listing.id),
        _ => format!("{}-{}-{}", listing.id, stay.week, stay.place),
    }
}

/// The reservation's code. Those of two listings of one platform may be the same.
pub(super) fn code(listing: &Listing, stay: &Stay) -> String {
    format!("{}-{}{}", listing.wording.code_prefix, stay.week, stay.place)
}

/// What a stay pays, in whole dollars: by the hour, a little more or less from week to week.
pub(super) fn payout(listing: &Listing, stay: &Stay) -> i64 {
    let hours = (stay.end - stay.start).num_hours();
    let season = i64::from(stay.week.rem_euclid(5)) - 2;
    hours * (listing.hourly_dollars + 4 * season)
}

/// A code such as `A-104`: nobody's name.
pub(super) fn guest(stay: &Stay) -> String {
    let letter = ["A", "B", "C", "D"].get(stay.place).unwrap_or(&"Z");
    format!("{letter}-{}", 100 + stay.week.rem_euclid(900))
}

fn write_time(text: &mut String, name: &str, listing: &Listing, local: NaiveDateTime) -> fmt::Result {
    match listing.wording.times {
        Times::Local => writeln!(
            text,
            "{name};TZID={}:{}",
            listing.time_zone,
            local.format("%Y%m%dT%H%M%S")
        ),
        Times::Utc => {
            let instant = match listing.time_zone.from_local_datetime(&local) {
                LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
                    instant.with_timezone(&Utc)
                }
                // No slot begins or ends in the hour that a spring night skips.
                LocalResult::None => local.and_utc(),
            };
            writeln!(text, "{name}:{}", instant.format("%Y%m%dT%H%M%SZ"))
        }
    }
}

fn write_zone(text: &mut String, zone: Tz) -> fmt::Result {
    let rules = if zone == chrono_tz::America::Chicago {
        CENTRAL
    } else {
        EASTERN
    };
    writeln!(text, "BEGIN:VTIMEZONE\nTZID:{zone}")?;
    writeln!(text, "BEGIN:DAYLIGHT\nDTSTART:20070311T020000")?;
    writeln!(
        text,
        "TZOFFSETFROM:{}\nTZOFFSETTO:{}",
        rules.standard, rules.daylight
    )?;
    writeln!(
        text,
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\nTZNAME:{}",
        rules.daylight_name
    )?;
    writeln!(text, "END:DAYLIGHT\nBEGIN:STANDARD\nDTSTART:20071104T020000")?;
    writeln!(
        text,
        "TZOFFSETFROM:{}\nTZOFFSETTO:{}",
        rules.daylight, rules.standard
    )?;
    writeln!(
        text,
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\nTZNAME:{}",
        rules.standard_name
    )?;
    writeln!(text, "END:STANDARD\nEND:VTIMEZONE")
}
