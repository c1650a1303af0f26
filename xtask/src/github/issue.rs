//! The stage's one issue of drift: opened with the first drift, kept true, and closed when there is none any more.

use ::plan::{Plan, markdown, marker as plan_marker};
use stacks::Stage;

use super::job::Job;
use super::post::{Decision, Facts};

/// What was found of drift, as the issue tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, of what could be checked.
    Nothing {
        /// The run that looked.
        run: String,
    },
    /// Something. The text says what.
    Drift {
        /// How many resources.
        count: usize,
        /// What the issue says below its marker.
        told: String,
    },
}

impl Found {
    /// What a look for drift has found.
    pub(super) fn of(plan: &Plan, job: &Job) -> Self {
        if plan.drift.is_empty() {
            return Self::Nothing { run: job.run.clone() };
        }
        let told = markdown(plan, &format!("[the run's log]({})", job.run));
        let told = told
            .strip_prefix(&plan_marker(&plan.stage))
            .unwrap_or(&told)
            .trim();
        Self::Drift {
            count: plan.drift.len(),
            told: format!(
                "{told}\n\n`cargo xtask plan` shows what a deploy would set right. [Run]({})\n",
                job.run
            ),
        }
    }
}

/// What is to be done, so that the stage has one open issue while it is drifted, and none else.
pub(super) fn decide(facts: &Facts, stage: Stage, found: &Found) -> Decision {
    let marker = marker(stage);
    match (facts.ours(&marker), found) {
        (None, Found::Nothing { .. }) => Decision::Nothing,
        (None, Found::Drift { count, told }) => Decision::OpenIssue {
            title: format!("Drift in {stage}: {count} changed by other means"),
            body: format!("{marker}\n{told}"),
        },
        (Some(post), Found::Drift { told, .. }) => Decision::EditIssue {
            number: post.id,
            body: format!("{marker}\n{told}"),
        },
        (Some(post), Found::Nothing { run }) => Decision::CloseIssue {
            number: post.id,
            body: format!("{marker}\nNo resource of {stage} is drifted any more. [Run]({run})\n"),
        },
    }
}

/// The first line of a stage's issue.
fn marker(stage: Stage) -> String {
    format!("<!-- landfall-drift:{stage} -->")
}

#[cfg(test)]
mod tests {
    use super::super::post::Post;
    use super::*;

    #[track_caller]
    fn check(author: Option<&str>, found: &Found, expect: &str) {
        let posts = author.map(|author| Post {
            id: 5,
            author: author.to_owned(),
            body: "<!-- landfall-drift:staging -->\nold".to_owned(),
        });
        let facts = Facts {
            me: "robot[bot]".to_owned(),
            posts: posts.into_iter().collect(),
        };
        assert_eq!(decide(&facts, Stage::Staging, found).to_string(), expect);
    }

    fn drift() -> Found {
        Found::Drift {
            count: 2,
            told: "two".to_owned(),
        }
    }

    fn nothing() -> Found {
        Found::Nothing {
            run: "https://github.com/octo/landfall/actions/runs/77".to_owned(),
        }
    }

    #[test]
    fn the_first_drift_opens_an_issue() {
        check(
            None,
            &drift(),
            "open the issue \"Drift in staging: 2 changed by other means\"",
        );
    }

    #[test]
    fn more_drift_edits_the_same_issue() {
        check(Some("robot[bot]"), &drift(), "edit issue 5");
    }

    #[test]
    fn the_last_drift_closes_it() {
        check(Some("robot[bot]"), &nothing(), "close issue 5");
        check(None, &nothing(), "nothing to say");
    }

    #[test]
    fn an_issue_of_somebody_else_is_neither_edited_nor_closed() {
        check(Some("human"), &nothing(), "nothing to say");
        check(
            Some("human"),
            &drift(),
            "open the issue \"Drift in staging: 2 changed by other means\"",
        );
    }
}
