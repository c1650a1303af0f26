//! What a feed gets wrong, and what we made of it.

use std::fmt;

use crate::RuleError;

/// One complaint about a feed. Its `Display` is for the operator; it never quotes a text, a URL or a UID of the feed,
/// because these may hold guests' names or secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The line of the body, from 1, where it begins; absent when it concerns the whole.
    pub line: Option<u32>,
    /// What is wrong.
    pub kind: WarningKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// The bytes are not UTF-8 here; they were taken as Windows-1252, which loses nothing.
    NotUtf8,
    /// A line is no `NAME:value`; it was left out.
    UnreadableLine,
    /// No `BEGIN:VCALENDAR` around an event; it belongs to no calendar and was left out.
    NoCalendar,
    /// The body stops before `END:VCALENDAR`, or before the end of what is named.
    Unfinished(&'static str),
    /// An `END` that matches no open `BEGIN`, or closes others on its way.
    UnmatchedEnd,
    /// An event has no readable `DTSTART`; it was left out.
    NoStart,
    /// A property that tells when is unreadable; it was left out.
    UnreadableTime(&'static str),
    /// A rule is wrong; the event is kept without it.
    Rule(RuleError),
    /// The end lies before the start; the two were exchanged.
    EndBeforeStart,
    /// A zone that neither the IANA database nor this calendar defines; its times are taken as floating.
    UnknownZone,
    /// A zone that the IANA database knows is defined otherwise, and an event's time depends on it; the database counts.
    ZoneDisagrees,
    /// A zone of the calendar's own changes more often than can be worked out; later changes are missing.
    EndlessZone,
    /// A zone definition of the calendar's own is unreadable, in part or whole.
    UnreadableZone,
    /// More components than the limit; the rest was left out.
    TooMany(&'static str),
    /// Different events share one `UID`; the latest version counts.
    SharedUid,
    /// Recurrences are missing: the budget ran out.
    OutOfBudget,
    /// So many warnings more were not kept.
    More(usize),
}

impl Warning {
    pub(crate) const fn at(line: u32, kind: WarningKind) -> Self {
        Self {
            line: Some(line),
            kind,
        }
    }

    pub(crate) const fn of(kind: WarningKind) -> Self {
        Self { line: None, kind }
    }

    /// Whether something that could be an event or its time may have been lost: such a body proves no absence.
    #[must_use]
    pub const fn is_loss(&self) -> bool {
        !matches!(
            self.kind,
            WarningKind::NotUtf8
                | WarningKind::EndBeforeStart
                | WarningKind::UnknownZone
                | WarningKind::ZoneDisagrees
        )
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        self.kind.fmt(f)
    }
}

impl WarningKind {
    /// How many complaints it stands for.
    #[must_use]
    pub const fn count(&self) -> usize {
        match self {
            Self::More(count) => *count,
            _ => 1,
        }
    }

    /// A stable name for machines.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotUtf8 => "not-utf8",
            Self::UnreadableLine => "unreadable-line",
            Self::NoCalendar => "no-calendar",
            Self::Unfinished(_) => "unfinished",
            Self::UnmatchedEnd => "unmatched-end",
            Self::NoStart => "no-start",
            Self::UnreadableTime(_) => "unreadable-time",
            Self::Rule(error) => error.name(),
            Self::EndBeforeStart => "end-before-start",
            Self::UnknownZone => "unknown-zone",
            Self::ZoneDisagrees => "zone-disagrees",
            Self::EndlessZone => "endless-zone",
            Self::UnreadableZone => "unreadable-zone",
            Self::TooMany(_) => "too-many",
            Self::SharedUid => "shared-uid",
            Self::OutOfBudget => "out-of-budget",
            Self::More(_) => "more",
        }
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => write!(f, "not UTF-8, taken as Windows-1252"),
            Self::UnreadableLine => write!(f, "not a property, left out"),
            Self::NoCalendar => write!(f, "event outside of a VCALENDAR, left out"),
            Self::Unfinished(what) => write!(f, "{what} has no END"),
            Self::UnmatchedEnd => write!(f, "END without its BEGIN"),
            Self::NoStart => write!(f, "event without a readable DTSTART, left out"),
            Self::UnreadableTime(property) => write!(f, "unreadable {property}, left out"),
            Self::Rule(error) => write!(f, "recurrence rule left out: {error}"),
            Self::EndBeforeStart => write!(f, "event ends before it starts, taken the other way round"),
            Self::UnknownZone => write!(f, "unknown time zone, times taken as floating"),
            Self::ZoneDisagrees => {
                write!(
                    f,
                    "VTIMEZONE of a known zone gives other offsets, those of the IANA database were taken"
                )
            }
            Self::EndlessZone => write!(f, "time zone changes too often, its later changes left out"),
            Self::UnreadableZone => write!(f, "unreadable VTIMEZONE"),
            Self::TooMany(what) => write!(f, "too many {what}, the rest left out"),
            Self::SharedUid => write!(f, "different events share one UID, only the latest counts"),
            Self::OutOfBudget => write!(f, "too many recurrences, some left out"),
            Self::More(count) => write!(f, "{count} more warnings"),
        }
    }
}
