use super::{cloud, told};
use crate::aws::recorded::{Say, Script, no, yes};
use crate::exit::Exit;

const GONE: &str = "ChangeSet [arn:set] does not exist";
const OBSOLETE: &str = "ChangeSet [arn:set] cannot be executed in its current execution status of [OBSOLETE]";

/// What executing ends with: nothing, or which refusal, and the exit code of a command that fails with it.
async fn check(script: Script, expected: Result<(), (&str, &str, Exit)>) {
    let (cloud, _) = cloud(script);
    let found = cloud.execute("arn:set", "landfall-token").await;
    match (found, expected) {
        (Ok(()), Ok(())) => {}
        (Err(error), Err((kind, text, exit))) => {
            assert_eq!(told(&error), (kind, text.to_owned()));
            assert_eq!(Exit::of(&error), exit);
        }
        (found, expected) => panic!("{found:?} is not {expected:?}"),
    }
}

fn events(token: &str) -> Say {
    yes(format!(
        "<StackEvents><member><EventId>1</EventId><ClientRequestToken>{token}</ClientRequestToken></member></StackEvents>"
    ))
}

#[tokio::test]
async fn a_change_set_is_executed_under_the_given_token() {
    let (cloud, recorded) = cloud(vec![("ExecuteChangeSet", vec![yes("")])]);
    cloud.execute("arn:set", "landfall-token").await.unwrap();
    let sent = &recorded.fields("ExecuteChangeSet")[0];
    assert_eq!(sent["ChangeSetName"], "arn:set");
    assert_eq!(sent["ClientRequestToken"], "landfall-token");
}

#[tokio::test]
async fn a_change_set_that_is_obsolete_is_stale() {
    check(
        vec![(
            "ExecuteChangeSet",
            vec![no(400, "InvalidChangeSetStatus", OBSOLETE)],
        )],
        Err((
            "stale",
            &format!("cannot execute the change set: InvalidChangeSetStatus: {OBSOLETE}"),
            Exit::Stale,
        )),
    )
    .await;
}

#[tokio::test]
async fn a_change_set_that_is_gone_is_stale() {
    check(
        vec![("ExecuteChangeSet", vec![no(404, "ChangeSetNotFound", GONE)])],
        Err((
            "stale",
            &format!("cannot execute the change set: ChangeSetNotFound: {GONE}"),
            Exit::Stale,
        )),
    )
    .await;
}

#[tokio::test]
async fn a_change_set_of_a_stack_that_is_gone_is_stale() {
    check(
        vec![(
            "ExecuteChangeSet",
            vec![no(400, "ValidationError", "Stack [arn:stack] does not exist")],
        )],
        Err((
            "stale",
            "cannot execute the change set: ValidationError: Stack [arn:stack] does not exist",
            Exit::Stale,
        )),
    )
    .await;
}

#[tokio::test]
async fn a_role_that_may_only_plan_is_denied_and_not_stale() {
    check(
        vec![(
            "ExecuteChangeSet",
            vec![no(403, "AccessDenied", "not authorized to perform: cloudformation:ExecuteChangeSet")],
        )],
        Err((
            "access denied",
            "cannot execute the change set: AccessDenied: not authorized to perform: cloudformation:ExecuteChangeSet",
            Exit::Error,
        )),
    )
    .await;
}

#[tokio::test]
async fn a_repeated_request_that_meets_its_own_work_has_succeeded() {
    check(
        vec![
            (
                "ExecuteChangeSet",
                vec![Say::Nothing, no(400, "InvalidChangeSetStatus", OBSOLETE)],
            ),
            ("DescribeChangeSet", vec![yes("<StackId>arn:stack</StackId>")]),
            ("DescribeStackEvents", vec![events("landfall-token")]),
        ],
        Ok(()),
    )
    .await;
}

#[tokio::test]
async fn a_change_set_that_somebody_else_executes_is_stale() {
    check(
        vec![
            (
                "ExecuteChangeSet",
                vec![no(400, "InvalidChangeSetStatus", OBSOLETE)],
            ),
            ("DescribeChangeSet", vec![yes("<StackId>arn:stack</StackId>")]),
            ("DescribeStackEvents", vec![events("landfall-other")]),
        ],
        Err((
            "stale",
            &format!("cannot execute the change set: InvalidChangeSetStatus: {OBSOLETE}"),
            Exit::Stale,
        )),
    )
    .await;
}

#[tokio::test]
async fn a_change_set_is_looked_up_to_see_whether_it_can_still_be_executed() {
    let state = |inner: &str| yes(inner.to_owned());
    for (answer, expected) in [
        (
            state("<Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus>"),
            Some(("CREATE_COMPLETE", true)),
        ),
        (
            state("<Status>CREATE_COMPLETE</Status><ExecutionStatus>OBSOLETE</ExecutionStatus>"),
            Some(("CREATE_COMPLETE", false)),
        ),
        (state(""), Some(("", false))),
        (state("<Status>DELETE_COMPLETE</Status>"), None),
        (no(404, "ChangeSetNotFound", GONE), None),
        (no(400, "ValidationError", GONE), None),
        (
            no(400, "ValidationError", "Stack [arn:stack] does not exist"),
            None,
        ),
    ] {
        let (cloud, _) = cloud(vec![("DescribeChangeSet", vec![answer])]);
        let found = cloud.change_set("arn:set").await.unwrap();
        let found = found
            .as_ref()
            .map(|found| (found.status.as_str(), found.is_executable()));
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn dropping_a_change_set_that_is_gone_is_done_and_of_one_at_work_an_error() {
    for (answer, is_done) in [
        (yes(""), true),
        (no(404, "ChangeSetNotFound", GONE), true),
        (
            no(400, "ValidationError", "Stack [arn:stack] does not exist"),
            true,
        ),
        (
            no(400, "InvalidChangeSetStatus", "it is CREATE_IN_PROGRESS"),
            false,
        ),
        (no(403, "AccessDenied", "no"), false),
    ] {
        let (cloud, _) = cloud(vec![("DeleteChangeSet", vec![answer])]);
        assert_eq!(cloud.discard("arn:set").await.is_ok(), is_done);
    }
}
