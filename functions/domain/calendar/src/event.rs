//! A calendar and its events: what [`read`](crate::read) makes and [`write`](crate::write()) takes.

use chrono::{DateTime, Utc};

use crate::{CustomZone, EventTime, Length, Rule};

/// One iCalendar object. Several in one body are read as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Who wrote it: `PRODID`.
    pub product: Option<String>,
    /// Its title: `X-WR-CALNAME`, or `NAME` of RFC 7986.
    pub name: Option<String>,
    /// The zone that the writer suggests for floating times: `X-WR-TIMEZONE`. Floating times are of it.
    pub zone_hint: Option<String>,
    /// Its own time zones, those of the IANA database left out.
    pub zones: Vec<CustomZone>,
    /// Its events in the order of the file, overrides of single recurrences among them.
    pub events: Vec<Event>,
}

/// One `VEVENT`. Texts are unescaped; what is absent or empty is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `UID`; empty when the feed gives none. Such an event belongs to no other.
    pub uid: String,
    /// Which recurrence of its `UID` this event replaces.
    pub recurrence_id: Option<RecurrenceId>,
    /// `SEQUENCE`: of two versions of one event the higher counts.
    pub sequence: u32,
    /// When the feed says it was made: `DTSTAMP`; the epoch when it says nothing.
    pub stamp: DateTime<Utc>,
    /// When it begins.
    pub start: EventTime,
    /// When it ends.
    pub end: EventEnd,
    /// The title.
    pub summary: Option<String>,
    /// The text.
    pub description: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// `URL`.
    pub url: Option<String>,
    /// `STATUS`.
    pub status: Status,
    /// Whether it takes up time: `TRANSP`.
    pub transparency: Transparency,
    /// `CATEGORIES`, with runs of white space as one space.
    pub categories: Vec<String>,
    /// When it was first stored at its origin.
    pub created: Option<DateTime<Utc>>,
    /// When it was last changed at its origin.
    pub last_modified: Option<DateTime<Utc>>,
    /// The rules that make it recur.
    pub rules: Vec<Rule>,
    /// The rules that take recurrences away: `EXRULE`, of the older RFC 2445.
    pub exclusion_rules: Vec<Rule>,
    /// Recurrences beside the rules.
    pub rdates: Vec<RDate>,
    /// Recurrences that do not take place.
    pub exdates: Vec<EventTime>,
}

/// How the end was given. A date that is an end is exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventEnd {
    /// `DTEND`.
    At(EventTime),
    /// `DURATION`, or what RFC 5545 says holds without either.
    After(Length),
}

/// `RECURRENCE-ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecurrenceId {
    /// When the recurrence would have begun.
    pub at: EventTime,
    /// `RANGE=THISANDFUTURE`: the later ones change alike.
    pub this_and_future: bool,
}

/// One value of `RDATE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RDate {
    /// When this recurrence begins.
    pub start: EventTime,
    /// Its own end, if it was given as a period.
    pub end: Option<EventEnd>,
}

/// `STATUS` of an event. A cancelled one is kept: that it was cancelled is news.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// `CONFIRMED`, or nothing said.
    #[default]
    Confirmed,
    /// `TENTATIVE`
    Tentative,
    /// `CANCELLED`
    Cancelled,
}

/// `TRANSP`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Transparency {
    /// `OPAQUE`, or nothing said: it takes up time.
    #[default]
    Opaque,
    /// `TRANSPARENT`: it does not.
    Transparent,
}

impl Event {
    /// An event with a name and a time, and nothing else said. It ends as RFC 5545 has it for one without an
    /// end: a date after one day, a time at once.
    #[must_use]
    pub fn new(uid: impl Into<String>, start: EventTime) -> Self {
        let end = EventEnd::After(default_length(&start));
        Self {
            uid: uid.into(),
            recurrence_id: None,
            sequence: 0,
            stamp: DateTime::UNIX_EPOCH,
            start,
            end,
            summary: None,
            description: None,
            location: None,
            url: None,
            status: Status::default(),
            transparency: Transparency::default(),
            categories: Vec::new(),
            created: None,
            last_modified: None,
            rules: Vec::new(),
            exclusion_rules: Vec::new(),
            rdates: Vec::new(),
            exdates: Vec::new(),
        }
    }
}

pub(crate) const fn default_length(start: &EventTime) -> Length {
    if start.is_date() {
        Length::DAY
    } else {
        Length::ZERO
    }
}
