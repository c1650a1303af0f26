//! IAM's answer to one call of a role of the bootstrap stack, as far as its statements go: `Allow`, `Deny`,
//! wildcards and `StringEquals`. A statement that is written in any other way fails the test.

use serde_json::Value;

/// The statements of one role, its own and those that it shares.
pub(super) struct Policy {
    statements: Vec<Value>,
}

impl Policy {
    pub(super) fn of_role(template: &Value, name: &str) -> Self {
        let resources = &template["Resources"];
        let is_named = |role: &&Value| role["Properties"]["RoleName"] == name;
        let role = resources.as_object().unwrap().values().find(is_named).unwrap();
        let role = &role["Properties"];
        let own = role["Policies"].as_array().into_iter().flatten();
        let shared = role["ManagedPolicyArns"].as_array().into_iter().flatten();
        let shared = shared.map(|policy| &resources[policy["Ref"].as_str().unwrap()]["Properties"]);
        let statements = own
            .chain(shared)
            .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
            .map(|statement| resolved(statement, resources))
            .collect();
        Self { statements }
    }

    pub(super) fn allows(&self, action: &str, resource: &str, context: Option<&(&str, String)>) -> bool {
        let about = |effect: &str| {
            self.statements.iter().any(|statement| {
                statement["Effect"] == effect
                    && matches_any(&statement["Action"], action)
                    && matches_any(&statement["Resource"], resource)
                    && holds(&statement["Condition"], context)
            })
        };
        about("Allow") && !about("Deny")
    }
}

fn holds(condition: &Value, context: Option<&(&str, String)>) -> bool {
    let Some(operators) = condition.as_object() else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        assert_eq!(operator, "StringEquals");
        keys.as_object().unwrap().iter().all(|(key, values)| {
            context.is_some_and(|(name, value)| {
                name == key && values.as_array().unwrap().contains(&value.as_str().into())
            })
        })
    })
}

fn matches_any(patterns: &Value, text: &str) -> bool {
    let patterns = patterns.as_array().unwrap().iter();
    patterns
        .map(|pattern| pattern.as_str().unwrap())
        .any(|pattern| like(pattern, text))
}

/// Whether the text is as the pattern, in which `*` stands for any text.
fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((begin, rest)) => text.strip_prefix(begin).is_some_and(|tail| {
            (0..=tail.len()).any(|at| tail.get(at..).is_some_and(|tail| like(rest, tail)))
        }),
    }
}

/// The statement with every intrinsic function as it ends in an account.
fn resolved(value: &Value, resources: &Value) -> Value {
    const BUCKET: &str = "landfall-artifacts-123456789012-us-east-1";
    if let Some(text) = value["Fn::Sub"].as_str() {
        let known = [
            ("${AWS::Partition}", "aws"),
            ("${AWS::Region}", "us-east-1"),
            ("${AWS::AccountId}", "123456789012"),
            ("${ArtifactBucket}", BUCKET),
        ];
        let text = known
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        assert!(!text.contains("${"), "{text}");
        return text.into();
    }
    if let Some(id) = value["Fn::GetAtt"][0].as_str() {
        let name = &resources[id]["Properties"]["RoleName"];
        return match name.as_str() {
            Some(name) => format!("arn:aws:iam::123456789012:role/landfall/bootstrap/{name}").into(),
            None => format!("arn:aws:s3:::{BUCKET}").into(),
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

#[test]
fn a_call_is_allowed_by_action_resource_and_condition_together_and_a_denial_outweighs() {
    let statement = |effect: &str, condition: Value| serde_json::json!({ "Effect": effect, "Action": ["s3:Get*"], "Resource": ["a*c"], "Condition": condition });
    let policy = |statements| Policy { statements };
    let allowed = policy(vec![statement("Allow", Value::Null)]);
    assert!(allowed.allows("s3:GetObject", "abbc", None));
    assert!(!allowed.allows("s3:PutObject", "abbc", None));
    assert!(!allowed.allows("s3:GetObject", "abbcd", None));
    let denied = policy(vec![
        statement("Allow", Value::Null),
        statement("Deny", Value::Null),
    ]);
    assert!(!denied.allows("s3:GetObject", "abbc", None));
    let key = serde_json::json!({ "StringEquals": { "key": ["1"] } });
    let conditional = policy(vec![statement("Allow", key)]);
    assert!(conditional.allows("s3:GetObject", "abc", Some(&("key", "1".to_owned()))));
    assert!(!conditional.allows("s3:GetObject", "abc", Some(&("key", "2".to_owned()))));
    assert!(!conditional.allows("s3:GetObject", "abc", None));
}
