//! Time zones that a calendar defines for itself, and the names and definitions of those that everybody knows.

mod definition;
mod names;
#[cfg(test)]
mod tests;
mod transitions;
mod yearly;

use std::sync::Arc;

use chrono::NaiveDateTime;

pub(crate) use definition::Coverage;
pub(crate) use names::iana_zone;
pub(crate) use transitions::ZoneTable;

use crate::Rule;

/// A `VTIMEZONE` whose name the IANA database does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomZone {
    /// `TZID`
    pub id: Arc<str>,
    /// Its `STANDARD` and `DAYLIGHT` parts, in the order of the file.
    pub observances: Vec<Observance>,
}

/// One part of a zone: an offset and when it takes effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observance {
    /// Whether it is `DAYLIGHT`. It has no bearing on the offset.
    pub daylight: bool,
    /// The first onset, on the wall as it was before.
    pub start: NaiveDateTime,
    /// Seconds east of UTC before the onset.
    pub offset_from: i32,
    /// Seconds east of UTC after it.
    pub offset_to: i32,
    /// Later onsets, by rule.
    pub rules: Vec<Rule>,
    /// Later onsets, one by one.
    pub onsets: Vec<NaiveDateTime>,
}
