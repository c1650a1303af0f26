//! One suite for both tables, as for the events.

mod fixture;
mod limits;
mod log;
mod model;
mod times;

use std::sync::Arc;

use booking::sync::GoogleEvent;
use booking::{Kind, Origin, OwnEvent, OwnEventKind};
use chrono::TimeDelta;
use emulated::Emulated;

use super::*;
use crate::{AddOutcome, Addition, Seen};
use fixture::{LASTS, at, content, every_write, period};

async fn take(ledger: &Ledger, asset: &str, owner: &str, minute: i64) -> Option<Lease> {
    match ledger.take(asset, owner, at(minute), LASTS).await.unwrap() {
        Taken::Lease(lease) => Some(lease),
        Taken::Held => None,
    }
}

/// Everything that a ledger must do, on an empty table.
async fn check(events: Arc<Events>) {
    let ledger = Ledger::beside(&events);
    what_is_written_is_loaded(&ledger).await;
    an_own_event_is_moved_and_deleted_unless_it_changed(&ledger, &events).await;
    who_has_lost_the_lease_writes_nothing(&ledger).await;
    a_mark_is_answered_by_one_more_run(&ledger).await;
    of_eight_takers_one_gets_the_lease(&ledger).await;
    the_copy_of_google_grows_and_shrinks(&ledger).await;
    log::the_log_grows_with_the_ledger(&ledger).await;
    log::a_request_waits_beside_its_line(&ledger).await;
    log::an_inquiry_is_one_however_often_it_is_noted(&ledger).await;
    times::a_window_is_read_with_what_decisions_are_about(&ledger).await;
    a_feed_has_one_address(&ledger).await;
    of_eight_webhooks_of_one_id_one_is_new(&ledger).await;
}

async fn what_is_written_is_loaded(ledger: &Ledger) {
    let lease = take(ledger, "all", "one", 0).await.unwrap();
    let mut loaded = ledger.load("all", at(0)).await.unwrap();
    assert_eq!(loaded.state, State::default());
    let mut expected = State::default();
    for write in every_write("all") {
        assert_eq!(
            ledger.put(&lease, &mut loaded, &write, at(0)).await,
            Ok(Put::Done)
        );
        expected.after(&write);
        assert_eq!(loaded.state, expected);
        assert_eq!(
            ledger.load("all", at(0)).await.unwrap().state,
            expected,
            "{write:?}"
        );
    }
    let shown = ledger.outbound("all", "l").await.unwrap().unwrap();
    assert_eq!(Some(&shown), expected.outbound.get("l"));
    assert_eq!(ledger.outbound("all", "other").await, Ok(None));
    assert_eq!(ledger.load("al", at(0)).await.unwrap().state, State::default());
    let later = ledger
        .load("all", at(0) + TimeDelta::days(500))
        .await
        .unwrap()
        .state;
    assert!(later.links.is_empty() && later.decisions.is_empty() && !later.sources.is_empty());
}

