//! The comment is short whatever the plan, and dangers are in it.

use plan::facts::{Basis, ChangeSet, Facts, Raw, StackFacts};
use plan::{LONGEST_COMMENT, Plan, markdown, marker, plan};
use proptest::prelude::*;
use serde_json::{Map, json};

/// Long, so that few hundred names fill a comment.
fn table_id(n: usize) -> String {
    format!("Table{n:060}")
}

/// So many resources of each kind, with values of such a length.
fn made(tables: usize, logs: usize, gaps: usize, value: &str) -> Plan {
    let mut old = Map::new();
    let mut new = Map::new();
    for n in 0..tables {
        let table = |name: &str| json!({"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}});
        old.insert(table_id(n), table("old"));
        new.insert(table_id(n), table(value));
    }
    for n in 0..logs {
        old.insert(format!("Log{n}"), json!({"Type": "AWS::Logs::LogGroup"}));
        let log = json!({"Type": "AWS::Logs::LogGroup", "Properties": {"KmsKeyId": value}});
        new.insert(format!("Log{n}"), log);
    }
    let mut stacks = vec![StackFacts {
        name: "storage".to_owned(),
        deployed: Some(Raw(json!({"Resources": old}))),
        new: Some(Raw(json!({"Resources": new}))),
        change_set: Some(ChangeSet::default()),
        ..StackFacts::default()
    }];
    stacks.extend((0..gaps).map(|n| StackFacts {
        name: format!("gap{n}"),
        change_set: Some(ChangeSet {
            changes: Vec::new(),
            incomplete: Some(value.to_owned()),
        }),
        ..StackFacts::default()
    }));
    plan(&Facts {
        stage: "staging".to_owned(),
        basis: Basis::Deployed,
        stacks,
    })
}

#[track_caller]
fn check(plan: &Plan) -> String {
    let text = markdown(plan, "the step summary");
    assert!(
        text.chars().count() <= LONGEST_COMMENT,
        "{}",
        text.chars().count()
    );
    assert!(text.starts_with(&format!("{}\n### Plan: ", marker("staging"))));
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
    text
}

#[test]
fn every_danger_is_named_when_hundreds_of_gaps_stand_above_them() {
    for tables in [1, 100, 500] {
        let long = "ü".repeat(900);
        let text = check(&made(tables, 500, 200, &long));
        for n in 0..tables {
            assert!(
                text.contains(&format!("-/+ {}", table_id(n))),
                "Table{n} of {tables}"
            );
        }
        assert!(text.contains("entries are left out here"));
    }
}

#[test]
fn dangers_beyond_all_room_are_counted() {
    let text = check(&made(1_200, 0, 0, "new"));
    let more = text.lines().find(|line| line.starts_with("! and ")).unwrap();
    let named = text.lines().filter(|line| line.starts_with("-/+ Table")).count();
    assert_eq!(more, format!("! and {} more", 1_200 - named));
}

#[test]
fn no_value_closes_its_fence() {
    let ticks = "`".repeat(3_000);
    let text = check(&made(3, 3, 3, &format!("{ticks}\n{ticks}")));
    assert!(text.contains("`````````diff"), "nine hold eight");
    assert!(!text.contains(&"`".repeat(10)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn any_plan_makes_a_short_comment(
        tables in 0usize..200,
        logs in 0usize..200,
        gaps in 0usize..50,
        unit in "[a`ü船🚢\n]{1,4}",
        length in 0usize..400,
    ) {
        check(&made(tables, logs, gaps, &unit.repeat(length)));
    }
}
