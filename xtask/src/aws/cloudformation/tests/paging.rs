use std::collections::BTreeMap;

use super::cloud;
use crate::aws::cloudformation::{Body, CloudFormation, Proposal, Wish};
use crate::aws::recorded::{Recorded, Script, no, yes};

const PAGES: usize = 3;

/// A script in which the action answers in pages: each has one member, and all but the last a token for the next.
fn in_pages(action: &'static str, list: &str, member: impl Fn(usize) -> String, rest: &str) -> Script {
    let page = |number: usize| {
        let next = if number == PAGES {
            String::new()
        } else {
            format!("<NextToken>page {}</NextToken>", number + 1)
        };
        yes(format!(
            "{rest}<{list}><member>{}</member></{list}>{next}",
            member(number)
        ))
    };
    vec![(action, (1..=PAGES).map(page).collect())]
}

/// That all pages were asked for, once each and in order, and the endpoint's client has found all members.
fn check(recorded: &Recorded, action: &str, found: &[String]) {
    let asked: Vec<Option<String>> = recorded
        .fields(action)
        .iter()
        .map(|fields| fields.get("NextToken").cloned())
        .collect();
    let expected: [Option<String>; PAGES] = [None, Some("page 2".to_owned()), Some("page 3".to_owned())];
    assert_eq!(asked, expected);
    assert_eq!(found, ["R1", "R2", "R3"]);
}

fn named(tag: &'static str) -> impl Fn(usize) -> String {
    move |number| format!("<{tag}>R{number}</{tag}>")
}

async fn propose(cloud: &CloudFormation) -> anyhow::Result<Proposal> {
    let wish = Wish {
        stack: "runtime",
        create: false,
        template: Body::Inline("{}"),
        parameters: &BTreeMap::new(),
        stage: "staging",
        role: None,
    };
    cloud.propose(&wish, "landfall-1").await
}

