//! Our reader and expander against files and answers that others made. The corpus is no part of the project:
//! `LANDFALL_CORPUS` says where it is, and without it these tests skip themselves by name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::rule::{Steps, Walk};
use crate::{
    Budget, Calendar, InspectionStatus, Limits, Period, Question, Rule, Until, Warning, WarningKind, inspect,
    read, resolve_local, write,
};

#[derive(Deserialize)]
struct Row {
    file: String,
    status: String,
    events: Option<usize>,
    start: Option<i64>,
    end: Option<i64>,
    starts: Option<Vec<i64>>,
}

#[derive(Debug, Deserialize)]
struct RuleCase {
    dtstart: String,
    tz: Option<String>,
    rrule: String,
    n: usize,
    #[serde(rename = "ref")]
    expected: Vec<i64>,
    kind: String,
}

/// The corpus's iCalendar folder, unless nobody named a corpus.
fn corpus(test: &str) -> Option<PathBuf> {
    let root = testkit::need(test, "LANDFALL_CORPUS")?;
    let folder = Path::new(&root).join("ics");
    assert!(folder.is_dir(), "{} is no folder", folder.display());
    Some(folder)
}

fn lines<T: for<'de> Deserialize<'de>>(path: &Path) -> Vec<T> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn rows(folder: &Path) -> Vec<(Row, Vec<u8>)> {
    let rows: Vec<Row> = lines(&folder.join("expected-expansion.jsonl"));
    assert!(!rows.is_empty());
    rows.into_iter()
        .map(|row| {
            let bytes = fs::read(folder.join(&row.file)).unwrap();
            (row, bytes)
        })
        .collect()
}

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn question(row: &Row) -> Question {
    let window = row
        .start
        .zip(row.end)
        .map(|(start, end)| Period::new(instant(start), instant(end)));
    Question {
        window,
        floating: Tz::UTC,
        limits: Limits::default(),
        budget: Budget::default(),
    }
}

/// Whether a file defines a zone that the IANA database does not know by that name.
fn has_custom_zone(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut in_zone = false;
    text.lines().any(|line| {
        match line.trim() {
            "BEGIN:VTIMEZONE" => in_zone = true,
            "END:VTIMEZONE" => in_zone = false,
            _ => {}
        }
        let id = line.trim().strip_prefix("TZID:").filter(|_| in_zone);
        id.is_some_and(|id| Tz::from_str(id).is_err())
    })
}

/// How a file tells its zones, as far as it matters to how we get them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ZoneClass {
    /// By their IANA names, in UTC, or not at all.
    Plain,
    /// It defines zones, and each has a name that means one of the IANA database.
    KnownByAnotherName,
    /// It defines zones that nobody else knows.
    DefinedByItself,
}

fn zone_class(bytes: &[u8]) -> ZoneClass {
    let reading = read(bytes, &Limits::default());
    match reading {
        Ok(reading) if !reading.calendar.zones.is_empty() => ZoneClass::DefinedByItself,
        _ if has_custom_zone(bytes) => ZoneClass::KnownByAnotherName,
        _ => ZoneClass::Plain,
    }
}

/// A file on whose answer we differ from the reference on purpose, by name, class and reason.
fn explained() -> BTreeMap<&'static str, &'static str> {
    include_str!("corpus_misses.tsv")
        .lines()
        .skip(1)
        .map(|line| line.split_once('\t').unwrap())
        .collect()
}

/// Fails when an explained difference is gone, so that the list stays true. Of files that it does not name, as
/// another half of the corpus has, only the threshold speaks.
fn check_explained(rows: &[(Row, Vec<u8>)], class: &str, misses: &[&str]) {
    let of_class = explained().into_iter().filter(|(_, why)| why.starts_with(class));
    for (file, why) in of_class {
        let present = rows.iter().any(|(row, _)| row.file == file);
        assert!(!present || misses.contains(&file), "{file} agrees now: {why}");
    }
    for file in misses {
        if !explained().contains_key(file) {
            eprintln!("unexplained: {file}");
        }
    }
}

#[test]
fn every_event_that_the_reference_counts_is_counted() {
    let Some(folder) = corpus("every_event_that_the_reference_counts_is_counted") else {
        return;
    };
    let rows = rows(&folder);
    let mut misses = Vec::new();
    for (row, bytes) in rows.iter().filter(|(row, _)| row.status == "ok") {
        let found = inspect(row.file.clone(), bytes, &question(row));
        if found.status != InspectionStatus::Ok || Some(found.events) != row.events {
            misses.push(row.file.as_str());
        }
    }
    check_explained(&rows, "count", &misses);
    let unexplained: Vec<_> = misses
        .iter()
        .filter(|file| !explained().contains_key(*file))
        .collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}

