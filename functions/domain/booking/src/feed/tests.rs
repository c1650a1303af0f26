use calendar::{Budget, Limits, Period, expand, read};
use chrono::{DateTime, Utc};
use chrono_tz::America::New_York;
use proptest::prelude::*;

use super::*;
use crate::Status;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// The bookings of these events in 2030, in New York.
fn bookings(events: &str) -> FeedBookings {
    let text = format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}\nEND:VCALENDAR\n");
    let reading = read(text.as_bytes(), &Limits::default()).unwrap();
    let window = Period::new(at("2030-01-01T00:00:00Z"), at("2031-01-01T00:00:00Z"));
    let expansion = expand(&reading.calendar, window, New_York, &Budget::default());
    let listing = Listing {
        id: "alpha-pontoon".to_owned(),
        platform: "alpha".to_owned(),
        asset: "pontoon".to_owned(),
    };
    from_feed(&listing, &Rules::default(), &expansion)
}

fn event(uid: &str, start: &str, end: &str, more: &str) -> String {
    let kind = if start.contains('T') { "" } else { ";VALUE=DATE" };
    format!("BEGIN:VEVENT\nUID:{uid}\nDTSTART{kind}:{start}\nDTEND{kind}:{end}\n{more}\nEND:VEVENT\n")
}

/// What a reader sees of a feed, one line a booking.
fn table(feed: &FeedBookings) -> String {
    let row = |booking: &Booking| {
        let Booking {
            kind, status, period, ..
        } = booking;
        let [start, end] = [period.start, period.end].map(|instant| instant.format("%m-%dT%H:%MZ"));
        let code = booking.reservation_code.as_deref().unwrap_or("-");
        let marks = format!(
            "{}{}",
            if booking.is_all_day { "D" } else { "" },
            if booking.is_opaque { "" } else { "T" }
        );
        format!(
            "{start} {end} {kind:?} {status:?} {code} {marks} | {}",
            booking.reason
        )
    };
    let rows = feed.bookings.iter().map(row);
    rows.chain(feed.warnings.iter().map(|warning| format!("warning: {warning}")))
        .collect::<Vec<_>>()
        .join("\n")
}

fn sample() -> String {
    [
        event("1", "20300310", "20300311", "SUMMARY:Not available"),
        event(
            "2",
            "20300401T140000Z",
            "20300401T180000Z",
            "SUMMARY:Reserved\nURL:https://a.example/reservations/A-1001",
        ),
        event(
            "3",
            "20300402T140000Z",
            "20300402T180000Z",
            "SUMMARY:Hold - B-7\nSTATUS:TENTATIVE",
        ),
        event(
            "4",
            "20300403T140000Z",
            "20300403T180000Z",
            "SUMMARY:Reserved\nSTATUS:CANCELLED",
        ),
        event(
            "5",
            "20300404T140000Z",
            "20300404T180000Z",
            "SUMMARY:Busy\nTRANSP:TRANSPARENT",
        ),
        event(
            "6",
            "20301101T090000",
            "20301101T100000",
            "SUMMARY:Blocked\nRRULE:FREQ=WEEKLY;COUNT=2",
        ),
        event("7", "20300405T140000Z", "20300405T140000Z", "SUMMARY:Reserved"),
    ]
    .concat()
}

