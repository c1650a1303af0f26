//! The stage's one issue of drift.

use serde_json::json;

use super::github::GitHub;
use super::job::Runner;
use super::plans;

/// Runs the nightly job with what it finds.
#[track_caller]
fn check(github: &GitHub, days: Option<u32>) {
    let mut runner = Runner::new(&json!({"schedule": "43 3 * * *"}), &github.url()).stage("staging");
    runner.can(Ok(plans::drift("staging", days)));
    let ran = runner.run("drift", "drift").unwrap();
    assert!(ran.succeeded, "{}", ran.output);
    assert_eq!(ran.steps, ["Look for drift", "Keep the issue"]);
}

#[test]
fn drift_is_one_issue_that_is_opened_kept_true_and_closed() {
    let github = GitHub::start();
    check(&github, None);
    assert_eq!(github.writes(), 0, "no drift, no issue");

    check(&github, Some(30));
    check(&github, Some(60));
    let issues = github.with(|state| state.issues.clone());
    let [issue] = &issues[..] else {
        panic!("{issues:?}")
    };
    assert_eq!(issue.title, "Drift in staging: 1 changed by other means");
    assert!(
        issue.body.starts_with("<!-- landfall-drift:staging -->\n### "),
        "{}",
        issue.body
    );
    assert!(
        issue.body.contains("60") && !issue.body.contains("30"),
        "{}",
        issue.body
    );
    assert!(!issue.body.contains("landfall-plan"), "{}", issue.body);

    check(&github, None);
    let issues = github.with(|state| state.issues.clone());
    assert!(issues.len() == 1 && !issues[0].open, "{issues:?}");

    check(&github, Some(90));
    let issues = github.with(|state| state.issues.clone());
    assert_eq!(
        issues.iter().map(|issue| issue.open).collect::<Vec<_>>(),
        [false, true]
    );
}
