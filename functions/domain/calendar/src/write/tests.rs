use std::sync::Arc;

use calcard::icalendar::ICalendar;
use chrono::{DateTime, NaiveDateTime};
use chrono_tz::Tz;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::rule::tests::rules;
use crate::{CustomZone, Length, Limits, Observance, RecurrenceId, ZoneName, read};

#[test]
fn an_event_is_written_as_rfc_5545_has_it() {
    let mut event = Event::new("42@example.com", EventTime::Date("2025-03-01".parse().unwrap()));
    event.summary = Some("Charter, half day; \\o/\nsecond line".to_owned());
    event.status = Status::Cancelled;
    event.rules = vec!["FREQ=WEEKLY;COUNT=3".parse().unwrap()];
    let calendar = Calendar {
        events: vec![event],
        ..Calendar::default()
    };
    insta::assert_snapshot!(write(&calendar).replace("\r\n", "\n"), @r"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Landfall//Landfall//EN
    BEGIN:VEVENT
    UID:42@example.com
    DTSTAMP:19700101T000000Z
    DTSTART;VALUE=DATE:20250301
    DURATION:P1D
    SUMMARY:Charter\, half day\; \\o/\nsecond line
    STATUS:CANCELLED
    RRULE:FREQ=WEEKLY;COUNT=3
    END:VEVENT
    END:VCALENDAR
    ");
}

#[test]
fn no_text_can_end_its_line() {
    let attack = "x\r\nBEGIN:VEVENT\rATTENDEE:mailto:a@example.com\n\u{85}\u{2028}END:VEVENT\0";
    let zone = ZoneName::Custom(Arc::from(format!("\"{attack}\"")));
    let local = NaiveDateTime::default();
    let mut event = Event::new(attack, EventTime::Zoned { local, zone });
    event.summary = Some(attack.to_owned());
    event.url = Some(attack.to_owned());
    event.categories = vec![attack.to_owned()];
    let calendar = Calendar {
        product: Some(attack.to_owned()),
        name: Some(attack.to_owned()),
        events: vec![event],
        ..Calendar::default()
    };
    let text = write(&calendar);
    let begins = text.lines().filter(|line| line.starts_with("BEGIN:"));
    assert_eq!(begins.collect::<Vec<_>>(), ["BEGIN:VCALENDAR", "BEGIN:VEVENT"]);
    assert!(!text.lines().any(|line| line.starts_with("ATTENDEE")));
    assert!(!text.replace("\r\n", "").contains(char::is_control));
}

/// Text that iCalendar can carry: no control characters but line ends and tabs, and not only white space.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z,;:\\\\\"\n\t ]{0,30}[a-z]",
        "[^\\p{Cc}]{0,100}x",
        prop::sample::select(vec!["\\n", "\\", "a\\,b", "BEGIN:VEVENT", "é".repeat(60).leak()])
            .prop_map(str::to_owned),
    ]
}

fn wall() -> impl Strategy<Value = NaiveDateTime> {
    (-2_000_000_000_i64..10_000_000_000)
        .prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap().naive_utc())
}

fn zone() -> impl Strategy<Value = ZoneName> {
    let known = prop::sample::select(vec![Tz::Europe__Berlin, Tz::America__Los_Angeles, Tz::UTC]);
    let custom = "[A-Z][a-z:;,]{1,8}z".prop_map(|name| ZoneName::Custom(name.into()));
    prop_oneof![known.prop_map(ZoneName::Iana), custom]
}

fn time() -> impl Strategy<Value = EventTime> {
    (wall(), zone(), 0..5_u8).prop_map(|(local, zone, kind)| match kind {
        0 => EventTime::Date(local.date()),
        1 => EventTime::ZonedDate {
            date: local.date(),
            zone,
        },
        2 => EventTime::Floating(local),
        3 => EventTime::Utc(local.and_utc()),
        _ => EventTime::Zoned { local, zone },
    })
}

fn length() -> impl Strategy<Value = Length> {
    (0..400_i32, 0..100_000_i64).prop_map(|(days, seconds)| Length { days, seconds })
}

/// A start and an end that follows it, as a reader keeps them.
fn span() -> impl Strategy<Value = (EventTime, EventEnd)> {
    let end = (option::of(1..1_000_000_i64), length());
    (time(), end).prop_map(|(start, (after, length))| {
        let wall = after.map(|seconds| start.wall() + chrono::TimeDelta::seconds(seconds));
        let end = wall.map(|wall| start.with_wall(wall)).filter(|end| *end != start);
        (start, end.map_or(EventEnd::After(length), EventEnd::At))
    })
}

