use std::collections::BTreeMap;

use super::cloud;
use crate::aws::cloudformation::Deployed;
use crate::aws::recorded::{Say, no, yes};

async fn check(answer: Say, expected: Option<Deployed>) {
    let (cloud, _) = cloud(vec![("DescribeStacks", vec![answer])]);
    assert_eq!(cloud.describe("storage").await.unwrap(), expected);
}

fn member(inner: &str) -> Say {
    yes(format!("<Stacks><member>{inner}</member></Stacks>"))
}

fn with_status(status: &str, reason: Option<&str>) -> Option<Deployed> {
    Some(Deployed {
        status: status.to_owned(),
        status_reason: reason.map(str::to_owned),
        ..Deployed::default()
    })
}

#[tokio::test]
async fn a_stack_is_read_with_all_that_binds_a_plan() {
    let pairs = BTreeMap::from([("K".to_owned(), "v".to_owned())]);
    check(
        member(
            "<StackId>arn:storage</StackId><StackName>storage</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>\
             <EnableTerminationProtection>true</EnableTerminationProtection>\
             <Parameters><member><ParameterKey>K</ParameterKey><ParameterValue>v</ParameterValue></member></Parameters>\
             <Outputs><member><OutputKey>K</OutputKey><OutputValue>v</OutputValue></member></Outputs>\
             <Tags><member><Key>K</Key><Value>v</Value></member></Tags>",
        ),
        Some(Deployed {
            id: "arn:storage".to_owned(),
            status: "UPDATE_COMPLETE".to_owned(),
            status_reason: None,
            parameters: pairs.clone(),
            outputs: pairs.clone(),
            tags: pairs,
            protected: true,
        }),
    )
    .await;
}

#[tokio::test]
async fn pseudo_parameters_that_an_endpoint_lists_are_no_parameters() {
    check(
        member(
            "<StackStatus>CREATE_COMPLETE</StackStatus><Parameters><member><ParameterKey>AWS::Region</ParameterKey>\
             <ParameterValue>eu-west-1</ParameterValue></member></Parameters>",
        ),
        with_status("CREATE_COMPLETE", None),
    )
    .await;
}

#[tokio::test]
async fn a_stack_whose_rollback_failed_says_why() {
    check(
        member(
            "<StackStatus>UPDATE_ROLLBACK_FAILED</StackStatus>\
             <StackStatusReason>The following resource(s) failed to update: [Broker].</StackStatusReason>",
        ),
        with_status(
            "UPDATE_ROLLBACK_FAILED",
            Some("The following resource(s) failed to update: [Broker]."),
        ),
    )
    .await;
}

#[tokio::test]
async fn a_stack_that_only_a_change_set_made_is_in_review() {
    let answer = member(
        "<StackStatus>REVIEW_IN_PROGRESS</StackStatus><StackStatusReason>User Initiated</StackStatusReason>",
    );
    check(answer, with_status("REVIEW_IN_PROGRESS", Some("User Initiated"))).await;
}

#[tokio::test]
async fn a_stack_with_no_field_at_all_is_read() {
    check(member(""), Some(Deployed::default())).await;
    check(
        member("<Parameters><member/></Parameters><Outputs><member/></Outputs><Tags><member/></Tags>"),
        Some(Deployed::default()),
    )
    .await;
}

#[tokio::test]
async fn a_status_that_has_no_name_yet_is_kept_as_it_is() {
    check(
        member("<StackStatus>POLISH_IN_PROGRESS</StackStatus>"),
        with_status("POLISH_IN_PROGRESS", None),
    )
    .await;
}

#[tokio::test]
async fn a_missing_and_a_deleted_stack_are_none() {
    let message = "Stack with id storage does not exist";
    check(no(400, "ValidationError", message), None).await;
    check(member("<StackStatus>DELETE_COMPLETE</StackStatus>"), None).await;
    check(yes("<Stacks/>"), None).await;
}
