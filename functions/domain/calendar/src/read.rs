//! iCalendar text to a [`Calendar`].
//!
//! Lenient where the meaning is clear and honest where it is not: what cannot be read becomes a [`Warning`] that
//! names the line, and a [`Reading`] says whether anything that matters was lost.

mod agreement;
mod component;
mod event;
mod line;
mod property;
#[cfg(test)]
pub(crate) mod tests;
mod zone;

use std::borrow::Cow;

use component::Components;
use event::EventReader;
pub(crate) use line::is_stray;
use property::Property;
use zone::Zones;

use crate::{Calendar, Event, Warning, WarningKind};

/// What reading may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest body, in bytes.
    pub bytes: usize,
    /// The deepest nesting of components. RFC 5545 needs 3.
    pub depth: usize,
    /// The most events; those beyond are left out with a warning.
    pub events: usize,
    /// The most warnings that are kept.
    pub warnings: usize,
}

/// A calendar and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What was read.
    pub calendar: Calendar,
    /// How many `VEVENT`s the body has, readable or not, in a calendar or not; those of a component that never ends
    /// are not counted, because nobody knows how many it was to have.
    pub event_components: usize,
    /// What the feed got wrong, in the order of the file.
    pub warnings: Vec<Warning>,
    /// Whether the body began and ended as a calendar and nothing that could be an event was lost on the way. Only
    /// then is the absence of an event evidence that it is gone.
    pub complete: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No component begins anywhere in it.
    #[error("not an iCalendar file: {hint}")]
    NotACalendar {
        /// What it looks like.
        hint: &'static str,
    },
    /// The body is longer than allowed.
    #[error("larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit that holds.
        limit_bytes: usize,
    },
    /// Components nest deeper than allowed.
    #[error("line {line}: components nest deeper than {limit}")]
    TooDeep {
        /// Where it becomes too deep, from 1.
        line: u32,
        /// The limit that holds.
        limit: usize,
    },
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            depth: 32,
            events: 200_000,
            warnings: 200,
        }
    }
}

/// Reads iCalendar text. Time and memory are linear in the bytes, whatever they are.
///
/// # Errors
/// [`ReadError`] when there is nothing to read: no calendar, or more than the limits allow.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Reading, ReadError> {
    if bytes.len() > limits.bytes {
        return Err(ReadError::TooLarge {
            limit_bytes: limits.bytes,
        });
    }
    let bytes = from_utf16(bytes);
    let mut complaints = Complaints::new(limits.warnings);
    let components = Components::of(&bytes, limits, &mut complaints)?;
    if components.begun == 0 {
        return Err(ReadError::NotACalendar {
            hint: appearance(&bytes),
        });
    }
    let calendar = assemble(&components, &mut complaints);
    let (warnings, lost) = complaints.finish();
    Ok(Reading {
        calendar,
        event_components: components.events_ended,
        warnings,
        complete: !lost,
    })
}

/// Makes the calendar of its components.
fn assemble(components: &Components<'_>, complaints: &mut Complaints) -> Calendar {
    let zones = Zones::of(&components.zones, complaints);
    let mut reader = EventReader::new(zones, complaints);
    let events: Vec<Event> = components
        .events
        .iter()
        .filter_map(|event| reader.event(event))
        .collect();
    let (zones, redefined) = reader.into_zones().into_parts();
    redefined.compare(&events, complaints);
    let first = |name: &str| {
        components
            .calendar
            .iter()
            .filter(|property| property.name().eq_ignore_ascii_case(name))
            .find_map(Property::text_value)
    };
    Calendar {
        product: first("PRODID"),
        name: first("X-WR-CALNAME").or_else(|| first("NAME")),
        zone_hint: first("X-WR-TIMEZONE"),
        zones,
        events,
    }
}

/// The warnings so far, and whether one of them was a loss. It forgets none of those it does not keep.
pub(crate) struct Complaints {
    kept: Vec<Warning>,
    most: usize,
    dropped: usize,
    lost: bool,
}

impl Complaints {
    pub(crate) const fn new(most: usize) -> Self {
        Self {
            kept: Vec::new(),
            most,
            dropped: 0,
            lost: false,
        }
    }

    pub(crate) fn push(&mut self, warning: Warning) {
        self.lost |= warning.is_loss();
        if self.kept.len() < self.most {
            self.kept.push(warning);
        } else {
            self.dropped += 1;
        }
    }

    pub(crate) fn finish(mut self) -> (Vec<Warning>, bool) {
        self.kept.sort_by_key(|warning| warning.line.unwrap_or(u32::MAX));
        if self.dropped > 0 {
            self.kept.push(Warning::of(WarningKind::More(self.dropped)));
        }
        (self.kept, self.lost)
    }
}

/// Some exporters write UTF-16; a byte order mark gives it away.
fn from_utf16(bytes: &[u8]) -> Cow<'_, [u8]> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Cow::Borrowed(bytes),
    };
    let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units)
        .map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Cow::Owned(text.into_bytes())
}

/// What a body that is no calendar looks like: the first thing that someone who looks into it wants to know.
fn appearance(bytes: &[u8]) -> &'static str {
    match bytes.trim_ascii_start() {
        [] => "it is empty",
        [0x1f, 0x8b, ..] => "it looks like gzip",
        [b'P', b'K', 3, 4, ..] => "it looks like a zip archive",
        [b'%', b'P', b'D', b'F', ..] => "it looks like a PDF",
        [b'<', b'?', b'x', b'm', b'l', ..] => "it looks like XML",
        [b'<', ..] => "it looks like HTML",
        [b'{' | b'[', ..] => "it looks like JSON",
        _ => "no component begins in it",
    }
}