fn rdate() -> impl Strategy<Value = RDate> {
    (wall(), zone(), option::of(length())).prop_map(|(local, zone, length)| RDate {
        start: EventTime::Zoned { local, zone },
        end: length.map(EventEnd::After),
    })
}

fn event() -> impl Strategy<Value = Event> {
    let texts = (
        texts(),
        option::of(texts()),
        option::of(texts()),
        option::of(texts()),
    );
    let kinds = (
        0..3_u8,
        any::<bool>(),
        0..9_u32,
        prop::collection::vec("[a-z,;]{1,9}( [a-z]{1,3})?", 0..3),
    );
    let stamps = (wall(), option::of(wall()), option::of(wall()));
    let recurs = (
        prop::collection::vec(rules(), 0..3),
        prop::collection::vec(rules(), 0..2),
        prop::collection::vec(rdate(), 0..3),
        prop::collection::vec(time(), 0..3),
        option::of((time(), any::<bool>())),
    );
    (span(), texts, kinds, stamps, recurs).prop_map(|((start, end), texts, kinds, stamps, recurs)| Event {
        uid: texts.0,
        recurrence_id: recurs
            .4
            .map(|(at, this_and_future)| RecurrenceId { at, this_and_future }),
        sequence: kinds.2,
        stamp: stamps.0.and_utc(),
        start,
        end,
        summary: texts.1,
        description: texts.2,
        location: texts.3,
        url: None,
        status: [Status::Confirmed, Status::Tentative, Status::Cancelled][usize::from(kinds.0)],
        transparency: if kinds.1 {
            Transparency::Opaque
        } else {
            Transparency::Transparent
        },
        categories: kinds.3,
        created: stamps.1.map(|at| at.and_utc()),
        last_modified: stamps.2.map(|at| at.and_utc()),
        rules: recurs.0,
        exclusion_rules: recurs.1,
        rdates: recurs.2,
        exdates: recurs.3,
    })
}

fn custom_zone() -> impl Strategy<Value = CustomZone> {
    let offset = -86_399..86_400_i32;
    let part = (
        any::<bool>(),
        wall(),
        offset.clone(),
        offset,
        prop::collection::vec(rules(), 0..2),
        prop::collection::vec(wall(), 0..2),
    )
        .prop_map(
            |(daylight, start, offset_from, offset_to, rules, onsets)| Observance {
                daylight,
                start,
                offset_from,
                offset_to,
                rules,
                onsets,
            },
        );
    ("[A-Z][a-z]{1,8}z", prop::collection::vec(part, 0..3)).prop_map(|(id, observances)| CustomZone {
        id: id.into(),
        observances,
    })
}

fn calendar() -> impl Strategy<Value = Calendar> {
    let zones = option::of(custom_zone()).prop_map(|zone| zone.into_iter().collect());
    (
        texts(),
        option::of(texts()),
        zones,
        prop::collection::vec(event(), 0..3),
    )
        .prop_map(|(product, name, zones, events)| Calendar {
            product: Some(product),
            name,
            zone_hint: None,
            zones,
            events,
        })
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(calendar in calendar()) {
        let text = write(&calendar);
        let reading = read(text.as_bytes(), &Limits::default()).unwrap();
        prop_assert!(reading.complete, "{:?}", reading.warnings);
        prop_assert_eq!(reading.calendar, calendar);
    }

    #[test]
    fn lines_are_never_longer_than_the_rfc_allows(calendar in calendar()) {
        let text = write(&calendar);
        prop_assert!(text.split("\r\n").all(|line| line.len() <= 75), "{}", text);
        prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    }

    #[test]
    fn calcard_reads_the_same_texts(events in prop::collection::vec((texts(), texts()), 1..4)) {
        let calendar = Calendar {
            events: events
                .iter()
                .map(|(uid, summary)| Event {
                    summary: Some(summary.clone()),
                    ..Event::new(uid.clone(), EventTime::Date("2025-03-01".parse().unwrap()))
                })
                .collect(),
            ..Calendar::default()
        };
        let parsed = ICalendar::parse(write(&calendar)).unwrap();
        let found: Vec<(String, String)> = parsed
            .components
            .iter()
            .filter(|component| component.component_type.is_event())
            .map(|component| {
                let text = |name| component.property(&name).unwrap().values[0].as_text().unwrap().to_owned();
                use calcard::icalendar::ICalendarProperty::{Summary, Uid};
                (text(Uid), text(Summary))
            })
            .collect();
        prop_assert_eq!(found, events);
    }
}
