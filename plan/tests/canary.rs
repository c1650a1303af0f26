//! A secret goes in everywhere and comes out nowhere.

use std::collections::{BTreeMap, BTreeSet};

use plan::facts::{Basis, ChangeSet, Facts, Raw, StackFacts};
use plan::{Outcome, markdown, plan, refusals, verdict};
use serde_json::{Value, json};

const CANARY: &str = "canary-7f3a";

fn facts(old: Value, new: Value) -> Facts {
    let secret = |n: u8| BTreeMap::from([("Seed".to_owned(), Raw(format!("{CANARY}{n}")))]);
    Facts {
        stage: "staging".to_owned(),
        basis: Basis::Deployed,
        stacks: vec![StackFacts {
            name: "storage".to_owned(),
            deployed: Some(Raw(old)),
            new: Some(Raw(new)),
            deployed_parameters: secret(1),
            new_parameters: secret(2),
            change_set: Some(ChangeSet::default()),
            ..StackFacts::default()
        }],
    }
}

fn template(name: &str, value: &str) -> Value {
    json!({"Parameters": {"Seed": {"Type": "String", "NoEcho": true}}, "Resources": {"Events": {
        "Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name, "Tags": {"ApiKey": value}}}}})
}

#[test]
fn a_secret_that_changes_says_so_and_no_more() {
    let facts = facts(template("a", "canary-7f3a-x"), template("b", "canary-7f3a-y"));
    let plan = plan(&facts);
    let told = [
        plan.to_string(),
        serde_json::to_string(&plan).unwrap(),
        markdown(&plan, "the summary"),
        format!("{plan:?} {facts:?}"),
        format!("{:?}", refusals(&plan, &BTreeSet::new(), &BTreeSet::new())),
    ];
    for text in &told {
        assert!(!text.contains(CANARY), "{text}");
    }
    assert!(
        told[0].contains("Parameters.Seed: (redacted), it changes"),
        "{}",
        told[0]
    );
    assert!(told[0].contains("Properties.Tags.ApiKey: (redacted), it changes"));
    assert!(told[0].starts_with("Plan: 1 REPLACE\n"), "{}", told[0]);
    assert_eq!(
        refusals(&plan, &BTreeSet::new(), &BTreeSet::from(["Events".to_owned()])),
        []
    );
    assert_eq!(refusals(&plan, &BTreeSet::new(), &BTreeSet::new()).len(), 1);
}

#[test]
fn nothing_to_do_is_no_changes() {
    let mut facts = facts(template("a", "x"), template("a", "x"));
    facts.stacks[0].new_parameters = facts.stacks[0].deployed_parameters.clone();
    assert_eq!(verdict(&plan(&facts)), Outcome::NoChanges);
}
