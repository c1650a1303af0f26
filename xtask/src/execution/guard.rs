//! The guard of stateful resources: termination protection, and a stack policy that denies their replacement.
//!
//! The stack policy holds whoever changes the stack, by whatever means. It is opened for exactly the resources that
//! the operator named, and closed again afterwards.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::aws::cloudformation::CloudFormation;
use crate::planning::wanted::WantedStack;

/// Lets the named resources of the stack be replaced or destroyed, until [`close`].
pub(super) async fn open(
    cloud: &CloudFormation,
    stack: &WantedStack,
    allowed: &BTreeSet<String>,
) -> Result<()> {
    let stateful = stateful(&stack.template)?;
    if stateful.is_disjoint(allowed) {
        return Ok(());
    }
    let policy = policy(&stateful.difference(allowed).cloned().collect());
    cloud.set_policy(&stack.name, &policy.to_string()).await
}

/// Protects what the stack holds, and the stack itself. A stack that holds no data is left alone.
pub(super) async fn close(cloud: &CloudFormation, stack: &WantedStack) -> Result<()> {
    let stateful = stateful(&stack.template)?;
    if stateful.is_empty() {
        return Ok(());
    }
    cloud
        .set_policy(&stack.name, &policy(&stateful).to_string())
        .await?;
    cloud.protect(&stack.name, true).await
}

/// The logical ids of the template's resources that the plan, too, guards.
pub(crate) fn stateful(template: &str) -> Result<BTreeSet<String>> {
    let template: Value = serde_json::from_str(template).context("the template is not JSON")?;
    let resources = template["Resources"].as_object().into_iter().flatten();
    Ok(resources
        .filter(|(_, resource)| ::plan::is_stateful(resource))
        .map(|(id, _)| id.clone())
        .collect())
}

fn policy(guarded: &BTreeSet<String>) -> Value {
    let allow = json!({"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"});
    if guarded.is_empty() {
        return json!({ "Statement": [allow] });
    }
    let resources: Vec<String> = guarded
        .iter()
        .map(|id| format!("LogicalResourceId/{id}"))
        .collect();
    json!({ "Statement": [allow, {
        "Effect": "Deny",
        "Action": ["Update:Replace", "Update:Delete"],
        "Principal": "*",
        "Resource": resources,
    }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = r#"{"Resources": {
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "Kept": {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain"},
        "Log": {"Type": "AWS::Logs::LogGroup"}
    }}"#;

    #[test]
    fn only_what_holds_data_is_guarded() {
        let stateful = stateful(TEMPLATE).unwrap();
        assert_eq!(stateful.iter().collect::<Vec<_>>(), ["Kept", "Table"]);
        insta::assert_snapshot!(policy(&stateful), @r#"{"Statement":[{"Action":"Update:*","Effect":"Allow","Principal":"*","Resource":"*"},{"Action":["Update:Replace","Update:Delete"],"Effect":"Deny","Principal":"*","Resource":["LogicalResourceId/Kept","LogicalResourceId/Table"]}]}"#);
    }

    #[test]
    fn a_policy_that_guards_nothing_denies_nothing() {
        insta::assert_snapshot!(policy(&BTreeSet::new()), @r#"{"Statement":[{"Action":"Update:*","Effect":"Allow","Principal":"*","Resource":"*"}]}"#);
    }
}
