//! What stays the same event although its feed names it otherwise.

use super::*;

const KEPT: &str = "alpha-pontoon-z";

/// The line of one event and, once the feed tells `after` instead of `before`, the lines that are there.
#[track_caller]
fn check_same(before: &[Booking], after: &[Booking]) {
    let mut desk = Desk::new();
    let other = booking("alpha-pontoon", "z", 500, 504);
    let with = |bookings: &[Booking]| [bookings, std::slice::from_ref(&other)].concat();
    desk.run(with(before), vec![]);
    let ids = |desk: &Desk| -> Vec<String> {
        let mut ids: Vec<String> = desk.lines().values().map(|id| (*id).to_owned()).collect();
        ids.sort_unstable();
        ids
    };
    let known = ids(&desk);
    assert_eq!(known.len(), before.len() + 1);
    desk.run(with(after), vec![]);
    assert_eq!(ids(&desk), known);
    let missing = desk.state.links.values().filter(|link| link.missing.is_some());
    assert_eq!(missing.count(), 0);
    assert!(desk.lines().contains_key(KEPT));
    for told in after {
        assert!(
            desk.lines().contains_key(told.id.as_str()),
            "the new name is known"
        );
    }
}

fn nameless(uid: &str, start: i64, title: &str) -> Booking {
    Booking {
        reservation_code: None,
        summary: Some(title.to_owned()),
        ..booking("alpha-pontoon", uid, start, start + 4)
    }
}

#[test]
fn a_code_is_the_same_booking_at_another_time_and_under_another_uid() {
    let before = booking("alpha-pontoon", "a", 100, 104);
    let after = Booking {
        reservation_code: before.reservation_code.clone(),
        ..booking("alpha-pontoon", "renamed", 110, 114)
    };
    check_same(&[before], &[after]);
}

#[test]
fn the_exact_time_is_the_same_booking_under_another_uid_and_title() {
    check_same(
        &[nameless("a", 100, "Reserved")],
        &[nameless("renamed", 100, "Booked")],
    );
}

#[test]
fn what_says_the_same_keeps_its_lines_however_often_it_is_renamed() {
    // Two at one time: neither code nor time tells them apart, and nothing needs to.
    let two = |salt: &str| {
        ["a", "b"]
            .map(|uid| nameless(&format!("{uid}{salt}"), 100, "Reserved"))
            .to_vec()
    };
    check_same(&two("1"), &two("2"));
}

#[test]
fn a_uid_is_the_same_booking_at_another_time() {
    check_same(&[nameless("a", 100, "Reserved")], &[nameless("a", 110, "Booked")]);
}

#[test]
fn a_code_that_two_have_proves_nothing() {
    let mut desk = Desk::new();
    let coded = |uid: &str, start| Booking {
        reservation_code: Some("CANARY".to_owned()),
        ..booking("alpha-pontoon", uid, start, start + 4)
    };
    desk.run(vec![coded("a", 100)], vec![]);
    let known = desk.lines()["alpha-pontoon-a"].to_owned();
    desk.run(vec![coded("b", 110), coded("c", 120)], vec![]);
    let lines = desk.lines();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines["alpha-pontoon-a"], known, "it is only missed");
}
