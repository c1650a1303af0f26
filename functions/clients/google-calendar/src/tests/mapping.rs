//! Google's JSON and the model, both ways, as tables.

use calendar::{Event, EventEnd, EventTime, Length, RDate, RecurrenceId, Status, Transparency, ZoneName};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{at, draft_of, event};
use crate::{Draft, Item, Stored, Unmappable};

/// Reads an event that has what Google always gives, and these fields.
fn read(fields: &Value) -> Item {
    let mut whole = json!({
        "id": "abcde",
        "etag": "\"1\"",
        "status": "confirmed",
        "start": { "date": "2027-06-01" },
        "end": { "date": "2027-06-02" },
    });
    for (name, value) in fields.as_object().unwrap() {
        match value {
            Value::Null => drop(whole.as_object_mut().unwrap().remove(name)),
            _ => whole[name] = value.clone(),
        }
    }
    Item::of(whole)
}

#[track_caller]
fn stored(fields: &Value) -> Stored {
    match read(fields) {
        Item::Event(stored) => *stored,
        other => panic!("{other:?}"),
    }
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn times_are_read_in_each_form() {
    let in_zone = |local: &str, zone| EventTime::Zoned {
        local: local.parse().unwrap(),
        zone: ZoneName::Iana(zone),
    };
    for (start, expected) in [
        (
            json!({ "date": "2027-06-01" }),
            EventTime::Date("2027-06-01".parse().unwrap()),
        ),
        (
            json!({ "dateTime": "2027-06-01T18:00:00-04:00" }),
            EventTime::Utc(instant("2027-06-01T22:00:00Z")),
        ),
        (
            json!({ "dateTime": "2027-06-01T22:00:00Z", "timeZone": "UTC" }),
            EventTime::Utc(instant("2027-06-01T22:00:00Z")),
        ),
        (
            json!({ "dateTime": "2027-06-01T18:00:00-04:00", "timeZone": "America/New_York" }),
            at("2027-06-01T18:00:00"),
        ),
        // The offset is the calendar's, the zone the event's.
        (
            json!({ "dateTime": "2027-06-01T18:00:00-04:00", "timeZone": "Europe/Berlin" }),
            in_zone("2027-06-02T00:00:00", Tz::Europe__Berlin),
        ),
        (
            json!({ "dateTime": "2027-06-01T18:00:00", "timeZone": "America/New_York" }),
            at("2027-06-01T18:00:00"),
        ),
        (
            json!({ "dateTime": "2027-06-01T18:00:00-04:00", "timeZone": "Nowhere/Known" }),
            EventTime::Utc(instant("2027-06-01T22:00:00Z")),
        ),
        // 01:30 comes twice that night; the first is the wall clock's, the second only an instant.
        (
            json!({ "dateTime": "2027-11-07T01:30:00-04:00", "timeZone": "America/New_York" }),
            at("2027-11-07T01:30:00"),
        ),
        (
            json!({ "dateTime": "2027-11-07T01:30:00-05:00", "timeZone": "America/New_York" }),
            EventTime::Utc(instant("2027-11-07T06:30:00Z")),
        ),
    ] {
        let end = if expected.is_date() {
            json!({ "date": "2027-12-02" })
        } else {
            json!({ "dateTime": "2027-12-02T00:00:00Z" })
        };
        assert_eq!(
            stored(&json!({ "start": start, "end": end })).event.start,
            expected,
            "{start}"
        );
    }
}

#[test]
fn every_field_finds_its_place() {
    let read = stored(&json!({
        "summary": "Cruise", "description": "Text", "location": "Pier 4", "status": "tentative",
        "transparency": "transparent", "iCalUID": "u@google.com", "sequence": 3,
        "created": "2027-01-01T00:00:00.000Z", "updated": "2027-01-02T00:00:00.000Z",
        "source": { "url": "https://example.com/1", "title": "t" },
        "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=TU", "EXDATE;VALUE=DATE:20270608", "RDATE;VALUE=DATE:20270609"],
        "extendedProperties": { "private": { "landfallLink": "l", "other": "x" }, "shared": { "landfallLink": "not this" } },
        "attendees": [{ "email": "guest@example.com" }], "colorId": "7", "unheardOf": { "a": [1] },
    }));
    let mut expected = Event::new("u@google.com", EventTime::Date("2027-06-01".parse().unwrap()));
    expected.end = EventEnd::At(EventTime::Date("2027-06-02".parse().unwrap()));
    expected.summary = Some("Cruise".to_owned());
    expected.description = Some("Text".to_owned());
    expected.location = Some("Pier 4".to_owned());
    expected.url = Some("https://example.com/1".to_owned());
    expected.status = Status::Tentative;
    expected.transparency = Transparency::Transparent;
    expected.sequence = 3;
    expected.created = Some(instant("2027-01-01T00:00:00Z"));
    expected.last_modified = Some(instant("2027-01-02T00:00:00Z"));
    expected.stamp = instant("2027-01-02T00:00:00Z");
    expected.rules = vec!["FREQ=WEEKLY;BYDAY=TU".parse().unwrap()];
    expected.exdates = vec![EventTime::Date("2027-06-08".parse().unwrap())];
    expected.rdates = vec![RDate {
        start: EventTime::Date("2027-06-09".parse().unwrap()),
        end: None,
    }];
    assert_eq!(read.event, expected);
    assert_eq!((read.link.as_deref(), read.series), (Some("l"), None));
}

