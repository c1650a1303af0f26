use std::collections::BTreeMap;

use ::plan::facts::{Cause, ResourceChange};

use super::{cloud, told};
use crate::aws::cloudformation::{Body, Proposal, Wish};
use crate::aws::recorded::{Recorded, Say, Script, no, yes};

/// What comes of a proposal at an endpoint that describes its change set so.
pub(super) async fn propose(described: Vec<Say>) -> (anyhow::Result<Proposal>, Recorded) {
    propose_at(vec![("DescribeChangeSet", described)]).await
}

async fn propose_at(script: Script) -> (anyhow::Result<Proposal>, Recorded) {
    let mut script = script;
    if !script.iter().any(|(action, _)| *action == "CreateChangeSet") {
        script.push((
            "CreateChangeSet",
            vec![yes("<Id>arn:set</Id><StackId>arn:stack</StackId>")],
        ));
    }
    script.push(("DeleteChangeSet", vec![yes("")]));
    let (cloud, recorded) = cloud(script);
    let parameters = BTreeMap::from([("Key".to_owned(), "functions/1.zip".to_owned())]);
    let wish = Wish {
        stack: "runtime",
        create: false,
        template: Body::Inline("{}"),
        parameters: &parameters,
        stage: "staging",
        role: Some("arn:aws:iam::123456789012:role/cfn-exec"),
    };
    (cloud.propose(&wish, "landfall-1").await, recorded)
}

/// The changes that a proposal ends with, one a line, and why they are not whole.
pub(super) async fn check(described: Vec<Say>, expected: &[&str], incomplete: Option<&str>) -> Recorded {
    let (found, recorded) = propose(described).await;
    let Proposal::Ready(found) = found.unwrap() else {
        panic!("it cannot be executed")
    };
    assert_eq!(found.arn, "arn:set");
    let lines: Vec<String> = found.changes.changes.iter().map(line).collect();
    assert_eq!(lines, expected);
    assert_eq!(found.changes.incomplete.as_deref(), incomplete);
    recorded
}

fn line(change: &ResourceChange) -> String {
    let causes: Vec<String> = change.causes.iter().map(cause).collect();
    let (id, kind) = (&change.logical_id, &change.resource_type);
    format!(
        "{:?} {id} {kind} {:?} [{}]",
        change.action,
        change.replacement,
        causes.join(", ")
    )
}

fn cause(cause: &Cause) -> String {
    let value = |value: &Option<::plan::facts::Raw<String>>| {
        value.as_ref().map_or("?".to_owned(), |raw| raw.0.clone())
    };
    format!(
        "{} {:?} {:?} from {} {}->{}",
        cause.path,
        cause.evaluation,
        cause.recreation,
        cause.causing_entity.as_deref().unwrap_or("-"),
        value(&cause.before),
        value(&cause.after)
    )
}

pub(super) fn described(reason: &str, changes: &str) -> Say {
    yes(format!(
        "<ChangeSetId>arn:set</ChangeSetId><Status>CREATE_COMPLETE</Status>\
         <ExecutionStatus>AVAILABLE</ExecutionStatus><StatusReason>{reason}</StatusReason><Changes>{changes}</Changes>"
    ))
}

pub(super) fn failed(reason: &str) -> Say {
    yes(format!(
        "<Status>FAILED</Status><ExecutionStatus>UNAVAILABLE</ExecutionStatus><StatusReason>{reason}</StatusReason>"
    ))
}

pub(super) fn modified(id: &str, details: &str) -> String {
    format!(
        "<member><Type>Resource</Type><ResourceChange><Action>Modify</Action>\
         <LogicalResourceId>{id}</LogicalResourceId><ResourceType>AWS::SQS::Queue</ResourceType>\
         <Replacement>False</Replacement><Details>{details}</Details></ResourceChange></member>"
    )
}

fn detail(target: &str, rest: &str) -> String {
    format!(
        "<member><Target><Attribute>Properties</Attribute>{target}</Target><Evaluation>Static</Evaluation>{rest}\
         </member>"
    )
}

