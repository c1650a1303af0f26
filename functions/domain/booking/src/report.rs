//! Reports: numbers of bookings by week, asset and platform, every one of them a fold of the log.
//!
//! A booking counts in the week in which it was made, as far as its feed says when, or else first seen, in its site's zone, and by what has become of it since then:
//! of a week's bookings all are known, whenever each was cancelled, so that no share is above one. One pass over the
//! log makes all reports; it holds one booking and the sums.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::Origin;
use crate::log::{Course, LogLine, Standing};

/// What a row of a report is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The ISO week, such as `2026-W48`.
    pub week: String,
    /// The asset's id; none for an inquiry that names none.
    pub asset: Option<String>,
    /// The platform's id.
    pub channel: Channel,
}

/// Where bookings come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// The operator's calendar with us.
    Own,
    /// The operator's Google calendar.
    Google,
    /// A platform, by its id.
    Platform(String),
}

/// Sums of bookings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that are firm now.
    pub firm: u64,
    /// For so long these take place, in seconds.
    pub seconds: i64,
    /// What these pay, in the smallest unit of the operator's currency; none where nothing is known.
    pub revenue: Option<u64>,
    /// Those that were firm when they were cancelled.
    pub cancelled: u64,
    /// Those that were asked for, firm at once or later or never.
    pub requests: u64,
    /// Conversations that guests have begun.
    pub inquiries: u64,
    /// Of these, those that have come to no booking that is known.
    pub idle_inquiries: u64,
}

/// A conversation that a guest has begun on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// The platform's id.
    pub platform: String,
    /// The asset's id, where that is known.
    pub asset: Option<String>,
    /// When it began.
    pub at: DateTime<Utc>,
    /// Whether it is about a booking.
    pub has_booking: bool,
}

/// The sums while the log is read.
#[derive(Debug, Default)]
pub struct Tally {
    counts: BTreeMap<Cell, Counts>,
    /// The booking whose lines are being read, and its site's zone.
    open: Option<(Course, Tz)>,
}

impl Tally {
    /// Takes the next line. A booking's lines follow one another, in their order.
    pub fn line(&mut self, line: LogLine, zone: Tz) {
        let is_next = |course: &Course| {
            (&course.last.booking, course.last.first_seen) == (&line.booking, line.first_seen)
        };
        match &mut self.open {
            Some((course, _)) if is_next(course) => course.take(line),
            open => {
                let done = open.replace((Course::begun(line), zone));
                self.close(done);
            }
        }
    }

    /// Takes an inquiry, in the zone of its asset's site.
    pub fn inquiry(&mut self, inquiry: Inquiry, zone: Tz) {
        let cell = Cell {
            week: week(inquiry.at, zone),
            asset: inquiry.asset,
            channel: Channel::Platform(inquiry.platform),
        };
        let counts = self.counts.entry(cell).or_default();
        counts.inquiries += 1;
        counts.idle_inquiries += u64::from(!inquiry.has_booking);
    }

    /// The sums, by week, asset and platform.
    #[must_use]
    pub fn finish(mut self) -> BTreeMap<Cell, Counts> {
        let last = self.open.take();
        self.close(last);
        self.counts
    }

    fn close(&mut self, done: Option<(Course, Tz)>) {
        let Some((course, zone)) = done else { return };
        let is_booked = course.is_booked;
        let line = course.last;
        let cell = Cell {
            week: week(line.first_seen, zone),
            asset: Some(line.asset),
            channel: Channel::of(line.origin),
        };
        let counts = self.counts.entry(cell).or_default();
        counts.requests += 1;
        match line.standing {
            Standing::Booked => {
                counts.firm += 1;
                counts.seconds += (line.period.end - line.period.start).num_seconds();
                counts.revenue = sum(counts.revenue, line.value);
            }
            Standing::Cancelled if is_booked => counts.cancelled += 1,
            Standing::Cancelled | Standing::Requested => {}
        }
    }
}

impl Counts {
    /// Bookings, whatever became of them: those that are firm, and those that were when they were cancelled.
    #[must_use]
    pub const fn booked(&self) -> u64 {
        self.firm + self.cancelled
    }

    /// The share of bookings that were cancelled; none of none.
    #[must_use]
    pub fn cancellation_rate(&self) -> Option<f64> {
        share(self.cancelled, self.booked())
    }

    /// The share of bookings among all who asked: by a request, or in a conversation that came to none.
    #[must_use]
    pub fn conversion_rate(&self) -> Option<f64> {
        share(self.booked(), self.requests + self.idle_inquiries)
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            firm: self.firm + other.firm,
            seconds: self.seconds + other.seconds,
            revenue: sum(self.revenue, other.revenue),
            cancelled: self.cancelled + other.cancelled,
            requests: self.requests + other.requests,
            inquiries: self.inquiries + other.inquiries,
            idle_inquiries: self.idle_inquiries + other.idle_inquiries,
        }
    }
}

impl Channel {
    /// Its name in reports.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Own => "own",
            Self::Google => "google",
            Self::Platform(id) => id,
        }
    }

    fn of(origin: Origin) -> Self {
        match origin {
            Origin::Own => Self::Own,
            Origin::Google => Self::Google,
            Origin::Platform { platform, .. } => Self::Platform(platform),
        }
    }
}

/// The ISO week of an instant in a zone, such as `2026-W48`.
#[must_use]
pub fn week(at: DateTime<Utc>, zone: Tz) -> String {
    let week = at.with_timezone(&zone).iso_week();
    format!("{:04}-W{:02}", week.year(), week.week())
}

fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    }
}

/// Counts are far below the integers that a double holds exactly.
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests;