#[test]
fn an_exception_names_its_series_and_the_time_it_replaces() {
    let read = stored(
        &json!({ "recurringEventId": "series", "originalStartTime": { "date": "2027-06-08" }, "iCalUID": "u" }),
    );
    assert_eq!(read.series.unwrap().as_str(), "series");
    let expected = RecurrenceId {
        at: EventTime::Date("2027-06-08".parse().unwrap()),
        this_and_future: false,
    };
    assert_eq!(read.event.recurrence_id, Some(expected));
}

#[test]
fn what_is_cancelled_needs_next_to_nothing() {
    let deleted = Item::of(json!({ "id": "abcde", "status": "cancelled" }));
    assert!(
        matches!(&deleted, Item::Deleted { id } if id.as_str() == "abcde"),
        "{deleted:?}"
    );
    let cancelled = Item::of(json!({
        "id": "abcde_20270608", "status": "cancelled", "recurringEventId": "abcde", "originalStartTime": { "date": "2027-06-08" },
    }));
    let Item::CancelledRecurrence { series, at, .. } = cancelled else {
        panic!("{cancelled:?}")
    };
    assert_eq!(
        (series.as_str(), at),
        ("abcde", EventTime::Date("2027-06-08".parse().unwrap()))
    );
}

#[test]
fn what_cannot_be_read_is_there_all_the_same() {
    for fields in [
        json!({ "start": null }),
        json!({ "end": null }),
        json!({ "start": {} }),
        json!({ "start": { "date": "soon" } }),
        json!({ "start": { "dateTime": "2027-06-01T00:00:00Z" } }),
        json!({ "etag": null }),
        json!({ "summary": 7 }),
        json!({ "recurrence": ["RRULE:FREQ=WEEKLY;INTERVAL=0"] }),
        json!({ "recurrence": ["RRULE:FREQ=SOMETIMES"] }),
        json!({ "recurrence": ["DTSTART:20270601T000000Z"] }),
        json!({ "recurrence": ["RRULE:FREQ=DAILY\r\nEND:VEVENT\r\nBEGIN:VEVENT"] }),
        json!({ "recurringEventId": "series" }),
        json!({ "status": "cancelled", "recurringEventId": "series", "originalStartTime": null }),
    ] {
        let item = read(&fields);
        let known = matches!(&item, Item::Unreadable { id: Some(id), .. } if id.as_str() == "abcde");
        assert!(known, "{fields} {item:?}");
    }
    for nothing in [
        json!({}),
        json!(null),
        json!([]),
        json!({ "id": "" }),
        json!({ "id": 7 }),
    ] {
        assert!(
            matches!(Item::of(nothing.clone()), Item::Unreadable { id: None, .. }),
            "{nothing}"
        );
    }
}

