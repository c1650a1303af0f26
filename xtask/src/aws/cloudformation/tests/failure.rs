use std::collections::BTreeMap;

use super::cloud;
use crate::aws::cloudformation::{Body, Proposal, Wish};
use crate::aws::recorded::{Say, Script, no, yes};

const VALIDATION: &str =
    "Validation failed with 2 error(s). Call DescribeEvents to retrieve the full list of issues";

/// What failed since the event `1`.
async fn check(script: Script, expected: &[&str]) {
    let (cloud, _) = cloud(script);
    assert_eq!(cloud.failures("runtime", Some("1")).await.unwrap(), expected);
}

/// The history, latest first, as CloudFormation tells it.
fn history(events: &[(&str, &str, &str)]) -> (&'static str, Vec<Say>) {
    let count = events.len();
    let member = |(number, (id, status, reason)): (usize, &(&str, &str, &str))| {
        format!(
            "<member><EventId>{}</EventId><LogicalResourceId>{id}</LogicalResourceId><OperationId>op</OperationId>\
             <ResourceStatus>{status}</ResourceStatus><ResourceStatusReason>{reason}</ResourceStatusReason></member>",
            count - number
        )
    };
    let members: String = events.iter().enumerate().map(member).collect();
    (
        "DescribeStackEvents",
        vec![yes(format!("<StackEvents>{members}</StackEvents>"))],
    )
}

fn operation_events(inner: &str) -> Say {
    yes(format!("<OperationEvents>{inner}</OperationEvents>"))
}

fn found_by_validation() -> Say {
    operation_events(
        "<member><EventType>VALIDATION_ERROR</EventType><LogicalResourceId>Broker</LogicalResourceId>\
         <ValidationName>PROPERTY_VALIDATION</ValidationName><ValidationStatus>FAILED</ValidationStatus>\
         <ValidationStatusReason>#/MemorySize: expected type Integer</ValidationStatusReason>\
         <ValidationPath>/Resources/Broker/Properties/MemorySize</ValidationPath></member>\
         <member><EventType>STACK_EVENT</EventType><ResourceStatusReason>Call DescribeEvents</ResourceStatusReason>\
         </member><member/>",
    )
}

#[tokio::test]
async fn the_first_failure_stands_first_and_what_was_only_cancelled_is_left_out() {
    check(
        vec![history(&[
            ("runtime", "UPDATE_ROLLBACK_COMPLETE", ""),
            ("Api", "UPDATE_FAILED", "Resource update cancelled"),
            ("Broker", "UPDATE_FAILED", "Memory must be a number"),
            ("Older", "UPDATE_FAILED", "of an earlier operation"),
        ])],
        &["Broker UPDATE_FAILED: Memory must be a number"],
    )
    .await;
}

#[tokio::test]
async fn what_a_validation_found_stands_before_the_event_that_hides_it() {
    let script = vec![
        history(&[
            ("runtime", "UPDATE_ROLLBACK_COMPLETE", ""),
            ("runtime", "UPDATE_FAILED", VALIDATION),
            ("runtime", "UPDATE_IN_PROGRESS", "User Initiated"),
        ]),
        ("DescribeEvents", vec![found_by_validation()]),
    ];
    let (cloud, recorded) = cloud(script);
    assert_eq!(
        cloud.failures("runtime", Some("1")).await.unwrap(),
        [
            "Broker /Resources/Broker/Properties/MemorySize: #/MemorySize: expected type Integer".to_owned(),
            format!("runtime UPDATE_FAILED: {VALIDATION}"),
        ]
    );
    let asked = &recorded.fields("DescribeEvents")[0];
    assert_eq!(asked["StackName"], "runtime");
    assert_eq!(asked["OperationId"], "op");
    assert_eq!(asked["Filters.FailedEvents"], "true");
}

#[tokio::test]
async fn an_endpoint_that_does_not_tell_the_details_does_not_hide_the_failure() {
    for (answers, why) in [
        (None, "InvalidAction: Could not find operation DescribeEvents"),
        (
            Some(vec![no(403, "AccessDenied", "")]),
            "AccessDenied (it takes the right cloudformation:DescribeEvents)",
        ),
    ] {
        let mut script = vec![history(&[
            ("runtime", "CREATE_FAILED", VALIDATION),
            ("runtime", "", ""),
        ])];
        script.extend(answers.map(|answers| ("DescribeEvents", answers)));
        check(
            script,
            &[
                &format!("the details cannot be read: {why}"),
                &format!("runtime CREATE_FAILED: {VALIDATION}"),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn an_event_with_no_field_at_all_is_no_failure() {
    let members =
        "<StackEvents><member/><member><ResourceStatus>CREATE_FAILED</ResourceStatus></member></StackEvents>";
    check(
        vec![("DescribeStackEvents", vec![yes(members)])],
        &[" CREATE_FAILED: no reason given"],
    )
    .await;
}

#[tokio::test]
async fn a_change_set_that_a_validation_refuses_says_what_it_found() {
    let reason = "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot \
                  Early Validation errors, use the DescribeEvents API for detailed failure information.";
    let failed = format!("<Status>FAILED</Status><StatusReason>{reason}</StatusReason>");
    let (cloud, recorded) = cloud(vec![
        ("CreateChangeSet", vec![yes("<Id>arn:set</Id>")]),
        ("DescribeChangeSet", vec![yes(failed)]),
        ("DescribeEvents", vec![found_by_validation()]),
        ("DeleteChangeSet", vec![yes("")]),
    ]);
    let wish = Wish {
        stack: "runtime",
        create: true,
        template: Body::Inline("{}"),
        parameters: &BTreeMap::new(),
        stage: "staging",
        role: None,
    };
    let Proposal::Refused(found) = cloud.propose(&wish, "landfall-1").await.unwrap() else {
        panic!("it is not refused")
    };
    let detail = "Broker /Resources/Broker/Properties/MemorySize: #/MemorySize: expected type Integer";
    assert_eq!(found, format!("{detail} ({reason})"));
    assert_eq!(recorded.fields("DescribeEvents")[0]["ChangeSetName"], "arn:set");
}
