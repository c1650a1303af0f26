//! What goes, what stays, and that nothing goes which anything kept names.

mod cloud;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use serde_json::json;

use super::CleanUp;
use super::decide::{Facts, KEPT_RELEASES, SavedPlan, archives_in, decide};
use crate::aws::s3::Object;
use crate::release::Entry;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_384_500, 0).unwrap()
}

/// The key of the archive of this number.
pub(super) fn archive(number: u64) -> String {
    format!("functions/{number:064x}.zip")
}

fn object(key: &str, days: i64) -> Object {
    Object {
        key: key.to_owned(),
        bytes: 2_000_000,
        modified: now() - TimeDelta::days(days),
    }
}

/// The record of a release of this archive, as it lies in the ledger; `hours` tells records apart.
pub(super) fn record(key: &str, hours: i64) -> Vec<u8> {
    let at = now() - TimeDelta::hours(hours);
    let record = json!({
        "version": 1,
        "id": at.format("%Y%m%dT%H%M%SZ-0000000").to_string(),
        "at": at,
        "stage": "staging",
        "kind": "deploy",
        "by": { "arn": "arn:aws:iam::1:root" },
        "stacks": [],
        "artifacts": [{ "package": "event-broker", "key": key, "sha256": "", "bytes": 1 }],
        "outcome": "healthy",
        "message": "",
    });
    serde_json::to_vec(&record).unwrap()
}

fn release(key: &str, hours: i64) -> Entry {
    let bytes = record(key, hours);
    let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let id = serde_json::from_value(record["id"].clone()).unwrap();
    Entry::of(&id, &bytes)
}

/// Archive 0, which is 31 days old, and whatever else the test adds.
fn facts() -> Facts {
    Facts {
        objects: vec![object(&archive(0), 31)],
        ledgers: Vec::new(),
        deployed: BTreeSet::new(),
        plans: Vec::new(),
        now: now(),
    }
}

fn plan(days: i64, key: &str) -> SavedPlan {
    SavedPlan {
        modified: now() - TimeDelta::days(days),
        names: BTreeSet::from([key.to_owned()]),
    }
}

#[track_caller]
fn check(facts: &Facts, goes: bool) {
    let decided = decide(facts);
    assert_eq!(!decided.gone.is_empty(), goes, "{decided}");
    assert_eq!(decided.gone.len() + decided.kept, facts.objects.len());
}

#[test]
fn an_old_archive_that_nothing_names_goes() {
    check(&facts(), true);
}

#[test]
fn an_archive_of_thirty_days_stays() {
    let objects = vec![object(&archive(0), 30)];
    check(&Facts { objects, ..facts() }, false);
}

#[test]
fn what_a_deployed_stack_names_stays() {
    let deployed = BTreeSet::from([archive(0), "another parameter".to_owned()]);
    check(&Facts { deployed, ..facts() }, false);
}

#[test]
fn what_one_of_the_newest_releases_of_any_stage_names_stays() {
    let others = |count: i64| (1..=count).map(|hours| release(&archive(1), hours));
    let with = |ledger: Vec<Entry>| Facts {
        ledgers: vec![vec![release(&archive(2), 1)], ledger],
        ..facts()
    };
    let last = i64::try_from(KEPT_RELEASES).unwrap();
    let kept: Vec<Entry> = others(last - 1).chain([release(&archive(0), 900)]).collect();
    check(&with(kept), false);
    let forgotten: Vec<Entry> = others(last).chain([release(&archive(0), 900)]).collect();
    check(&with(forgotten), true);
}

#[test]
fn what_a_plan_names_that_can_still_be_applied_stays() {
    let with = |plan| Facts {
        plans: vec![plan],
        ..facts()
    };
    check(&with(plan(30, &archive(0))), false);
    check(&with(plan(31, &archive(0))), true);
    check(&with(plan(1, &archive(1))), true);
}

#[test]
fn a_kept_release_that_cannot_be_read_may_name_anything() {
    let Entry::Readable(named) = release(&archive(1), 1) else {
        panic!("the test's release is unreadable");
    };
    let ledgers = vec![vec![Entry::of(&named.id, b"damaged")]];
    let doubtful = Facts { ledgers, ..facts() };
    check(&doubtful, false);
    insta::assert_snapshot!(decide(&doubtful).to_string());
    // Where nothing could go there is nothing to say.
    let young = Facts {
        objects: vec![object(&archive(0), 1)],
        ..doubtful
    };
    assert_eq!(decide(&young).doubts, Vec::<String>::new());
}

