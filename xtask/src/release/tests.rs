//! What a release record says, and how the ledger keeps it.

mod choice;
mod cloud;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::announce::event;
use super::ledger::{Entry, find};
use super::record::{Author, Draft, Id, Kind, Outcome, Record, ReleasedArtifact, ReleasedStack};
use super::revision::Revision;
use super::show::{Page, Row};
use super::tell::told;

/// So many days after the tests' first day.
pub(super) fn day(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_384_500, 0).unwrap() + TimeDelta::days(days)
}

/// A healthy deploy of a commit, with code of this name.
pub(super) fn draft(commit: &str, code: &str) -> Draft {
    let key = format!("functions/{code}.zip");
    let stack = |kind: &str, parameters: &[(&str, &str)]| ReleasedStack {
        name: format!("landfall-staging-{kind}"),
        kind: kind.to_owned(),
        template:
            json!({ "Parameters": { "EventBrokerArtifactKey": {}, "AlarmTopicArn": { "Default": "" } } })
                .to_string(),
        parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
    };
    Draft {
        stage: "staging".to_owned(),
        kind: Kind::Deploy,
        git: Some(Revision {
            sha: commit.to_owned(),
            dirty: false,
        }),
        by: Author::new(
            "arn:aws:sts::123456789012:assumed-role/landfall/bootstrap/staging-deploy/somebody",
            Some("https://github.com/octo/landfall/actions/runs/42/attempts/1".to_owned()),
        ),
        stacks: vec![
            stack("storage", &[]),
            stack("runtime", &[("EventBrokerArtifactKey", &key)]),
        ],
        artifacts: vec![ReleasedArtifact {
            package: "event-broker".to_owned(),
            key,
            sha256: code.to_owned(),
            bytes: 2_900_000,
        }],
        outcome: Outcome::Healthy,
        message: "every smoke check passed".to_owned(),
    }
}

const COMMIT: &str = "1f0c9e2ab3d4455566677788899900aabbccddee";

fn record() -> Record {
    Record::named(draft(COMMIT, "c0de"), day(0))
}

#[test]
fn the_record_is_of_the_documented_form_and_read_back_as_it_was() {
    let text = serde_json::to_string_pretty(&record()).unwrap();
    insta::assert_snapshot!(text);
    let entry = Entry::of(&record().id, text.as_bytes());
    assert_eq!(entry, Entry::Readable(Box::new(record())));
}

#[test]
fn a_rollbacks_record_says_where_it_went() {
    let kind = Kind::Rollback { to: record().id };
    let rollback = Draft {
        kind,
        ..draft(COMMIT, "c0de")
    };
    let written = serde_json::to_value(Record::named(rollback.clone(), day(1))).unwrap();
    assert_eq!(written["kind"], "rollback");
    assert_eq!(written["to"], record().id.as_str());
    let read: Record = serde_json::from_value(written).unwrap();
    assert_eq!(read.draft, rollback);
}

#[test]
fn the_log_tells_of_a_release_without_templates_and_parameters() {
    let text = event(&record());
    assert!(!text.contains('\n'));
    let event: Value = serde_json::from_str(&text).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&event).unwrap());
}

#[test]
fn the_page_is_told_of_each_release_and_of_one_that_cannot_be_read() {
    let rolled_back = Draft {
        kind: Kind::Rollback { to: record().id },
        git: None,
        outcome: Outcome::RolledBack,
        ..draft(COMMIT, "c0de")
    };
    let damaged = Entry::of(&record().id, b"{");
    let entries = [
        Entry::Readable(Box::new(Record::named(rolled_back, day(1)))),
        Entry::Readable(Box::new(record())),
        damaged,
    ];
    insta::assert_json_snapshot!(told(&entries));
}

#[test]
fn a_release_is_a_line_of_the_list_and_a_page_of_its_own() {
    let mut dirty = draft(COMMIT, "c0de");
    dirty.git.as_mut().unwrap().dirty = true;
    dirty.kind = Kind::Rollback { to: record().id };
    dirty.by.run = None;
    dirty.outcome = Outcome::SmokeFailed;
    let entries = [
        Entry::Readable(Box::new(record())),
        Entry::Readable(Box::new(Record::named(dirty.clone(), day(1)))),
        Entry::of(&Record::named(dirty, day(2)).id, b"{"),
    ];
    let lines = entries.iter().map(|entry| format!("{}\n", Row::of(entry)));
    let text = lines.collect::<String>() + "\n" + &Page(&record()).to_string();
    insta::assert_snapshot!(text);
    let json = entries
        .iter()
        .map(|entry| serde_json::to_string(&Row::of(entry)).unwrap() + "\n");
    insta::assert_snapshot!(json.collect::<String>());
}

