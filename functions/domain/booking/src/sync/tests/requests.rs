//! Requests, and the operator's answers: `confirm` and `hold`.

use super::*;

fn request(listing: &str, uid: &str, start: i64, end: i64) -> Booking {
    Booking {
        kind: Kind::Hold,
        ..booking(listing, uid, start, end)
    }
}

/// A desk with one request on alpha, what its feed tells, and its line's id.
fn asked() -> (Desk, Vec<Booking>, String) {
    let mut desk = Desk::new();
    let alpha = vec![request("alpha-pontoon", "a", 100, 104)];
    desk.run(alpha.clone(), vec![]);
    let id = desk.lines()["alpha-pontoon-a"].to_owned();
    (desk, alpha, id)
}

fn answer(desk: &mut Desk, answered: Result<Vec<Write>, AnswerError>) {
    for write in answered.unwrap() {
        desk.state.after(&write);
    }
}

fn waiting(desk: &Desk) -> usize {
    desk.state.links.values().filter_map(pending).count()
}

#[test]
fn a_confirmed_request_is_firm_although_its_feed_still_shows_a_hold() {
    let (mut desk, alpha, id) = asked();
    assert_eq!(waiting(&desk), 1);
    desk.now = 1;
    let confirmed = confirm(&desk.state, &id, at(1));
    answer(&mut desk, confirmed);
    desk.run(alpha.clone(), vec![]);
    let link = &desk.state.links[&id];
    assert_eq!(
        (link.weight(), link.content.kind),
        (Kind::Reservation, Kind::Hold)
    );
    assert_eq!(link.confirmed_at, Some(at(1)));
    assert_eq!(waiting(&desk), 0);
    assert!(
        desk.state.slots.contains_key(&id),
        "the crew cleans after a booking"
    );
    assert!(desk.plan(alpha, vec![]).is_in_step());
}

#[test]
fn a_confirmed_request_keeps_its_time_against_a_later_booking_and_a_held_one_does_not() {
    let (mut desk, alpha, id) = asked();
    let confirmed = confirm(&desk.state, &id, at(1));
    answer(&mut desk, confirmed);
    desk.now = 2;
    let beta = vec![booking("beta-pontoon", "b", 103, 106)];
    let winner = |plan: &SyncPlan| match &plan.decisions[0].matter {
        Matter::Overlap { winner, .. } => winner.clone().unwrap(),
        Matter::Edit { .. } => panic!("an edit"),
    };
    assert_eq!(winner(&desk.run(alpha.clone(), beta.clone())), id);
    let held = hold(&desk.state, &id, at(2));
    answer(&mut desk, held);
    let later = desk.run(alpha.clone(), beta.clone());
    assert_eq!(winner(&later), desk.lines()["beta-pontoon-b"]);
    assert!(desk.plan(alpha, beta).is_in_step());
}

#[test]
fn what_is_taken_back_was_never_firm_and_repeating_an_answer_changes_nothing() {
    let (mut desk, _, id) = asked();
    let before = desk.state.links[&id].clone();
    assert_eq!(hold(&desk.state, &id, at(1)), Ok(vec![]));
    let confirmed = confirm(&desk.state, &id, at(1));
    answer(&mut desk, confirmed);
    assert_eq!(confirm(&desk.state, &id, at(2)), Ok(vec![]));
    let held = hold(&desk.state, &id, at(3));
    answer(&mut desk, held);
    let after = Link {
        logged: before.logged,
        ..desk.state.links[&id].clone()
    };
    assert_eq!(after, before);
    assert_eq!(waiting(&desk), 1);
}

#[test]
fn a_feed_that_shows_it_firm_agrees_and_one_that_drops_it_cancels_it() {
    let (mut desk, alpha, id) = asked();
    let confirmed = confirm(&desk.state, &id, at(0));
    answer(&mut desk, confirmed);
    desk.now = 1;
    let firm = vec![booking("alpha-pontoon", "a", 100, 104)];
    desk.run(firm.clone(), vec![]);
    let link = &desk.state.links[&id];
    assert_eq!(
        (link.weight(), link.confirmed_at),
        (Kind::Reservation, Some(at(0)))
    );
    assert_eq!(hold(&desk.state, &id, at(1)), Err(AnswerError::NotPending));
    assert!(desk.plan(firm, vec![]).is_in_step());
    // Another event, so that the feed is not empty.
    let other = || vec![booking("alpha-pontoon", "other", 300, 304)];
    desk.run([alpha, other()].concat(), vec![]);
    for hour in 2..5 {
        desk.now = hour;
        desk.run(other(), vec![]);
    }
    assert!(!desk.state.links[&id].is_live());
    assert_eq!(confirm(&desk.state, &id, at(5)), Err(AnswerError::Over));
}

#[test]
fn a_request_that_comes_back_after_it_was_cancelled_waits_again() {
    let (mut desk, alpha, id) = asked();
    let confirmed = confirm(&desk.state, &id, at(0));
    answer(&mut desk, confirmed);
    let other = || vec![booking("alpha-pontoon", "other", 300, 304)];
    for hour in 1..5 {
        desk.now = hour;
        desk.run(other(), vec![]);
    }
    assert_eq!(waiting(&desk), 0);
    desk.run([alpha, other()].concat(), vec![]);
    assert_eq!((waiting(&desk), desk.state.links[&id].weight()), (1, Kind::Hold));
}

#[test]
fn only_a_platform_s_request_that_is_ahead_can_be_answered() {
    let (mut desk, _, id) = asked();
    desk.run(
        vec![request("alpha-pontoon", "a", 100, 104)],
        vec![booking("beta-pontoon", "b", 200, 204)],
    );
    let firm = desk.lines()["beta-pontoon-b"].to_owned();
    for answer in [confirm, hold] {
        assert_eq!(answer(&desk.state, "nobody", at(1)), Err(AnswerError::Unknown));
        assert_eq!(answer(&desk.state, &firm, at(1)), Err(AnswerError::NotPending));
        assert_eq!(answer(&desk.state, &id, at(104)), Err(AnswerError::Over));
    }
}
