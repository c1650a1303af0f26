//! Which stays a listing has. A week's stays follow from its number alone, so that they do not move.

use chrono::{Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime};

use super::{Listing, Standing};

/// Weeks are numbered from the first Monday of 1970.
const FIRST_MONDAY_FROM_CE: i32 = 719_163 + 4;
/// How far a feed goes back and ahead, in weeks from the current one.
const WEEKS: std::ops::RangeInclusive<i32> = -1..=7;

/// A stay that recurs every so many weeks.
#[derive(Debug)]
pub(super) struct Slot {
    kind: Kind,
    /// Days from Monday.
    day: u64,
    start: NaiveTime,
    /// Length in hours; of an all-day block, its days times 24.
    hours: i64,
    every_weeks: i32,
    /// Which of these weeks: the week's number modulo `every_weeks`.
    phase: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Reservation,
    Hold,
    AllDayBlock,
    Maintenance,
    BeyondWindow,
}

/// One event of a feed, in the asset's local time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stay {
    pub(super) kind: Kind,
    pub(super) start: NaiveDateTime,
    pub(super) end: NaiveDateTime,
    /// Number of the week and place of the slot: what the guest's code and the UID are made of.
    pub(super) week: i32,
    pub(super) place: usize,
}

pub(super) const GETMYBOAT_PONTOON: &[Slot] = &[
    Slot::weekly(Kind::Reservation, 1, at(10, 0), 4),
    Slot::weekly(Kind::Reservation, 5, at(9, 0), 4),
    Slot::weekly(Kind::Hold, 6, at(15, 0), 4).every(2, 0),
];

pub(super) const BOATSETTER_PONTOON: &[Slot] = &[
    Slot::weekly(Kind::Reservation, 3, at(13, 0), 4),
    Slot::weekly(Kind::Reservation, 5, at(15, 0), 4),
    Slot::weekly(Kind::AllDayBlock, 4, at(0, 0), 24).every(4, 1),
    // The sample conflict: from 13:00 to 14:00 the pontoon is sold twice.
    Slot::weekly(Kind::Reservation, 1, at(13, 0), 4).every(4, 3),
];

pub(super) const GETMYBOAT_SLOOP: &[Slot] = &[
    Slot::weekly(Kind::Reservation, 2, at(18, 0), 16),
    Slot::weekly(Kind::Reservation, 5, at(10, 0), 6),
    Slot::weekly(Kind::AllDayBlock, 6, at(0, 0), 24).every(2, 1),
    Slot::weekly(Kind::Hold, 4, at(12, 0), 3).every(2, 0),
];

pub(super) const GETMYBOAT_HALL: &[Slot] = &[
    Slot::weekly(Kind::Reservation, 4, at(17, 0), 6),
    Slot::weekly(Kind::Reservation, 5, at(12, 0), 13),
    Slot::weekly(Kind::Hold, 2, at(9, 0), 3).every(2, 1),
];

/// The listing's events on a day, in the order of its slots.
pub(super) fn stays(listing: &Listing, today: NaiveDate) -> Vec<Stay> {
    let current = (today.num_days_from_ce() - FIRST_MONDAY_FROM_CE).div_euclid(7);
    let mut stays: Vec<Stay> = WEEKS.flat_map(|offset| week(listing, current + offset)).collect();
    stays.extend(listing.standing.and_then(|standing| standing.stay(today)));
    stays
}

fn week(listing: &Listing, week: i32) -> impl Iterator<Item = Stay> {
    let monday = NaiveDate::from_num_days_from_ce_opt(FIRST_MONDAY_FROM_CE + week * 7);
    let due = listing
        .slots
        .iter()
        .enumerate()
        .filter(move |(_, slot)| week.rem_euclid(slot.every_weeks) == slot.phase);
    due.filter_map(move |(place, slot)| {
        let start = monday?
            .checked_add_days(Days::new(slot.day))?
            .and_time(slot.start);
        Some(Stay {
            kind: slot.kind,
            start,
            end: start + Duration::hours(slot.hours),
            week,
            place,
        })
    })
}

impl Standing {
    fn stay(self, today: NaiveDate) -> Option<Stay> {
        let (kind, start, length) = match self {
            // A Monday long past: the rule goes on from there.
            Self::Maintenance => (
                Kind::Maintenance,
                NaiveDate::from_ymd_opt(2024, 1, 1)?.and_time(at(8, 0)),
                Duration::hours(2),
            ),
            Self::BeyondWindow => (
                Kind::BeyondWindow,
                today.checked_add_days(Days::new(180))?.and_time(NaiveTime::MIN),
                Duration::days(30),
            ),
        };
        Some(Stay {
            kind,
            start,
            end: start + length,
            week: 0,
            place: 9,
        })
    }
}

impl Slot {
    const fn weekly(kind: Kind, day: u64, start: NaiveTime, hours: i64) -> Self {
        Self {
            kind,
            day,
            start,
            hours,
            every_weeks: 1,
            phase: 0,
        }
    }

    const fn every(mut self, weeks: i32, phase: i32) -> Self {
        self.every_weeks = weeks;
        self.phase = phase;
        self
    }
}

const fn at(hour: u32, minute: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, minute, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}
