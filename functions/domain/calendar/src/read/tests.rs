use proptest::prelude::*;

use super::*;
use crate::{EventEnd, EventTime, Length, RuleError, Status, ZoneName};

/// A calendar with one event of these lines.
fn event(lines: &[&str]) -> String {
    calendar(&[&["BEGIN:VEVENT"], lines, &["END:VEVENT"]].concat())
}

fn calendar(lines: &[&str]) -> String {
    [&["BEGIN:VCALENDAR", "VERSION:2.0"], lines, &["END:VCALENDAR", ""]]
        .concat()
        .join("\r\n")
}

fn reading(body: impl AsRef<[u8]>) -> Reading {
    read(body.as_ref(), &Limits::default()).unwrap()
}

/// What the reader says of a body: each complaint on a line, then whether it is complete.
#[track_caller]
fn check(body: impl AsRef<[u8]>, expected: &[&str]) -> Calendar {
    let reading = reading(body);
    let mut said: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
    said.push(
        if reading.complete {
            "complete"
        } else {
            "incomplete"
        }
        .to_owned(),
    );
    assert_eq!(said, expected);
    reading.calendar
}

#[track_caller]
fn check_error(body: impl AsRef<[u8]>, expected: &str) {
    let error = read(body.as_ref(), &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_sound_event_is_read_whole() {
    let body = event(&[
        "UID:42@example.com",
        "DTSTAMP:20250101T000000Z",
        "DTSTART;TZID=Europe/Berlin:20250301T090000",
        "DURATION:P1DT2H",
        "SUMMARY:Charter\\, half day\\; \\\\o/\\nsecond line",
        "CATEGORIES:boat,half  day,a\\,b",
        "STATUS:CANCELLED",
        "SEQUENCE:3",
        "URL:https://example.com/r/HM123?a=b,c",
        "BEGIN:VALARM",
        "SUMMARY:not the event's",
        "END:VALARM",
    ]);
    let calendar = check(&body, &["complete"]);
    let [event] = calendar.events.as_slice() else {
        panic!("{calendar:?}")
    };
    assert_eq!(
        event.summary.as_deref(),
        Some("Charter, half day; \\o/\nsecond line")
    );
    assert_eq!(event.categories, ["boat", "half day", "a,b"]);
    assert_eq!(event.url.as_deref(), Some("https://example.com/r/HM123?a=b,c"));
    assert_eq!((event.status, event.sequence), (Status::Cancelled, 3));
    let length = Length {
        days: 1,
        seconds: 7200,
    };
    assert_eq!(event.end, EventEnd::After(length));
    let EventTime::Zoned { zone, .. } = &event.start else {
        panic!("{:?}", event.start)
    };
    assert_eq!(*zone, ZoneName::Iana(chrono_tz::Europe::Berlin));
}

#[test]
fn line_ends_marks_and_folds_of_every_kind_read_alike() {
    let sound = event(&["UID:1", "DTSTART:20250301T090000Z", "SUMMARY:Grüße an Bord"]);
    let expected = check(&sound, &["complete"]);
    let folded = sound.replace("Grüße an", "Gr\r\n üße\r\n\t an");
    // One fold goes through the two bytes of ü, as exporters that count octets make it.
    let mut within = sound.clone().into_bytes();
    let at = sound.find('ü').unwrap() + 1;
    within.splice(at..at, *b"\r\n ");
    let utf16: Vec<u8> = std::iter::once(0xfeff_u16)
        .chain(sound.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let bodies = [
        sound.replace("\r\n", "\n").into_bytes(),
        sound.replace("\r\n", "\r").into_bytes(),
        sound.replace("\r\n", "\r\n\r\n").into_bytes(),
        format!("\u{feff}{sound}").into_bytes(),
        folded.into_bytes(),
        within,
        utf16,
        sound.replace("BEGIN", "begin").replace("UID", "uid").into_bytes(),
    ];
    for body in bodies {
        assert_eq!(
            check(&body, &["complete"]),
            expected,
            "{}",
            String::from_utf8_lossy(&body)
        );
    }
}

#[test]
fn bytes_that_are_not_utf8_are_windows_1252() {
    let body = event(&["UID:1", "DTSTART:20250301", "SUMMARY:caf\u{1}? ?"]).into_bytes();
    let body: Vec<u8> = body
        .iter()
        .scan([0xe9, 0x80].iter(), |found, byte| match byte {
            b'?' => found.next().copied(),
            _ => Some(*byte),
        })
        .collect();
    let calendar = check(&body, &["line 6: not UTF-8, taken as Windows-1252", "complete"]);
    assert_eq!(calendar.events[0].summary.as_deref(), Some("café €"));
}

#[test]
fn what_is_no_calendar_is_named() {
    check_error("", "not an iCalendar file: it is empty");
    check_error("\u{feff}", "not an iCalendar file: no component begins in it");
    check_error(
        "<!doctype html><title>Sign in",
        "not an iCalendar file: it looks like HTML",
    );
    check_error(
        "\n<?xml version='1.0'?>",
        "not an iCalendar file: it looks like XML",
    );
    check_error("{\"error\": 1}", "not an iCalendar file: it looks like JSON");
    check_error([0x1f, 0x8b, 8, 0], "not an iCalendar file: it looks like gzip");
    check_error("VERSION:2.0", "not an iCalendar file: no component begins in it");
    let small = Limits {
        bytes: 10,
        ..Limits::default()
    };
    let error = read(event(&[]).as_bytes(), &small).unwrap_err();
    assert_eq!(error, ReadError::TooLarge { limit_bytes: 10 });
}

#[test]
fn two_hundred_thousand_nested_components_are_a_named_error() {
    for name in ["VCALENDAR", "VALARM", "X"] {
        check_error(
            format!("BEGIN:{name}\n").repeat(200_000),
            "line 33: components nest deeper than 32",
        );
    }
}

#[test]
fn a_body_that_is_cut_off_anywhere_is_not_complete() {
    let body = event(&["UID:1", "DTSTART:20250301T090000Z", "RRULE:FREQ=DAILY;COUNT=20"]);
    let last = body.trim_end().len();
    for at in 0..last {
        let cut = read(&body.as_bytes()[..at], &Limits::default());
        assert!(!cut.is_ok_and(|reading| reading.complete), "cut at {at}");
    }
    assert!(reading(&body[..last]).complete);
}

#[test]
fn what_is_lost_is_named_with_its_line() {
    let rule = ["UID:1", "DTSTART:20250301", "RRULE:FREQ=DAILY;INTERVAL=0"];
    check(
        event(&rule),
        &[
            "line 6: recurrence rule left out: INTERVAL=0 never moves on",
            "incomplete",
        ],
    );
    check(
        event(&["UID:1", "DTSTART:2025-13-01"]),
        &["line 3: event without a readable DTSTART, left out", "incomplete"],
    );
    check(
        event(&[
            "DTSTART:20250301",
            "no property",
            "EXDATE:20250302,soon",
            "DURATION:P",
        ]),
        &[
            "line 5: not a property, left out",
            "line 6: unreadable EXDATE, left out",
            "line 7: unreadable DURATION, left out",
            "incomplete",
        ],
    );
    check(
        "BEGIN:VEVENT\nDTSTART:20250301\nEND:VEVENT\n",
        &["line 1: event outside of a VCALENDAR, left out", "incomplete"],
    );
    check(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20250301\nEND:VCALENDAR\n",
        &["line 4: END without its BEGIN", "incomplete"],
    );
}

#[test]
fn an_event_that_never_ends_does_not_swallow_the_next() {
    let body = calendar(&[
        "BEGIN:VEVENT",
        "UID:1",
        "DTSTART:20250301",
        "BEGIN:VEVENT",
        "UID:2",
        "DTSTART:20250302",
        "END:VEVENT",
    ]);
    let calendar = check(body, &["line 3: VEVENT has no END", "incomplete"]);
    let uids: Vec<&str> = calendar.events.iter().map(|event| event.uid.as_str()).collect();
    assert_eq!(uids, ["1", "2"]);
}

#[test]
fn an_end_before_the_start_still_takes_up_the_time_between() {
    let body = event(&["DTSTART:20250301T100000Z", "DTEND:20250301T090000Z"]);
    let calendar = check(
        body,
        &[
            "line 3: event ends before it starts, taken the other way round",
            "complete",
        ],
    );
    let event = &calendar.events[0];
    let EventEnd::At(end) = &event.end else {
        panic!("{:?}", event.end)
    };
    assert_eq!(
        (event.start.wall().to_string(), end.wall().to_string()),
        ("2025-03-01 09:00:00".to_owned(), "2025-03-01 10:00:00".to_owned())
    );
}

#[test]
fn times_that_feeds_write_in_their_own_way_are_read() {
    for (text, expected) in [
        ("20250131", "Date(2025-01-31)"),
        ("20250131T0800Z", "Utc(2025-01-31T08:00:00Z)"),
        ("2025-01-31T08:00:00Z", "Utc(2025-01-31T08:00:00Z)"),
        ("20250131T080000+0200", "Utc(2025-01-31T06:00:00Z)"),
        ("20250131t080060", "Floating(2025-01-31T08:00:59)"),
        ("20250131T240000", "Floating(2025-02-01T00:00:00)"),
        ("20250131Z", "Date(2025-01-31)"),
    ] {
        let calendar = reading(event(&[&format!("DTSTART:{text}")])).calendar;
        assert_eq!(format!("{:?}", calendar.events[0].start), expected, "{text}");
    }
    for text in [
        "20250230",
        "20250131T256000",
        "20250131T1100000Z",
        "now",
        "",
        "é0250131",
    ] {
        assert!(
            reading(event(&[&format!("DTSTART:{text}")]))
                .calendar
                .events
                .is_empty(),
            "{text}"
        );
    }
}

#[test]
fn zones_are_known_by_many_names() {
    for (id, expected) in [
        ("Europe/Berlin", Some("Europe/Berlin")),
        ("W. Europe Standard Time", Some("Europe/Berlin")),
        (
            "\"(UTC-05:00) Eastern Time (US & Canada)\"",
            Some("America/New_York"),
        ),
        (
            "/softwarestudio.org/Olson_20011030_5/America/Chicago",
            Some("America/Chicago"),
        ),
        (
            "/freeassociation.sourceforge.net/Tzfile/America/Argentina/Salta",
            Some("America/Argentina/Salta"),
        ),
        ("\"(GMT +01:00)\"", Some("Etc/GMT-1")),
        ("\"(GMT +05:30) Boats\"", None),
        ("Atlantis", None),
    ] {
        let calendar = reading(event(&[&format!("DTSTART;TZID={id}:20250301T090000")])).calendar;
        let EventTime::Zoned { zone, .. } = &calendar.events[0].start else {
            panic!("{calendar:?}")
        };
        let found = matches!(zone, ZoneName::Iana(_)).then(|| zone.as_str());
        assert_eq!(found, expected, "{id}");
    }
    check(
        event(&["DTSTART;TZID=Atlantis:20250301T090000"]),
        &["line 4: unknown time zone, times taken as floating", "complete"],
    );
}

/// A calendar with a zone of these lines, and an event in it.
fn in_zone(id: &str, zone: &[&str]) -> String {
    let start = format!("DTSTART;TZID={id}:20250701T090000");
    let event = ["BEGIN:VEVENT", &start, "END:VEVENT"];
    calendar(&[&["BEGIN:VTIMEZONE"], zone, &["END:VTIMEZONE"], &event].concat())
}

#[test]
fn a_zone_without_a_readable_part_is_no_zone() {
    let unknown = "line 8: unknown time zone, times taken as floating";
    let zone = ["TZID:Port", "X-PLACE:harbour"];
    check(in_zone("Port", &zone), &[unknown, "complete"]);
    let zone = [
        "TZID:Port",
        "BEGIN:STANDARD",
        "DTSTART:20000101T000000",
        "END:STANDARD",
    ];
    check(
        in_zone("Port", &zone),
        &[
            "line 5: unreadable VTIMEZONE",
            "line 10: unknown time zone, times taken as floating",
            "incomplete",
        ],
    );
}

#[test]
fn a_known_zone_that_is_defined_otherwise_is_named() {
    let zone = |to| {
        let to = format!("TZOFFSETTO:{to}");
        let lines = [
            "TZID:Europe/Berlin",
            "BEGIN:STANDARD",
            "DTSTART:20000101T000000",
            "TZOFFSETFROM:+0200",
            &to,
            "END:STANDARD",
        ];
        in_zone("Europe/Berlin", &lines)
    };
    let otherwise =
        "line 3: VTIMEZONE of a known zone gives other offsets, those of the IANA database were taken";
    let calendar = check(zone("+0100"), &[otherwise, "complete"]);
    assert_eq!(calendar.zones, []);
    check(zone("+0200"), &["complete"]);
}

#[test]
fn events_beyond_the_limit_do_not_mix_with_those_before() {
    let one = "BEGIN:VEVENT\nUID:1\nDTSTART:20250301\nEND:VEVENT\n";
    let other = one.replace("UID:1", "UID:2\nSUMMARY:second");
    let limits = Limits {
        events: 1,
        warnings: 1,
        ..Limits::default()
    };
    let body = format!("BEGIN:VCALENDAR\n{one}{other}no property\nEND:VCALENDAR\n");
    let reading = read(body.as_bytes(), &limits).unwrap();
    assert_eq!(reading.calendar.events.len(), 1);
    assert_eq!(reading.calendar.events[0].summary, None);
    let said: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["line 6: too many events, the rest left out", "1 more warnings"]
    );
    assert!(!reading.complete);
}

#[test]
fn warnings_quote_nothing_of_the_feed() {
    let secret = "s3cret-guest";
    let body = event(&[
        &format!("UID:{secret}"),
        &format!("DTSTART;TZID={secret}:20250301T090000"),
        &format!("RRULE:FREQ={secret}"),
        &format!("DTEND:{secret}"),
        &format!("EXDATE:{secret}"),
        secret,
    ]);
    let said = format!("{:?}", reading(body).warnings);
    assert!(!said.contains(secret), "{said}");
    assert!(matches!(
        reading(event(&["DTSTART:20250301", "RRULE:x=1"])).warnings[0].kind,
        WarningKind::Rule(RuleError::UnknownPart)
    ));
}

/// The reasons that the crate's documentation gives for reading lines ourselves. When one of these fails, calcard has
/// become better, and it is time to think again.
#[test]
fn calcard_still_drops_what_we_need() {
    use calcard::icalendar::{ICalendar, ICalendarProperty, ICalendarValue};
    let body = event(&["DTSTART:20250101T1300Z", "RRULE:FREQ=DAILY;INTERVAL=0"]);
    let parsed = ICalendar::parse(&body).unwrap();
    let event = parsed
        .components
        .iter()
        .find(|component| component.component_type.is_event())
        .unwrap();
    let rule = event.property(&ICalendarProperty::Rrule).unwrap();
    let ICalendarValue::RecurrenceRule(rule) = &rule.values[0] else {
        panic!("{rule:?}")
    };
    assert_eq!(rule.interval, None);
    let start = event.property(&ICalendarProperty::Dtstart).unwrap();
    let ICalendarValue::PartialDateTime(start) = &start.values[0] else {
        panic!("{start:?}")
    };
    assert!(!start.has_zone());
}

/// Bodies made of what iCalendar is made of, in any order, so that they come near to sound ones.
pub(crate) fn near_bodies() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        prop::sample::select(vec![
            "BEGIN:VCALENDAR",
            "END:VCALENDAR",
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VTIMEZONE",
            "END:VTIMEZONE",
            "BEGIN:STANDARD",
            "END:STANDARD",
            "TZID:Home",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:-2359",
            "UID:1",
            "UID:2",
            "SEQUENCE:2",
            "DTSTART:20250301",
            "DTSTART;TZID=Home:20250330T023000",
            "DTSTART:00010101T000000Z",
            "DTSTART:99991231T235959",
            "DTEND:20250302",
            "DURATION:-P9999999D",
            "DURATION:P1000000000W",
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20250302",
            "EXDATE:20250303",
            "RDATE;VALUE=PERIOD:20250301T000000Z/PT1H",
            "RRULE:FREQ=SECONDLY",
            "RRULE:FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2",
            "RRULE:FREQ=DAILY;COUNT=4000000000",
            "RRULE:FREQ=MINUTELY;INTERVAL=4294967295",
            "EXRULE:FREQ=HOURLY",
            "X-WR-TIMEZONE:Europe/Berlin",
            "",
            " folded",
            "\t",
            ":",
            ";",
            "\"",
        ])
        .prop_map(|line| line.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..20),
        rules_as_lines(),
    ];
    prop::collection::vec((line, prop::sample::select(vec!["\r\n", "\n", "\r"])), 0..40).prop_map(|lines| {
        let bytes = |(line, end): (Vec<u8>, &str)| [line, end.as_bytes().to_vec()].concat();
        lines.into_iter().flat_map(bytes).collect()
    })
}

fn rules_as_lines() -> impl Strategy<Value = Vec<u8>> {
    crate::rule::tests::rules().prop_map(|rule| format!("RRULE:{rule}").into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &Limits::default());
    }

    #[test]
    fn what_comes_near_to_a_calendar_never_panics_and_survives_writing(body in near_bodies()) {
        if let Ok(reading) = read(&body, &Limits::default()) {
            let text = crate::write(&reading.calendar);
            let again = read(text.as_bytes(), &Limits::default()).unwrap();
            prop_assert_eq!(again.calendar.events, reading.calendar.events);
            prop_assert_eq!(again.calendar.zones, reading.calendar.zones);
        }
    }
}
