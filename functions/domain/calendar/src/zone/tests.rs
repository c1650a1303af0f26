use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;

use super::*;
use crate::{Calendar, Clock, Event, EventTime, Limits, ZoneName, read, resolve_local, write};

fn day(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, month, day)
        .unwrap()
        .and_time(chrono::NaiveTime::MIN)
        .and_utc()
}

const fn covering(first: DateTime<Utc>, last: DateTime<Utc>) -> Coverage {
    Coverage {
        first,
        last,
        open: false,
    }
}

/// The zone's own definition as another's, through text and back.
fn under_a_private_name(zone: Tz, coverage: &Coverage) -> Clock {
    let calendar = Calendar {
        zones: vec![CustomZone {
            id: "Private".into(),
            ..CustomZone::define(zone, coverage)
        }],
        ..Calendar::default()
    };
    let reading = read(write(&calendar).as_bytes(), &Limits::default()).unwrap();
    assert_eq!(reading.warnings, []);
    assert_eq!(reading.calendar.zones, calendar.zones);
    Clock::new(&reading.calendar, Tz::UTC)
}

/// Holds the private zone against the real one, from the wall to the instant and back.
#[track_caller]
fn check_same(zone: Tz, clock: &Clock, local: NaiveDateTime) {
    let name = ZoneName::Custom("Private".into());
    let time = EventTime::Zoned { local, zone: name };
    let instant = resolve_local(zone, local);
    assert_eq!(clock.instant(&time), instant, "{zone} {local}");
    let wall = instant.with_timezone(&zone).naive_local();
    assert_eq!(clock.wall(&time, instant), wall, "{zone} {local}");
}

#[test]
fn zones_survive_seventy_years_of_being_written_and_read_under_another_name() {
    let coverage = covering(day(1970, 1, 1), day(2040, 1, 1));
    // Every fifth: more would take long, and the properties below pick from all.
    for zone in TZ_VARIANTS.into_iter().step_by(5) {
        let clock = under_a_private_name(zone, &coverage);
        let mut local = day(1970, 1, 2).naive_utc();
        while local < day(2039, 12, 30).naive_utc() {
            check_same(zone, &clock, local);
            local += TimeDelta::hours(11 * 24 + 5);
        }
    }
}

/// A calendar that defines `Private` by these parts, each a kind and its lines.
fn defining(parts: &[(&str, &str)]) -> Calendar {
    let parts: String = parts
        .iter()
        .map(|(kind, lines)| format!("BEGIN:{kind}\n{}\nEND:{kind}\n", lines.replace(' ', "\n")))
        .collect();
    let body =
        format!("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Private\n{parts}END:VTIMEZONE\nEND:VCALENDAR\n");
    read(body.as_bytes(), &Limits::default()).unwrap().calendar
}

/// What instants, in UTC, these wall-clock times are by a definition.
#[track_caller]
fn check(parts: &[(&str, &str)], expected: &[(&str, &str)]) {
    let clock = Clock::new(&defining(parts), Tz::Asia__Tokyo);
    for (wall, instant) in expected {
        let time = EventTime::Zoned {
            local: wall.parse().unwrap(),
            zone: ZoneName::Custom("Private".into()),
        };
        let found = clock.instant(&time).format("%FT%T").to_string();
        assert_eq!(found, *instant, "{wall}");
    }
}

#[test]
fn rules_follow_one_another_over_the_years() {
    check(
        &[
            (
                "DAYLIGHT",
                "DTSTART:20000402T020000 TZOFFSETFROM:-0500 TZOFFSETTO:-0400 RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z",
            ),
            (
                "DAYLIGHT",
                "DTSTART:20070311T020000 TZOFFSETFROM:-0500 TZOFFSETTO:-0400 RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
            ),
            (
                "STANDARD",
                "DTSTART:20001029T020000 TZOFFSETFROM:-0400 TZOFFSETTO:-0500 RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z",
            ),
            (
                "STANDARD",
                "DTSTART:20071104T020000 TZOFFSETFROM:-0400 TZOFFSETTO:-0500 RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
            ),
        ],
        &[
            // The last spring and autumn by the old rules, then the same days by the new.
            ("2006-04-02T03:00:00", "2006-04-02T07:00:00"),
            ("2006-10-29T03:00:00", "2006-10-29T08:00:00"),
            ("2007-03-11T03:00:00", "2007-03-11T07:00:00"),
            ("2007-10-29T03:00:00", "2007-10-29T07:00:00"),
            ("2030-03-10T03:00:00", "2030-03-10T07:00:00"),
        ],
    );
}