#[test]
fn a_draft_says_all_of_an_event_in_googles_words() {
    let mut full = event("Cruise");
    full.description = Some("Text".to_owned());
    full.location = Some(String::new());
    full.url = Some("mailto:nobody".to_owned());
    full.transparency = Transparency::Transparent;
    full.rules = vec!["FREQ=WEEKLY;UNTIL=20270701T180000".parse().unwrap()];
    full.exdates = vec![EventTime::Floating("2027-06-08T18:00:00".parse().unwrap())];
    insta::assert_json_snapshot!(draft_of(&full).fields.whole(), @r#"
    {
      "description": "Text",
      "end": {
        "dateTime": "2027-06-01T20:00:00-04:00",
        "timeZone": "America/New_York"
      },
      "extendedProperties": {
        "private": {
          "landfallLink": "getmyboat:1"
        }
      },
      "recurrence": [
        "EXDATE;TZID=America/New_York:20270608T180000",
        "RRULE:FREQ=WEEKLY;UNTIL=20270701T220000Z"
      ],
      "start": {
        "dateTime": "2027-06-01T18:00:00-04:00",
        "timeZone": "America/New_York"
      },
      "status": "confirmed",
      "summary": "Cruise",
      "transparency": "transparent"
    }
    "#);
}

#[test]
fn ends_are_told_as_times_whatever_form_they_had() {
    let day = |text: &str| EventTime::Date(text.parse().unwrap());
    let after = |days, seconds| EventEnd::After(Length { days, seconds });
    for (start, end, expected) in [
        (day("2027-06-01"), after(1, 0), "2027-06-02"),
        (day("2027-06-01"), after(3, 0), "2027-06-04"),
        (day("2027-06-01"), after(0, 0), "2027-06-02"),
        (day("2027-06-01"), after(1, 1), "2027-06-03"),
        (day("2027-06-01"), EventEnd::At(day("2027-06-01")), "2027-06-02"),
        (day("2027-06-01"), EventEnd::At(day("2027-06-05")), "2027-06-05"),
        (
            at("2027-06-01T18:00:00"),
            after(0, 7200),
            "2027-06-01T20:00:00-04:00",
        ),
        // A day is 25 hours long when the clocks go back.
        (
            at("2027-11-06T18:00:00"),
            after(1, 0),
            "2027-11-07T18:00:00-05:00",
        ),
        (
            at("2027-11-06T18:00:00"),
            after(0, 86_400),
            "2027-11-07T17:00:00-05:00",
        ),
        (
            at("2027-06-01T18:00:00"),
            EventEnd::At(at("2027-06-01T17:00:00")),
            "2027-06-01T18:00:00-04:00",
        ),
    ] {
        let mut event = event("Cruise");
        (event.start, event.end) = (start, end);
        let whole = draft_of(&event).fields.whole();
        let told = whole["end"]["date"]
            .as_str()
            .or_else(|| whole["end"]["dateTime"].as_str());
        assert_eq!(told, Some(expected), "{:?} {:?}", event.start, event.end);
    }
}

#[test]
fn what_google_cannot_hold_is_refused_by_name() {
    let custom = EventTime::Zoned {
        local: "2027-06-01T18:00:00".parse().unwrap(),
        zone: ZoneName::Custom("Boat".into()),
    };
    let day = EventTime::Date("2027-06-01".parse().unwrap());
    type Change = Box<dyn Fn(&mut Event)>;
    let table: Vec<(Unmappable, Change)> = vec![
        (
            Unmappable::CustomZone,
            Box::new({
                let custom = custom.clone();
                move |event| event.start = custom.clone()
            }),
        ),
        (
            Unmappable::CustomZone,
            Box::new({
                let custom = custom.clone();
                move |event| event.end = EventEnd::At(custom.clone())
            }),
        ),
        (
            Unmappable::CustomZone,
            Box::new(move |event| event.exdates = vec![custom.clone()]),
        ),
        (
            Unmappable::MixedTimes,
            Box::new({
                let day = day.clone();
                move |event| event.start = day.clone()
            }),
        ),
        (
            Unmappable::MixedTimes,
            Box::new({
                let day = day.clone();
                move |event| event.end = EventEnd::At(day.clone())
            }),
        ),
        (
            Unmappable::EndOutOfReach,
            Box::new(|event| {
                event.start = EventTime::Date(NaiveDate::MAX);
                event.end = EventEnd::After(Length::DAY);
            }),
        ),
        (
            Unmappable::Cancelled,
            Box::new(|event| event.status = Status::Cancelled),
        ),
        (
            Unmappable::Recurrence,
            Box::new(move |event| {
                event.recurrence_id = Some(RecurrenceId {
                    at: day.clone(),
                    this_and_future: false,
                });
            }),
        ),
    ];
    for (expected, change) in table {
        let mut event = event("Cruise");
        change(&mut event);
        assert_eq!(Draft::new(&event, "l", Tz::UTC), Err(expected));
    }
    for link in ["", &"l".repeat(1025)] {
        assert_eq!(Draft::new(&event("Cruise"), link, Tz::UTC), Err(Unmappable::Link));
    }
}

#[test]
fn a_zone_matters_to_a_series_and_not_to_a_single_event() {
    let told = json!({ "start": { "dateTime": "2027-06-01T18:00:00-04:00", "timeZone": "America/New_York" }, "end": { "dateTime": "2027-06-01T20:00:00-04:00", "timeZone": "America/New_York" } });
    let stored = stored(&told);
    let mut ours = event("");
    ours.start = EventTime::Utc(instant("2027-06-01T22:00:00Z"));
    ours.end = EventEnd::At(EventTime::Utc(instant("2027-06-02T00:00:00Z")));
    let change = draft_of(&ours).change_from(&stored).unwrap();
    assert!(change.get("start").is_none(), "{change}");
    ours.rules = vec!["FREQ=WEEKLY".parse().unwrap()];
    let change = draft_of(&ours).change_from(&stored).unwrap();
    assert_eq!(change["start"]["timeZone"], "UTC");
}

fn times() -> impl Strategy<Value = (EventTime, EventEnd)> {
    // The hours around both changes of the clock in 2027, quarter by quarter, and any day.
    let wall = prop_oneof![
        (0_i64..400).prop_map(
            |quarters| "2027-03-12T00:00:00".parse::<chrono::NaiveDateTime>().unwrap()
                + TimeDelta::minutes(15 * quarters)
        ),
        (0_i64..400).prop_map(
            |quarters| "2027-11-05T00:00:00".parse::<chrono::NaiveDateTime>().unwrap()
                + TimeDelta::minutes(15 * quarters)
        ),
        (0_i64..40_000).prop_map(
            |hours| "2025-01-01T00:00:00".parse::<chrono::NaiveDateTime>().unwrap() + TimeDelta::hours(hours)
        ),
    ];
    let zone = prop_oneof![
        Just(Tz::America__New_York),
        Just(Tz::Europe__Berlin),
        Just(Tz::Australia__Lord_Howe),
        Just(Tz::UTC)
    ];
    (wall, zone, 0..4, 0_i32..3, 0_i64..100_000).prop_map(|(wall, zone, kind, days, seconds)| {
        let start = match kind {
            0 => EventTime::Date(wall.date()),
            1 => EventTime::Utc(wall.and_utc()),
            2 => EventTime::Floating(wall),
            _ => EventTime::Zoned {
                local: wall,
                zone: ZoneName::Iana(zone),
            },
        };
        (start, EventEnd::After(Length { days, seconds }))
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_what_was_meant(
        (start, end) in times(),
        rule in prop_oneof![Just(None), Just(Some("FREQ=WEEKLY;COUNT=3")), Just(Some("FREQ=DAILY;UNTIL=20270701T120000Z"))],
        summary in proptest::option::of(".{0,20}"),
        tentative: bool,
    ) {
        let mut event = event("");
        (event.start, event.end, event.summary) = (start, end, summary);
        event.rules = rule.into_iter().map(|rule| rule.parse().unwrap()).collect();
        event.status = if tentative { Status::Tentative } else { Status::Confirmed };
        let draft = draft_of(&event);
        let mut whole = draft.fields.whole();
        whole["id"] = json!("abcde");
        whole["etag"] = json!("\"1\"");
        let Item::Event(stored) = Item::of(whole.clone()) else { panic!("{whole}") };
        prop_assert!(draft.is_written_in(&stored), "{}", draft.change_from(&stored).unwrap());
        // And what a person's other edit leaves is not written again.
        prop_assert_eq!(draft_of(&stored.event).change_from(&stored), None);
    }

    #[test]
    fn any_json_is_some_item(text in "\\PC{0,40}", key in "(id|etag|status|start|end|recurrence|originalStartTime|recurringEventId)") {
        let _total = Item::of(json!({ "id": "abcde", "etag": "1", "start": { "date": text }, "end": { "dateTime": text, "timeZone": text }, "recurrence": [text], key: text }));
    }
}
