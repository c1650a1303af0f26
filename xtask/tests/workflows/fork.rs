//! A fork's pull request: the offline plan, with no credentials.

use super::github::GitHub;
use super::job::{Runner, pull_request};
use super::workflow::Workflow;

#[test]
fn a_fork_gets_the_offline_plan_in_the_summary_and_github_is_not_spoken_to() {
    let github = GitHub::start();
    let runner = Runner::new(&pull_request(12, "fork/landfall"), &github.url()).stage("production");
    let ran = runner.run("plan", "plan-of-fork").unwrap();
    assert!(ran.succeeded, "{}", ran.output);
    assert_eq!(ran.steps, ["Plan", "Write the summary"]);
    assert!(ran.summary.starts_with("### production\n"), "{}", ran.summary);
    assert!(
        ran.summary
            .contains("Stage production, compared with committed templates"),
        "{}",
        ran.summary
    );
    assert_eq!(github.with(|state| state.requests.len()), 0);
}

#[test]
fn a_fork_gets_no_right_but_to_read_the_code_and_no_environment() {
    let job = &Workflow::read("plan").jobs["plan-of-fork"];
    let rights: Vec<_> = job
        .permissions
        .iter()
        .map(|(name, right)| format!("{name}: {right}"))
        .collect();
    assert_eq!(rights, ["contents: read"]);
    assert_eq!(job.environment, None);
    assert!(job.steps.iter().all(|step| step.env.is_empty()));
    let actions: Vec<_> = job.steps.iter().filter_map(|step| step.uses.as_deref()).collect();
    assert!(
        matches!(actions[..], [checkout] if checkout.starts_with("actions/checkout@")),
        "{actions:?}"
    );
}

#[test]
fn our_own_branch_does_not_get_the_forks_job() {
    let github = GitHub::start();
    let runner = Runner::new(&pull_request(12, "octo/landfall"), &github.url()).stage("staging");
    assert!(runner.run("plan", "plan-of-fork").is_none());
}
