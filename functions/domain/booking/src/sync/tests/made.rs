//! When a booking was made.

use super::*;

fn told(made_at: Option<i64>) -> Vec<Booking> {
    vec![Booking {
        made_at: made_at.map(at),
        ..booking("alpha-pontoon", "a", 100, 104)
    }]
}

/// When a booking was made that is first seen at hour 0, by what its feed says.
#[track_caller]
fn check(says: Option<i64>, expected: i64) {
    let mut desk = Desk::new();
    desk.run(told(says), vec![]);
    let made = |desk: &Desk| desk.state.links.values().next().unwrap().first_seen;
    assert_eq!(made(&desk), at(expected));
    // Whatever it says later.
    desk.now = 5;
    let again = desk.run(told(Some(-1)), vec![]);
    assert!(again.is_in_step(), "{again}");
    assert_eq!(made(&desk), at(expected));
}

#[test]
fn a_booking_was_made_when_its_feed_says_so() {
    check(Some(-700), -700);
}

#[test]
fn a_booking_of_which_its_feed_does_not_say_it_was_made_when_it_was_seen() {
    check(None, 0);
}

#[test]
fn a_booking_was_not_made_in_the_future_nor_before_anybody_could() {
    check(Some(1), 0);
    check(Some(-24 * 366 * 3 - 1), 0);
}

#[test]
fn who_was_made_first_keeps_the_time_although_both_are_seen_at_once() {
    let beta = |made_at| {
        vec![Booking {
            made_at: Some(at(made_at)),
            ..booking("beta-pontoon", "b", 103, 106)
        }]
    };
    for (says, winner) in [(-30, "beta-pontoon-b"), (-10, "alpha-pontoon-a")] {
        let mut desk = Desk::new();
        desk.run(told(Some(-20)), beta(says));
        let Matter::Overlap { winner: won, .. } = &desk.decision().matter else {
            panic!("no overlap was decided");
        };
        let won = won.as_ref().map(|id| desk.state.links[id].key.as_str());
        assert_eq!(won, Some(winner));
    }
}