pub(super) fn plain(name: &str) -> String {
    detail(
        &format!("<Name>{name}</Name><RequiresRecreation>Never</RequiresRecreation>"),
        "<ChangeSource>DirectModification</ChangeSource>",
    )
}

pub(super) fn detailed(name: &str, path: &str) -> String {
    detail(
        &format!(
            "<Name>{name}</Name><RequiresRecreation>Never</RequiresRecreation><Path>{path}</Path>\
             <BeforeValue>1</BeforeValue><AfterValue>2</AfterValue>"
        ),
        "<ChangeSource>DirectModification</ChangeSource>",
    )
}

#[tokio::test]
async fn a_change_set_is_asked_for_once_with_all_that_it_needs_and_read_with_values() {
    let changes = modified("Work", &detailed("DelaySeconds", "/Properties/DelaySeconds"));
    let recorded = check(
        vec![described("", &changes)],
        &["Modify Work AWS::SQS::Queue Some(Never) [Properties.DelaySeconds Static Never from - 1->2]"],
        None,
    )
    .await;
    let sent = &recorded.fields("CreateChangeSet")[0];
    for (name, value) in [
        ("StackName", "runtime"),
        ("ChangeSetName", "landfall-1"),
        ("ChangeSetType", "UPDATE"),
        ("TemplateBody", "{}"),
        ("RoleARN", "arn:aws:iam::123456789012:role/cfn-exec"),
        ("Parameters.member.1.ParameterKey", "Key"),
        ("Parameters.member.1.ParameterValue", "functions/1.zip"),
        ("Tags.member.1.Key", "landfall:stage"),
        ("Tags.member.1.Value", "staging"),
    ] {
        assert_eq!(sent.get(name).map(String::as_str), Some(value), "{name}");
    }
    let read = &recorded.fields("DescribeChangeSet")[0];
    assert_eq!(
        read.get("IncludePropertyValues").map(String::as_str),
        Some("true")
    );
}

#[tokio::test]
async fn a_long_template_goes_by_its_url() {
    let (cloud, recorded) = cloud(vec![
        ("CreateChangeSet", vec![yes("<Id>arn:set</Id>")]),
        ("DescribeChangeSet", vec![described("", "")]),
    ]);
    let wish = Wish {
        stack: "runtime",
        create: true,
        template: Body::At("https://artifacts.s3.amazonaws.com/templates/1.json"),
        parameters: &BTreeMap::new(),
        stage: "staging",
        role: None,
    };
    cloud.propose(&wish, "landfall-1").await.unwrap();
    let sent = &recorded.fields("CreateChangeSet")[0];
    assert_eq!(
        sent["TemplateURL"],
        "https://artifacts.s3.amazonaws.com/templates/1.json"
    );
    assert_eq!(sent["ChangeSetType"], "CREATE");
    assert!(!sent.contains_key("TemplateBody") && !sent.contains_key("RoleARN"));
}