#[test]
fn a_skipped_time_counts_as_before_and_a_repeated_one_means_the_first() {
    check(
        &[
            (
                "STANDARD",
                "DTSTART:20241027T030000 TZOFFSETFROM:+0200 TZOFFSETTO:+0100 RDATE:20251026T030000,20261025T010000Z",
            ),
            (
                "DAYLIGHT",
                "DTSTART:20250330T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0200 RDATE:20260329T020000",
            ),
        ],
        &[
            ("2025-03-30T01:59:59", "2025-03-30T00:59:59"),
            ("2025-03-30T02:30:00", "2025-03-30T01:30:00"),
            ("2025-03-30T03:00:00", "2025-03-30T01:00:00"),
            ("2025-10-26T02:30:00", "2025-10-26T00:30:00"),
            ("2025-10-26T03:00:00", "2025-10-26T02:00:00"),
            ("2026-10-25T02:59:59", "2026-10-25T00:59:59"),
            ("2026-10-25T03:00:00", "2026-10-25T02:00:00"),
        ],
    );
}

#[test]
fn before_the_first_onset_it_is_standard_time() {
    let standard = (
        "STANDARD",
        "DTSTART:20060325T160000 TZOFFSETFROM:+0000 TZOFFSETTO:+1000",
    );
    let daylight = (
        "DAYLIGHT",
        "DTSTART:20051029T030000 TZOFFSETFROM:+1000 TZOFFSETTO:+1100",
    );
    let long_ago = [("2003-07-31T23:00:00", "2003-07-31T13:00:00")];
    check(&[daylight, standard], &long_ago);
    check(&[standard], &long_ago);
}

#[test]
fn of_two_parts_that_begin_at_once_the_first_counts() {
    let east = (
        "STANDARD",
        "DTSTART:20000101T000000 TZOFFSETFROM:+0000 TZOFFSETTO:+0200",
    );
    let west = (
        "DAYLIGHT",
        "DTSTART:20000101T000000 TZOFFSETFROM:+0000 TZOFFSETTO:-0200",
    );
    check(&[east, west], &[("2025-01-01T12:00:00", "2025-01-01T10:00:00")]);
    check(&[west, east], &[("2025-01-01T12:00:00", "2025-01-01T14:00:00")]);
}

#[test]
fn a_zone_that_defines_nothing_floats() {
    let tokyo = [("2025-01-01T12:00:00", "2025-01-01T03:00:00")];
    check(&[], &tokyo);
    check(&[("STANDARD", "DTSTART:20000101T000000")], &tokyo);
    check(&[("STANDARD", "TZOFFSETFROM:+0000 TZOFFSETTO:+0200")], &tokyo);
}

/// The parts of a definition, one a line.
fn parts(zone: Tz, coverage: &Coverage) -> String {
    let parts = CustomZone::define(zone, coverage).observances;
    let line = |part: &Observance| {
        let kind = if part.daylight { "daylight" } else { "standard" };
        let (from, to) = (part.offset_from / 60, part.offset_to / 60);
        let rules: String = part.rules.iter().map(|rule| format!(" {rule}")).collect();
        let onsets: String = part.onsets.iter().map(|onset| format!(" {onset}")).collect();
        format!("{kind} {} {from:+} {to:+}{rules}{onsets}\n", part.start)
    };
    parts.iter().map(line).collect()
}

