use ::plan::facts::{DriftRow, DriftState};

use super::{cloud, told};
use crate::aws::recorded::{Say, Script, no, yes};

/// The rows of a detection at an endpoint whose stack has the resources Table, Queue and Schedule.
async fn check(script: Script, expected: &[&str]) {
    let (cloud, _) = cloud(with_resources(script));
    let found = cloud.drift("storage").await.unwrap();
    let mut lines: Vec<String> = found.rows.iter().map(line).collect();
    lines.sort();
    assert_eq!(lines, expected);
}

fn with_resources(mut script: Script) -> Script {
    let resource = |id: &str| {
        format!("<member><LogicalResourceId>{id}</LogicalResourceId><ResourceType>T</ResourceType></member>")
    };
    let resources = ["Table", "Queue", "Schedule"].map(resource).concat();
    let list = format!("<StackResourceSummaries>{resources}</StackResourceSummaries>");
    script.push(("ListStackResources", vec![yes(list)]));
    script
}

fn line(row: &DriftRow) -> String {
    let state = match &row.state {
        DriftState::InSync => "in sync".to_owned(),
        DriftState::Deleted => "deleted".to_owned(),
        DriftState::NotChecked(reason) => format!("not checked: {reason}"),
        DriftState::Drifted(differences) => {
            let told = differences.iter();
            let told: Vec<String> = told
                .map(|it| format!("{} {}->{}", it.path, it.expected.0, it.actual.0))
                .collect();
            format!("drifted: {}", told.join(", "))
        }
    };
    format!("{} {} {state}", row.logical_id, row.resource_type)
}

fn started() -> (&'static str, Vec<Say>) {
    let id = yes("<StackDriftDetectionId>1</StackDriftDetectionId>");
    ("DetectStackDrift", vec![id])
}

fn ended(states: &[&str]) -> (&'static str, Vec<Say>) {
    let state = |inner: &&str| yes(format!("<StackDriftDetectionId>1</StackDriftDetectionId>{inner}"));
    (
        "DescribeStackDriftDetectionStatus",
        states.iter().map(state).collect(),
    )
}

fn drifts(rows: &[(&str, &str)]) -> (&'static str, Vec<Say>) {
    let member = |(id, inner): &(&str, &str)| {
        format!(
            "<member><LogicalResourceId>{id}</LogicalResourceId><ResourceType>T</ResourceType>{inner}</member>"
        )
    };
    let rows: String = rows.iter().map(member).collect();
    let answer = format!("<StackResourceDrifts>{rows}</StackResourceDrifts>");
    ("DescribeStackResourceDrifts", vec![yes(answer)])
}

const COMPLETE: &str = "<DetectionStatus>DETECTION_COMPLETE</DetectionStatus>";
const AT_WORK: &str = "<DetectionStatus>DETECTION_IN_PROGRESS</DetectionStatus>";
const IN_SYNC: &str = "<StackResourceDriftStatus>IN_SYNC</StackResourceDriftStatus>";

#[tokio::test]
async fn changed_and_deleted_resources_are_told_and_so_is_what_has_no_row() {
    let modified = "<StackResourceDriftStatus>MODIFIED</StackResourceDriftStatus><PropertyDifferences><member>\
                    <PropertyPath>/RedrivePolicy/maxReceiveCount</PropertyPath><ExpectedValue>3</ExpectedValue>\
                    <ActualValue>9</ActualValue><DifferenceType>NOT_EQUAL</DifferenceType></member>\
                    </PropertyDifferences>";
    let deleted = "<StackResourceDriftStatus>DELETED</StackResourceDriftStatus>";
    check(
        vec![
            started(),
            ended(&[AT_WORK, COMPLETE]),
            drifts(&[("Queue", modified), ("Table", deleted)]),
        ],
        &[
            "Queue T drifted: RedrivePolicy.maxReceiveCount 3->9",
            "Schedule T not checked: CloudFormation does not check its type",
            "Table T deleted",
        ],
    )
    .await;
}

