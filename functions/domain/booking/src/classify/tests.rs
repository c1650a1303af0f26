use calendar::EventTime;
use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::{Field, Pattern, Rule};

fn event(summary: &str) -> Event {
    let day = NaiveDate::from_ymd_opt(2030, 5, 1).unwrap();
    Event {
        summary: Some(summary.to_owned()),
        ..Event::new("u", EventTime::Date(day))
    }
}

#[track_caller]
fn check(summary: &str, kind: Kind, reason: &str) {
    let found = classify(&event(summary), &Rules::default());
    assert_eq!(
        (found.kind, found.reason.to_string().as_str()),
        (kind, reason),
        "{summary}"
    );
}

#[test]
fn what_is_not_available_is_no_booking() {
    check("Not available", Kind::Block, "its title says \"not available\"");
    check(
        "Airbnb (Not available)",
        Kind::Block,
        "its title says \"not available\"",
    );
    check(
        "CLOSED - Not  Available",
        Kind::Block,
        "its title says \"not available\"",
    );
    check("Unavailable", Kind::Block, "its title says \"unavailable\"");
    check("Blocked", Kind::Block, "its title says \"blocked\"");
    check("Busy", Kind::Block, "its title says \"busy\"");
}

#[test]
fn a_request_is_a_hold() {
    check("Hold - A-1", Kind::Hold, "its title says \"hold\"");
    check(
        "Booking request: A-1",
        Kind::Hold,
        "its title says \"booking request\"",
    );
    check("PENDING", Kind::Hold, "its title says \"pending\"");
}

#[test]
fn whoever_is_named_has_booked() {
    check("Reserved - A-1", Kind::Reservation, "its title says \"reserved\"");
    check(
        "Reserved - Busy Holdings",
        Kind::Reservation,
        "its title says \"reserved\"",
    );
    check(
        "Household of A-1",
        Kind::Reservation,
        "nothing else is known of it",
    );
    check("", Kind::Reservation, "nothing else is known of it");
}

#[test]
fn a_code_makes_a_reservation_of_a_busy_event() {
    let busy = Event {
        url: Some("https://a.example/reservations/C-1001".to_owned()),
        ..event("Busy")
    };
    let found = classify(&busy, &Rules::default());
    assert_eq!(
        (found.kind, found.reason),
        (Kind::Reservation, Reason::ReservationCode)
    );
    assert_eq!(found.reservation_code.as_deref(), Some("C-1001"));
    assert!(!format!("{found:?}").contains("C-1001"));
}

#[test]
fn a_tentative_event_of_which_nothing_is_known_is_a_hold() {
    let tentative = Event {
        status: Status::Tentative,
        ..event("A-1")
    };
    assert_eq!(classify(&tentative, &Rules::default()).reason, Reason::Tentative);
}

#[test]
fn the_first_rule_that_matches_comes_before_all_else() {
    let rule = |field, pattern: &str, kind| Rule {
        field,
        pattern: Pattern::new(pattern),
        kind,
    };
    let rules = Rules {
        rules: vec![
            rule(Field::Categories, "cleaning", Kind::Block),
            rule(Field::Summary, "Reserved*", Kind::Hold),
            rule(Field::Summary, "*", Kind::Block),
        ],
        ..Rules::default()
    };
    let cleaning = Event {
        categories: vec!["Crew".to_owned(), "Cleaning".to_owned()],
        ..event("Reserved")
    };
    assert_eq!(classify(&cleaning, &rules).reason, Reason::Rule(0));
    let reserved = classify(&event("reserved: A-1"), &rules);
    assert_eq!((reserved.kind, reserved.reason), (Kind::Hold, Reason::Rule(1)));
    assert_eq!(classify(&event("A-1"), &rules).reason, Reason::Rule(2));
}

#[test]
fn a_platform_can_say_what_unknown_events_are() {
    let rules = Rules {
        otherwise: Kind::Block,
        ..Rules::default()
    };
    assert_eq!(classify(&event("A-1"), &rules).kind, Kind::Block);
}

proptest! {
    #[test]
    fn case_and_blanks_do_not_matter(summary in "(Not|available|Busy|Hold|Reserved| |-|A){0,6}") {
        let plain = classify(&event(&summary), &Rules::default());
        let loud = classify(&event(&format!("  {} ", summary.to_uppercase().replace(' ', " \t"))), &Rules::default());
        prop_assert_eq!(plain, loud);
    }

    #[test]
    fn any_title_is_something(summary in "\\PC{0,60}") {
        let found = classify(&event(&summary), &Rules::default());
        prop_assert!(!found.reason.to_string().is_empty());
    }
}