#[test]
fn a_zone_in_force_is_told_by_its_two_rules() {
    let summer = covering(day(2026, 7, 1), day(2026, 7, 8));
    insta::assert_snapshot!(parts(Tz::Europe__Berlin, &summer), @r"
    daylight 2026-03-29 02:00:00 +60 +120 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
    standard 2026-10-25 03:00:00 +120 +60 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
    ");
    insta::assert_snapshot!(parts(Tz::America__Los_Angeles, &summer), @r"
    daylight 2026-03-08 02:00:00 -480 -420 FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
    standard 2026-11-01 02:00:00 -420 -480 FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
    ");
    insta::assert_snapshot!(parts(Tz::America__Nuuk, &summer), @r"
    daylight 2026-03-28 23:00:00 -120 -60 FREQ=YEARLY;BYDAY=SA;BYMONTHDAY=24,25,26,27,28,29,30;BYMONTH=3
    standard 2026-10-25 00:00:00 -60 -120 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
    ");
    insta::assert_snapshot!(parts(Tz::Australia__Lord_Howe, &summer), @r"
    standard 2026-04-05 02:00:00 +660 +630 FREQ=YEARLY;BYDAY=1SU;BYMONTH=4
    daylight 2026-10-04 02:00:00 +630 +660 FREQ=YEARLY;BYDAY=1SU;BYMONTH=10
    ");
}

#[test]
fn a_zone_that_keeps_its_offset_is_told_by_one_part() {
    let summer = covering(day(2026, 7, 1), day(2026, 7, 8));
    insta::assert_snapshot!(parts(Tz::UTC, &summer), @"standard 2025-01-01 00:00:00 +0 +0");
    insta::assert_snapshot!(parts(Tz::Asia__Kolkata, &summer), @"standard 2025-01-01 00:00:00 +330 +330");
}

#[test]
fn rules_that_ended_are_told_with_their_end() {
    let decade = covering(day(2000, 2, 1), day(2010, 2, 1));
    insta::assert_snapshot!(parts(Tz::America__New_York, &decade), @r"
    standard 1999-10-31 02:00:00 -240 -300 FREQ=YEARLY;UNTIL=20061029T060000Z;BYDAY=-1SU;BYMONTH=10
    daylight 2000-04-02 02:00:00 -300 -240 FREQ=YEARLY;UNTIL=20060402T070000Z;BYDAY=1SU;BYMONTH=4
    daylight 2007-03-11 02:00:00 -300 -240 FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
    standard 2007-11-04 02:00:00 -240 -300 FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
    ");
}

#[test]
fn changes_without_a_rule_are_told_one_by_one() {
    let years = covering(day(2024, 1, 15), day(2026, 1, 15));
    insta::assert_snapshot!(parts(Tz::Africa__Casablanca, &years), @r"
    standard 2023-04-23 02:00:00 +0 +60 2024-04-14 02:00:00 2025-04-06 02:00:00
    daylight 2024-03-10 03:00:00 +60 +0 2025-02-23 03:00:00
    ");
    let open = Coverage { open: true, ..years };
    assert!(parts(Tz::Africa__Casablanca, &open).contains("2045"));
}

proptest! {
    #[test]
    fn a_definition_holds_over_all_that_it_covers(
        zone in prop::sample::select(TZ_VARIANTS.to_vec()),
        first in 0..2_208_988_800_i64,
        length in 0..800_000_000_i64,
        open in any::<bool>(),
        walls in prop::collection::vec(0.0..1.0_f64, 20),
    ) {
        let last = (first + length).min(2_208_988_800);
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let coverage = Coverage { first: at(first), last: at(last), open };
        let clock = under_a_private_name(zone, &coverage);
        let day = TimeDelta::days(1);
        for share in walls {
            let whole = last - first + if open { 20 * 365 * 86_400 } else { 0 };
            let instant = at(first) + TimeDelta::seconds((whole as f64 * share) as i64);
            let local = instant.with_timezone(&zone).naive_local();
            if instant - day > at(first) && instant + day < at(first + whole) {
                check_same(zone, &clock, local);
            }
        }
    }

    #[test]
    fn what_is_written_of_a_known_zone_agrees_with_it(
        zone in prop::sample::select(TZ_VARIANTS.to_vec()),
        starts in prop::collection::vec(0..4_000_000_000_i64, 1..5),
    ) {
        let event = |seconds| {
            let local = DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
            Event::new("", EventTime::Zoned { local, zone: ZoneName::Iana(zone) })
        };
        let calendar = Calendar { events: starts.into_iter().map(event).collect(), ..Calendar::default() };
        let reading = read(write(&calendar).as_bytes(), &Limits::default()).unwrap();
        prop_assert_eq!(reading.warnings, []);
        prop_assert_eq!(reading.calendar.events, calendar.events);
    }
}
