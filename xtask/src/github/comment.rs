//! The pull request's one comment of a stage: found again by its marker and its author, and edited.

use ::plan::{LONGEST_COMMENT, Plan, markdown, marker};
use anyhow::{Result, ensure};
use stacks::Stage;

use super::job::{Job, PullRequest};
use super::post::{Decision, Facts};

/// What is to be done, so that the pull request has exactly this comment of the stage.
pub(super) fn decide(facts: &Facts, stage: Stage, pull: u64, body: &str) -> Decision {
    let body = body.to_owned();
    match facts.ours(&marker(stage.as_str())) {
        None => Decision::Comment { pull, body },
        Some(post) if same(&post.body, &body) => Decision::Nothing,
        Some(post) => Decision::EditComment { id: post.id, body },
    }
}

/// The comment that shows a plan.
pub(super) fn of_plan(plan: &Plan, pull: &PullRequest, job: &Job) -> Result<String> {
    let told = markdown(plan, &format!("[the run's summary]({})", job.run));
    let body = format!("{}\n\n{}\n", told.trim_end(), origin(pull, job));
    // `markdown` keeps below it. A comment that GitHub would refuse must not be noticed there first.
    let length = body.chars().count();
    ensure!(
        length <= LONGEST_COMMENT,
        "the comment has {length} characters, more than {LONGEST_COMMENT}"
    );
    Ok(body)
}

/// The comment that says that there is no plan.
pub(super) fn of_failure(stage: Stage, pull: &PullRequest, job: &Job) -> String {
    format!(
        "{}\n### Plan: failed\n\nStage {stage}: no plan could be made. The run's log says why.\n\n{}\n",
        marker(stage.as_str()),
        origin(pull, job)
    )
}

/// Of what and by whom the comment is: after a push, an old plan is told from a new one by it.
fn origin(pull: &PullRequest, job: &Job) -> String {
    let head: String = pull.head.chars().take(8).collect();
    format!("<sub>Commit {head} · [run]({})</sub>", job.run)
}

/// GitHub may give a text back with other line ends and without its last one.
fn same(one: &str, other: &str) -> bool {
    one.replace("\r\n", "\n").trim_end() == other.trim_end()
}

#[cfg(test)]
mod tests {
    use super::super::job::tests::job;
    use super::super::post::Post;
    use super::*;
    use ::plan::facts::{Basis, Facts as PlanFacts, Raw, StackFacts};
    use serde_json::json;

    const STAGE: Stage = Stage::Staging;

    fn body() -> String {
        format!("{}\nnew", marker(STAGE.as_str()))
    }

    #[track_caller]
    fn check(posts: &[(u64, &str, &str)], expect: &Decision) {
        let posts = posts.iter().map(|(id, author, body)| Post {
            id: *id,
            author: (*author).to_owned(),
            body: (*body).to_owned(),
        });
        let facts = Facts {
            me: "robot[bot]".to_owned(),
            posts: posts.collect(),
        };
        assert_eq!(&decide(&facts, STAGE, 12, &body()), expect);
    }

    fn create() -> Decision {
        Decision::Comment {
            pull: 12,
            body: body(),
        }
    }

    #[test]
    fn the_first_plan_is_a_new_comment() {
        check(&[], &create());
    }

    #[test]
    fn another_plan_edits_our_comment() {
        let old = format!("{}\nold", marker("staging"));
        let edit = Decision::EditComment { id: 2, body: body() };
        check(&[(1, "human", "hello"), (2, "robot[bot]", &old)], &edit);
        check(&[(2, "robot[bot]", &old), (3, "robot[bot]", &old)], &edit);
    }

    #[test]
    fn the_same_plan_says_nothing() {
        let stands = body().replace('\n', "\r\n");
        check(&[(2, "robot[bot]", &stands)], &Decision::Nothing);
    }

    #[test]
    fn a_marker_that_somebody_else_has_pasted_is_not_ours() {
        check(
            &[(1, "human", &body()), (2, "other-robot[bot]", &body())],
            &create(),
        );
        check(&[(1, "", &body())], &create());
    }

    #[test]
    fn a_comment_of_another_stage_or_one_that_quotes_the_marker_is_left_alone() {
        let other = format!("{}\nold", marker("production"));
        let quote = format!("> {}\nold", marker("staging"));
        let below = format!("see\n{}\nold", marker("staging"));
        check(
            &[
                (1, "robot[bot]", &other),
                (2, "robot[bot]", &quote),
                (3, "robot[bot]", &below),
            ],
            &create(),
        );
    }

    fn pull() -> PullRequest {
        PullRequest {
            number: 12,
            head: "0123456789abcdef".to_owned(),
        }
    }

    #[test]
    fn a_plan_of_500_resources_fits_and_says_where_the_rest_is() {
        let topics = |version: &str| {
            let topic = |number| {
                let name = format!("topic {number} {version} {}", "long ".repeat(30));
                let topic = json!({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}});
                (format!("Topic{number}"), topic)
            };
            let topics: serde_json::Map<_, _> = (0..500).map(topic).collect();
            Some(Raw(json!({"Resources": topics})))
        };
        let plan = ::plan::plan(&PlanFacts {
            stage: "staging".to_owned(),
            basis: Basis::Offline,
            stacks: vec![StackFacts {
                name: "landfall-staging-runtime".to_owned(),
                deployed: topics("one"),
                new: topics("two"),
                ..StackFacts::default()
            }],
        });
        let body = of_plan(&plan, &pull(), &job(&[]).unwrap()).unwrap();
        assert!(body.starts_with(&format!("{}\n### Plan: 500 ", marker("staging"))));
        assert!(body.chars().count() < LONGEST_COMMENT, "{}", body.chars().count());
        assert!(body.contains("entries are left out here: see [the run's summary](https://github.com/octo/landfall/actions/runs/77) for all."));
        assert!(body.ends_with(
            "<sub>Commit 01234567 · [run](https://github.com/octo/landfall/actions/runs/77)</sub>\n"
        ));
    }

    #[test]
    fn a_failure_takes_the_plans_place() {
        insta::assert_snapshot!(of_failure(STAGE, &pull(), &job(&[]).unwrap()), @r"
        <!-- landfall-plan:staging -->
        ### Plan: failed

        Stage staging: no plan could be made. The run's log says why.

        <sub>Commit 01234567 · [run](https://github.com/octo/landfall/actions/runs/77)</sub>
        ");
    }
}
