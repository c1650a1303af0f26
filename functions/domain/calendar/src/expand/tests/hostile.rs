//! Rules made to cost. What they cost is counted in steps, not in seconds.

use std::fmt::Write as _;

use super::*;
use crate::zone::ZoneTable;

/// Expands over one day of 2025: how many occurrences, and whether some are missing.
fn one_day(calendar: &Calendar, budget: &Budget) -> (usize, bool) {
    let window = period("2025-03-01T00:00:00Z", "2025-03-02T00:00:00Z");
    let expansion = expand(calendar, window, Tz::UTC, budget);
    let short = expansion
        .warnings
        .contains(&Warning::of(WarningKind::OutOfBudget));
    (expansion.occurrences.len(), short)
}

#[track_caller]
fn check_within(rule: &str, steps: u64, expected: usize) {
    let calendar = calendar(&[&format!("DTSTART:19000101T000000Z\nRRULE:{rule}")]);
    let budget = Budget {
        steps,
        ..Budget::default()
    };
    assert_eq!(one_day(&calendar, &budget), (expected, false), "{rule}");
}

#[test]
fn a_rule_that_began_long_ago_costs_only_its_window() {
    check_within("FREQ=SECONDLY;INTERVAL=3600", 3000, 24);
    check_within("FREQ=MINUTELY;INTERVAL=60", 3000, 24);
    check_within("FREQ=HOURLY", 3000, 24);
    check_within("FREQ=DAILY", 150, 1);
    check_within("FREQ=WEEKLY;BYDAY=SA", 100, 1);
    check_within("FREQ=MONTHLY", 200, 1);
    check_within("FREQ=YEARLY;BYMONTH=3", 200, 1);
}

#[test]
fn a_rule_that_never_holds_costs_only_its_window() {
    for frequency in ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "MONTHLY", "YEARLY"] {
        check_within(&format!("FREQ={frequency};BYMONTH=2;BYMONTHDAY=30"), 1000, 0);
    }
    check_within("FREQ=SECONDLY;BYHOUR=3;BYMINUTE=4;BYSECOND=60", 2000, 0);
}

#[test]
fn counting_from_long_ago_stops_at_the_budget_and_says_so() {
    let calendar = calendar(&["DTSTART:19000101T000000Z\nRRULE:FREQ=SECONDLY;COUNT=4000000000"]);
    let budget = Budget {
        steps: 10_000,
        ..Budget::default()
    };
    assert_eq!(one_day(&calendar, &budget), (0, true));
}

#[test]
fn a_rule_that_eats_its_share_leaves_the_others_theirs() {
    let hostile = "UID:h\nDTSTART:19000101T000000Z\nRRULE:FREQ=SECONDLY;COUNT=4000000000";
    let honest = "UID:g\nDTSTART:20240101T090000Z\nRRULE:FREQ=DAILY";
    let budget = Budget {
        steps: 2_000,
        ..Budget::default()
    };
    for events in [[hostile, honest], [honest, hostile]] {
        assert_eq!(one_day(&calendar(&events), &budget), (1, true));
    }
}

#[test]
fn the_budget_is_of_the_feed_and_not_of_the_event() {
    let mut events = String::new();
    for uid in 0..200 {
        write!(
            events,
            "BEGIN:VEVENT\nUID:{uid}\nDTSTART:20250301T000000Z\nRRULE:FREQ=SECONDLY\nEND:VEVENT\n"
        )
        .unwrap();
    }
    let calendar = body(&events);
    let few_steps = Budget {
        steps: 5_000,
        ..Budget::default()
    };
    let (found, short) = one_day(&calendar, &few_steps);
    assert!((1..=5_000).contains(&found) && short, "{found}");
    let few_occurrences = Budget {
        occurrences: 50,
        ..Budget::default()
    };
    assert_eq!(one_day(&calendar, &few_occurrences), (50, true));
}

#[test]
fn a_rule_with_interval_zero_costs_its_event_the_rule_and_the_others_nothing() {
    let broken = "UID:h\nDTSTART:20250301T090000Z\nRRULE:FREQ=DAILY;INTERVAL=0";
    let honest = "UID:g\nDTSTART:20250201T090000Z\nRRULE:FREQ=DAILY";
    assert_eq!(
        one_day(&calendar(&[broken, honest]), &Budget::default()),
        (2, false)
    );
}

#[test]
fn zones_whose_rules_never_end_are_worked_out_as_far_as_their_steps_go() {
    let mut inside = String::from("BEGIN:VEVENT\nDTSTART;TZID=Mad7:20250301T120000\nEND:VEVENT\n");
    for number in 0..300 {
        write!(
            inside,
            "BEGIN:VTIMEZONE\nTZID:Mad{number}\nBEGIN:STANDARD\nDTSTART:19000101T000000\nTZOFFSETFROM:+0000\n\
             TZOFFSETTO:+0100\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\n"
        )
        .unwrap();
    }
    let calendar = body(&inside);
    let changes = ZoneTable::of(&calendar.zones).changes();
    assert!((1..=2_000_000).contains(&changes), "{changes}");
    let window = period("2025-03-01T00:00:00Z", "2025-03-02T00:00:00Z");
    let expansion = expand(&calendar, window, Tz::UTC, &Budget::default());
    assert_eq!(expansion.occurrences.len(), 1);
    assert_eq!(expansion.warnings, [Warning::of(WarningKind::EndlessZone)]);
}

#[test]
fn a_zone_of_a_thousand_rules_and_the_last_of_years_is_worked_out_within_its_steps() {
    let rules =
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nRRULE:FREQ=MONTHLY;BYDAY=SU;BYSETPOS=-1;UNTIL=99991231\n"
            .repeat(500);
    let onsets = "RDATE:99991231T235959,00010101T000000,99991231T235959Z\n".repeat(500);
    let zone = format!(
        "BEGIN:VTIMEZONE\nTZID:Mad\nBEGIN:DAYLIGHT\nDTSTART:00010101T000000\nTZOFFSETFROM:-2359\nTZOFFSETTO:+2359\n\
         {rules}{onsets}END:DAYLIGHT\nEND:VTIMEZONE\n"
    );
    let event = "BEGIN:VEVENT\nDTSTART;TZID=Mad:99991231T235959\nEND:VEVENT\n";
    let calendar = body(&format!("{zone}{event}"));
    let table = ZoneTable::of(&calendar.zones);
    assert!(table.is_short);
    assert!((1..=20_000).contains(&table.changes()), "{}", table.changes());
    let clock = Clock::new(&calendar, Tz::UTC);
    let start = &calendar.events[0].start;
    let instant = clock.instant(start);
    assert_eq!(instant, Clock::new(&calendar, Tz::UTC).instant(start));
    assert_eq!(clock.wall(start, instant), start.wall());
}
