//! Bookings that exist nowhere: the same ones for every program that is measured, as one feed and as a file each.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};

/// The first booking begins then: 2027-01-01T00:00:00Z.
const FIRST: DateTime<Utc> = DateTime::from_timestamp(1_798_761_600, 0).unwrap();

/// Bookings of one boat, one every four hours, some of them a quarter of an hour late.
pub(super) struct Trace {
    is_late: Vec<bool>,
}

impl Trace {
    /// So many bookings, none of them late.
    pub(super) fn new(count: usize) -> Self {
        Self {
            is_late: vec![false; count],
        }
    }

    /// Moves the first of every so many bookings, there or back, and says which.
    pub(super) fn move_every(&mut self, step: usize) -> Vec<usize> {
        let mut moved = Vec::new();
        for (number, is_late) in self.is_late.iter_mut().enumerate().step_by(step) {
            *is_late = !*is_late;
            moved.push(number);
        }
        moved
    }

    /// All of them as one feed.
    pub(super) fn feed(&self) -> String {
        let all: Vec<usize> = (0..self.is_late.len()).collect();
        self.calendar(&all)
    }

    /// These of them as a file each, as vdirsyncer keeps them.
    pub(super) fn lay(&self, folder: &Path, numbers: &[usize]) -> Result<()> {
        for number in numbers {
            let file = folder.join(format!("booking-{number}.ics"));
            fs::write(&file, self.calendar(&[*number]))
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }

    fn calendar(&self, numbers: &[usize]) -> String {
        let mut text =
            String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Landfall//Benchmark//EN\r\n");
        for number in numbers {
            self.event(&mut text, *number);
        }
        text + "END:VCALENDAR\r\n"
    }

    fn event(&self, text: &mut String, number: usize) {
        let is_late = self.is_late.get(number).copied().unwrap_or_default();
        let late = TimeDelta::minutes(if is_late { 15 } else { 0 });
        let start = FIRST + TimeDelta::hours(4) * i32::try_from(number).unwrap_or(i32::MAX) + late;
        let [start, end] = [start, start + TimeDelta::hours(2)].map(|at| at.format("%Y%m%dT%H%M%SZ"));
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "BEGIN:VEVENT\r\nUID:booking-{number}@trace.example\r\nDTSTAMP:20261201T000000Z\r\nDTSTART:{start}\r\n\
             DTEND:{end}\r\nSUMMARY:Reserved - party {number}\r\nDESCRIPTION:Four people\\, two hours\\, and a boat with \
             an awning. They come b\r\n y car and have been here before.\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\n"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_read_wholly_and_moving_twice_brings_it_back() {
        let mut trace = Trace::new(250);
        let before = trace.feed();
        let reading = calendar::read(before.as_bytes(), &calendar::Limits::default()).unwrap();
        assert!(
            reading.complete && reading.warnings.is_empty(),
            "{:?}",
            reading.warnings
        );
        assert_eq!(reading.calendar.events.len(), 250);
        assert_eq!(trace.move_every(100), [0, 100, 200]);
        assert_ne!(trace.feed(), before);
        trace.move_every(100);
        assert_eq!(trace.feed(), before);
    }
}