#[tokio::test]
async fn what_was_not_checked_or_is_unknown_is_named_with_its_reason() {
    let unknown = "<StackResourceDriftStatus>UNKNOWN</StackResourceDriftStatus>\
                   <DriftStatusReason>Access denied: sqs:GetQueueAttributes</DriftStatusReason>";
    let unchecked = "<StackResourceDriftStatus>NOT_CHECKED</StackResourceDriftStatus>";
    check(
        vec![
            started(),
            ended(&[COMPLETE]),
            drifts(&[("Queue", unknown), ("Schedule", unchecked), ("Table", IN_SYNC)]),
        ],
        &[
            "Queue T not checked: Access denied: sqs:GetQueueAttributes",
            "Schedule T not checked: CloudFormation does not check its type",
            "Table T in sync",
        ],
    )
    .await;
}

#[tokio::test]
async fn a_row_with_no_field_at_all_is_not_in_sync() {
    check(
        vec![
            started(),
            ended(&[COMPLETE]),
            drifts(&[("Queue", ""), ("Table", ""), ("Schedule", "")]),
        ],
        &[
            "Queue T not checked: CloudFormation does not check its type",
            "Schedule T not checked: CloudFormation does not check its type",
            "Table T not checked: CloudFormation does not check its type",
        ],
    )
    .await;
}

#[tokio::test]
async fn a_detection_that_failed_counts_for_what_it_checked_only() {
    let failed = "<DetectionStatus>DETECTION_FAILED</DetectionStatus><Timestamp>2026-11-01T10:00:00Z</Timestamp>\
                  <DetectionStatusReason>Failed to detect drift on resource [Queue]</DetectionStatusReason>";
    let old = format!("{IN_SYNC}<Timestamp>2026-10-30T10:00:00Z</Timestamp>");
    let new = format!("{IN_SYNC}<Timestamp>2026-11-01T10:00:02Z</Timestamp>");
    check(
        vec![
            started(),
            ended(&[failed]),
            drifts(&[("Schedule", &old), ("Table", &new)]),
        ],
        &[
            "Queue T not checked: Failed to detect drift on resource [Queue]",
            "Schedule T not checked: Failed to detect drift on resource [Queue]",
            "Table T in sync",
        ],
    )
    .await;
}

#[tokio::test]
async fn a_detection_without_a_state_is_one_that_failed() {
    check(
        vec![started(), ended(&[""]), drifts(&[("Table", IN_SYNC)])],
        &[
            "Queue T not checked: drift detection failed",
            "Schedule T not checked: drift detection failed",
            "Table T in sync",
        ],
    )
    .await;
}

async fn check_not_checked(script: Script, reason: &str) {
    let expected = ["Queue", "Schedule", "Table"].map(|id| format!("{id} T not checked: {reason}"));
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(script, &expected).await;
}

#[tokio::test]
async fn an_endpoint_that_does_not_detect_drift_checks_nothing() {
    check_not_checked(vec![], "this endpoint does not detect drift").await;
    let unknown = no(501, "InternalFailure", "not yet implemented");
    check_not_checked(
        vec![("DetectStackDrift", vec![unknown])],
        "this endpoint does not detect drift",
    )
    .await;
    check_not_checked(vec![started()], "this endpoint does not detect drift").await;
}

#[tokio::test]
async fn a_detection_that_is_refused_checks_nothing_and_says_why() {
    let message = "Drift detection is already in progress for stack [storage]";
    check_not_checked(
        vec![("DetectStackDrift", vec![no(400, "ValidationError", message)])],
        &format!("ValidationError: {message}"),
    )
    .await;
    check_not_checked(
        vec![("DetectStackDrift", vec![yes("")])],
        "drift detection has no id",
    )
    .await;
}

#[tokio::test]
async fn a_missing_right_and_a_missing_stack_are_errors() {
    for (code, message, kind, text) in [
        (
            "AccessDenied",
            "not authorized to perform: cloudformation:DetectStackDrift",
            "access denied",
            "cannot detect the drift of storage: AccessDenied: not authorized to perform: \
             cloudformation:DetectStackDrift",
        ),
        (
            "ValidationError",
            "Stack [storage] does not exist",
            "missing",
            "cannot detect the drift of storage: ValidationError: Stack [storage] does not exist",
        ),
    ] {
        let (cloud, _) = cloud(with_resources(vec![(
            "DetectStackDrift",
            vec![no(400, code, message)],
        )]));
        let error = cloud.drift("storage").await.unwrap_err();
        assert_eq!(told(&error), (kind, text.to_owned()));
    }
}
