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
fn every_zone_of_the_database_survives_being_written_and_read_under_another_name() {
    let coverage = covering(day(1970, 1, 1), day(2040, 1, 1));
    for zone in TZ_VARIANTS {
        let clock = under_a_private_name(zone, &coverage);
        let mut local = day(1970, 1, 2).naive_utc();
        while local < day(2039, 12, 30).naive_utc() {
            check_same(zone, &clock, local);
            local += TimeDelta::hours(11 * 24 + 5);
        }
    }
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
