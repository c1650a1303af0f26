use calendar::{EventEnd, EventTime};
use chrono::TimeDelta;
use google_calendar::{Etag, EventId};

use super::*;

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hour)
}

/// From an hour before to a month after the present.
fn window() -> Period {
    Period::new(at(-1), at(24 * 31))
}

/// An event of an hour.
fn stored(id: &str, hour: i64) -> Stored {
    let mut event = Event::new(format!("{id}@google.example"), EventTime::Utc(at(hour)));
    event.end = EventEnd::At(EventTime::Utc(at(hour + 1)));
    Stored {
        id: EventId::known(id),
        etag: Etag::known("\"1\""),
        link: None,
        series: None,
        event,
    }
}

fn item(stored: Stored) -> Item {
    Item::Event(Box::new(stored))
}

fn deleted(id: &str) -> Item {
    Item::Deleted {
        id: EventId::known(id),
    }
}

fn unreadable(id: &str) -> Item {
    Item::Unreadable {
        id: Some(EventId::known(id)),
        reason: "its start",
    }
}

fn known(items: &[Item]) -> Vec<GoogleEvent> {
    Told::of_whole(&[], items, window(), Tz::UTC, &HashSet::new()).events
}

/// The ids of all, of what is news, and of what is gone.
fn ids(told: &Told) -> [Vec<&str>; 3] {
    [
        told.events.iter().map(|event| event.id.as_str()).collect(),
        told.changed.iter().map(|event| event.id.as_str()).collect(),
        told.gone.iter().map(String::as_str).collect(),
    ]
}

#[test]
fn what_a_whole_list_does_not_tell_of_is_gone_unless_it_cannot_be_read() {
    let before = known(&[item(stored("a", 1)), item(stored("b", 2)), item(stored("c", 3))]);
    let items = [item(stored("a", 1)), unreadable("b"), unreadable("never")];
    let told = Told::of_whole(&before, &items, window(), Tz::UTC, &HashSet::new());
    assert_eq!(ids(&told), [vec!["a", "b"], vec![], vec!["c"]]);
}

#[test]
fn what_a_list_of_changes_does_not_tell_of_stays() {
    let before = known(&[item(stored("a", 1)), item(stored("b", 2))]);
    let items = [item(stored("b", 5)), item(stored("new", 6))];
    let told = Told::of_changes(&before, &items, window(), Tz::UTC, &HashSet::new());
    assert_eq!(ids(&told), [vec!["a", "b", "new"], vec!["b", "new"], vec![]]);
    assert_eq!(told.events[1].face.period.start, at(5));
}

#[test]
fn a_deletion_is_kept_of_what_is_known_or_ours() {
    let before = known(&[item(stored("a", 1))]);
    let items = [deleted("a"), deleted("ours"), deleted("anybodys")];
    let told = Told::of_changes(&before, &items, window(), Tz::UTC, &HashSet::from(["ours"]));
    assert_eq!(ids(&told)[0], ["a", "ours"]);
    assert!(told.events.iter().all(|event| event.is_deleted));
    assert_eq!(told.events[0].face, before[0].face, "what it was is remembered");
}

#[test]
fn the_past_is_of_interest_only_where_it_is_known() {
    let items = [
        item(stored("past", -50)),
        item(stored("known", -60)),
        item(stored("a", 1)),
    ];
    let told = Told::of_whole(&[], &items, window(), Tz::UTC, &HashSet::from(["known"]));
    assert_eq!(ids(&told)[0], ["a", "known"]);
}

#[test]
fn a_moved_recurrence_is_where_it_was_moved_to_and_a_cancelled_one_nowhere() {
    let mut weekly = stored("weekly", 0);
    let text =
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20270115T080000Z\r\nDTEND:20270115T090000Z\r\n\
        RRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let read = calendar::read(text, &calendar::Limits::default()).unwrap();
    weekly.event.rules.clone_from(&read.calendar.events[0].rules);
    let week = 24 * 7;
    let mut moved = stored("weekly_moved", week + 5);
    moved.series = Some(EventId::known("weekly"));
    moved.event.recurrence_id = Some(RecurrenceId {
        at: EventTime::Utc(at(week)),
        this_and_future: false,
    });
    let cancelled = Item::CancelledRecurrence {
        id: EventId::known("weekly_cancelled"),
        series: EventId::known("weekly"),
        at: EventTime::Utc(at(2 * week)),
    };
    for part in [item(weekly.clone()), item(moved.clone()), cancelled.clone()] {
        assert!(recurs(&part));
    }
    assert!(!recurs(&item(stored("a", 1))) && !recurs(&deleted("weekly")));
    let items = [item(weekly), item(moved), cancelled];
    let told = Told::of_whole(&[], &items, window(), Tz::UTC, &HashSet::new());
    let starts: Vec<DateTime<Utc>> = told.events.iter().map(|event| event.face.period.start).collect();
    assert_eq!(starts, [at(0), at(week + 5)]);
}

#[test]
fn two_events_of_one_uid_are_two() {
    let mut other = stored("b", 4);
    "a@google.example".clone_into(&mut other.event.uid);
    let told = known(&[item(stored("a", 1)), item(other)]);
    assert_eq!(told.len(), 2);
}
