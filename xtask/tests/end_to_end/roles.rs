//! The roles of the bootstrap stack, taken on in the local cloud: each does its duty, and nothing beyond.
//!
//! The local cloud cannot make the stack itself, which has an OIDC provider, so that each role is made by hand with the
//! stack's statements, `staging` read as `local`. Two things that AWS does are not done here, and the document is
//! changed for all duties alike: the condition on `cloudformation:RoleArn` is never met, so that it is left out, and
//! a change set that is named by its ARN alone is asked for as `*`, not as its stack. Neither gives an action to a
//! role that had none. What is left out is held by the offline tests of the `stacks` crate.

mod document;

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use stacks::Stage;
use stacks::bootstrap::Duty::{self, Deploy, Drift, Plan, RotateToken};
use stacks::bootstrap::PATH;

use super::cloud::Cloud;
use super::landfall::Landfall;
use document::document;

const BUCKET: &str = "landfall-artifacts-000000000000-us-east-1";
const RUNTIME: &str = "landfall-local-runtime";

/// Session credentials: id, key, token.
type Session = Vec<String>;

#[test]
fn the_plan_role_plans_and_is_denied_to_apply() {
    let Some(cloud) = Cloud::own("roles") else { return };
    let landfall = &cloud.landfall;
    let plan = session(landfall, Plan);
    let deploy = session(landfall, Deploy);
    let before = cloud.wait(cloud.aws.code_sha256());
    landfall.change_code();

    let file = landfall.dir().join("plan.json");
    let file = file.to_str().unwrap();
    let planned = run_as(landfall, &plan, &["plan", "--out", file]);
    // The broker's code; and four functions' allowed origins, because this session looks for another simulator.
    assert!(planned.starts_with("Plan: 4 change"), "{planned}");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let steps = kept["stacks"].as_array().unwrap();
    let change_set = steps
        .iter()
        .find_map(|stack| stack["step"]["change_set"].as_str())
        .unwrap();

    let refused = landfall.run_on_manifest(&["apply", file, "--yes"], &environment(landfall, &plan));
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("AccessDenied"), "{refused:?}");
    let execute = json!([["cloudformation", "execute_change_set", { "ChangeSetName": change_set }]]);
    assert_eq!(calls(landfall, &plan, &execute), ["AccessDenied"]);
    assert_eq!(cloud.wait(cloud.aws.code_sha256()), before, "nothing was applied");

    // It is the role that is refused, not the change set.
    let promoted = json!([["s3", "copy_object", {
        "Bucket": BUCKET,
        "Key": kept["code"][0]["key"],
        "CopySource": format!("{BUCKET}/plans/local/{}", kept["code"][0]["key"].as_str().unwrap()),
    }]]);
    assert_eq!(calls(landfall, &plan, &promoted), ["AccessDenied"]);
    assert_eq!(calls(landfall, &deploy, &promoted), ["done"]);
    assert_eq!(calls(landfall, &deploy, &execute), ["done"]);
}

#[test]
fn each_role_does_its_duty_and_nothing_beyond() {
    let Some(cloud) = Cloud::own("duties") else { return };
    let landfall = &cloud.landfall;
    let table = [calls_of_stacks(), calls_of_stores(&cloud)].concat();
    for &duty in Duty::ALL {
        let session = session(landfall, duty);
        let asked: Vec<&Value> = table.iter().map(|(call, _)| call).collect();
        let said = calls(landfall, &session, &json!(asked));
        for ((call, allowed), code) in table.iter().zip(said) {
            let is_denied = code.starts_with("AccessDenied");
            assert_eq!(
                !is_denied,
                allowed.contains(&duty),
                "{duty:?}: {call} answered {code}"
            );
        }
    }
}

#[test]
fn an_account_is_made_ready_once_and_follows_its_stages() {
    let Some(landfall) = &Landfall::own("bootstrap") else {
        return;
    };
    landfall.run(&["local", "up"]).succeeded();
    let root = ["test", "test", ""].map(str::to_owned).to_vec();
    // The local cloud makes no OIDC provider.
    let bootstrap = |more: &[&str], first: &str| {
        let always = [
            "bootstrap",
            "--repository",
            "octo/landfall",
            "--existing-provider",
        ];
        let said = landfall.run_with(&[&always, more].concat(), &environment(landfall, &root)[..4]);
        let said = said.succeeded().stdout;
        assert!(said.starts_with(first), "{more:?}: {said}");
        said
    };
    bootstrap(&["--dry-run"], "Plan: 18 add");
    let said = bootstrap(&["--yes"], "Plan: 18 add");
    let role = "AWS_ROLE_ARN = arn:aws:iam::000000000000:role/landfall/bootstrap/production-rotate-token";
    assert!(said.contains(role), "{said}");
    bootstrap(&["--yes"], "Plan: no changes");
    bootstrap(&["--yes", "--stages", "staging"], "Plan: 8 destroy");
    bootstrap(&["--dry-run"], "Plan: 8 add");
    bootstrap(&["--yes", "--stages", "staging"], "Plan: no changes");
}