async fn an_own_event_is_moved_and_deleted_unless_it_changed(ledger: &Ledger, events: &Events) {
    let own = OwnEvent {
        id: "evt".to_owned(),
        asset: "own".to_owned(),
        title: "Regatta".to_owned(),
        period: period(10, 20),
        kind: OwnEventKind::Block,
        created_at: at(0),
    };
    add(events, &own).await;
    let lease = take(ledger, "own", "one", 0).await.unwrap();
    let mut loaded = ledger.load("own", at(0)).await.unwrap();
    let mut moved = loaded.state.entries["evt"].clone();
    assert_eq!(
        (moved.origin.clone(), moved.content.kind),
        (Origin::Own, Kind::Block)
    );
    moved.content.face.period = period(30, 40);
    let write = Write::PutEntry(Box::new(moved.clone()));
    assert_eq!(
        ledger.put(&lease, &mut loaded, &write, at(0)).await,
        Ok(Put::Done)
    );
    let there = events.events_in("own", period(0, 100)).await.unwrap();
    let expected = OwnEvent {
        period: period(30, 40),
        ..own.clone()
    };
    assert_eq!(there, [expected]);

    // Somebody adds an event that this run has not seen.
    let other = OwnEvent {
        id: "evt2".to_owned(),
        period: period(50, 60),
        ..own
    };
    add(events, &other).await;
    moved.content.face.period = period(52, 55);
    let write = Write::PutEntry(Box::new(moved.clone()));
    assert_eq!(
        ledger.put(&lease, &mut loaded, &write, at(0)).await,
        Ok(Put::Raced)
    );
    assert_eq!(loaded.state.entries["evt"].content.period(), period(30, 40));
    let mut loaded = ledger.load("own", at(0)).await.unwrap();
    let drop = Write::DropEntry {
        id: "evt".to_owned(),
        asset: "own".to_owned(),
        face: moved.content.face,
    };
    assert_eq!(ledger.put(&lease, &mut loaded, &drop, at(0)).await, Ok(Put::Done));
    assert_eq!(events.events_in("own", period(0, 100)).await, Ok(vec![other]));
}

async fn add(events: &Events, event: &OwnEvent) {
    let Seen { version, .. } = events.seen(&event.asset, event.period).await.unwrap();
    let addition = Addition {
        event,
        seen: version,
        answer: None,
        guest: &[],
    };
    assert_eq!(events.add_event(addition, at(0)).await, Ok(AddOutcome::Added));
}

async fn who_has_lost_the_lease_writes_nothing(ledger: &Ledger) {
    let mut first = take(ledger, "lost", "one", 0).await.unwrap();
    assert_eq!(take(ledger, "lost", "two", 1).await, None, "it is held");
    let second = take(ledger, "lost", "two", 2).await.unwrap();
    let mut loaded = ledger.load("lost", at(0)).await.unwrap();
    for write in every_write("lost") {
        assert_eq!(
            ledger.put(&first, &mut loaded, &write, at(2)).await,
            Ok(Put::Lost)
        );
    }
    assert_eq!(ledger.load("lost", at(0)).await.unwrap().state, State::default());
    assert_eq!(
        ledger.keep_google(&first, &[], &[], Some("c")).await,
        Ok(Put::Lost)
    );
    assert_eq!(ledger.renew(&mut first, at(2), LASTS).await, Ok(false));
    assert_eq!(ledger.give_back(first).await, Ok(GivenBack::Free));
    assert_eq!(
        take(ledger, "lost", "three", 3).await,
        None,
        "the second still holds it"
    );
    drop(second);
}

async fn a_mark_is_answered_by_one_more_run(ledger: &Ledger) {
    let mut lease = take(ledger, "mark", "one", 0).await.unwrap();
    assert_eq!(take(ledger, "mark", "two", 1).await, None);
    assert_eq!(
        ledger.renew(&mut lease, at(1), LASTS).await,
        Ok(true),
        "which keeps the mark"
    );
    assert_eq!(lease.until, at(3));
    let GivenBack::Again(lease) = ledger.give_back(lease).await.unwrap() else {
        panic!("the mark is lost");
    };
    assert_eq!(take(ledger, "mark", "three", 1).await, None, "it is still held");
    let GivenBack::Again(lease) = ledger.give_back(lease).await.unwrap() else {
        panic!("the second mark is lost");
    };
    assert_eq!(ledger.give_back(lease).await, Ok(GivenBack::Free));
    assert!(take(ledger, "mark", "four", 1).await.is_some());
}

async fn of_eight_takers_one_gets_the_lease(ledger: &Ledger) {
    for round in 0..5 {
        let asset = format!("race-{round}");
        let takers = (0..8).map(|owner| {
            let (ledger, asset) = (ledger.clone(), asset.clone());
            tokio::spawn(async move { take(&ledger, &asset, &format!("{owner}"), 0).await })
        });
        let mut leases = Vec::new();
        for taker in takers.collect::<Vec<_>>() {
            leases.extend(taker.await.unwrap());
        }
        assert_eq!(leases.len(), 1);
        let given = ledger.give_back(leases.remove(0)).await.unwrap();
        assert!(matches!(given, GivenBack::Again(_)), "seven have left a mark");
    }
}

