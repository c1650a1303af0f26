//! The event log: what became of each booking, change by change. Lines are only ever added.
//!
//! Invariant: a line follows from the ledger's line before and after a write, and from nothing else. Where these say the
//! same there is no line, so that asking a feed again, or writing again, adds none. No line names a guest.

use std::collections::BTreeMap;

use calendar::Period;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::sync::{Link, span};
use crate::{Kind, Origin};

/// One thing that became of a booking, and what the booking was from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// The id of the ledger's line.
    pub booking: String,
    /// The lines of a booking are numbered from 1. A line that is written twice has the same number.
    pub number: u32,
    /// The asset's id.
    pub asset: String,
    /// Where it was made.
    pub origin: Origin,
    /// When the booking was made, by its feed or by the operator, or else first seen. Reports count it in that week.
    pub first_seen: DateTime<Utc>,
    /// When this was noticed.
    pub at: DateTime<Utc>,
    /// What became of it.
    pub news: News,
    /// What it was from then on.
    pub standing: Standing,
    /// When it takes place.
    #[serde(with = "span")]
    pub period: Period,
    /// What it pays, in the smallest unit of the operator's currency, where that is known.
    pub value: Option<u64>,
}

/// What became of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    /// Somebody asks for the time.
    Requested,
    /// It is firm.
    Booked,
    /// It is no longer firm, and still asked for.
    Withdrawn,
    /// It takes place at another time.
    Moved,
    /// What it pays has become known, or has changed.
    Valued,
    /// Its platform has dropped it, and the operator keeps it.
    Adopted,
    /// It does not take place.
    Cancelled,
    /// It was cancelled, and takes place all the same.
    Restored,
}

/// What a booking is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Asked for.
    Requested,
    /// Firm, be it by its feed or by the operator's word.
    Booked,
    /// It does not take place.
    Cancelled,
}

/// What a write adds to the log: what a line of the ledger was before, and what it is after, which is written `now`.
#[must_use]
pub fn lines(before: Option<&Link>, after: &Link, now: DateTime<Utc>) -> Vec<LogLine> {
    let numbered = (before.map_or(0, |before| before.logged) + 1..).zip(news(before, after));
    let line = |(number, news)| LogLine {
        booking: after.id.clone(),
        number,
        asset: after.asset.clone(),
        origin: after.origin.clone(),
        first_seen: after.first_seen,
        at: now,
        news,
        standing: standing(after).unwrap_or(Standing::Cancelled),
        period: after.content.period(),
        value: after.content.value,
    };
    numbered.map(line).collect()
}

/// How many lines tell of a line of the ledger after this write.
pub(crate) fn count(before: Option<&Link>, after: &Link) -> u32 {
    let new = u32::try_from(news(before, after).len()).unwrap_or(u32::MAX);
    before.map_or(0, |before| before.logged).saturating_add(new)
}

fn news(before: Option<&Link>, after: &Link) -> Vec<News> {
    let was = before.and_then(standing);
    let is = standing(after);
    let mut news = Vec::new();
    match (was, is) {
        (Some(Standing::Cancelled) | None, Some(Standing::Cancelled) | None) => {}
        (_, Some(Standing::Cancelled) | None) => news.push(News::Cancelled),
        (None, Some(Standing::Requested)) => news.push(News::Requested),
        (None | Some(Standing::Requested), Some(Standing::Booked)) => news.push(News::Booked),
        (Some(Standing::Booked), Some(Standing::Requested)) => news.push(News::Withdrawn),
        (Some(Standing::Cancelled), Some(_)) => news.push(News::Restored),
        (Some(Standing::Requested), Some(Standing::Requested))
        | (Some(Standing::Booked), Some(Standing::Booked)) => {}
    }
    let stays = |standing: Option<Standing>| standing.is_some_and(|standing| standing != Standing::Cancelled);
    if let Some(before) = before.filter(|_| stays(was) && stays(is)) {
        let changes = [
            (before.content.period() != after.content.period(), News::Moved),
            (before.content.value != after.content.value, News::Valued),
            (before.origin != after.origin, News::Adopted),
        ];
        news.extend(
            changes
                .into_iter()
                .filter(|(is_so, _)| *is_so)
                .map(|(_, news)| news),
        );
    }
    news
}

/// What a line of the ledger is as a booking. A block is none, and what takes up no time is none either.
#[must_use]
pub fn standing(link: &Link) -> Option<Standing> {
    let content = &link.content;
    if !content.is_opaque || content.period().is_empty() {
        return None;
    }
    match link.weight() {
        Kind::Block => None,
        _ if !link.is_live() => Some(Standing::Cancelled),
        Kind::Hold => Some(Standing::Requested),
        Kind::Reservation => Some(Standing::Booked),
    }
}

/// What the log makes of one booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Its last line.
    pub last: LogLine,
    /// Whether it is firm, or was when it was cancelled.
    pub is_booked: bool,
}

impl Course {
    /// How a booking begins.
    #[must_use]
    pub fn begun(line: LogLine) -> Self {
        Self {
            is_booked: line.standing == Standing::Booked,
            last: line,
        }
    }

    /// Takes the booking's next line. One that was there before changes nothing.
    pub fn take(&mut self, line: LogLine) {
        if line.number <= self.last.number && line.first_seen == self.last.first_seen {
            return;
        }
        match line.standing {
            Standing::Booked => self.is_booked = true,
            Standing::Requested => self.is_booked = false,
            Standing::Cancelled => {}
        }
        self.last = line;
    }
}

/// What the log makes of every booking, by id; the lines of each are in their order.
#[must_use]
pub fn fold(lines: impl IntoIterator<Item = LogLine>) -> BTreeMap<String, Course> {
    let mut courses: BTreeMap<String, Course> = BTreeMap::new();
    for line in lines {
        match courses.get_mut(&line.booking) {
            Some(course) => course.take(line),
            None => drop(courses.insert(line.booking.clone(), Course::begun(line))),
        }
    }
    courses
}

#[cfg(test)]
mod tests;