/// A call, and who may make it.
type Row = (Value, &'static [Duty]);

fn calls_of_stacks() -> Vec<Row> {
    let stack = |operation: &str| json!(["cloudformation", operation, { "StackName": RUNTIME }]);
    vec![
        (stack("describe_stacks"), Duty::ALL),
        (stack("get_template"), &[Plan, Deploy, Drift]),
        (stack("list_stack_resources"), &[Plan, Deploy, Drift]),
        (stack("describe_stack_events"), &[Plan, Deploy, Drift]),
        (stack("list_change_sets"), &[Plan, Deploy, Drift]),
        (stack("detect_stack_drift"), &[Plan, Deploy, Drift]),
        (stack("describe_stack_resource_drifts"), &[Plan, Deploy, Drift]),
        (
            json!(["cloudformation", "update_termination_protection",
                { "StackName": RUNTIME, "EnableTerminationProtection": false }]),
            &[Deploy],
        ),
        (
            json!(["cloudformation", "update_stack", { "StackName": RUNTIME, "UsePreviousTemplate": true }]),
            &[],
        ),
        (
            json!(["cloudformation", "delete_stack", { "StackName": "landfall-local-storage" }]),
            &[],
        ),
        (
            json!(["lambda", "get_function_configuration", { "FunctionName": super::aws::function() }]),
            &[Plan, Deploy, Drift],
        ),
        (
            json!(["iam", "create_role", { "RoleName": "x", "AssumeRolePolicyDocument": "{}" }]),
            &[],
        ),
    ]
}

fn calls_of_stores(cloud: &Cloud) -> Vec<Row> {
    let secret = cloud.outputs["DashboardTokenSecretArn"].as_str().unwrap();
    let content = cloud.outputs["ContentBucketName"].as_str().unwrap();
    let put =
        |bucket: &str, key: &str| json!(["s3", "put_object", { "Bucket": bucket, "Key": key, "Body": "x" }]);
    vec![
        (put(BUCKET, "plans/local/x"), &[Plan, Deploy]),
        (put(BUCKET, "plans/production/x"), &[]),
        (put(BUCKET, "releases/local/x"), &[Deploy]),
        (put(BUCKET, "releases/production/x"), &[]),
        (put(BUCKET, "locks/local/x"), &[Deploy, RotateToken]),
        (put(BUCKET, "functions/x"), &[Deploy]),
        (
            json!(["s3", "delete_object", { "Bucket": BUCKET, "Key": "functions/x" }]),
            &[Deploy],
        ),
        (
            json!(["s3", "delete_object", { "Bucket": BUCKET, "Key": "releases/local/x" }]),
            &[],
        ),
        (
            json!(["s3", "list_objects_v2", { "Bucket": BUCKET }]),
            &[Plan, Deploy],
        ),
        (put(content, "templates/x"), &[Deploy]),
        (
            json!(["s3", "get_object", { "Bucket": content, "Key": "auth/verifiers.json" }]),
            &[Deploy, RotateToken],
        ),
        (
            json!(["secretsmanager", "get_secret_value", { "SecretId": secret }]),
            &[Deploy, RotateToken],
        ),
        (
            json!(["secretsmanager", "list_secret_version_ids", { "SecretId": secret }]),
            &[RotateToken],
        ),
        (
            json!(["secretsmanager", "get_secret_value",
                { "SecretId": format!("{}x", Stage::Local.partner_secrets_prefix()) }]),
            &[],
        ),
    ]
}

/// Takes on a role with the statements of the duty.
fn session(landfall: &Landfall, duty: Duty) -> Session {
    let name = duty.role_name(Stage::Local);
    let document = document(duty);
    ask(
        landfall,
        &json!({ "name": name, "path": PATH, "document": document }),
    )
}

/// How each call is answered: `done`, or the error's code.
fn calls(landfall: &Landfall, session: &Session, calls: &Value) -> Vec<String> {
    ask(landfall, &json!({ "credentials": session, "calls": calls }))
}

fn ask(landfall: &Landfall, question: &Value) -> Vec<String> {
    let mut question = question.clone();
    question["endpoint"] = json!(landfall.endpoint());
    let mut child = Command::new(landfall.python())
        .args(["-c", include_str!("roles.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(question.to_string().as_bytes()).unwrap();
    drop(stdin);
    let said = child.wait_with_output().unwrap();
    assert!(said.status.success());
    serde_json::from_slice(&said.stdout).unwrap()
}

/// The program's answer, in the role.
fn run_as(landfall: &Landfall, session: &Session, arguments: &[&str]) -> String {
    let said = landfall.run_on_manifest(arguments, &environment(landfall, session));
    said.succeeded().stdout
}

fn environment<'a>(landfall: &Landfall, session: &'a Session) -> Vec<(&'a str, &'a str)> {
    // The test ends before a few bytes are missed.
    let endpoint: &'static str = Box::leak(landfall.endpoint().into_boxed_str());
    vec![
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", &session[0]),
        ("AWS_SECRET_ACCESS_KEY", &session[1]),
        ("AWS_SESSION_TOKEN", &session[2]),
    ]
}
