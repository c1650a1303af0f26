//! Whose the lock is, by every state that it can be found in.

mod cloud;
mod model;

use chrono::{DateTime, TimeDelta, Utc};

use super::Taken;
use super::decide::{Over, Verdict, decide};
use super::keep::Belief;
use super::place::Found;
use super::process::{Life, Process};
use super::record::{GRACE, Holder, Record, TTL};

/// The holder of the tests' locks.
fn holder() -> Holder {
    Holder {
        owner: "jo@quay".to_owned(),
        command: "deploy".to_owned(),
        git_sha: Some("1f0c9e2".to_owned()),
        process: Some(Process {
            machine: "boot pid:[1]".to_owned(),
            pid: 7,
            born: 42,
        }),
    }
}

/// The instant at which the tests' locks are taken.
fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_348_800, 0).unwrap()
}

/// Somebody's lock, taken at noon.
fn lock() -> Record {
    Record::new("theirs".to_owned(), holder(), noon())
}

/// What whoever wants the lock as `ours` is told, so long after noon.
fn check(found: Option<Record>, life: Life, after: TimeDelta, expected: &Verdict) {
    assert_eq!(decide(found, life, "ours", noon() + after), *expected);
}

#[test]
fn a_lock_that_nobody_took_or_that_was_given_back_is_free() {
    check(None, Life::Unknown, TimeDelta::zero(), &Verdict::Take(Over::Free));
    let free = lock().released(noon());
    check(
        Some(free),
        Life::Unknown,
        TimeDelta::zero(),
        &Verdict::Take(Over::Free),
    );
}

#[test]
fn a_lock_is_its_holders_until_it_expires_and_a_little_longer() {
    let nearly = TTL + GRACE - TimeDelta::milliseconds(1);
    for after in [TimeDelta::zero(), TTL, nearly] {
        check(Some(lock()), Life::Unknown, after, &Verdict::Taken(lock()));
    }
    check(
        Some(lock()),
        Life::Unknown,
        TTL + GRACE,
        &Verdict::Take(Over::Expired(lock())),
    );
}

#[test]
fn a_clock_that_goes_wrong_by_hours_takes_nothing_that_lies_in_its_future() {
    check(
        Some(lock()),
        Life::Unknown,
        TimeDelta::hours(-3),
        &Verdict::Taken(lock()),
    );
}

#[test]
fn a_renewed_lock_is_held_for_longer() {
    let renewed = lock().renewed(noon() + TimeDelta::seconds(30));
    check(
        Some(renewed.clone()),
        Life::Unknown,
        TTL + GRACE,
        &Verdict::Taken(renewed),
    );
}

#[test]
fn the_lock_of_a_dead_process_is_taken_over_at_once() {
    check(
        Some(lock()),
        Life::Dead,
        TimeDelta::zero(),
        &Verdict::Take(Over::Dead(lock())),
    );
}

#[test]
fn a_lock_of_our_own_is_ours_although_the_answer_to_writing_it_was_lost() {
    let ours = Record::new("ours".to_owned(), holder(), noon());
    check(
        Some(ours.clone()),
        Life::Unknown,
        TimeDelta::zero(),
        &Verdict::Ours(ours),
    );
}

#[test]
fn a_holder_believes_what_lies_there_and_not_longer_than_it_says() {
    let found = |record| Found::Lock {
        record,
        etag: String::new(),
    };
    let judge = |found: &Found, after| {
        let judged = Belief::of(found, "theirs").judge(noon() + after);
        judged.map_err(|stale| stale.to_string())
    };
    assert_eq!(judge(&found(lock()), TTL - TimeDelta::milliseconds(1)), Ok(()));
    for (found, after) in [
        (found(lock()), TTL),
        (found(lock().released(noon())), TimeDelta::zero()),
        (
            found(Record::new("others".to_owned(), holder(), noon())),
            TimeDelta::zero(),
        ),
        (Found::Nothing, TimeDelta::zero()),
        (Found::Unreadable { etag: String::new() }, TimeDelta::zero()),
    ] {
        assert!(judge(&found, after).is_err());
    }
}

#[test]
fn the_object_says_who_holds_it_for_what_and_until_when() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&lock()).unwrap());
}

#[test]
fn a_lock_of_a_later_landfall_is_read_as_far_as_it_is_known() {
    let mut later = serde_json::to_value(lock()).unwrap();
    later["version"] = 2.into();
    later["holder_of_a_later_form"] = "x".into();
    let read: Record = serde_json::from_value(later).unwrap();
    assert_eq!(read.holder, lock().holder);
}

#[test]
fn whoever_is_refused_is_told_by_whom_and_what_to_do() {
    let taken = Taken {
        stage: stacks::Stage::Staging,
        id: "theirs".to_owned(),
        record: Some(lock()),
    };
    insta::assert_snapshot!(taken.to_string());
}