async fn the_copy_of_google_grows_and_shrinks(ledger: &Ledger) {
    let event = |id: &str| GoogleEvent {
        id: id.to_owned(),
        etag: "e".to_owned(),
        face: content("A stay", period(1, 2)).face,
        is_opaque: true,
        is_deleted: false,
        tag: None,
        ical_uid: String::new(),
    };
    let lease = take(ledger, "google", "one", 0).await.unwrap();
    assert_eq!(ledger.google("google").await, Ok(GoogleCopy::default()));
    let many: Vec<GoogleEvent> = (0..120).map(|at| event(&format!("{at:03}"))).collect();
    assert_eq!(ledger.keep_google(&lease, &many, &[], None).await, Ok(Put::Done));
    let copy = ledger.google("google").await.unwrap();
    assert_eq!(
        (copy.cursor, copy.events),
        (None, many.clone()),
        "a page is no whole list"
    );
    let gone = [many[0].id.clone()];
    assert_eq!(
        ledger.keep_google(&lease, &[], &gone, Some("c1")).await,
        Ok(Put::Done)
    );
    let copy = ledger.google("google").await.unwrap();
    assert_eq!(
        (copy.cursor.as_deref(), &copy.events[..]),
        (Some("c1"), &many[1..])
    );
}

async fn a_feed_has_one_address(ledger: &Ledger) {
    let address = FeedAddress {
        asset: "a".to_owned(),
        listing: "l".to_owned(),
    };
    assert_eq!(ledger.feed_secret("l").await, Ok(None));
    for secret in ["first", "second", "second"] {
        assert_eq!(ledger.rotate_feed_secret(&address, secret).await, Ok(()));
        assert_eq!(ledger.feed_secret("l").await, Ok(Some(secret.to_owned())));
        assert_eq!(ledger.listing_of_feed(secret).await, Ok(Some(address.clone())));
    }
    assert_eq!(
        ledger.listing_of_feed("first").await,
        Ok(None),
        "the old address has ended"
    );
    assert_eq!(ledger.listing_of_feed("").await, Ok(None));
}

async fn of_eight_webhooks_of_one_id_one_is_new(ledger: &Ledger) {
    let hooks = (0..8).map(|_| {
        let ledger = ledger.clone();
        tokio::spawn(async move { ledger.seen_webhook("p", "id", at(0), LASTS).await.unwrap() })
    });
    let mut new = 0;
    for hook in hooks.collect::<Vec<_>>() {
        new += usize::from(hook.await.unwrap());
    }
    assert_eq!(new, 1);
    assert_eq!(
        ledger.seen_webhook("p", "id", at(2), LASTS).await,
        Ok(true),
        "its time is over"
    );
    assert_eq!(ledger.seen_webhook("q", "id", at(2), LASTS).await, Ok(true));
}

#[tokio::test]
async fn the_ledger_in_memory_keeps_its_promises() {
    check(Arc::new(Events::in_memory())).await;
}

#[tokio::test]
async fn the_ledger_in_dynamodb_keeps_its_promises() {
    let Some(emulated) = Emulated::of("the_ledger_in_dynamodb_keeps_its_promises").await else {
        return;
    };
    emulated.create_table().await;
    check(Arc::new(Events::in_table(
        &emulated.config,
        emulated.name.clone(),
    )))
    .await;
    emulated.delete_table().await;
}

#[tokio::test]
async fn the_quick_table_keeps_the_same_promises() {
    let table = testkit::QuickTable::start().await.unwrap();
    let emulated = Emulated::at(table.origin()).await;
    check(Arc::new(Events::in_table(
        &emulated.config,
        emulated.name.clone(),
    )))
    .await;
}
