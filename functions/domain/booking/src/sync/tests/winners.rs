//! Who keeps the time, by each policy.

use super::*;

/// The platform that wins when alpha's booking was confirmed an hour before beta's, and why.
fn winner(policy: Policy, values: &[(&str, u64)]) -> (Option<String>, String) {
    let mut desk = Desk::new();
    desk.config.policy = policy;
    desk.values = values
        .iter()
        .map(|(uid, value)| (format!("CANARY-{uid}"), *value))
        .collect();
    let alpha = vec![booking("alpha-pontoon", "a", 100, 104)];
    desk.run(alpha.clone(), vec![]);
    desk.now = 1;
    desk.run(alpha, vec![booking("beta-pontoon", "b", 103, 106)]);
    let decision = desk.decision();
    let Matter::Overlap { winner, .. } = &decision.matter else {
        panic!("{decision:?}");
    };
    let platform = winner
        .as_ref()
        .map(|id| desk.state.links[id].platform().unwrap().to_owned());
    (platform, decision.reason.clone())
}

#[track_caller]
fn check(policy: Policy, values: &[(&str, u64)], platform: Option<&str>, reason: &str) {
    assert_eq!(
        winner(policy, values),
        (platform.map(str::to_owned), reason.to_owned())
    );
}

#[test]
fn each_policy_has_its_winner() {
    let priority = |ids: &[&str]| Policy::PlatformPriority(ids.iter().map(|id| (*id).to_owned()).collect());
    let by_rank = "its platform comes first in your priority";
    check(
        Policy::FirstConfirmed,
        &[],
        Some("alpha"),
        "it was confirmed first",
    );
    check(priority(&["beta", "alpha"]), &[], Some("beta"), by_rank);
    check(priority(&["alpha", "beta"]), &[], Some("alpha"), by_rank);
    check(priority(&["beta"]), &[], Some("beta"), by_rank);
    check(priority(&[]), &[], Some("alpha"), "it came first");
    check(
        Policy::HighestValue,
        &[("a", 100), ("b", 200)],
        Some("beta"),
        "it is worth more",
    );
    check(
        Policy::HighestValue,
        &[("b", 1)],
        Some("beta"),
        "it is worth more",
    );
    check(
        Policy::HighestValue,
        &[("a", 200), ("b", 200)],
        Some("alpha"),
        "it came first",
    );
    check(Policy::Manual, &[("b", 1)], None, "the policy leaves it to you");
}