#[test]
fn only_keys_that_a_deploy_gives_are_ours_to_delete() {
    let digits = "0".repeat(64);
    for key in [
        "functions/".to_owned(),
        "functions/notes.zip".to_owned(),
        format!("functions/{digits}.txt"),
        format!("functions/old/{digits}.zip"),
        format!("functions/{digits}0.zip"),
        format!("releases/{digits}.zip"),
        format!("/functions/{digits}.zip"),
        format!("functions/{}.zip", "g".repeat(64)),
        format!("functions/{}.zip", "F".repeat(64)),
    ] {
        let objects = vec![object(&key, 400)];
        assert_eq!(decide(&Facts { objects, ..facts() }).gone, [], "{key}");
    }
}

#[test]
fn what_goes_is_shown() {
    let objects = vec![
        object(&archive(0), 31),
        object(&archive(1), 90),
        object(&archive(2), 3),
    ];
    insta::assert_snapshot!(decide(&Facts { objects, ..facts() }).to_string());
}

#[test]
fn archives_are_found_in_a_text_of_any_form() {
    let text = format!(
        "{{\"a\":\"{}\",\"b\":[\"s3://bucket/{}\"], functions/short.zip, functions/é{} functions/",
        archive(1),
        archive(2),
        "0".repeat(63),
    );
    assert_eq!(archives_in(&text), BTreeSet::from([archive(1), archive(2)]));
}

/// Few enough that what is named and what is old often meet, and enough that something goes.
fn number() -> impl Strategy<Value = u64> {
    0_u64..40
}

fn entry() -> impl Strategy<Value = Entry> {
    (number(), 0_i64..2_000, 0_u16..400).prop_map(|(number, hours, luck)| {
        match release(&archive(number), hours) {
            Entry::Readable(record) if luck == 0 => Entry::of(&record.id, b"damaged"),
            entry => entry,
        }
    })
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let objects = proptest::collection::vec((number(), 0_i64..80), 0..24);
    let ledgers = proptest::collection::vec(proptest::collection::vec(entry(), 0..26), 0..3);
    let deployed = proptest::collection::btree_set(number(), 0..3);
    let plans = proptest::collection::vec((number(), 0_i64..60), 0..4);
    (objects, ledgers, deployed, plans).prop_map(|(objects, ledgers, deployed, plans)| Facts {
        objects: objects
            .iter()
            .map(|(number, days)| object(&archive(*number), *days))
            .collect(),
        ledgers,
        deployed: deployed.into_iter().map(archive).collect(),
        plans: plans
            .iter()
            .map(|(number, days)| plan(*days, &archive(*number)))
            .collect(),
        now: now(),
    })
}

proptest! {
    #[test]
    fn nothing_goes_that_anything_kept_names(facts in any_facts()) {
        let CleanUp { gone, kept, .. } = decide(&facts);
        prop_assert_eq!(gone.len() + kept, facts.objects.len());
        for object in gone {
            prop_assert!(now() - object.modified > TimeDelta::days(30));
            prop_assert!(!facts.deployed.contains(&object.key));
            for ledger in &facts.ledgers {
                for entry in ledger.iter().take(20) {
                    let Entry::Readable(record) = entry else {
                        return Err(proptest::test_runner::TestCaseError::fail("an unreadable release was kept"));
                    };
                    prop_assert!(record.draft.artifacts.iter().all(|artifact| artifact.key != object.key));
                }
            }
            for plan in &facts.plans {
                let is_live = now() - plan.modified <= TimeDelta::days(30);
                prop_assert!(!(is_live && plan.names.contains(&object.key)));
            }
        }
    }

    #[test]
    fn any_text_has_archives_or_not(text in any::<String>(), number in number()) {
        archives_in(&text);
        let with = format!("{text}{}{text}", archive(number));
        prop_assert!(archives_in(&with).contains(&archive(number)));
    }
}
