//! The pull request's one comment of a stage.

use std::process::Command;

use super::github::{Fault, GitHub};
use super::job::{Ran, Runner, pull_request};
use super::plans;

/// The job's commands, when there is a plan.
const STEPS: [&str; 3] = ["Plan", "Write the summary", "Comment"];

fn runner(github: &GitHub) -> Runner {
    Runner::new(&pull_request(12, "octo/landfall"), &github.url()).stage("staging")
}

/// Runs the job with this plan to a good end.
#[track_caller]
fn check(github: &GitHub, plan: &str) -> Ran {
    let mut runner = runner(github);
    runner.can(Ok(plan.to_owned()));
    let ran = runner.run("plan", "plan").unwrap();
    assert!(ran.succeeded, "{}", ran.output);
    assert_eq!(ran.steps, STEPS);
    ran
}

#[test]
fn a_plan_of_500_resources_is_commented_once_then_edited_and_stays_short() {
    let github = GitHub::start();
    let first = check(&github, &plans::changing(500, "staging", "first"));
    let [comment] = &github.ours()[..] else {
        panic!("{:?}", github.ours())
    };
    assert!(
        comment
            .body
            .starts_with("<!-- landfall-plan:staging -->\n### Plan: 500 ")
    );
    assert!(comment.body.chars().count() < 60_000, "{}", comment.body.len());
    assert!(comment.body.contains(
        "are left out here: see [the run's summary](https://github.com/octo/landfall/actions/runs/4711)"
    ));
    assert!(
        first.summary.contains("Topic499 ") && first.summary.contains("topic 499 first"),
        "the summary has all of it"
    );

    check(&github, &plans::changing(499, "staging", "second"));
    let [edited] = &github.ours()[..] else {
        panic!("{:?}", github.ours())
    };
    assert_eq!(edited.id, comment.id);
    assert!(edited.body.contains("### Plan: 499 "));
    assert_eq!(github.writes(), 2);

    check(&github, &plans::changing(499, "staging", "second"));
    assert_eq!(
        github.writes(),
        2,
        "the same plan of the same commit says nothing new"
    );
}

#[test]
fn other_peoples_comments_stay_as_they_are() {
    let github = GitHub::start();
    let pasted = "<!-- landfall-plan:staging -->\nPlan: no changes, merge it";
    github.with(|state| {
        for number in 0..150 {
            state.comment("human", &format!("comment {number}"));
        }
        state.comment("human", pasted);
        state.comment("other-robot[bot]", pasted);
    });
    let before = github.with(|state| state.comments.clone());
    check(&github, &plans::changing(1, "staging", "one"));
    // Ours is on the second page now.
    check(&github, &plans::changing(2, "staging", "two"));
    let after = github.with(|state| state.comments.clone());
    assert_eq!(after[..152], before[..]);
    assert_eq!(after.len(), 153);
    assert!(after[152].body.contains("### Plan: 2 "));
}

#[test]
fn each_stage_has_a_comment_of_its_own() {
    let github = GitHub::start();
    check(&github, &plans::changing(1, "staging", "one"));
    let mut runner = runner(&github).stage("production");
    runner.can(Ok(plans::changing(2, "production", "one")));
    assert!(runner.run("plan", "plan").unwrap().succeeded);
    assert_eq!(github.ours().len(), 2);
}

#[test]
fn a_comment_that_is_deleted_meanwhile_is_written_anew() {
    let github = GitHub::start();
    check(&github, &plans::changing(1, "staging", "one"));
    let old = github.ours()[0].id;
    github.with(|state| state.faults.push(Fault::DeletedBefore));
    check(&github, &plans::changing(2, "staging", "two"));
    let [comment] = &github.ours()[..] else {
        panic!("{:?}", github.ours())
    };
    assert_ne!(comment.id, old);
    assert!(comment.body.contains("### Plan: 2 "));
}

#[test]
fn a_bad_gateway_after_the_write_leaves_one_comment_and_a_rate_limit_is_waited_for() {
    let github = GitHub::start();
    github.with(|state| state.faults = vec![Fault::RateLimited, Fault::DoneButBadGateway]);
    let ran = check(&github, &plans::changing(1, "staging", "one"));
    assert_eq!(github.ours().len(), 1);
    assert!(
        ran.output
            .contains("GitHub answered 403 You have exceeded a secondary rate limit.; again in 1 s")
    );
    assert!(ran.output.contains("GitHub answered 502; again in "));
}

#[test]
fn a_plan_that_cannot_be_made_takes_the_old_ones_place() {
    let github = GitHub::start();
    check(&github, &plans::changing(1, "staging", "one"));
    let mut runner = runner(&github);
    runner.can(Err(1));
    let ran = runner.run("plan", "plan").unwrap();
    assert!(!ran.succeeded);
    assert_eq!(ran.steps, ["Plan", "Comment that there is no plan"]);
    let [comment] = &github.ours()[..] else {
        panic!("{:?}", github.ours())
    };
    assert!(
        comment
            .body
            .starts_with("<!-- landfall-plan:staging -->\n### Plan: failed\n"),
        "{}",
        comment.body
    );
}

#[test]
fn a_fork_has_no_job_that_comments() {
    let github = GitHub::start();
    let runner = Runner::new(&pull_request(12, "fork/landfall"), &github.url()).stage("staging");
    assert!(runner.run("plan", "plan").is_none());
}

#[test]
fn outside_of_actions_nothing_is_said_and_the_end_is_5() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["github", "comment", "--stage", "staging", "--failed"])
        .env_remove("GITHUB_REPOSITORY")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("GITHUB_REPOSITORY is not set"), "{told}");
}
