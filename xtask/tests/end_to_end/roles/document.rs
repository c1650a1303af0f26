//! The statements of the bootstrap stack's roles, as they would read in the local cloud.

use serde_json::{Value, json};
use stacks::Stage;
use stacks::bootstrap::{BootstrapSettings, Duty, PATH, Repository, bootstrap};

use super::BUCKET;

/// The duty's statements, as they would read in the local cloud.
pub(super) fn document(duty: Duty) -> Value {
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
    let own = role["Policies"].as_array().into_iter().flatten();
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