#[test]
fn occurrences_start_when_the_reference_says() {
    let Some(folder) = corpus("occurrences_start_when_the_reference_says") else {
        return;
    };
    let rows = rows(&folder);
    let mut misses = Vec::new();
    // Right and all.
    let mut tally: BTreeMap<ZoneClass, (usize, usize)> = BTreeMap::new();
    for (row, bytes) in &rows {
        let Some(expected) = &row.starts else { continue };
        let found = inspect(row.file.clone(), bytes, &question(row));
        let right = found.starts.as_ref() == Some(expected);
        let (rights, all) = tally.entry(zone_class(bytes)).or_default();
        *rights += usize::from(right);
        *all += 1;
        if !right {
            misses.push(row.file.as_str());
        }
    }
    eprintln!("starts agree: {tally:?}");
    check_explained(&rows, "starts", &misses);
    let sum = |tally: &[(usize, usize)]| {
        tally
            .iter()
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    };
    let all: Vec<_> = tally.values().copied().collect();
    tally.remove(&ZoneClass::Plain);
    let custom: Vec<_> = tally.values().copied().collect();
    for ((right, of), percent) in [(sum(&all), 94), (sum(&custom), 92)] {
        assert!(of > 0 && right * 100 >= of * percent, "{right}/{of}: {misses:#?}");
    }
}

/// Shortened and outdated definitions exist, but they are few: if ours were read wrongly, most would disagree.
#[test]
fn definitions_of_known_zones_mostly_agree_with_the_database() {
    let Some(folder) = corpus("definitions_of_known_zones_mostly_agree_with_the_database") else {
        return;
    };
    let rows = rows(&folder);
    let (mut defined, mut disagree) = (0, Vec::new());
    for (row, bytes) in &rows {
        let Ok(reading) = read(bytes, &Limits::default()) else {
            continue;
        };
        let text = String::from_utf8_lossy(bytes);
        defined += usize::from(text.contains("BEGIN:VTIMEZONE") && reading.calendar.zones.is_empty());
        let differs = |warning: &Warning| warning.kind == WarningKind::ZoneDisagrees;
        if reading.warnings.iter().any(differs) {
            disagree.push(row.file.as_str());
        }
    }
    eprintln!("known zones defined in {defined} files, otherwise in {disagree:#?}");
    assert!(disagree.len() * 10 <= defined, "{}/{defined}", disagree.len());
}

#[test]
fn rules_recur_as_the_references_say() {
    let Some(folder) = corpus("rules_recur_as_the_references_say") else {
        return;
    };
    let cases: Vec<RuleCase> = lines(&folder.join("rrule-cases.jsonl"));
    let wrong: Vec<&RuleCase> = cases
        .iter()
        .filter(|case| instants(case) != case.expected)
        .collect();
    let count = |kind: &str| {
        let wrong = wrong.iter().filter(|case| case.kind == kind).count();
        let all = cases.iter().filter(|case| case.kind == kind).count();
        format!("{kind} {}/{all}", all - wrong)
    };
    eprintln!(
        "rules agree: {}, {}, {}",
        count("utc"),
        count("dst"),
        count("libical")
    );
    assert!(wrong.iter().all(|case| case.kind != "dst"), "{wrong:#?}");
    assert!(wrong.len() * 100 <= cases.len() * 2, "{wrong:#?}");
}

/// The first recurrences of a case, one more than it expects if it expects all there are.
fn instants(case: &RuleCase) -> Vec<i64> {
    let start = NaiveDateTime::parse_from_str(&case.dtstart, "%Y%m%dT%H%M%S").unwrap();
    let zone = Tz::from_str(case.tz.as_deref().unwrap_or("UTC")).unwrap();
    let rule: Rule = case.rrule.parse().unwrap();
    let last = instant(*case.expected.last().unwrap()).naive_utc();
    let ends = case.expected.len() < case.n;
    let walk = Walk {
        rule: &rule,
        start,
        until: rule.until.map(|until| match until {
            Until::Utc(instant) => instant.with_timezone(&zone).naive_local(),
            Until::Local(local) => local,
            Until::Date(date) => date.and_hms_opt(23, 59, 59).unwrap(),
        }),
        from: start,
        to: last + TimeDelta::days(if ends { 20 * 366 } else { 1 }),
    };
    let mut walls = Vec::new();
    walk.run(&mut Steps::new(10_000_000), &mut walls);
    let mut found: Vec<i64> = walls
        .into_iter()
        .map(|wall| resolve_local(zone, wall).timestamp())
        .collect();
    found.truncate(case.n);
    found
}

#[test]
fn no_file_of_the_corpus_makes_the_reader_panic_and_what_it_reads_survives_writing() {
    let Some(folder) = corpus("no_file_of_the_corpus_makes_the_reader_panic") else {
        return;
    };
    let mut seen = 0;
    for entry in fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_dir())
    {
        for file in fs::read_dir(entry.path()).unwrap().flatten() {
            let bytes = fs::read(file.path()).unwrap();
            seen += 1;
            let Ok(reading) = read(&bytes, &Limits::default()) else {
                continue;
            };
            let again = read(write(&reading.calendar).as_bytes(), &Limits::default()).unwrap();
            let expected = Calendar {
                product: again.calendar.product.clone(),
                ..reading.calendar
            };
            assert_eq!(again.calendar, expected, "{}", file.path().display());
        }
    }
    assert!(seen > 300, "only {seen} files");
}
