//! The roles of the bootstrap stack, taken on in the local cloud: each does its duty, and nothing beyond.
//!
//! The local cloud cannot make the stack itself, which has an OIDC provider, so that each role is made by hand with the
//! stack's statements, `staging` read as `local`. Two things that AWS does are not done here, and the document is
//! changed for all duties alike: the condition on `cloudformation:RoleArn` is never met, so that it is left out, and
//! a change set that is named by its ARN alone is asked for as `*`, not as its stack. Neither gives an action to a
//! role that had none. What is left out is held by the offline tests of the `stacks` crate.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use stacks::Stage;
use stacks::bootstrap::{BootstrapSettings, Duty, PATH, Repository, bootstrap};

use super::cloud::Cloud;
use super::landfall::Landfall;

const BUCKET: &str = "landfall-artifacts-000000000000-us-east-1";
const RUNTIME: &str = "landfall-local-runtime";

/// Session credentials: id, key, token.
type Session = Vec<String>;

#[test]
fn the_plan_role_plans_and_is_denied_to_apply() {
    let Some(cloud) = Cloud::own("roles") else { return };
    let landfall = &cloud.landfall;
    let plan = session(landfall, Duty::Plan);
    let deploy = session(landfall, Duty::Deploy);
    let before = cloud.wait(cloud.aws.code_sha256());
    landfall.change_code();

    let file = landfall.dir().join("plan.json");
    let file = file.to_str().unwrap();
    let planned = run_as(landfall, &plan, &["plan", "--out", file]);
    assert!(planned.starts_with("Plan: 1 change"), "{planned}");
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
    let secret = cloud.outputs["DashboardTokenSecretArn"].as_str().unwrap();
    let content = cloud.outputs["ContentBucketName"].as_str().unwrap();
    let put =
        |bucket: &str, key: &str| json!(["s3", "put_object", { "Bucket": bucket, "Key": key, "Body": "x" }]);
    let stack = |operation: &str| json!(["cloudformation", operation, { "StackName": RUNTIME }]);
    use Duty::{Deploy, Drift, Plan, RotateToken};
    let all = [Plan, Deploy, RotateToken, Drift];
    // Each call, and who may make it.
    let table: Vec<(Value, &[Duty])> = vec![
        (stack("describe_stacks"), &all),
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
        (
            json!(["lambda", "get_function_configuration", { "FunctionName": super::aws::function() }]),
            &[Plan, Deploy, Drift],
        ),
        (
            json!(["iam", "create_role", { "RoleName": "x", "AssumeRolePolicyDocument": "{}" }]),
            &[],
        ),
    ];
    for duty in all {
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

/// The duty's statements, as they would read in the local cloud.
fn document(duty: Duty) -> Value {
    let repository = Repository::new("octo", "landfall", None).unwrap();
    let settings = BootstrapSettings {
        stages: vec![Stage::Staging],
        ..BootstrapSettings::new(repository)
    };
    let template = bootstrap(&settings).unwrap().template.to_json();
    let template: Value = serde_json::from_str(&template).unwrap();
    let resources = &template["Resources"];
    let is_named = |role: &&Value| role["Properties"]["RoleName"] == duty.role_name(Stage::Staging);
    let role = &resources.as_object().unwrap().values().find(is_named).unwrap()["Properties"];
    let own = role["Policies"].as_array().unwrap().iter();
    let shared = role["ManagedPolicyArns"].as_array().into_iter().flatten();
    let shared = shared.map(|policy| &resources[policy["Ref"].as_str().unwrap()]["Properties"]);
    let statements: Vec<&Value> = own
        .chain(shared)
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
        .collect();
    let text = resolved(&json!(statements), resources).to_string();
    let mut statements: Vec<Value> = serde_json::from_str(&text.replace("staging", "local")).unwrap();
    for statement in &mut statements {
        if !statement["Condition"]["StringEquals"]["cloudformation:RoleArn"].is_null() {
            statement["Condition"] = json!({});
        }
    }
    let by_arn = statements.iter().filter_map(by_arn).collect::<Vec<Value>>();
    statements.extend(by_arn);
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// What the statement allows with change sets, on `*`.
fn by_arn(statement: &Value) -> Option<Value> {
    const BY_ARN: &[&str] = &[
        "cloudformation:DescribeChangeSet",
        "cloudformation:DeleteChangeSet",
        "cloudformation:ExecuteChangeSet",
    ];
    let actions = statement["Action"].as_array().unwrap().iter();
    let actions: Vec<&Value> = actions
        .filter(|action| BY_ARN.contains(&action.as_str().unwrap()))
        .collect();
    (!actions.is_empty()).then(|| json!({ "Effect": "Allow", "Action": actions, "Resource": "*" }))
}

/// The value with every intrinsic function as it ends in the local cloud.
fn resolved(value: &Value, resources: &Value) -> Value {
    if let Some(text) = value["Fn::Sub"].as_str() {
        let known = [
            ("${AWS::Partition}", "aws"),
            ("${AWS::Region}", "us-east-1"),
            ("${AWS::AccountId}", "000000000000"),
            ("${ArtifactBucket}", BUCKET),
        ];
        let text = known
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        assert!(!text.contains("${"), "{text}");
        return json!(text);
    }
    if let Some(id) = value["Fn::GetAtt"][0].as_str() {
        let properties = &resources[id]["Properties"];
        return match properties["RoleName"].as_str() {
            Some(name) => json!(format!("arn:aws:iam::000000000000:role{PATH}{name}")),
            None => json!(format!("arn:aws:s3:::{BUCKET}")),
        };
    }
    match value {
        Value::Array(list) => list.iter().map(|value| resolved(value, resources)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), resolved(value, resources)))
            .collect(),
        other => other.clone(),
    }
}
