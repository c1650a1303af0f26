mod hostile;
mod oracle;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::{Limits, Status, read};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn period(from: &str, to: &str) -> Period {
    Period::new(at(from), at(to))
}

/// A calendar of events, each given by its lines.
fn calendar(events: &[&str]) -> Calendar {
    let events: String = events
        .iter()
        .map(|lines| format!("BEGIN:VEVENT\n{}\nEND:VEVENT\n", lines.trim()))
        .collect();
    body(&events)
}

fn body(inside: &str) -> Calendar {
    let text = format!("BEGIN:VCALENDAR\n{inside}END:VCALENDAR\n");
    read(text.as_bytes(), &Limits::default()).unwrap().calendar
}

/// Expands over 2025 and 2026 in Berlin; each occurrence as `start + minutes title`, both in UTC.
#[track_caller]
fn check(calendar: &Calendar, expected: &[&str]) {
    let window = period("2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    let expansion = expand(calendar, window, Tz::Europe__Berlin, &Budget::default());
    let found: Vec<String> = expansion
        .occurrences
        .iter()
        .map(|occurrence| {
            let Period { start, end } = occurrence.period;
            let title = occurrence.event.summary.as_deref().unwrap_or_default();
            let text = format!(
                "{} +{} {title}",
                start.format("%y-%m-%d %H:%M"),
                (end - start).num_minutes()
            );
            text.trim_end().to_owned()
        })
        .collect();
    assert_eq!(found, expected);
    assert_eq!(expansion.warnings, []);
}

#[test]
fn recurrences_stay_at_their_hour_when_the_clocks_change() {
    let event = "DTSTART;TZID=Europe/Berlin:20250329T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3";
    check(
        &calendar(&[event]),
        &["25-03-29 08:00 +60", "25-03-30 07:00 +60", "25-03-31 07:00 +60"],
    );
}

#[test]
fn a_time_that_the_clocks_skip_counts_as_before_and_one_they_repeat_is_the_first() {
    let gap = "DTSTART;TZID=Europe/Berlin:20250329T023000\nRRULE:FREQ=DAILY;COUNT=3";
    check(
        &calendar(&[gap]),
        &["25-03-29 01:30 +0", "25-03-30 01:30 +0", "25-03-31 00:30 +0"],
    );
    let overlap = "DTSTART;TZID=Europe/Berlin:20251025T023000\nRRULE:FREQ=DAILY;COUNT=3";
    check(
        &calendar(&[overlap]),
        &["25-10-25 00:30 +0", "25-10-26 00:30 +0", "25-10-27 01:30 +0"],
    );
}

#[test]
fn a_day_that_a_zone_skipped_whole_counts_as_before() {
    let local = chrono::NaiveDate::from_ymd_opt(2011, 12, 30)
        .unwrap()
        .and_hms_opt(12, 0, 0)
        .unwrap();
    let found = crate::resolve_local(Tz::Pacific__Apia, local);
    assert_eq!(found, at("2011-12-30T22:00:00Z"));
}

#[test]
fn whole_days_last_as_long_as_the_clocks_say() {
    let days = ["20250330", "20251026", "20250601"].map(|day| format!("DTSTART;VALUE=DATE:{day}"));
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    check(
        &calendar(&days),
        &[
            "25-03-29 23:00 +1380",
            "25-05-31 22:00 +1440",
            "25-10-25 22:00 +1500",
        ],
    );
}

#[test]
fn ends_keep_their_exact_time_and_durations_their_days() {
    let exact = "DTSTART;TZID=Europe/Berlin:20250328T120000\nDTEND;TZID=Europe/Berlin:20250329T120000\nRRULE:FREQ=DAILY;COUNT=2";
    check(
        &calendar(&[exact]),
        &["25-03-28 11:00 +1440", "25-03-29 11:00 +1440"],
    );
    let nominal = "DTSTART;TZID=Europe/Berlin:20250328T120000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=2";
    check(
        &calendar(&[nominal]),
        &["25-03-28 11:00 +1440", "25-03-29 11:00 +1380"],
    );
}

#[test]
fn an_override_belongs_to_its_uid_and_the_highest_sequence_counts() {
    let series =
        |uid| format!("UID:{uid}\nSUMMARY:{uid}\nDTSTART:20250301T090000Z\nRRULE:FREQ=DAILY;COUNT=2");
    let change = |sequence, hour, title| {
        format!(
            "UID:a\nSUMMARY:{title}\nSEQUENCE:{sequence}\nRECURRENCE-ID:20250302T090000Z\nDTSTART:20250302T{hour}0000Z"
        )
    };
    let (a, b) = (series("a"), series("b"));
    let (old, new) = (change(1, "10", "old"), change(2, "11", "new"));
    let expected = [
        "25-03-01 09:00 +0 a",
        "25-03-01 09:00 +0 b",
        "25-03-02 09:00 +0 b",
        "25-03-02 11:00 +0 new",
    ];
    check(&calendar(&[&a, &b, &old, &new]), &expected);
    check(&calendar(&[&new, &a, &old, &b]), &expected);
}

#[test]
fn of_two_versions_of_a_master_the_higher_sequence_counts_then_the_later_stamp() {
    let version = |sequence, stamp, hour| {
        format!("UID:a\nSEQUENCE:{sequence}\nDTSTAMP:2025010{stamp}T000000Z\nDTSTART:20250301T{hour}0000Z")
    };
    check(
        &calendar(&[&version(2, 1, "09"), &version(1, 2, "10")]),
        &["25-03-01 09:00 +0"],
    );
    check(
        &calendar(&[&version(1, 1, "09"), &version(1, 2, "10")]),
        &["25-03-01 10:00 +0"],
    );
}

#[test]
fn different_events_under_one_uid_are_complained_about() {
    let calendar = calendar(&[
        "UID:a\nDTSTART:20250301T090000Z",
        "UID:a\nDTSTART:20250401T090000Z",
    ]);
    let window = period("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    let expansion = expand(&calendar, window, Tz::UTC, &Budget::default());
    assert_eq!(expansion.occurrences.len(), 1);
    assert_eq!(expansion.warnings, [Warning::of(WarningKind::SharedUid)]);
}

#[test]
fn events_without_a_uid_do_not_belong_together() {
    check(
        &calendar(&["DTSTART:20250301T090000Z", "DTSTART:20250302T090000Z"]),
        &["25-03-01 09:00 +0", "25-03-02 09:00 +0"],
    );
}

#[test]
fn dates_are_taken_out_and_put_in_one_by_one() {
    let event = "DTSTART:20250301T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20250302T090000Z\n\
                 EXDATE;VALUE=DATE:20250303\nRDATE:20250310T120000Z,20250301T090000Z\n\
                 RDATE;VALUE=PERIOD:20250311T000000Z/PT2H,20250312T000000Z/20250312T030000Z";
    check(
        &calendar(&[event]),
        &[
            "25-03-01 09:00 +60",
            "25-03-04 09:00 +60",
            "25-03-10 12:00 +60",
            "25-03-11 00:00 +120",
            "25-03-12 00:00 +180",
        ],
    );
}

#[test]
fn several_rules_recur_together_and_an_exclusion_rule_takes_away() {
    let event = "DTSTART:20250303T090000Z\nRRULE:FREQ=WEEKLY;COUNT=3\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=4\n\
                 EXRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=1";
    check(
        &calendar(&[event]),
        &[
            "25-03-04 09:00 +0",
            "25-03-10 09:00 +0",
            "25-03-11 09:00 +0",
            "25-03-17 09:00 +0",
        ],
    );
}

#[test]
fn this_and_future_moves_what_follows() {
    let series = "UID:a\nSUMMARY:a\nDTSTART:20250301T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4";
    let change = "UID:a\nSUMMARY:moved\nRECURRENCE-ID;RANGE=THISANDFUTURE:20250303T090000Z\nDTSTART:20250303T110000Z\nDURATION:PT2H";
    check(
        &calendar(&[series, change]),
        &[
            "25-03-01 09:00 +60 a",
            "25-03-02 09:00 +60 a",
            "25-03-03 11:00 +120 moved",
            "25-03-04 11:00 +120 moved",
        ],
    );
}

#[test]
fn what_is_cancelled_stays_and_says_so() {
    let series = "UID:a\nDTSTART:20250301T090000Z\nRRULE:FREQ=DAILY;COUNT=2";
    let change = "UID:a\nSTATUS:CANCELLED\nRECURRENCE-ID:20250302T090000Z\nDTSTART:20250302T090000Z";
    let calendar = calendar(&[series, change]);
    let window = period("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    let found = expand(&calendar, window, Tz::UTC, &Budget::default()).occurrences;
    let status: Vec<Status> = found.iter().map(|occurrence| occurrence.event.status).collect();
    assert_eq!(status, [Status::Confirmed, Status::Cancelled]);
    assert_eq!(found[1].recurrence, Some(at("2025-03-02T09:00:00Z")));
}

#[test]
fn a_change_of_what_no_longer_takes_place_is_gone() {
    let series =
        "UID:a\nSEQUENCE:2\nDTSTART:20250301T090000Z\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20250302T090000Z";
    let taken_out = "UID:a\nRECURRENCE-ID:20250302T090000Z\nDTSTART:20250302T100000Z";
    let left_over =
        "UID:a\nSEQUENCE:1\nRECURRENCE-ID:20250401T090000Z\nDTSTART:20250401T100000Z\nRRULE:FREQ=DAILY";
    let added = "UID:a\nSEQUENCE:1\nRECURRENCE-ID:20250501T090000Z\nDTSTART:20250501T100000Z";
    check(
        &calendar(&[series, taken_out, left_over, added]),
        &["25-03-01 09:00 +0", "25-05-01 10:00 +0"],
    );
}

#[test]
fn a_series_that_ends_before_it_starts_is_taken_away_whole() {
    check(
        &calendar(&["DTSTART:20250301T090000Z\nRRULE:FREQ=DAILY;UNTIL=20250228T000000Z"]),
        &[],
    );
}

#[test]
fn until_is_told_on_the_wall_of_the_start() {
    let until =
        |until| format!("DTSTART;TZID=America/New_York:20250301T190000\nRRULE:FREQ=DAILY;UNTIL={until}");
    let two = ["25-03-02 00:00 +0", "25-03-03 00:00 +0"];
    check(&calendar(&[&until("20250303T000000Z")]), &two);
    check(&calendar(&[&until("20250302T190000")]), &two);
    check(&calendar(&[&until("20250302")]), &two);
    check(&calendar(&[&until("20250302T235959Z")]), &two[..1]);
}

#[test]
fn a_zone_of_the_calendar_itself_holds() {
    let zone = "BEGIN:VTIMEZONE\nTZID:Port\n\
                BEGIN:STANDARD\nDTSTART:20001029T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\n\
                BEGIN:DAYLIGHT\nDTSTART:20000326T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\n\
                END:VTIMEZONE\n";
    let event = |start: &str| {
        format!("BEGIN:VEVENT\nDTSTART;TZID=Port:{start}\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\n")
    };
    check(
        &body(&format!("{}{zone}", event("20250329T023000"))),
        &["25-03-29 01:30 +0", "25-03-30 01:30 +0", "25-03-31 00:30 +0"],
    );
    check(
        &body(&format!("{zone}{}", event("20251025T023000"))),
        &["25-10-25 00:30 +0", "25-10-26 00:30 +0", "25-10-27 01:30 +0"],
    );
}

#[test]
fn floating_times_are_of_the_zone_that_the_calendar_suggests_and_dates_of_ours() {
    let events = "X-WR-TIMEZONE:America/New_York\nBEGIN:VEVENT\nDTSTART:20250301T090000\nEND:VEVENT\n\
                  BEGIN:VEVENT\nDTSTART:20250301\nEND:VEVENT\n";
    check(&body(events), &["25-02-28 23:00 +1440", "25-03-01 14:00 +0"]);
}

#[test]
fn what_only_touches_the_window_does_not_show() {
    let events = [
        "DTSTART:20241231T230000Z\nDTEND:20250101T000000Z",
        "DTSTART:20241231T230000Z\nDTEND:20250101T000001Z\nSUMMARY:in",
        "DTSTART:20270101T000000Z\nDTEND:20270101T010000Z",
        "DTSTART:20250101T000000Z\nSUMMARY:moment",
        "DTSTART:20200101T000000Z\nDTEND:20300101T000000Z\nSUMMARY:around",
    ];
    check(
        &calendar(&events),
        &[
            "20-01-01 00:00 +5260320 around",
            "24-12-31 23:00 +60 in",
            "25-01-01 00:00 +0 moment",
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_order_of_the_file_does_not_matter(
        (events, shuffled) in prop::collection::vec((0..4_u8, 1..28_u32, 0..3_u32, prop::bool::ANY), 1..8)
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
    ) {
        let window = period("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
        let starts = |events: &[(u8, u32, u32, bool)]| {
            let texts: Vec<String> = events
                .iter()
                .map(|(uid, day, sequence, changes)| {
                    // The stamp makes versions of one sequence differ, as it does in real feeds.
                    let id = if *changes { "RECURRENCE-ID:20250310T090000Z\n" } else { "RRULE:FREQ=DAILY;COUNT=5\n" };
                    let sequence = sequence * 28 + day;
                    format!("UID:{uid}\nSEQUENCE:{sequence}\nDTSTAMP:202501{day:02}T000000Z\n{id}DTSTART:202503{day:02}T090000Z")
                })
                .collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let calendar = calendar(&texts);
            let mut starts: Vec<_> = expand(&calendar, window, Tz::UTC, &Budget::default())
                .occurrences
                .iter()
                .map(|occurrence| (occurrence.event.uid.clone(), occurrence.period))
                .collect();
            starts.sort();
            starts
        };
        prop_assert_eq!(starts(&events), starts(&shuffled));
    }

    #[test]
    fn a_window_shows_what_the_whole_shows_in_it(rule in crate::rule::tests::rules(), day in 0..700_i64, days in 1..90_i64) {
        let mut event = Event::new("1", EventTime::Utc(at("2024-01-31T10:15:30Z")));
        event.rules = vec![rule];
        let calendar = Calendar { events: vec![event], ..Calendar::default() };
        let budget = Budget { steps: 4_000_000, occurrences: 1_000_000 };
        let whole_window = period("2024-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        let whole = expand(&calendar, whole_window, Tz::UTC, &budget);
        prop_assume!(whole.warnings.is_empty());
        let start = at("2024-01-01T00:00:00Z") + TimeDelta::days(day);
        let window = Period::new(start, start + TimeDelta::days(days));
        let part = expand(&calendar, window, Tz::UTC, &budget);
        let within: Vec<_> = whole.occurrences.into_iter().filter(|found| found.period.shows_in(&window)).collect();
        prop_assert_eq!(part.occurrences, within);
    }

    #[test]
    fn no_calendar_makes_the_expander_panic_or_overspend(body in read::tests::near_bodies()) {
        let budget = Budget { steps: 20_000, occurrences: 100 };
        if let Ok(reading) = read(&body, &Limits::default()) {
            for window in [
                period("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
                Period::new(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC),
            ] {
                let expansion = expand(&reading.calendar, window, Tz::Europe__Berlin, &budget);
                prop_assert!(expansion.occurrences.len() <= budget.occurrences);
            }
        }
    }
}
