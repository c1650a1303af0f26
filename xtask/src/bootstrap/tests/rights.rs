//! Each duty may make the calls that its commands make, and no other call of this program.
//!
//! The table is held on both sides: against the SDK calls in `aws/`, and against the bootstrap stack's statements.

mod policy;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use stacks::Stage;
use stacks::bootstrap::{BootstrapSettings, Duty, Repository, bootstrap};

use policy::Policy;

/// Operation, action, resource and duties, a row each.
const CALLS: &str = include_str!("rights/calls.txt");

/// What a row's resource begins with, and the ARN that it stands for.
const PLACES: &[(&str, &str)] = &[
    (
        "stack",
        "arn:aws:cloudformation:us-east-1:123456789012:stack/landfall-STAGE-runtime/id",
    ),
    (
        "storage",
        "arn:aws:cloudformation:us-east-1:123456789012:stack/landfall-STAGE-storage/id",
    ),
    (
        "function",
        "arn:aws:lambda:us-east-1:123456789012:function:landfall-STAGE-event-broker",
    ),
    ("api", "arn:aws:apigateway:us-east-1::/apis/a1b2c3/routes"),
    (
        "stream",
        "arn:aws:logs:us-east-1:123456789012:log-group:/landfall/STAGE/deployments:log-stream:1",
    ),
    (
        "token",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:landfall/STAGE/dashboard-token-a1b2c3",
    ),
    (
        "partner",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:landfall/STAGE/partner/X-a1b2c3",
    ),
    (
        "artifacts",
        "arn:aws:s3:::landfall-artifacts-123456789012-us-east-1",
    ),
    (
        "content",
        "arn:aws:s3:::landfall-STAGE-storage-contentbucket-a1b2",
    ),
    (
        "execution",
        "arn:aws:iam::123456789012:role/landfall/bootstrap/STAGE-cfn-exec",
    ),
];

const EXECUTION: &str = "arn:aws:iam::123456789012:role/landfall/bootstrap/STAGE-cfn-exec";

/// IAM asks nobody for it: whoever has credentials may know whose they are.
const FREE: &str = "get_caller_identity";

/// A row of the table.
struct Call {
    operation: &'static str,
    action: &'static str,
    resource: String,
    duties: Vec<&'static str>,
}

fn table() -> Vec<Call> {
    let lines = CALLS.lines().filter(|line| !line.starts_with('#'));
    lines.map(row).collect()
}

fn row(line: &'static str) -> Call {
    let mut words = line.split_whitespace();
    let mut word = || words.next().unwrap();
    let (operation, action, place) = (word(), word(), word());
    let (name, key) = match place.find('/') {
        Some(at) => place.split_at(at),
        None => (place, ""),
    };
    let arn = PLACES.iter().find(|(known, _)| *known == name);
    Call {
        operation,
        action,
        resource: arn.map_or(name.to_owned(), |(_, arn)| format!("{arn}{key}")),
        duties: words.collect(),
    }
}

#[test]
fn each_duty_may_make_its_calls_and_no_other() {
    let repository = Repository::new("octo", "landfall", None).unwrap();
    let template = bootstrap(&BootstrapSettings::new(repository)).unwrap().template;
    let template = serde_json::from_str(&template.to_json()).unwrap();
    for stage in [Stage::Staging, Stage::Production] {
        for duty in Duty::ALL {
            let policy = Policy::of_role(&template, &duty.role_name(stage));
            for Call {
                action,
                resource,
                duties,
                ..
            } in table()
            {
                let resource = resource.replace("STAGE", stage.as_str());
                let context = match action {
                    "cloudformation:CreateChangeSet" => Some((
                        "cloudformation:RoleArn",
                        EXECUTION.replace("STAGE", stage.as_str()),
                    )),
                    "iam:PassRole" => {
                        Some(("iam:PassedToService", "cloudformation.amazonaws.com".to_owned()))
                    }
                    _ => None,
                };
                assert_eq!(
                    policy.allows(action, &resource, context.as_ref()),
                    duties.contains(&duty.as_str()),
                    "{duty:?} of {stage}: {action} on {resource}"
                );
                if let Some((key, _)) = context {
                    let other = (key, "arn:aws:iam::123456789012:role/administrator".to_owned());
                    assert!(
                        !policy.allows(action, &resource, Some(&other)),
                        "{action} with {other:?}"
                    );
                    assert!(!policy.allows(action, &resource, None), "{action} without {key}");
                }
            }
        }
    }
}

#[test]
fn every_call_that_this_program_makes_is_in_the_table() {
    let mut made = BTreeSet::new();
    let aws = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/aws");
    collect(&aws, &mut made);
    made.extend(operations(&fs::read_to_string(aws.with_extension("rs")).unwrap()));
    assert!(made.remove(FREE));
    let told: BTreeSet<String> = table().iter().map(|call| call.operation.to_owned()).collect();
    assert_eq!(made, told);
}

#[test]
fn an_operation_is_found_however_its_line_is_broken() {
    let found = operations("self\n    .client\n    .get_routes()\n let x = sts.get_caller_identity();");
    assert_eq!(found, ["get_routes", "get_caller_identity"]);
}

fn collect(folder: &Path, made: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, made);
        } else if path.extension().is_some_and(|it| it == "rs") {
            made.extend(operations(&fs::read_to_string(path).unwrap()));
        }
    }
}

/// The SDK's operations: what is called on a client.
fn operations(code: &str) -> Vec<String> {
    let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: String = code.map(|line| format!("{line}\n")).collect();
    let mut found = Vec::new();
    for client in ["client", "sts"] {
        for after in code.split(client).skip(1) {
            let Some(call) = after.trim_start().strip_prefix('.') else {
                continue;
            };
            let call = call.trim_start();
            let end = call.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
            let (name, rest) = call.split_at(end.unwrap_or(call.len()));
            if rest.starts_with('(') {
                found.push(name.to_owned());
            }
        }
    }
    found
}
