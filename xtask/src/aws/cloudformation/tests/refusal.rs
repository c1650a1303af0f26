use super::{cloud, told};
use crate::aws::recorded::{Say, no, yes};

/// What `describe` makes of these answers, and how often it asked.
async fn check(answers: Vec<Say>, expected: Result<&str, (&str, &str)>, attempts: usize) {
    let (cloud, recorded) = cloud(vec![("DescribeStacks", answers)]);
    let found = cloud.describe("storage").await;
    match (found, expected) {
        (Ok(found), Ok(status)) => assert_eq!(found.unwrap().status, status),
        (Err(error), Err((kind, text))) => assert_eq!(told(&error), (kind, text.to_owned())),
        (found, expected) => panic!("{found:?} is not {expected:?}"),
    }
    assert_eq!(recorded.actions(), [("DescribeStacks".to_owned(), attempts)]);
}

fn there() -> Say {
    yes("<Stacks><member><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks>")
}

#[tokio::test]
async fn throttled_requests_are_sent_again_until_they_succeed() {
    let throttled = |status| no(status, "Throttling", "Rate exceeded");
    let answers = vec![
        throttled(400),
        throttled(503),
        throttled(400),
        throttled(400),
        there(),
    ];
    check(answers, Ok("CREATE_COMPLETE"), 5).await;
}

#[tokio::test]
async fn throttling_under_another_code_is_throttling() {
    let answers = vec![
        no(400, "RateExceeded", "Rate exceeded"),
        no(400, "RateExceeded", "Rate exceeded"),
        there(),
    ];
    check(answers, Ok("CREATE_COMPLETE"), 3).await;
}

#[tokio::test]
async fn a_throttling_that_never_ends_is_given_up() {
    check(
        vec![no(400, "Throttling", "Rate exceeded")],
        Err((
            "throttled",
            "cannot describe the stack storage: Throttling: Rate exceeded",
        )),
        8,
    )
    .await;
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_again() {
    check(vec![Say::Nothing, there()], Ok("CREATE_COMPLETE"), 2).await;
}

#[tokio::test]
async fn a_missing_right_is_named_and_not_tried_again() {
    let message = "User: arn:aws:sts::123456789012:assumed-role/plan/x is not authorized to perform: \
                   cloudformation:DescribeStacks on resource: storage";
    let text = format!("cannot describe the stack storage: AccessDenied: {message}");
    check(
        vec![no(403, "AccessDenied", message)],
        Err(("access denied", &text)),
        1,
    )
    .await;
}

#[tokio::test]
async fn a_missing_right_that_the_answer_does_not_name_is_named_all_the_same() {
    check(
        vec![no(403, "AccessDeniedException", "")],
        Err((
            "access denied",
            "cannot describe the stack storage: AccessDeniedException (it takes the right \
             cloudformation:DescribeStacks)",
        )),
        1,
    )
    .await;
}

#[tokio::test]
async fn what_the_endpoint_does_not_know_is_unsupported() {
    check(
        vec![no(501, "InternalFailure", "not yet implemented")],
        Err((
            "unsupported",
            "cannot describe the stack storage: InternalFailure: not yet implemented",
        )),
        1,
    )
    .await;
    check(
        vec![no(400, "InvalidAction", "Could not find operation")],
        Err((
            "unsupported",
            "cannot describe the stack storage: InvalidAction: Could not find operation",
        )),
        1,
    )
    .await;
}

#[tokio::test]
async fn any_other_refusal_is_told_as_it_is() {
    check(
        vec![no(400, "ValidationError", "1 validation error detected")],
        Err((
            "other",
            "cannot describe the stack storage: ValidationError: 1 validation error detected",
        )),
        1,
    )
    .await;
}
