//! One rotation at a time; `model` has several at once, with crashes and repetitions.

mod model;
mod world;

use super::*;
use world::{World, token};

/// What a goal does from here on, step by step, with nobody else about. `#1` stands for the first token's kid, `@7d` for
/// the end of the overlap.
#[track_caller]
fn check(world: &mut World, goal: impl Fn(&Facts) -> Goal, expected: &[&str], end: Decision) {
    let seven_days = at(world, OVERLAP);
    let told = |line: &&str| {
        let line = line.replace("@7d", &seven_days);
        (1..4).fold(line, |line, number| {
            line.replace(&format!("#{number}"), &token(number).kid())
        })
    };
    let expected = expected.iter().map(told).collect();
    assert_eq!(world.run(goal), (expected, end));
}

fn at(world: &World, delta: TimeDelta) -> String {
    (world.now + delta).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn rotate(facts: &Facts) -> Goal {
    Goal::rotate(facts, OVERLAP)
}

const ROTATION: [&str; 6] = [
    "make a new token (AWSPENDING)",
    "accept #2",
    "see that the API accepts #2, in every function",
    "make #2 the current token (AWSCURRENT)",
    "accept #1 until @7d",
    "clear the label AWSPENDING",
];

#[test]
fn a_rotation_accepts_and_tests_the_new_token_before_it_is_current_and_ends_the_old_one_after() {
    let mut world = World::with_token();
    check(&mut world, rotate, &ROTATION, Decision::Done);
    assert_eq!(world.live(), [1, 2]);
    world.now += OVERLAP;
    assert_eq!(world.live(), [2]);
}

#[test]
fn a_rotation_that_stopped_anywhere_is_finished_and_not_repeated() {
    for taken in 1..ROTATION.len() {
        let mut world = World::with_token();
        world.run_some(rotate, taken);
        let (_, end) = world.run(rotate);
        assert_eq!(
            (end, world.current(), world.live()),
            (Decision::Done, Some(2), vec![1, 2]),
            "{taken}"
        );
        assert_eq!(world.facts().pending, None, "{taken}");
    }
}

#[test]
fn a_repair_keeps_the_current_token_and_gives_up_what_was_begun() {
    for taken in 0..ROTATION.len() {
        let mut world = World::with_token();
        world.run_some(rotate, taken);
        let before = world.current();
        let (_, end) = world.run(|_| Goal::Repair);
        assert_eq!((end, world.current()), (Decision::Done, before), "{taken}");
        assert_eq!(world.facts().pending, None, "{taken}");
        assert_eq!(world.endless(), [before.unwrap()], "{taken}");
        assert_eq!(world.run(rotate).1, Decision::Done, "{taken}");
    }
}

#[test]
fn a_foreign_or_dead_pending_version_blocks_no_rotation() {
    let mut foreign = World::with_token();
    foreign.pend(None);
    let mut ended = World::with_token();
    ended.pend(Some(9));
    let (now, nine) = (ended.now, token(9));
    ended.table.verifiers.push(Verifier {
        not_after: Some(now),
        ..Verifier::of(&nine, now)
    });
    for mut world in [foreign, ended] {
        let (steps, end) = world.run(rotate);
        assert_eq!(steps[0], "clear the label AWSPENDING");
        assert_eq!(
            (end, world.current(), world.live()),
            (Decision::Done, Some(2), vec![1, 2])
        );
    }
}

#[test]
fn revoking_all_replaces_the_current_token_and_waits_for_nothing() {
    let mut world = World::with_token();
    check(
        &mut world,
        Goal::revoke_all,
        &[
            "make a new token (AWSPENDING)",
            "accept #2",
            "make #2 the current token (AWSCURRENT)",
            "refuse #1 at once and for good",
            "clear the label AWSPENDING",
        ],
        Decision::Done,
    );
    assert_eq!(world.live(), [2]);
    let past = world.now - TimeDelta::minutes(1);
    assert!(
        !world.table.has_live(&token(1).kid(), past),
        "also for a clock that is behind"
    );
}

#[test]
fn revoking_a_superseded_token_leaves_the_others_alone() {
    let mut world = World::with_token();
    world.run(rotate);
    let kid = token(1).kid();
    check(
        &mut world,
        |facts| Goal::revoke(facts, &kid),
        &["refuse #1 at once and for good"],
        Decision::Done,
    );
    assert_eq!((world.current(), world.live()), (Some(2), vec![2]));
    let (_, end) = world.run(Goal::roll_back);
    assert_eq!(
        end,
        Decision::Refused(Refusal::NothingToRollBackTo),
        "revoked stays revoked"
    );
}

#[test]
fn a_rollback_makes_the_previous_token_current_while_it_is_live() {
    let mut world = World::with_token();
    world.run(rotate);
    check(
        &mut world,
        Goal::roll_back,
        &[
            "accept #1 without end",
            "make #1 the current token (AWSCURRENT)",
            "accept #2 until @7d",
        ],
        Decision::Done,
    );
    assert_eq!((world.current(), world.live()), (Some(1), vec![1, 2]));
    world.now += OVERLAP;
    assert_eq!(world.live(), [1]);
    let (_, end) = world.run(Goal::roll_back);
    assert_eq!(end, Decision::Refused(Refusal::NothingToRollBackTo));
}

#[test]
fn a_current_token_without_verifier_is_repaired_unless_it_was_revoked() {
    let mut lost = World::with_token();
    lost.table = VerifierTable::default();
    check(&mut lost, |_| Goal::Repair, &["accept #1"], Decision::Done);
    let mut revoked = World::with_token();
    let now = revoked.now;
    revoked.table.verifiers[0].revoke(now);
    let (steps, end) = revoked.run(|_| Goal::Repair);
    assert_eq!(
        (steps, end),
        (vec![], Decision::Refused(Refusal::CurrentHasEnded))
    );
    assert_eq!(revoked.run(rotate).1, Decision::Done);
    assert_eq!((revoked.current(), revoked.live()), (Some(2), vec![2]));
}

#[test]
fn live_tokens_are_counted_and_ended_ones_forgotten() {
    let mut world = World::with_token();
    for _ in 1..MAX_LIVE {
        assert_eq!(world.run(rotate).1, Decision::Done);
    }
    assert_eq!(world.run(rotate).1, Decision::Refused(Refusal::TooManyLive));
    assert_eq!(
        world.run(Goal::revoke_all).1,
        Decision::Done,
        "revoking is never refused"
    );
    world.now += KEPT_AFTER_END;
    world.run(|_| Goal::Repair);
    assert_eq!(
        world.table.verifiers.len(),
        2,
        "the current one, and the previous one because it has a label"
    );
}

#[test]
fn a_day_of_revocations_does_not_make_the_table_grow() {
    let mut world = World::with_token();
    for _ in 0..2 * MAX_ENDED {
        assert_eq!(world.run(Goal::revoke_all).1, Decision::Done);
    }
    // The current one, and the previous one because it has a label.
    assert_eq!(world.table.verifiers.len(), 2 + MAX_ENDED);
    assert_eq!(world.live().len(), 1);
}

#[test]
fn the_plan_is_what_is_then_done() {
    let mut world = World::with_token();
    let facts = world.facts();
    let planned = plan(&facts, &rotate(&facts), &token(2), world.now);
    let planned: Vec<String> = planned.steps.iter().map(ToString::to_string).collect();
    assert_eq!(planned, world.run(rotate).0);
}
