//! The job that this program runs in, as GitHub Actions describes it by environment variables.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::exit::Invalid;

/// What the job is, and how to reach GitHub.
#[derive(Debug)]
pub(super) struct Job {
    /// `owner/name`.
    pub(super) repository: String,
    /// GitHub's REST interface, without a slash at its end.
    pub(super) api: String,
    /// GitHub's GraphQL interface.
    pub(super) graphql: String,
    /// The run's page.
    pub(super) run: String,
    /// The step's summary.
    pub(super) summary: PathBuf,
    /// What authorizes the job.
    pub(super) token: Option<Token>,
    event: PathBuf,
}

/// A token, which is in no log, error or `Debug`.
pub(super) struct Token(String);

/// The pull request that the job runs for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PullRequest {
    /// Its number.
    pub(super) number: u64,
    /// The SHA of its last commit, not of the merge that GitHub makes for the job.
    pub(super) head: String,
}

impl Job {
    /// Reads the variables.
    ///
    /// Fails with [`Invalid`] when one is missing, which is so outside of GitHub Actions.
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let optional = |name: &str| variable(name).filter(|value| !value.is_empty());
        let needed = |name: &str| {
            optional(name).ok_or_else(|| {
                Invalid(format!(
                    "{name} is not set: `github` is for a job of GitHub Actions, which sets it"
                ))
            })
        };
        let repository = needed("GITHUB_REPOSITORY")?;
        let api = needed("GITHUB_API_URL")?.trim_end_matches('/').to_owned();
        Ok(Self {
            run: format!(
                "{}/{repository}/actions/runs/{}",
                needed("GITHUB_SERVER_URL")?.trim_end_matches('/'),
                needed("GITHUB_RUN_ID")?
            ),
            graphql: optional("GITHUB_GRAPHQL_URL").unwrap_or_else(|| format!("{api}/graphql")),
            event: needed("GITHUB_EVENT_PATH")?.into(),
            summary: needed("GITHUB_STEP_SUMMARY")?.into(),
            token: optional("GITHUB_TOKEN").map(Token),
            repository,
            api,
        })
    }

    /// The pull request in the event.
    ///
    /// Fails with [`Invalid`] when the job runs for something else.
    pub(super) fn pull_request(&self) -> Result<PullRequest> {
        let text = std::fs::read_to_string(&self.event)
            .with_context(|| format!("cannot read the event in {}", self.event.display()))?;
        let event: Value =
            serde_json::from_str(&text).map_err(|error| Invalid(format!("the event is no JSON: {error}")))?;
        let pull = &event["pull_request"];
        match (pull["number"].as_u64(), pull["head"]["sha"].as_str()) {
            (Some(number), Some(head)) => Ok(PullRequest {
                number,
                head: head.to_owned(),
            }),
            _ => Err(
                Invalid("the event is of no pull request, so there is none to comment on".to_owned()).into(),
            ),
        }
    }
}

impl Token {
    /// The token itself, for a request's header and nothing else.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A job with the variables that every job has, and those given.
    pub(in crate::github) fn job(more: &[(&str, &str)]) -> Result<Job> {
        let usual = [
            ("GITHUB_REPOSITORY", "octo/landfall"),
            ("GITHUB_API_URL", "https://api.github.com"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_RUN_ID", "77"),
            ("GITHUB_EVENT_PATH", "/nowhere/event.json"),
            ("GITHUB_STEP_SUMMARY", "/nowhere/summary.md"),
        ];
        Job::of(|name| {
            let all = more.iter().chain(&usual);
            all.copied()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.to_owned())
        })
    }

    #[test]
    fn a_job_knows_its_run_and_both_interfaces() {
        let job = job(&[]).unwrap();
        assert_eq!(job.run, "https://github.com/octo/landfall/actions/runs/77");
        assert_eq!(job.graphql, "https://api.github.com/graphql");
    }

    #[test]
    fn outside_of_actions_the_missing_variable_is_named_and_the_end_is_5() {
        let error = Job::of(|_| None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "GITHUB_REPOSITORY is not set: `github` is for a job of GitHub Actions, which sets it"
        );
        assert_eq!(crate::exit::Exit::of(&error), crate::exit::Exit::Invalid);
    }

    #[test]
    fn a_job_shows_no_token() {
        let job = job(&[("GITHUB_TOKEN", "ghs_canary")]).unwrap();
        assert_eq!(job.token.as_ref().unwrap().reveal(), "ghs_canary");
        assert!(!format!("{job:?}").contains("ghs_canary"));
    }

    #[test]
    fn an_event_of_a_push_has_no_pull_request() {
        let folder = tempfile::tempdir().unwrap();
        let event = folder.path().join("event.json");
        std::fs::write(&event, r#"{"ref": "refs/heads/main"}"#).unwrap();
        let job = job(&[("GITHUB_EVENT_PATH", event.to_str().unwrap())]).unwrap();
        let error = job.pull_request().unwrap_err();
        assert_eq!(crate::exit::Exit::of(&error), crate::exit::Exit::Invalid);

        std::fs::write(
            &event,
            r#"{"pull_request": {"number": 12, "head": {"sha": "abc"}}}"#,
        )
        .unwrap();
        assert_eq!(job.pull_request().unwrap().number, 12);
    }
}
