//! What the operator reads when something needs a person.

use super::*;

#[test]
fn a_booking_that_was_deleted_in_google_keeps_its_time_and_is_a_task() {
    let mut desk = Desk::new();
    let alpha = vec![booking("alpha-pontoon", "a", 100, 104)];
    desk.run(alpha.clone(), vec![]);
    desk.now = 1;
    desk.event().is_deleted = true;
    insta::assert_snapshot!(desk.run(alpha.clone(), vec![]));
    assert_eq!(desk.state.outbound["beta-pontoon"].blocks.len(), 1);
    assert!(desk.plan(alpha, vec![]).is_in_step());
    // Its platform changes it: the copy comes back.
    insta::assert_snapshot!(desk.run(vec![booking("alpha-pontoon", "a", 110, 114)], vec![]));
}

#[test]
fn a_feed_that_loses_too_much_is_told_and_changes_nothing() {
    let mut desk = Desk::new();
    let all: Vec<Booking> = (0..8)
        .map(|at| booking("alpha-pontoon", &at.to_string(), 100 + 10 * at, 104 + 10 * at))
        .collect();
    desk.run(all.clone(), vec![]);
    desk.now = 1;
    insta::assert_snapshot!(desk.run(all[4..].to_vec(), vec![]));
}

#[test]
fn a_feed_that_fails_is_told_at_once_and_is_stale_after_six_hours() {
    let mut desk = Desk::new();
    let alpha = || vec![booking("alpha-pontoon", "a", 100, 104)];
    let plan = desk.plan_feeds([("alpha-pontoon", desk.body(alpha()))]);
    desk.carry_out(&plan);
    let fails = |desk: &mut Desk, now, minute| {
        (desk.now, desk.minute) = (now, minute);
        let plan = desk.plan_feeds([
            ("alpha-pontoon", FeedReading::Failed(FeedFault::Truncated)),
            ("beta-pontoon", desk.body(vec![])),
        ]);
        desk.carry_out(&plan);
        plan
    };
    assert!(
        fails(&mut desk, 6, 0).stale.is_empty(),
        "six hours are not more than six"
    );
    insta::assert_snapshot!(fails(&mut desk, 6, 1));
    assert_eq!(desk.state.sources["alpha-pontoon"].consecutive_failures, 2);
    let plan = desk.plan_feeds([]);
    assert_eq!(plan.stale.len(), 1);
    assert!(plan.is_in_step());
}

#[test]
fn a_feed_that_was_never_read_is_stale() {
    insta::assert_snapshot!(Desk::new().plan_feeds([]));
}
