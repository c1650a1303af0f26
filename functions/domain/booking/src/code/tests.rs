use calendar::{Event, EventTime};
use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

fn event(url: &str, description: &str) -> Event {
    let day = NaiveDate::from_ymd_opt(2030, 5, 1).unwrap();
    Event {
        url: Some(url.to_owned()),
        description: Some(description.to_owned()),
        ..Event::new("u", EventTime::Date(day))
    }
}

#[track_caller]
fn check(url: &str, description: &str, expected: Option<&str>) {
    let found = reservation_code(&event(url, description), &Rules::default());
    assert_eq!(found.as_deref(), expected);
}

#[test]
fn codes_are_found_in_links() {
    check("https://a.example/reservations/GMB-104", "", Some("GMB-104"));
    check(
        "https://a.example/reservations/details/HMABCDEFGH?x=1",
        "",
        Some("HMABCDEFGH"),
    );
    check("https://a.example/Bookings/12345/edit", "", Some("12345"));
    check(
        "",
        "Link: https://a.example/reservations/details/HM9XY",
        Some("HM9XY"),
    );
    check("https://a.example/calendar/1", "", None);
}

#[test]
fn codes_are_found_after_labels() {
    check("", "Guests: 4\nReservation code: AB12-C\nThanks", Some("AB12-C"));
    check("", "CONFIRMATION CODE #77120", Some("77120"));
    check("", "booking id=B_99", Some("B_99"));
}

#[test]
fn words_are_no_codes() {
    check("", "Reservation code: pending", None);
    check("", "reservation code: A1", None);
    check("https://a.example/reservations/", "", None);
    check("", &format!("booking id: {}", "9".repeat(41)), None);
}

#[test]
fn a_later_place_is_tried_when_an_earlier_one_holds_none() {
    check("", "reservation code: none. Reservation code: X-55", Some("X-55"));
    check(
        "https://a.example/reservations/new",
        "Booking number 4711",
        Some("4711"),
    );
}

#[test]
fn the_platforms_own_place_comes_first() {
    let place = CodePlace {
        field: Field::Description,
        after: "Ref/".to_owned(),
    };
    let rules = Rules {
        codes: vec![place],
        ..Rules::default()
    };
    let found = reservation_code(
        &event("https://a.example/reservations/B-1000", "see ref/Z900"),
        &rules,
    );
    assert_eq!(found.as_deref(), Some("Z900"));
}

proptest! {
    #[test]
    fn a_code_is_a_word_of_the_text(text in "(booking id|code|/|:| |É|\\PC){0,12}[A-Z0-9]{0,6}") {
        if let Some(code) = code_after(&text, "booking id") {
            prop_assert!(is_code(code) && text.contains(code));
        }
    }
}
