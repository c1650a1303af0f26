use super::*;
use crate::{Length, Limits, RDate, RecurrenceId, read, write};

fn time(zone: Tz, wall: &str) -> EventTime {
    EventTime::Zoned {
        local: wall.parse().unwrap(),
        zone: ZoneName::Iana(zone),
    }
}

fn event(zone: Tz, start: &str) -> Event {
    Event::new("1", time(zone, start))
}

fn berlin(wall: &str) -> EventTime {
    time(Tz::Europe__Berlin, wall)
}

fn calendar(events: Vec<Event>) -> Calendar {
    Calendar {
        events,
        ..Calendar::default()
    }
}

/// What the zone of an event must cover that begins on the first of July and says more.
#[track_caller]
fn check_coverage(say: impl FnOnce(&mut Event), expected: &str) {
    let mut event = Event::new("1", berlin("2026-07-01T09:00:00"));
    say(&mut event);
    let mut named = Named::default();
    named.note_event(&event);
    let (_, walls) = named.0.into_values().next().unwrap();
    let open = if walls.open { " and on" } else { "" };
    assert_eq!(format!("{} to {}{open}", walls.first, walls.last), expected);
}

#[test]
fn a_zone_that_an_event_names_is_defined_before_it() {
    let mut booking = event(Tz::Europe__Berlin, "2026-07-01T09:00:00");
    booking.end = EventEnd::At(berlin("2026-07-01T13:00:00"));
    insta::assert_snapshot!(write(&calendar(vec![booking])).replace("\r\n", "\n"), @r"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Landfall//Landfall//EN
    BEGIN:VTIMEZONE
    TZID:Europe/Berlin
    BEGIN:DAYLIGHT
    DTSTART:20260329T020000
    TZOFFSETFROM:+0100
    TZOFFSETTO:+0200
    RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
    END:DAYLIGHT
    BEGIN:STANDARD
    DTSTART:20261025T030000
    TZOFFSETFROM:+0200
    TZOFFSETTO:+0100
    RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
    END:STANDARD
    END:VTIMEZONE
    BEGIN:VEVENT
    UID:1
    DTSTAMP:19700101T000000Z
    DTSTART;TZID=Europe/Berlin:20260701T090000
    DTEND;TZID=Europe/Berlin:20260701T130000
    END:VEVENT
    END:VCALENDAR
    ");
}

#[test]
fn each_zone_is_defined_once_in_the_same_bytes_whatever_the_order_of_the_events() {
    let events = vec![
        event(Tz::Europe__Berlin, "2026-07-01T09:00:00"),
        event(Tz::America__New_York, "2026-07-02T09:00:00"),
        event(Tz::Europe__Berlin, "2027-01-01T09:00:00"),
    ];
    let zones = |events| {
        let text = write(&calendar(events));
        let (zones, _) = text.split_once("BEGIN:VEVENT").unwrap();
        zones.to_owned()
    };
    let turned = events.iter().rev().cloned().collect();
    let zones_first = zones(events);
    assert_eq!(zones_first.matches("BEGIN:VTIMEZONE").count(), 2);
    assert_eq!(zones_first, zones(turned));
}

#[test]
fn a_zone_that_the_calendar_defines_itself_is_not_defined_again() {
    let booking = event(Tz::Europe__Berlin, "2026-07-01T09:00:00");
    let own = CustomZone {
        id: "Europe/Berlin".into(),
        observances: Vec::new(),
    };
    let text = write(&Calendar {
        zones: vec![own],
        events: vec![booking],
        ..Calendar::default()
    });
    assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1);
}

#[test]
fn what_is_not_told_in_a_zone_needs_none() {
    let at = "2026-07-01T09:00:00".parse().unwrap();
    let floating = Event::new("1", EventTime::Floating(at));
    let utc = Event::new("2", EventTime::Utc(at.and_utc()));
    let text = write(&calendar(vec![floating, utc]));
    assert!(!text.contains("VTIMEZONE"), "{text}");
}

#[test]
fn all_times_of_an_event_are_covered() {
    check_coverage(
        |event| event.end = EventEnd::After(Length::parse("P1DT24H").unwrap()),
        "2026-07-01 09:00:00 to 2026-07-03 09:00:00",
    );
    check_coverage(
        |event| {
            event.recurrence_id = Some(RecurrenceId {
                at: berlin("2026-06-01T09:00:00"),
                this_and_future: false,
            });
            event.exdates = vec![berlin("2026-12-01T09:00:00")];
            let start = berlin("2027-01-01T09:00:00");
            event.rdates = vec![RDate { start, end: None }];
        },
        "2026-06-01 09:00:00 to 2027-01-01 09:00:00",
    );
    check_coverage(
        |event| event.rules = vec!["FREQ=DAILY;UNTIL=20300101T000000Z".parse().unwrap()],
        "2026-07-01 09:00:00 to 2030-01-01 00:00:00",
    );
    check_coverage(
        |event| event.rules = vec!["FREQ=DAILY".parse().unwrap()],
        "2026-07-01 09:00:00 to 2026-07-01 09:00:00 and on",
    );
}

#[test]
fn a_series_without_an_end_in_a_zone_without_rules_is_told_twenty_years_ahead() {
    let series = |rule: &str| {
        let mut event = event(Tz::Africa__Casablanca, "2026-07-01T09:00:00");
        event.rules = vec![rule.parse().unwrap()];
        let text = write(&calendar(vec![event]));
        assert_eq!(read(text.as_bytes(), &Limits::default()).unwrap().warnings, []);
        text.matches("RDATE:").count()
    };
    assert!(series("FREQ=DAILY") > 35);
    assert!(series("FREQ=DAILY;UNTIL=20270701T090000Z") < 4);
}
