//! The command against an account that answers in the shapes in which AWS answers.

mod rights;
mod server;

use std::collections::BTreeMap;

use clap::Parser;
use server::Server;

use super::*;
use crate::exit::Exit;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn args(more: &[&str]) -> Args {
    let line = ["bootstrap", "--repository", "octo/landfall"];
    Line::try_parse_from(line.iter().chain(more)).unwrap().args
}

/// How the command ends, and the names of the calls that it makes.
async fn check(server: &Server, more: &[&str], expected: Exit, calls: &[&str]) {
    let found = run_in(&Aws::at_endpoint(&server.endpoint()), &args(more)).await;
    let found = found.unwrap_or_else(|error| {
        println!("{error:#}");
        Exit::of(&error)
    });
    assert_eq!(found, expected);
    assert_eq!(server.taken(), calls);
}

fn template(more: &[&str]) -> String {
    let settings = args(more).settings().unwrap();
    bootstrap(&settings).unwrap().template.to_compact_json()
}

#[tokio::test]
async fn an_account_without_a_stack_gets_one_that_is_protected() {
    let server = Server::without_stack();
    let calls = [
        "GetCallerIdentity",
        "DescribeStacks",
        "CreateChangeSet",
        "DescribeChangeSet",
        "DescribeStackEvents",
        "ExecuteChangeSet",
        "DescribeStackEvents",
        "UpdateTerminationProtection",
    ];
    check(&server, &["--yes"], Exit::Ok, &calls).await;
    let asked = server.last("CreateChangeSet");
    assert_eq!(asked["ChangeSetType"], "CREATE");
    assert_eq!(asked["Capabilities.member.1"], "CAPABILITY_NAMED_IAM");
    assert_eq!(asked["TemplateBody"], template(&[]));
    assert_eq!(asked.get("RoleARN"), None);
    let protected = server.last("UpdateTerminationProtection");
    assert_eq!(protected["EnableTerminationProtection"], "true");
    assert_eq!(protected["StackName"], "landfall-bootstrap");
}

#[tokio::test]
async fn a_stack_that_is_as_it_should_be_is_left_alone() {
    let server = Server::with_stack("CREATE_COMPLETE", &template(&[]), true);
    let calls = ["GetCallerIdentity", "DescribeStacks", "GetTemplate"];
    check(&server, &["--yes"], Exit::Ok, &calls).await;
    // Nothing is asked of nobody when there is nothing to agree to.
    check(&server, &[], Exit::Ok, &calls).await;
}

#[tokio::test]
async fn protection_that_somebody_has_lifted_comes_back() {
    let server = Server::with_stack("UPDATE_COMPLETE", &template(&[]), false);
    let calls = [
        "GetCallerIdentity",
        "DescribeStacks",
        "GetTemplate",
        "UpdateTerminationProtection",
    ];
    check(&server, &["--yes"], Exit::Ok, &calls).await;
}

#[tokio::test]
async fn a_dry_run_leaves_no_change_set_behind() {
    let server = Server::with_stack("CREATE_COMPLETE", &template(&["--stages", "staging"]), true);
    let calls = [
        "GetCallerIdentity",
        "DescribeStacks",
        "GetTemplate",
        "CreateChangeSet",
        "DescribeChangeSet",
        "DeleteChangeSet",
    ];
    check(&server, &["--dry-run"], Exit::Ok, &calls).await;
    assert_eq!(server.last("CreateChangeSet")["ChangeSetType"], "UPDATE");
}

#[tokio::test]
async fn a_dry_run_makes_no_stack() {
    let server = Server::without_stack();
    let calls = ["GetCallerIdentity", "DescribeStacks"];
    check(&server, &["--dry-run"], Exit::Ok, &calls).await;
}

#[tokio::test]
async fn nobody_to_say_yes_is_an_error_and_leaves_no_change_set() {
    let server = Server::with_stack("CREATE_COMPLETE", &template(&["--stages", "staging"]), true);
    let calls = [
        "GetCallerIdentity",
        "DescribeStacks",
        "GetTemplate",
        "CreateChangeSet",
        "DescribeChangeSet",
        "DeleteChangeSet",
    ];
    check(&server, &[], Exit::Error, &calls).await;
}

#[tokio::test]
async fn a_stack_that_would_lose_the_artifacts_is_refused() {
    let mut deployed: serde_json::Value = serde_json::from_str(&template(&[])).unwrap();
    let bucket = deployed["Resources"]["ArtifactBucket"].clone();
    deployed["Resources"]["OtherBucket"] = bucket;
    let server = Server::with_stack("CREATE_COMPLETE", &deployed.to_string(), true);
    let calls = [
        "GetCallerIdentity",
        "DescribeStacks",
        "GetTemplate",
        "CreateChangeSet",
        "DescribeChangeSet",
        "DeleteChangeSet",
    ];
    check(&server, &["--yes"], Exit::Refused, &calls).await;
}

#[tokio::test]
async fn a_stack_that_is_being_changed_is_waited_for_by_nobody() {
    let server = Server::with_stack("UPDATE_IN_PROGRESS", &template(&[]), true);
    let calls = ["GetCallerIdentity", "DescribeStacks", "GetTemplate"];
    check(&server, &["--yes"], Exit::Stale, &calls).await;
}

#[test]
fn the_plan_of_a_new_account_says_what_it_gets() {
    let new: serde_json::Value = serde_json::from_str(&template(&["--stages", "staging"])).unwrap();
    let made = plan(&Facts {
        stage: NAME.to_owned(),
        basis: Basis::Deployed,
        stacks: vec![StackFacts {
            name: "landfall-bootstrap".to_owned(),
            new: Some(Raw(new)),
            deployed_parameters: BTreeMap::new(),
            ..StackFacts::default()
        }],
    });
    insta::assert_snapshot!(made.to_string().trim_end());
}

#[test]
fn what_is_no_repository_or_no_stage_of_an_account_is_invalid() {
    for more in [
        &["--repository", "landfall"][..],
        &["--repository", "octo/land*"],
        &["--stages", "local"],
        &["--stages", "staging,local"],
    ] {
        let line = ["bootstrap"].iter().chain(more);
        let line: Vec<&&str> = if more.contains(&"--repository") {
            line.collect()
        } else {
            line.chain(&["--repository", "octo/landfall"]).collect()
        };
        let args = Line::try_parse_from(line).unwrap().args;
        let error = args.settings().unwrap_err();
        assert_eq!(Exit::of(&error), Exit::Invalid, "{more:?}: {error:#}");
    }
}

#[test]
fn one_number_without_the_other_is_no_usage() {
    let line = ["bootstrap", "--repository", "octo/landfall", "--owner-id", "1"];
    assert!(Line::try_parse_from(line).is_err());
}
