//! When a booking that its feed no longer tells of counts as cancelled.

use super::*;

/// What the feed answers.
#[derive(Clone, Copy)]
enum Answer {
    /// Everything.
    Whole,
    /// Everything but what is gone.
    Lacking,
    /// The same as Lacking, read only up to the hour before the first event.
    LackingOutside,
    /// 304.
    Unchanged,
    /// A fault.
    Fault(FeedFault),
}

use Answer::{Fault, Lacking, LackingOutside, Unchanged, Whole};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Removed,
    Doubted,
}

use Fate::{Doubted, Kept, Removed};

/// The first event begins after so many hours.
const FIRST: i64 = 100;

/// What becomes of `gone` out of `known` bookings to come, after these answers at these minutes.
fn fate(gone: usize, known: usize, answers: &[(i64, Answer)]) -> Fate {
    fate_at(Desk::new(), gone, known, answers)
}

fn fate_at(mut desk: Desk, gone: usize, known: usize, answers: &[(i64, Answer)]) -> Fate {
    let starts = (0..known).map(|at| FIRST + 10 * i64::try_from(at).unwrap());
    let all: Vec<Booking> = starts
        .map(|start| booking("alpha-pontoon", &format!("at-{start}"), start, start + 4))
        .collect();
    let plan = desk.plan_feeds([("alpha-pontoon", desk.body(all.clone()))]);
    desk.carry_out(&plan);
    for (minute, answer) in answers {
        desk.minute = *minute;
        let lacking = || all[gone..].to_vec();
        let reading = match answer {
            Whole => desk.body(all.clone()),
            Lacking => desk.body(lacking()),
            LackingOutside => FeedReading::Complete {
                bookings: lacking(),
                window: Period::new(at(-24), at(FIRST - 1)),
                etag: None,
                last_modified: None,
                body_hash: "outside".to_owned(),
                basis: String::new(),
            },
            Unchanged => FeedReading::Unchanged,
            Fault(fault) => FeedReading::Failed(*fault),
        };
        let plan = desk.plan_feeds([("alpha-pontoon", reading)]);
        desk.carry_out(&plan);
    }
    let live = desk.lines().len();
    if desk.state.sources["alpha-pontoon"].quarantine.is_some() {
        assert_eq!(live, known, "a doubted feed removes nothing");
        return Doubted;
    }
    assert!(
        live == known || live == known - gone,
        "{live} of {known} are left"
    );
    if live == known { Kept } else { Removed }
}

#[track_caller]
fn check(what: &str, gone: usize, known: usize, answers: &[(i64, Answer)], expected: Fate) {
    assert_eq!(fate(gone, known, answers), expected, "{what}");
}

#[test]
fn two_misses_and_half_an_hour_are_a_cancellation_and_nothing_less() {
    let check = |what: &str, answers: &[(i64, Answer)], expected| check(what, 1, 10, answers, expected);
    check("one miss", &[(0, Lacking)], Kept);
    check("two in a moment", &[(0, Lacking), (0, Lacking)], Kept);
    check("two in 29 minutes", &[(0, Lacking), (29, Lacking)], Kept);
    check("two in 30 minutes", &[(0, Lacking), (30, Lacking)], Removed);
    check(
        "three in 29 minutes",
        &[(0, Lacking), (10, Lacking), (29, Lacking)],
        Kept,
    );
    check(
        "three in 30 minutes",
        &[(0, Lacking), (10, Lacking), (30, Lacking)],
        Removed,
    );
    check("one miss, long ago", &[(0, Whole), (600, Lacking)], Kept);
    check(
        "it was back between",
        &[(0, Lacking), (20, Whole), (40, Lacking)],
        Kept,
    );
    check(
        "it was back, and is gone twice again",
        &[(0, Lacking), (20, Whole), (40, Lacking), (70, Lacking)],
        Removed,
    );
    check(
        "nothing has changed since the miss",
        &[(0, Lacking), (30, Unchanged)],
        Removed,
    );
    check(
        "nothing has changed since it was whole",
        &[(0, Whole), (30, Unchanged), (60, Unchanged)],
        Kept,
    );
    check(
        "outside of what was read",
        &[(0, LackingOutside), (30, LackingOutside)],
        Kept,
    );
}

#[test]
fn one_miss_is_no_cancellation_even_where_no_time_must_pass() {
    let hasty = || {
        let mut desk = Desk::new();
        desk.config.min_absence = TimeDelta::zero();
        desk
    };
    assert_eq!(fate_at(hasty(), 1, 10, &[(0, Lacking)]), Kept);
    assert_eq!(fate_at(hasty(), 1, 10, &[(0, Lacking), (0, Lacking)]), Removed);
}

#[test]
fn a_reading_that_failed_is_no_miss() {
    for fault in [
        FeedFault::Unreachable,
        FeedFault::Truncated,
        FeedFault::NotACalendar,
        FeedFault::Lossy,
    ] {
        let name = fault.to_string();
        check(
            &name,
            1,
            10,
            &[(0, Fault(fault)), (30, Fault(fault)), (60, Fault(fault))],
            Kept,
        );
        check(&name, 1, 10, &[(0, Lacking), (30, Fault(fault))], Kept);
        check(
            &name,
            1,
            10,
            &[(0, Lacking), (20, Fault(fault)), (30, Lacking)],
            Removed,
        );
    }
}

#[test]
fn what_has_begun_is_not_missed() {
    let began = (FIRST + 1) * 60;
    check(
        "it has begun",
        1,
        10,
        &[(began, Lacking), (began + 30, Lacking)],
        Kept,
    );
    let soon = FIRST * 60 - 31;
    check(
        "it is about to begin",
        1,
        10,
        &[(soon, Lacking), (soon + 30, Lacking)],
        Removed,
    );
}

#[test]
fn too_much_that_disappears_at_once_is_doubted() {
    let twice = [(0, Lacking), (30, Lacking)];
    let table = [
        (1, 2, Removed),
        // Three are never too many, whatever share they are.
        (3, 4, Removed),
        (3, 10, Removed),
        // More are, when they are more than thirty percent.
        (4, 14, Removed),
        (4, 13, Doubted),
        (4, 5, Doubted),
        (6, 20, Removed),
        (7, 20, Doubted),
        // All of it is always too much.
        (1, 1, Doubted),
        (3, 3, Doubted),
    ];
    for (gone, known, expected) in table {
        check(&format!("{gone} of {known}"), gone, known, &twice, expected);
    }
}

#[test]
fn a_feed_that_is_whole_again_is_no_longer_doubted() {
    check(
        "it is whole again",
        5,
        5,
        &[(0, Lacking), (30, Lacking), (60, Whole)],
        Kept,
    );
    // What was doubted has not been counted.
    check(
        "4 of 5, then one",
        4,
        5,
        &[(0, Lacking), (30, Lacking), (60, Lacking)],
        Doubted,
    );
}
