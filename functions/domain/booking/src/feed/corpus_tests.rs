//! Other people's calendars as bookings. The corpus is no part of the project: `LANDFALL_CORPUS` says where it is, and
//! without it the test skips itself by name.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use calendar::{Budget, Limits, Period, expand, read};
use chrono::DateTime;
use chrono_tz::America::New_York;

use super::*;

fn calendars(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            calendars(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "ics") {
            found.push(path);
        }
    }
}

/// Ids are unique, and no time is lost or gained by merging, whatever the feed.
fn check(path: &Path) -> usize {
    let Ok(reading) = read(&fs::read(path).unwrap(), &Limits::default()) else {
        return 0;
    };
    let [from, to] = [946_684_800, 1_893_456_000].map(|at| DateTime::from_timestamp(at, 0).unwrap());
    let budget = Budget {
        steps: 200_000,
        occurrences: 2_000,
    };
    let expansion = expand(&reading.calendar, Period::new(from, to), New_York, &budget);
    let listing = Listing {
        id: "l".to_owned(),
        platform: "p".to_owned(),
        asset: "a".to_owned(),
    };
    let FeedBookings { bookings, .. } = from_feed(&listing, &Rules::default(), &expansion);

    let ids: HashSet<&str> = bookings.iter().map(|booking| booking.id.as_str()).collect();
    assert_eq!(ids.len(), bookings.len(), "{}", path.display());
    let told = Period::union(bookings.iter().map(|booking| booking.period));
    let read = Period::union(expansion.occurrences.iter().map(|occurrence| occurrence.period));
    assert_eq!(told, read, "{}", path.display());
    bookings.len()
}

#[test]
fn every_calendar_of_the_corpus_becomes_bookings() {
    let Some(root) = testkit::need("every_calendar_of_the_corpus_becomes_bookings", "LANDFALL_CORPUS") else {
        return;
    };
    let mut found = Vec::new();
    calendars(&Path::new(&root).join("ics"), &mut found);
    let bookings: usize = found.iter().map(|path| check(path)).sum();
    assert!(
        found.len() >= 100 && bookings > found.len(),
        "{} files, {bookings} bookings",
        found.len()
    );
}
