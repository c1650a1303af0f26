//! The RFC 5545 room: iCalendar text to a model and back, recurrence, periods, overlaps.
//!
//! Invariant: nothing here reads a clock, an environment, a file or a network, and nothing panics or runs
//! without a bound, whatever bytes come in. What a feed gets wrong is a [`Warning`]; an error is only what
//! leaves no answer at all.
//!
//! The usual way through: [`read`] the bytes, [`expand`] the calendar over a window, [`conflicts`] between
//! what came out; [`write()`] for the way back. [`inspect`] does the first two for a person to look at.
//!
//! Content lines are read here and not by `calcard`, and rules are walked here and not by `rrule`, because what
//! we owe the operator needs what these two drop: `calcard` reads `INTERVAL=0` as 1, `20250101T1300Z` as a
//! floating time, and keeps no line numbers; `rrule` cannot start at a window, and what it does between two
//! recurrences cannot be counted: a rule that never holds costs it some 10 ms, so a feed of 100,000 such a quarter of
//! an hour. Both are the oracles that the tests compare with, and `calcard` knows the names that Windows and Lotus
//! give to time zones.

mod conflict;
#[cfg(test)]
mod corpus_tests;
mod event;
mod expand;
mod inspect;
mod local_time;
mod period;
mod read;
mod rule;
mod time;
mod warning;
mod write;
mod zone;

pub use conflict::conflicts;
pub use event::{Calendar, Event, EventEnd, RDate, RecurrenceId, Status, Transparency};
pub use expand::{Budget, Expansion, Occurrence, expand};
pub use inspect::{Inspection, InspectionStatus, Question, inspect};
pub use local_time::{Clock, resolve_local};
pub use period::Period;
pub use read::{Limits, ReadError, Reading, read};
pub use rule::{ByDay, Frequency, Rule, RuleError, Until};
pub use time::{EventTime, Length, ZoneName};
pub use warning::{Warning, WarningKind};
pub use write::{publish, write};
pub use zone::{CustomZone, Observance};