#[test]
fn a_feed_is_told_as_bookings() {
    insta::assert_snapshot!(table(&bookings(&sample())), @r#"
    03-10T05:00Z 03-11T04:00Z Block Confirmed - D | its title says "not available"
    04-01T14:00Z 04-01T18:00Z Reservation Confirmed A-1001  | it has a reservation code
    04-02T14:00Z 04-02T18:00Z Hold Tentative -  | its title says "hold"
    04-03T14:00Z 04-03T18:00Z Reservation Cancelled -  | its title says "reserved"
    04-04T14:00Z 04-04T18:00Z Block Confirmed - T | its title says "busy"
    04-05T14:00Z 04-05T14:00Z Reservation Confirmed -  | its title says "reserved"
    11-01T13:00Z 11-01T14:00Z Block Confirmed -  | its title says "blocked"
    11-08T14:00Z 11-08T15:00Z Block Confirmed -  | its title says "blocked"
    warning: events that last no time at all: 1
    "#);
}

#[test]
fn ids_are_stable_and_unique() {
    let first = bookings(&sample());
    let ids: HashSet<&str> = first.bookings.iter().map(|booking| booking.id.as_str()).collect();
    assert_eq!(ids.len(), first.bookings.len());
    assert_eq!(first, bookings(&sample()));

    let moved = bookings(&event(
        "2",
        "20300701T140000Z",
        "20300701T150000Z",
        "SUMMARY:Later",
    ));
    assert!(
        ids.contains(moved.bookings[0].id.as_str()),
        "an event that moved is the same event"
    );
}

#[test]
fn arrival_stay_and_departure_with_one_code_are_one_booking() {
    let code = "DESCRIPTION:Reservation code: A-1001";
    let feed = bookings(
        &[
            event("in", "20300401T180000Z", "20300401T190000Z", code),
            event("stay", "20300401T190000Z", "20300404T130000Z", code),
            event("out", "20300404T130000Z", "20300404T140000Z", code),
        ]
        .concat(),
    );
    insta::assert_snapshot!(table(&feed), @r"
    04-01T18:00Z 04-04T14:00Z Reservation Confirmed A-1001  | it has a reservation code
    warning: events of a stay that another event tells already: 2
    ");
    assert_eq!(feed.bookings[0].uid, "stay");
}

#[test]
fn one_code_on_stays_apart_is_no_proof() {
    let code = "DESCRIPTION:Reservation code: ACCOUNT-1";
    let days = [
        ("a", "20300401", "20300402"),
        ("b", "20300402", "20300403"),
        ("c", "20300405", "20300406"),
    ];
    let events: String = days
        .iter()
        .map(|(uid, start, end)| event(uid, start, end, code))
        .collect();
    assert_eq!(bookings(&events).bookings.len(), 3);
}

#[test]
fn neighbours_without_a_code_stay_two() {
    let events = event("a", "20300401", "20300402", "SUMMARY:Reserved")
        + &event("b", "20300402", "20300403", "SUMMARY:Reserved");
    assert_eq!(bookings(&events).bookings.len(), 2);
}

#[test]
fn a_stay_told_twice_is_one_booking() {
    let twice = event("a", "20300401", "20300403", "SUMMARY:Reserved")
        + &event("b", "20300401", "20300403", "SUMMARY:Reserved");
    let feed = bookings(&twice);
    assert_eq!(
        (feed.bookings.len(), feed.warnings.as_slice()),
        (1, [Warning::Merged(1)].as_slice())
    );
}

#[test]
fn a_cancelled_stay_is_not_merged_with_its_new_one() {
    let code = "DESCRIPTION:Reservation code: A-1001";
    let events = event("a", "20300401", "20300403", &format!("{code}\nSTATUS:CANCELLED"))
        + &event("b", "20300401", "20300404", code);
    let feed = bookings(&events);
    let statuses: Vec<Status> = feed.bookings.iter().map(|booking| booking.status).collect();
    assert_eq!(statuses, [Status::Cancelled, Status::Confirmed]);
}

#[test]
fn events_without_a_uid_have_ids_of_their_own() {
    let event =
        |day: &str| format!("BEGIN:VEVENT\nDTSTART;VALUE=DATE:{day}\nSUMMARY:Not available\nEND:VEVENT\n");
    let feed = bookings(&(event("20300401") + &event("20300402")));
    assert_eq!(feed.bookings.len(), 2);
    assert_ne!(feed.bookings[0].id, feed.bookings[1].id);
}

#[test]
fn a_stay_was_made_when_the_first_of_its_events_was() {
    let made = |more: &str| {
        let day = |uid: &str, at: &str, more: &str| {
            let more = format!("DESCRIPTION:booking id: C-1001\n{more}");
            event(
                uid,
                &format!("203004{at}T140000Z"),
                &format!("203004{at}T180000Z"),
                &more,
            )
        };
        let feed = bookings(&(day("1", "01", "CREATED:20300105T080000Z") + &day("2", "01", more)));
        assert_eq!(feed.bookings.len(), 1);
        feed.bookings[0].made_at
    };
    assert_eq!(made("CREATED:20300102T080000Z"), Some(at("2030-01-02T08:00:00Z")));
    assert_eq!(made("STATUS:CONFIRMED"), Some(at("2030-01-05T08:00:00Z")));
}

#[test]
fn no_debug_shows_what_a_guest_wrote() {
    let feed = bookings(&event(
        "canary",
        "20300401T140000Z",
        "20300401T180000Z",
        "SUMMARY:Reserved - canary\nDESCRIPTION:canary Reservation code: CANARY-1",
    ));
    assert_eq!(feed.bookings[0].reservation_code.as_deref(), Some("CANARY-1"));
    assert!(!format!("{feed:?}").to_lowercase().contains("canary"));
}

proptest! {
    /// Day, length in days, and whether the event shares a code with others.
    #[test]
    fn merging_keeps_the_time_that_is_taken(stays in prop::collection::vec((1..25_u32, 1..4_u32, 0..4_u32), 0..8)) {
        let events: Vec<String> = stays.iter().enumerate().map(|(at, (day, length, code))| {
            let code = if *code == 0 { "SUMMARY:Reserved".to_owned() } else { format!("DESCRIPTION:booking id: C-10{code}") };
            event(&at.to_string(), &format!("203004{day:02}"), &format!("203004{:02}", day + length), &code)
        }).collect();
        let one_by_one = events.iter().flat_map(|event| bookings(event).bookings);
        let apart = Period::union(one_by_one.map(|booking| booking.period));
        let feed = bookings(&events.concat());
        let together = Period::union(feed.bookings.iter().map(|booking| booking.period));
        prop_assert_eq!(apart, together);
        let reversed: String = events.iter().rev().map(String::as_str).collect();
        let periods = |feed: &FeedBookings| feed.bookings.iter().map(|booking| booking.period).collect::<Vec<_>>();
        prop_assert_eq!(periods(&feed), periods(&bookings(&reversed)));
    }
}
