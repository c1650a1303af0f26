//! The lock in the local cloud's S3.

use stacks::Stage;

use super::holder;
use crate::aws::Aws;
use crate::exit::Stale;
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
