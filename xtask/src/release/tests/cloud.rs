//! The ledger in the local cloud's S3.

use stacks::{Stage, artifacts};

use super::{COMMIT, day, draft};
use crate::aws::Aws;
use crate::aws::s3::S3;
use crate::exit::Exit;
use crate::release::ledger::{Entry, Ledger};
use crate::release::record::Id;

/// A ledger that no other test knows. `None`, and a line that says so, where there is no local cloud.
async fn ledger() -> Option<(Ledger, S3, String)> {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let endpoint = testkit::need(&test, "LANDFALL_TEST_ENDPOINT")?;
    let mut bytes = [0; 5];
    getrandom::fill(&mut bytes).unwrap();
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let bucket = format!("ledger-{digits}");
    let s3 = Aws::at_endpoint(&endpoint).s3();
    Some((
        Ledger::new(s3.clone(), bucket.clone(), Stage::Staging),
        s3,
        bucket,
    ))
}

fn names(entries: &[Entry]) -> Vec<&Id> {
    entries.iter().map(Entry::id).collect()
}

#[tokio::test]
async fn before_the_first_release_the_ledger_is_empty_also_without_a_bucket() {
    let Some((ledger, ..)) = ledger().await else {
        return;
    };
    assert_eq!(ledger.ids().await.unwrap(), []);
    assert_eq!(ledger.newest(5).await.unwrap(), []);
    assert_eq!(ledger.page(None, 5).await.unwrap(), (vec![], false));
    let error = ledger.get("2026").await.unwrap_err();
    assert_eq!(Exit::of(&error), Exit::Invalid, "{error}");
}

#[tokio::test]
async fn releases_are_listed_newest_first_in_pages_and_found_by_the_beginning_of_a_name() {
    let Some((ledger, s3, bucket)) = ledger().await else {
        return;
    };
    s3.ensure_bucket(&bucket).await.unwrap();
    let mut recorded = Vec::new();
    for days in 0..5 {
        recorded.push(ledger.record(draft(COMMIT, "c0de"), day(days)).await.unwrap());
    }
    recorded.reverse();
    let ids: Vec<&Id> = recorded.iter().map(|record| &record.id).collect();
    assert_eq!(names(&ledger.newest(20).await.unwrap()), ids);
    let (first, more) = ledger.page(None, 2).await.unwrap();
    assert_eq!((names(&first), more), (ids[..2].to_vec(), true));
    let (last, more) = ledger.page(Some(ids[1].as_str()), 3).await.unwrap();
    assert_eq!((names(&last), more), (ids[2..].to_vec(), false));
    assert_eq!(ledger.get("20261124").await.unwrap(), recorded[2]);
}

#[tokio::test]
async fn a_record_is_written_once_and_a_second_release_of_that_second_gets_another_name() {
    let Some((ledger, s3, bucket)) = ledger().await else {
        return;
    };
    s3.ensure_bucket(&bucket).await.unwrap();
    let first = ledger.record(draft(COMMIT, "one"), day(0)).await.unwrap();
    // As after an answer that was lost on the way.
    assert_eq!(ledger.record(draft(COMMIT, "one"), day(0)).await.unwrap(), first);
    let second = ledger.record(draft(COMMIT, "two"), day(0)).await.unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!(ledger.get(first.id.as_str()).await.unwrap(), first);
    assert_eq!(ledger.ids().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_damaged_record_is_listed_by_its_name_and_not_shown() {
    let Some((ledger, s3, bucket)) = ledger().await else {
        return;
    };
    s3.ensure_bucket(&bucket).await.unwrap();
    let good = ledger.record(draft(COMMIT, "one"), day(0)).await.unwrap();
    let prefix = artifacts::releases_prefix(Stage::Staging);
    let key = format!("{prefix}20270101T000000000Z-0000000.json");
    s3.put(&bucket, &key, b"{".to_vec(), "application/json")
        .await
        .unwrap();
    let listed = ledger.newest(5).await.unwrap();
    assert!(
        matches!(&listed[0], Entry::Unreadable { id, .. } if id.as_str() == "20270101T000000000Z-0000000")
    );
    assert_eq!(listed[1].id(), &good.id);
    let error = ledger.get("2027").await.unwrap_err().to_string();
    assert!(error.contains("cannot be read"), "{error}");
}