#[test]
fn names_sort_by_time_and_end_in_the_commit_or_the_content() {
    let name = |draft: Draft, days| Record::named(draft, day(days)).id;
    assert_eq!(record().id.as_str(), "20261122T215500000Z-1f0c9e2");
    let mut names: Vec<Id> = (0..400).map(|days| name(draft(COMMIT, "c0de"), days)).collect();
    names.reverse();
    let by_time = names.clone();
    names.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(names, by_time);
    let without_git = |code| Draft {
        git: None,
        ..draft("", code)
    };
    assert_eq!(name(without_git("one"), 0), name(without_git("one"), 0));
    assert_ne!(name(without_git("one"), 0), name(without_git("two"), 0));
    let by_content = Record::named_by_content(draft(COMMIT, "c0de"), day(0)).id;
    assert!(by_content.as_str().len() == 27 && by_content != record().id);
}

#[test]
fn a_record_that_cannot_be_read_is_named_with_the_reason() {
    let check = |text: &str, reason: &str| match Entry::of(&record().id, text.as_bytes()) {
        Entry::Unreadable { id, why } => {
            assert_eq!(id, record().id);
            assert!(why.contains(reason), "{why}");
        }
        Entry::Readable(_) => panic!("{text} was read"),
    };
    let changed = |field: &str, value: Value| {
        let mut record = serde_json::to_value(record()).unwrap();
        record[field] = value;
        record.to_string()
    };
    check("", "damaged");
    check("[]", "damaged");
    check(r#"{"version": 1}"#, "damaged");
    check(&changed("stacks", json!(7)), "damaged");
    check(&changed("outcome", json!("splendid")), "damaged");
    check(r#"{"version": 2, "a_later_form": true}"#, "version 2");
    check(
        &changed("id", json!("20200101T000000000Z-1234567")),
        "20200101T000000000Z-1234567",
    );
}

#[test]
fn a_release_is_found_by_its_name_or_the_only_beginning_that_means_it() {
    let names = |days: &[i64]| -> Vec<Id> {
        let named = |day_of: &i64| Record::named(draft(COMMIT, "c0de"), day(*day_of)).id;
        days.iter().rev().map(named).collect()
    };
    let ids = names(&[0, 1, 30]);
    let found = |name: &str| {
        find(&ids, name)
            .map(Id::as_str)
            .map_err(|error| error.to_string())
    };
    assert_eq!(
        found("20261122T215500000Z-1f0c9e2"),
        Ok("20261122T215500000Z-1f0c9e2")
    );
    assert_eq!(found("20261122"), Ok("20261122T215500000Z-1f0c9e2"));
    assert_eq!(found("202612"), Ok("20261222T215500000Z-1f0c9e2"));
    assert!(found("202611").unwrap_err().contains("2 releases"));
    assert!(found("").unwrap_err().contains("3 releases"));
    assert!(found("2027").unwrap_err().contains("release list"));
    // A name is meant although it begins another one.
    let nested: Vec<Id> = serde_json::from_value(json!(["ab", "a"])).unwrap();
    assert_eq!(find(&nested, "a").unwrap().as_str(), "a");
}

#[test]
fn only_keys_of_records_are_names() {
    let name = |key| Id::of_key(key, "releases/staging/").map(|id| id.as_str().to_owned());
    assert_eq!(name("releases/staging/x.json").as_deref(), Some("x"));
    for key in [
        "releases/staging/.json",
        "releases/staging/x.txt",
        "releases/staging/x/y.json",
        "releases/production/x.json",
    ] {
        assert_eq!(name(key), None, "{key}");
    }
}

#[test]
fn an_author_is_a_role_and_not_its_session() {
    let check = |arn: &str, expected: &str| assert_eq!(Author::new(arn, None).arn, expected);
    check(
        "arn:aws:sts::1:assumed-role/landfall/bootstrap/staging-deploy/jo@quay.example",
        "arn:aws:sts::1:assumed-role/landfall/bootstrap/staging-deploy",
    );
    check(
        "arn:aws:sts::1:assumed-role/Admin/jo",
        "arn:aws:sts::1:assumed-role/Admin",
    );
    check("arn:aws:iam::1:user/deployer", "arn:aws:iam::1:user/deployer");
    check("arn:aws:iam::1:root", "arn:aws:iam::1:root");
}