#[tokio::test]
async fn every_kind_of_change_has_its_place_in_the_plan() {
    let member = |inner: &str| format!("<member><ResourceChange>{inner}</ResourceChange></member>");
    let changes = [
        member("<Action>Add</Action><LogicalResourceId>A</LogicalResourceId><ResourceType>T</ResourceType>"),
        member(
            "<Action>Import</Action><LogicalResourceId>B</LogicalResourceId><ResourceType>T</ResourceType>",
        ),
        member(
            "<Action>Remove</Action><LogicalResourceId>C</LogicalResourceId><ResourceType>T</ResourceType>",
        ),
        member(
            "<Action>Dynamic</Action><LogicalResourceId>D</LogicalResourceId><ResourceType>T</ResourceType>",
        ),
        member(
            "<Action>Modify</Action><LogicalResourceId>E</LogicalResourceId><ResourceType>T</ResourceType>\
             <Replacement>Conditional</Replacement><Details><member><Target><Attribute>Properties</Attribute>\
             <Name>Role</Name><RequiresRecreation>Always</RequiresRecreation></Target><Evaluation>Dynamic</Evaluation>\
             <ChangeSource>ResourceAttribute</ChangeSource><CausingEntity>Worker.Arn</CausingEntity></member></Details>",
        ),
        member(
            "<Action>Modify</Action><LogicalResourceId>F</LogicalResourceId><ResourceType>T</ResourceType>\
             <Replacement>True</Replacement><Details><member><Target><Attribute>Tags</Attribute></Target>\
             <Evaluation>Static</Evaluation></member></Details>",
        ),
        member(
            "<Action>SyncWithActual</Action><LogicalResourceId>G</LogicalResourceId><ResourceType>T</ResourceType>",
        ),
    ];
    check(
        vec![described("", &changes.concat())],
        &[
            "Add A T None []",
            "Add B T None []",
            "Remove C T None []",
            "Dynamic D T None []",
            "Modify E T Some(Conditional) [Properties.Role Dynamic Always from Worker.Arn ?->?]",
            "Modify F T Some(Always) [Tags Static Never from - ?->?]",
            "Modify G T None []",
        ],
        None,
    )
    .await;
}

#[tokio::test]
async fn a_change_set_is_waited_for() {
    let pending = yes("<Status>CREATE_PENDING</Status>");
    let at_work = yes("<Status>CREATE_IN_PROGRESS</Status>");
    let recorded = check(vec![pending, at_work, described("", "")], &[], None).await;
    assert_eq!(recorded.fields("DescribeChangeSet").len(), 3);
}

#[tokio::test]
async fn an_empty_change_set_is_nothing_and_dropped() {
    for reason in [
        "The submitted information didn't contain changes. Submit different information to create a change set.",
        "No updates are to be performed.",
    ] {
        let (found, recorded) = propose(vec![failed(reason)]).await;
        assert!(matches!(found.unwrap(), Proposal::Nothing), "{reason}");
        assert_eq!(recorded.fields("DeleteChangeSet").len(), 1);
    }
}

#[tokio::test]
async fn a_failed_change_set_is_refused_with_its_reason_and_dropped() {
    let (found, recorded) = propose(vec![failed("Export X cannot be updated as it is in use")]).await;
    let Proposal::Refused(reason) = found.unwrap() else {
        panic!("it is not refused")
    };
    assert_eq!(reason, "Export X cannot be updated as it is in use");
    assert_eq!(recorded.fields("DeleteChangeSet").len(), 1);
}

#[tokio::test]
async fn a_change_set_that_somebody_deletes_meanwhile_is_an_error() {
    let (found, _) = propose(vec![yes("<Status>DELETE_IN_PROGRESS</Status>")]).await;
    assert_eq!(
        found.unwrap_err().to_string(),
        "the change set is DELETE_IN_PROGRESS: somebody else is deleting it"
    );
    let (found, _) = propose(vec![no(
        404,
        "ChangeSetNotFound",
        "ChangeSet [arn:set] does not exist",
    )])
    .await;
    assert_eq!(told(&found.unwrap_err()).0, "stale");
}

#[tokio::test]
async fn a_stack_at_work_refuses_the_request_itself() {
    let message = "Stack:arn:stack is in UPDATE_IN_PROGRESS state and can not be updated.";
    let (found, _) = propose_at(vec![(
        "CreateChangeSet",
        vec![no(400, "ValidationError", message)],
    )])
    .await;
    let text = format!("cannot make a change set for runtime: ValidationError: {message}");
    assert_eq!(told(&found.unwrap_err()), ("other", text));
}

#[tokio::test]
async fn an_answer_without_an_arn_is_an_error() {
    let (found, _) = propose_at(vec![("CreateChangeSet", vec![yes("")])]).await;
    assert_eq!(found.unwrap_err().to_string(), "the change set has no ARN");
}
