//! Real feeds, all the way: simulator, HTTP, function, API.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::cloud::Cloud;
use super::landfall::{need, root};

const LISTING: &str = "boatsetter-pontoon";
/// The API's longest window, in seconds.
const LONGEST_WINDOW: i64 = 400 * 24 * 3600;
const FEWEST_STARTS: usize = 3;
const MOST_FEEDS: usize = 8;
const FEWEST_FEEDS: usize = 5;

/// A line of `expected-expansion.jsonl`.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    pub(super) file: String,
    pub(super) status: String,
    pub(super) events: Option<usize>,
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) starts: Option<Vec<i64>>,
}

/// The corpus' calendars, and what the reference says of each, in the files' order.
pub(super) fn rows() -> Option<(PathBuf, Vec<Row>)> {
    let folder = PathBuf::from(need("LANDFALL_CORPUS")?).join("ics");
    let text = fs::read_to_string(folder.join("expected-expansion.jsonl")).unwrap();
    let mut rows: Vec<Row> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    rows.sort_by(|one, other| one.file.cmp(&other.file));
    Some((folder, rows))
}

/// The files on which we differ from the reference, each for a reason that the calendar's own tests hold.
pub(super) fn explained() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("functions/domain/calendar/src/corpus_misses.tsv")).unwrap();
    text.lines()
        .skip(1)
        .map(|line| line.split_once('\t').unwrap().0.to_owned())
        .collect()
}

#[test]
fn real_feeds_travel_the_whole_way_and_keep_their_starts() {
    let Some((folder, rows)) = rows() else { return };
    let Some(cloud) = Cloud::own("corpus") else { return };
    let explained = explained();
    let fit: Vec<Row> = rows
        .into_iter()
        .filter(|row| fits(&folder, row) && !explained.contains(&row.file))
        .take(MOST_FEEDS)
        .collect();
    assert!(fit.len() >= FEWEST_FEEDS, "{fit:#?}");
    for row in fit {
        cloud.publish(LISTING, fs::read(folder.join(&row.file)).unwrap());
        let (from, to) = row.window().unwrap();
        let window = format!("from={}&to={}", instant(from), instant(to));
        let path = format!("/platforms/bookings?asset=pontoon&platform=boatsetter&{window}&limit=1000");
        let answer = cloud.get(&path).with_status(200);
        let body = answer.body();
        let starts = body["bookings"].as_array().unwrap().iter().map(|booking| {
            let start: DateTime<Utc> = booking["start"].as_str().unwrap().parse().unwrap();
            start.timestamp()
        });
        // The API tells what shows in the window, the reference what starts in it.
        let found: BTreeSet<i64> = starts.filter(|start| *start >= from).collect();
        assert_eq!(
            found,
            row.distinct_starts(),
            "{}: {:?}",
            row.file,
            answer.source(LISTING)
        );
        println!("{}: {} starts", row.file, found.len());
    }
}

impl Row {
    /// The reference's window, as far as the API answers at once.
    fn window(&self) -> Option<(i64, i64)> {
        let from = (self.starts.as_ref()?.first()? - 1).max(self.start?);
        Some((from, self.end?.min(from + LONGEST_WINDOW)))
    }

    /// Starts in that window. Platforms that emit several events for one stay tell of one booking.
    fn distinct_starts(&self) -> BTreeSet<i64> {
        let window = self.window().map(|(from, to)| from..to).unwrap_or_default();
        let starts = self.starts.iter().flatten().copied();
        starts.filter(|start| window.contains(start)).collect()
    }
}

/// Feeds with enough in them, and no zone but UTC and IANA's: what is floating or a whole day is at another instant in
/// the asset's zone than in the reference.
fn fits(folder: &Path, row: &Row) -> bool {
    row.status == "ok"
        && row.distinct_starts().len() >= FEWEST_STARTS
        && is_zoned(&fs::read(folder.join(&row.file)).unwrap())
}

fn is_zoned(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut in_zone = false;
    text.lines().all(|line| {
        match line.trim_end() {
            "BEGIN:VTIMEZONE" => in_zone = true,
            "END:VTIMEZONE" => in_zone = false,
            _ => {}
        }
        let is_time = ["DTSTART", "RECURRENCE-ID", "RDATE"]
            .iter()
            .any(|name| line.starts_with(name));
        let zone = line
            .split_once("TZID=")
            .and_then(|(_, rest)| rest.split([':', ';']).next());
        let is_known = zone.is_some_and(|zone| Tz::from_str(zone).is_ok());
        in_zone || !is_time || is_known || line.trim_end().ends_with('Z')
    })
}

fn instant(seconds: i64) -> String {
    let instant = DateTime::from_timestamp(seconds, 0).unwrap();
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
