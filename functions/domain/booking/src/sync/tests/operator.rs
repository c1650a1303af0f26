//! What the operator decides: `accept`, `resolve` and `undo`.

use super::*;

/// A desk where both want the same time, and what the feeds tell.
fn doubly_booked(policy: Policy) -> (Desk, Vec<Booking>, Vec<Booking>) {
    let mut desk = Desk::new();
    desk.config.policy = policy;
    let alpha = vec![booking("alpha-pontoon", "a", 100, 104)];
    let beta = vec![booking("beta-pontoon", "b", 103, 106)];
    desk.run(alpha.clone(), vec![]);
    desk.now = 1;
    desk.run(alpha.clone(), beta.clone());
    (desk, alpha, beta)
}

fn winner(decision: &Decision) -> Option<&str> {
    match &decision.matter {
        Matter::Overlap { winner, .. } => winner.as_deref(),
        Matter::Edit { .. } => None,
    }
}

#[test]
fn only_a_quarantine_can_be_accepted() {
    let mut desk = Desk::new();
    assert_eq!(accept(&desk.state, "alpha-pontoon"), None);
    desk.run(vec![booking("alpha-pontoon", "a", 100, 104)], vec![]);
    assert_eq!(accept(&desk.state, "alpha-pontoon"), None);
    desk.run(vec![], vec![]);
    assert!(accept(&desk.state, "alpha-pontoon").is_some());
    assert_eq!(accept(&desk.state, "beta-pontoon"), None);
}

#[test]
fn accepting_a_body_accepts_no_other_one() {
    let mut desk = Desk::new();
    let all: Vec<Booking> = (0..10)
        .map(|at| booking("alpha-pontoon", &at.to_string(), 100 + 10 * at, 104 + 10 * at))
        .collect();
    desk.run(all.clone(), vec![]);
    desk.run(all[5..].to_vec(), vec![]);
    let write = accept(&desk.state, "alpha-pontoon").unwrap();
    desk.state.after(&write);
    let plan = desk.run(all[6..].to_vec(), vec![]);
    assert_eq!(plan.quarantines.len(), 1, "6 are gone, and 5 were accepted");
    assert_eq!(desk.state.entries.len(), 10);
    let plan = desk.run(all[5..].to_vec(), vec![]);
    assert!(plan.quarantines.is_empty());
    assert_eq!(desk.state.entries.len(), 5);
    // It was accepted for once.
    desk.run(all.clone(), vec![]);
    let plan = desk.run(all[5..].to_vec(), vec![]);
    assert_eq!(plan.quarantines.len(), 1);
}

#[test]
fn who_keeps_the_time_is_the_operator_s_to_say() {
    let (mut desk, alpha, beta) = doubly_booked(Policy::Manual);
    assert_eq!(winner(desk.decision()), None);
    let (id, chosen) = (
        desk.decision().id.clone(),
        desk.lines()["beta-pontoon-b"].to_owned(),
    );
    let write = resolve(&desk.state, &id, &chosen, at(1)).unwrap();
    desk.state.after(&write);
    assert_eq!(desk.decision().by, Decider::Operator);
    insta::assert_snapshot!(desk.run(alpha.clone(), beta.clone()));
    assert_eq!(winner(desk.decision()), Some(chosen.as_str()));
    assert!(desk.plan(alpha, beta).is_in_step());
}

#[test]
fn the_operator_overrules_the_policy_and_no_run_decides_again() {
    let (mut desk, alpha, beta) = doubly_booked(Policy::FirstConfirmed);
    let (id, chosen) = (
        desk.decision().id.clone(),
        desk.lines()["beta-pontoon-b"].to_owned(),
    );
    assert_ne!(winner(desk.decision()), Some(chosen.as_str()));
    let write = resolve(&desk.state, &id, &chosen, at(1)).unwrap();
    desk.state.after(&write);
    for hour in 2..5 {
        desk.now = hour;
        desk.run(alpha.clone(), beta.clone());
        assert_eq!(winner(desk.decision()), Some(chosen.as_str()));
    }
}

#[test]
fn a_stranger_cannot_win_and_an_unknown_decision_cannot_be_made() {
    let (desk, ..) = doubly_booked(Policy::Manual);
    let id = &desk.decision().id;
    assert_eq!(
        resolve(&desk.state, id, "stranger", at(1)),
        Err(UndoError::NotOfThePair)
    );
    assert_eq!(
        resolve(&desk.state, "none", "stranger", at(1)),
        Err(UndoError::Unknown)
    );
    assert_eq!(undo(&desk.state, "none"), Err(UndoError::Unknown));
}

#[test]
fn a_decision_that_was_taken_back_is_not_made_again_until_the_facts_change() {
    let (mut desk, alpha, beta) = doubly_booked(Policy::FirstConfirmed);
    let id = desk.decision().id.clone();
    for write in undo(&desk.state, &id).unwrap() {
        desk.state.after(&write);
    }
    for hour in 2..5 {
        desk.now = hour;
        desk.run(alpha.clone(), beta.clone());
        assert_eq!(winner(desk.decision()), None);
        assert!(desk.decision().is_undone);
    }
    desk.run(alpha, vec![booking("beta-pontoon", "b", 102, 106)]);
    let decided = desk
        .state
        .decisions
        .values()
        .filter(|decision| winner(decision).is_some());
    assert_eq!(decided.count(), 1, "the times are others");
}

/// A desk where alpha and the operator have moved one booking to two times, and what alpha tells.
fn edited_twice() -> (Desk, Vec<Booking>) {
    let mut desk = Desk::new();
    desk.run(vec![booking("alpha-pontoon", "a", 100, 104)], vec![]);
    desk.now = 1;
    desk.event().face.period = Period::new(at(120), at(124));
    desk.event().etag = "2".to_owned();
    (desk, vec![booking("alpha-pontoon", "a", 110, 114)])
}

#[test]
fn an_event_that_was_changed_twice_says_what_its_feed_says_and_the_edit_is_on_record() {
    let (mut desk, alpha) = edited_twice();
    insta::assert_snapshot!(desk.run(alpha.clone(), vec![]));
    assert!(desk.plan(alpha.clone(), vec![]).is_in_step());
    let id = desk.decision().id.clone();
    let link = desk.lines()["alpha-pontoon-a"].to_owned();
    assert_eq!(
        resolve(&desk.state, &id, &link, at(1)),
        Err(UndoError::NotOfThePair)
    );
    for write in undo(&desk.state, &id).unwrap() {
        desk.state.after(&write);
    }
    insta::assert_snapshot!(desk.run(alpha.clone(), vec![]));
    assert_eq!(desk.event().face.period, Period::new(at(120), at(124)));
    assert!(desk.plan(alpha, vec![]).is_in_step());
}

#[test]
fn an_edit_cannot_be_brought_back_over_a_later_one() {
    let (mut desk, alpha) = edited_twice();
    desk.run(alpha, vec![]);
    let id = desk.decision().id.clone();
    desk.run(vec![booking("alpha-pontoon", "a", 130, 134)], vec![]);
    assert_eq!(undo(&desk.state, &id), Err(UndoError::Outdated));
}
