//! A row of the plan per kind of change, as text.

#![expect(clippy::needless_pass_by_value, reason = "literals read better by value")]

use plan::facts::{Basis, ChangeSet, Facts, Raw, StackFacts};
use plan::{LONGEST_COMMENT, Outcome, Plan, markdown, marker, plan, verdict};
use serde_json::{Value, json};

fn make(old: Value, new: Value, change_set: Option<ChangeSet>) -> Plan {
    plan(&Facts {
        stage: "staging".to_owned(),
        basis: Basis::Deployed,
        stacks: vec![StackFacts {
            name: "storage".to_owned(),
            deployed: Some(Raw(json!({"Resources": old}))),
            new: Some(Raw(json!({"Resources": new}))),
            change_set,
            ..StackFacts::default()
        }],
    })
}

fn log(days: u32) -> Value {
    json!({"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": days}})
}

#[track_caller]
fn check(old: Value, new: Value, headline: &str) -> Plan {
    let plan = make(old, new, Some(ChangeSet::default()));
    assert_eq!(plan.headline(), headline, "{plan}");
    plan
}

#[test]
fn the_headline_counts_what_comes_changes_and_goes() {
    check(json!({"Log": log(7)}), json!({"Log": log(7)}), "Plan: no changes");
    check(json!({}), json!({"Log": log(7)}), "Plan: 1 add");
    let changed = check(json!({"Log": log(7)}), json!({"Log": log(9)}), "Plan: 1 change");
    assert!(
        changed
            .to_string()
            .contains("~ Properties.RetentionInDays: 7 -> 9"),
        "{changed}"
    );
    check(json!({"Log": log(7)}), json!({}), "Plan: 1 destroy");
}

#[test]
fn a_table_that_goes_is_danger() {
    let plan = check(
        json!({"T": {"Type": "AWS::DynamoDB::Table"}}),
        json!({}),
        "Plan: 1 destroy",
    );
    insta::assert_snapshot!(plan, @"
    Plan: 1 destroy
    Stage staging, compared with what is deployed.

    Danger
      - T (AWS::DynamoDB::Table) in storage: DESTROY
          ! it holds data, and leaves the stack
    ");
}

#[test]
fn missing_data_are_never_no_changes() {
    let set = ChangeSet {
        changes: vec![],
        incomplete: Some("values left out".to_owned()),
    };
    let plan = make(json!({"Log": log(7)}), json!({"Log": log(7)}), Some(set));
    assert_eq!(verdict(&plan), Outcome::Changes);
    assert_eq!(plan.headline(), "Plan: INCOMPLETE");
}

#[test]
fn a_comment_of_500_resources_is_short_and_counts_what_it_leaves_out() {
    let long = "x".repeat(220);
    let resources: serde_json::Map<String, Value> = (0..500)
        .map(|n| {
            (
                format!("Log{n}"),
                json!({"Type": "AWS::Logs::LogGroup", "Properties": {"KmsKeyId": long}}),
            )
        })
        .collect();
    let old: serde_json::Map<String, Value> = resources.keys().map(|id| (id.clone(), log(7))).collect();
    let text = markdown(
        &make(
            Value::Object(old),
            Value::Object(resources),
            Some(ChangeSet::default()),
        ),
        "the step summary",
    );
    assert!(text.chars().count() < LONGEST_COMMENT, "{}", text.chars().count());
    assert!(text.starts_with(&marker("staging")));
    assert!(text.contains("entries are left out here: see the step summary"));
}
