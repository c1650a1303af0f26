//! The lock in the local cloud's S3.

use stacks::Stage;

use super::holder;
use crate::aws::Aws;
use crate::exit::Stale;
use crate::lock::keep::{Belief, Held};
use crate::lock::place::{Found, Place};
use crate::lock::record::{Holder, Record};
use crate::lock::{Acquired, Lock, fresh_id, take};

/// A lock that no other test knows. `None`, and a line that says so, where there is no local cloud.
async fn place() -> Option<Place> {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let endpoint = testkit::need(&test, "LANDFALL_TEST_ENDPOINT")?;
    let bucket = format!("lock-{}", fresh_id().unwrap());
    let place = Place::new(Aws::at_endpoint(&endpoint).s3(), bucket, Stage::Local);
    place.prepare().await.unwrap();
    Some(place)
}

/// Somebody on a machine that is not this one.
fn elsewhere() -> Holder {
    Holder {
        process: None,
        ..holder()
    }
}

async fn acquire(place: &Place) -> Acquired {
    take(place.clone(), &fresh_id().unwrap(), elsewhere())
        .await
        .unwrap()
}

async fn held(place: &Place) -> Lock {
    match acquire(place).await {
        Acquired::Held(lock) => lock,
        Acquired::Taken(taken) => panic!("{taken}"),
    }
}

async fn found(place: &Place) -> (Record, String) {
    match place.find().await.unwrap() {
        Found::Lock { record, etag } => (record, etag),
        Found::Nothing | Found::Unreadable { .. } => panic!("no lock"),
    }
}

#[tokio::test]
async fn a_held_lock_is_refused_to_others_until_it_is_released() {
    let Some(place) = place().await else { return };
    let lock = held(&place).await;
    lock.still_ours().await.unwrap();
    let Acquired::Taken(taken) = acquire(&place).await else {
        panic!("two hold the lock");
    };
    assert!(taken.to_string().contains("jo@quay"), "{taken}");
    lock.release().await.unwrap();
    assert!(found(&place).await.0.released.is_some());
    held(&place).await.release().await.unwrap();
}

#[tokio::test]
async fn of_eight_who_want_it_at_once_one_gets_it() {
    let Some(place) = place().await else { return };
    for _ in 0..20 {
        let racers: Vec<_> = (0..8)
            .map(|_| {
                let place = place.clone();
                tokio::spawn(async move { acquire(&place).await })
            })
            .collect();
        let mut locks = Vec::new();
        for racer in racers {
            if let Acquired::Held(lock) = racer.await.unwrap() {
                locks.push(lock);
            }
        }
        assert_eq!(locks.len(), 1);
        locks.remove(0).release().await.unwrap();
    }
}

#[tokio::test]
async fn a_holder_whose_lock_was_taken_away_is_told_before_its_next_step() {
    let Some(place) = place().await else { return };
    let lock = held(&place).await;
    let (record, etag) = found(&place).await;
    place
        .write(&record.released(chrono::Utc::now()), Some(&etag))
        .await
        .unwrap()
        .unwrap();
    let other = held(&place).await;
    let error = lock.still_ours().await.unwrap_err();
    assert!(error.is::<Stale>(), "{error}");
    // What it gives back is not the other one's lock.
    lock.release().await.unwrap();
    other.still_ours().await.unwrap();
    other.release().await.unwrap();
}

#[tokio::test]
async fn a_dropped_lock_is_free_again() {
    let Some(place) = place().await else { return };
    drop(held(&place).await);
    for _ in 0..100 {
        if found(&place).await.0.released.is_some() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the lock is still held");
}

/// A lock that was just written, for the task that keeps it.
async fn kept(place: &Place) -> Held {
    let record = Record::new(fresh_id().unwrap(), elsewhere(), chrono::Utc::now());
    let etag = place.write(&record, None).await.unwrap().unwrap();
    Held {
        place: place.clone(),
        record,
        etag,
    }
}

#[tokio::test]
async fn each_renewal_moves_the_end_and_is_written_over_the_one_before() {
    let Some(place) = place().await else { return };
    let mut held = kept(&place).await;
    let mut end = held.record.expires;
    for _ in 0..3 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        assert_eq!(held.renew().await.unwrap(), Belief::Until(held.record.expires));
        assert!(held.record.expires > end);
        end = held.record.expires;
        assert_eq!(found(&place).await, (held.record.clone(), held.etag.clone()));
    }
}

#[tokio::test]
async fn a_renewal_whose_answer_was_lost_is_found_to_be_ours() {
    let Some(place) = place().await else { return };
    let mut held = kept(&place).await;
    let written = held.record.renewed(chrono::Utc::now());
    let etag = place.write(&written, Some(&held.etag)).await.unwrap().unwrap();
    assert_eq!(held.renew().await.unwrap(), Belief::Until(written.expires));
    assert_eq!((&held.record, &held.etag), (&written, &etag));
    // And so is one before a release.
    let written = held.record.renewed(chrono::Utc::now());
    place.write(&written, Some(&held.etag)).await.unwrap().unwrap();
    held.release().await.unwrap();
    assert!(found(&place).await.0.released.is_some());
}

#[tokio::test]
async fn a_renewal_finds_another_holder_and_leaves_its_lock_alone() {
    let Some(place) = place().await else { return };
    let mut held = kept(&place).await;
    let theirs = Record::new("theirs".to_owned(), holder(), chrono::Utc::now());
    place.write(&theirs, Some(&held.etag)).await.unwrap().unwrap();
    let Belief::Lost(why) = held.renew().await.unwrap() else {
        panic!("two hold the lock");
    };
    assert!(why.contains("jo@quay"), "{why}");
    held.release().await.unwrap();
    assert_eq!(found(&place).await.0, theirs);
}