#[tokio::test]
async fn a_change_set_is_read_to_its_last_page() {
    let change = |number| {
        format!(
            "<ResourceChange><Action>Add</Action><LogicalResourceId>R{number}</LogicalResourceId></ResourceChange>"
        )
    };
    let status = "<Status>CREATE_COMPLETE</Status>";
    let mut script = in_pages("DescribeChangeSet", "Changes", change, status);
    script.push(("CreateChangeSet", vec![yes("<Id>arn:set</Id>")]));
    let (cloud, recorded) = cloud(script);
    let Proposal::Ready(found) = propose(&cloud).await.unwrap() else {
        panic!("it cannot be executed")
    };
    let ids: Vec<String> = found
        .changes
        .changes
        .into_iter()
        .map(|it| it.logical_id)
        .collect();
    check(&recorded, "DescribeChangeSet", &ids);
    for fields in recorded.fields("DescribeChangeSet") {
        assert_eq!(fields["IncludePropertyValues"], "true");
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_an_error_and_not_the_end() {
    let page = "<Status>CREATE_COMPLETE</Status><NextToken>page 2</NextToken>";
    let (cloud, _) = cloud(vec![
        ("CreateChangeSet", vec![yes("<Id>arn:set</Id>")]),
        (
            "DescribeChangeSet",
            vec![yes(page), no(403, "AccessDenied", "no")],
        ),
    ]);
    let error = propose(&cloud).await.unwrap_err();
    assert_eq!(super::told(&error).0, "access denied");
}

#[tokio::test]
async fn a_change_set_whose_pages_repeat_for_ever_is_incomplete() {
    let page = "<Status>CREATE_COMPLETE</Status><Changes/><NextToken>the same</NextToken>";
    let (cloud, recorded) = cloud(vec![
        ("CreateChangeSet", vec![yes("<Id>arn:set</Id>")]),
        ("DescribeChangeSet", vec![yes(page)]),
    ]);
    let Proposal::Ready(found) = propose(&cloud).await.unwrap() else {
        panic!("it cannot be executed")
    };
    assert_eq!(
        found.changes.incomplete.as_deref(),
        Some("the endpoint repeats a page")
    );
    assert_eq!(recorded.fields("DescribeChangeSet").len(), 2);
}

#[tokio::test]
async fn resources_are_read_to_their_last_page() {
    let script = in_pages(
        "ListStackResources",
        "StackResourceSummaries",
        named("LogicalResourceId"),
        "",
    );
    let (cloud, recorded) = cloud(script);
    let found = cloud.resources("runtime").await.unwrap();
    let ids: Vec<String> = found.into_iter().map(|it| it.logical_id).collect();
    check(&recorded, "ListStackResources", &ids);
}

#[tokio::test]
async fn a_resource_has_its_names_its_type_and_its_status() {
    let member = "<StackResourceSummaries><member><LogicalResourceId>Events</LogicalResourceId>\
                  <PhysicalResourceId>events-1</PhysicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType>\
                  <ResourceStatus>DELETE_FAILED</ResourceStatus></member></StackResourceSummaries>";
    let (cloud, _) = cloud(vec![("ListStackResources", vec![yes(member)])]);
    let found = cloud.resources("storage").await.unwrap().remove(0);
    let found = [found.logical_id, found.physical_id, found.kind, found.status];
    assert_eq!(
        found,
        ["Events", "events-1", "AWS::DynamoDB::Table", "DELETE_FAILED"]
    );
}

#[tokio::test]
async fn events_are_read_to_the_last_page_and_told_oldest_first() {
    let (cloud, recorded) = cloud(in_pages(
        "DescribeStackEvents",
        "StackEvents",
        named("EventId"),
        "",
    ));
    let found = cloud.events_after("runtime", None).await.unwrap();
    let ids: Vec<String> = found.into_iter().rev().map(|it| it.id).collect();
    check(&recorded, "DescribeStackEvents", &ids);
}

#[tokio::test]
async fn events_are_read_no_further_than_the_known_one() {
    let (cloud, recorded) = cloud(in_pages(
        "DescribeStackEvents",
        "StackEvents",
        named("EventId"),
        "",
    ));
    let found = cloud.events_after("runtime", Some("R2")).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(recorded.fields("DescribeStackEvents").len(), 2);
}

#[tokio::test]
async fn the_latest_event_takes_one_page() {
    let (cloud, recorded) = cloud(in_pages(
        "DescribeStackEvents",
        "StackEvents",
        named("EventId"),
        "",
    ));
    assert_eq!(
        cloud.latest_event("runtime").await.unwrap().as_deref(),
        Some("R1")
    );
    assert_eq!(recorded.fields("DescribeStackEvents").len(), 1);
}

#[tokio::test]
async fn operation_events_are_read_to_their_last_page() {
    let mut script = in_pages(
        "DescribeEvents",
        "OperationEvents",
        named("ValidationStatusReason"),
        "",
    );
    script.push((
        "DescribeStackEvents",
        vec![yes(
            "<StackEvents><member><ResourceStatus>CREATE_FAILED</ResourceStatus>\
             <ResourceStatusReason>Call DescribeEvents</ResourceStatusReason></member></StackEvents>",
        )],
    ));
    let (cloud, recorded) = cloud(script);
    let mut found = cloud.failures("runtime", None).await.unwrap();
    found.pop();
    check(&recorded, "DescribeEvents", &found);
}

#[tokio::test]
async fn drift_is_read_to_its_last_page() {
    let mut script = in_pages(
        "DescribeStackResourceDrifts",
        "StackResourceDrifts",
        named("LogicalResourceId"),
        "",
    );
    script.extend([
        (
            "DetectStackDrift",
            vec![yes("<StackDriftDetectionId>1</StackDriftDetectionId>")],
        ),
        (
            "DescribeStackDriftDetectionStatus",
            vec![yes("<DetectionStatus>DETECTION_COMPLETE</DetectionStatus>")],
        ),
        ("ListStackResources", vec![yes("")]),
    ]);
    let (cloud, recorded) = cloud(script);
    let found = cloud.drift("runtime").await.unwrap();
    let ids: Vec<String> = found.rows.into_iter().map(|it| it.logical_id).collect();
    check(&recorded, "DescribeStackResourceDrifts", &ids);
}

#[tokio::test]
async fn our_own_change_sets_are_listed_to_the_last_page_and_no_others() {
    let summary = |number| {
        let name = if number == 2 {
            "somebody-elses"
        } else {
            "landfall-1"
        };
        format!(
            "<ChangeSetId>R{number}</ChangeSetId><ChangeSetName>{name}</ChangeSetName>\
             <CreationTime>2026-11-01T10:00:00Z</CreationTime>"
        )
    };
    let (cloud, recorded) = cloud(in_pages("ListChangeSets", "Summaries", summary, ""));
    let found = cloud.own_change_sets("runtime").await.unwrap();
    let arns: Vec<&str> = found.iter().map(|it| it.arn.as_str()).collect();
    assert_eq!(arns, ["R1", "R3"]);
    assert_eq!(
        found[0].created.map(|time| time.to_rfc3339()).as_deref(),
        Some("2026-11-01T10:00:00+00:00")
    );
    assert_eq!(recorded.fields("ListChangeSets").len(), PAGES);
}

#[tokio::test]
async fn a_stack_that_is_not_there_has_no_change_sets() {
    let missing = no(400, "ValidationError", "Stack [runtime] does not exist");
    let (cloud, _) = cloud(vec![("ListChangeSets", vec![missing])]);
    assert_eq!(cloud.own_change_sets("runtime").await.unwrap(), []);
}
