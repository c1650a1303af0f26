//! One suite for both tables. The real one runs where `LANDFALL_TEST_ENDPOINT` names a DynamoDB endpoint that may be
//! filled at will, such as a local emulator.

use std::sync::Arc;

use booking::OwnEventKind;
use emulated::Emulated;
use proptest::prelude::*;

use super::*;
use crate::{Answered, AssetVersion};

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + hour * 3600, 0).unwrap()
}

fn period(from: i64, to: i64) -> Period {
    Period {
        start: at(from),
        end: at(to),
    }
}

fn event(id: &str, asset: &str, from: i64, to: i64) -> OwnEvent {
    OwnEvent {
        id: id.to_owned(),
        asset: asset.to_owned(),
        title: format!("Title of {id}"),
        period: period(from, to),
        kind: OwnEventKind::Booking,
        created_at: at(0),
    }
}

fn addition(event: &OwnEvent, seen: AssetVersion) -> Addition<'_> {
    Addition {
        event,
        seen,
        answer: None,
        guest: &[],
    }
}

/// Adds an event as a writer does who meets nobody else.
async fn add(events: &Events, event: &OwnEvent) {
    let seen = events.seen(&event.asset, event.period).await.unwrap();
    let outcome = events.add_event(addition(event, seen.version), at(0)).await;
    assert_eq!(outcome, Ok(AddOutcome::Added));
}

async fn ids(events: &Events, asset: &str, from: i64, to: i64) -> Vec<String> {
    let found = events.events_in(asset, period(from, to)).await.unwrap();
    found.into_iter().map(|event| event.id).collect()
}

/// Everything that a table must do, on an empty one.
async fn check(events: Arc<Events>) {
    an_event_comes_back_as_it_was_added(&events).await;
    a_period_gives_what_overlaps_it_and_no_more(&events).await;
    a_writer_who_saw_an_older_version_has_raced(&events).await;
    an_answer_is_recalled_for_the_same_request_only(&events).await;
    eight_racers_for_one_hour_have_one_winner(&events).await;
}

async fn an_event_comes_back_as_it_was_added(events: &Events) {
    let added = event("evt_1", "sloop", 10, 12);
    add(events, &added).await;
    assert_eq!(events.events_in("sloop", period(0, 20)).await, Ok(vec![added]));
    assert!(ids(events, "sloo", 0, 20).await.is_empty());
    assert!(ids(events, "sloop#event", 0, 20).await.is_empty());
}

async fn a_period_gives_what_overlaps_it_and_no_more(events: &Events) {
    let long = MAX_EVENT_LENGTH.num_hours();
    for event in [
        event("evt_before", "hall", -2, 0),
        event("evt_long", "hall", 10 - long, 10),
        event("evt_early", "hall", -1, 1),
        event("evt_b", "hall", 5, 6),
        event("evt_a", "hall", 5, 7),
        event("evt_late", "hall", 8, 12),
        event("evt_after", "hall", 9, 11),
    ] {
        add(events, &event).await;
    }
    let inside = ["evt_long", "evt_early", "evt_a", "evt_b", "evt_late"];
    assert_eq!(ids(events, "hall", 0, 9).await, inside);
    assert_eq!(
        ids(events, "hall", 9, 10).await,
        ["evt_long", "evt_late", "evt_after"]
    );
    assert!(ids(events, "hall", 12, 13).await.is_empty());
    let too_long = event("evt_too_long", "hall", 0, long + 1);
    let refused = events
        .add_event(addition(&too_long, AssetVersion(7)), at(0))
        .await;
    assert_eq!(refused, Err(StoreError::TooLong));
}

async fn a_writer_who_saw_an_older_version_has_raced(events: &Events) {
    let (first, second) = (event("evt_x", "pier", 0, 1), event("evt_y", "pier", 5, 6));
    let stale = events.seen("pier", period(0, 9)).await.unwrap();
    add(events, &first).await;
    let outcome = events.add_event(addition(&second, stale.version), at(0)).await;
    assert_eq!(outcome, Ok(AddOutcome::Raced));
    let fresh = events.seen("pier", period(0, 9)).await.unwrap();
    assert_eq!(fresh.events, std::slice::from_ref(&first));
    let again = events.add_event(addition(&first, fresh.version), at(0)).await;
    assert_eq!(again, Ok(AddOutcome::Raced), "an id is taken once");
    let outcome = events.add_event(addition(&second, fresh.version), at(0)).await;
    assert_eq!(outcome, Ok(AddOutcome::Added));
    assert_eq!(ids(events, "pier", 0, 9).await, ["evt_x", "evt_y"]);
}

async fn an_answer_is_recalled_for_the_same_request_only(events: &Events) {
    let request = RequestKey::new("add", "key-1", b"{\"a\":1}");
    assert_eq!(events.recall(&request, at(0)).await, Ok(Recall::New));
    let answered = Answered {
        status: 201,
        body: "{\"id\":\"evt_q\"}".to_owned(),
    };
    let (first, second) = (event("evt_q", "quay", 0, 1), event("evt_r", "quay", 2, 3));
    let with_answer = |event, seen| Addition {
        event,
        seen,
        answer: Some((&request, &answered)),
        guest: &[],
    };
    let outcome = events
        .add_event(with_answer(&first, AssetVersion(0)), at(0))
        .await;
    assert_eq!(outcome, Ok(AddOutcome::Added));

    let recalled = Ok(Recall::Answered(answered.clone()));
    assert_eq!(events.recall(&request, at(23)).await, recalled);
    let other_body = RequestKey::new("add", "key-1", b"{\"a\":2}");
    assert_eq!(events.recall(&other_body, at(1)).await, Ok(Recall::Reused));
    let other_key = RequestKey::new("add", "key-2", b"{\"a\":1}");
    assert_eq!(events.recall(&other_key, at(1)).await, Ok(Recall::New));

    let outcome = events
        .add_event(with_answer(&second, AssetVersion(1)), at(23))
        .await;
    assert_eq!(outcome, Ok(AddOutcome::Raced), "the same request was answered");
    assert_eq!(
        ids(events, "quay", 0, 9).await,
        ["evt_q"],
        "the transaction is all or nothing"
    );
    assert_eq!(events.recall(&request, at(24)).await, Ok(Recall::New));
    let outcome = events
        .add_event(with_answer(&second, AssetVersion(1)), at(24))
        .await;
    assert_eq!(outcome, Ok(AddOutcome::Added), "the key's time is over");
}

/// Each racer does what the broker does: look, add only if the hour is free, look again after a race.
async fn eight_racers_for_one_hour_have_one_winner(events: &Arc<Events>) {
    for round in 0..25 {
        let racers: Vec<_> = (0..8)
            .map(|racer| tokio::spawn(race(Arc::clone(events), round, racer)))
            .collect();
        let mut wins = 0;
        for racer in racers {
            wins += usize::from(racer.await.unwrap());
        }
        assert_eq!(wins, 1, "round {round}");
        assert_eq!(ids(events, "race", round, round + 1).await.len(), 1);
    }
}

async fn race(events: Arc<Events>, round: i64, racer: u8) -> bool {
    let mine = event(&format!("evt_{round}_{racer}"), "race", round, round + 1);
    loop {
        let seen = events.seen("race", mine.period).await.unwrap();
        if !seen.events.is_empty() {
            return false;
        }
        match events
            .add_event(addition(&mine, seen.version), at(0))
            .await
            .unwrap()
        {
            AddOutcome::Added => return true,
            AddOutcome::Raced => tokio::task::yield_now().await,
        }
    }
}

#[tokio::test]
async fn the_table_in_memory_keeps_its_promises() {
    check(Arc::new(Events::in_memory())).await;
}

#[tokio::test]
async fn the_table_in_dynamodb_keeps_its_promises() {
    let Some(emulated) = Emulated::of("the_table_in_dynamodb_keeps_its_promises").await else {
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
async fn a_table_that_is_not_there_is_missing() {
    let Some(emulated) = Emulated::of("a_table_that_is_not_there_is_missing").await else {
        return;
    };
    let events = Events::in_table(&emulated.config, "landfall-no-such-table".to_owned());
    let missing = StoreError::Missing {
        what: "the events table",
    };
    assert_eq!(events.events_in("sloop", period(0, 1)).await, Err(missing));
    let event = event("evt_1", "sloop", 0, 1);
    let outcome = events.add_event(addition(&event, AssetVersion(0)), at(0)).await;
    assert_eq!(outcome, Err(missing));
}

proptest! {
    #[test]
    fn a_row_is_read_back_as_the_event_it_was_made_of(
        (start, length) in (0_i64..8_000_000_000, 1_i64..34_560_000),
        (title, is_block) in (".{1,20}", any::<bool>()),
    ) {
        let instant = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let event = OwnEvent {
            title,
            kind: if is_block { OwnEventKind::Block } else { OwnEventKind::Booking },
            period: Period { start: instant(start), end: instant(start + length) },
            ..event("evt_1", "sloop", 0, 1)
        };
        prop_assert_eq!(wire::event_of(&wire::event_row(&event)), Ok(event));
    }

    #[test]
    fn every_event_that_overlaps_lies_between_the_sort_keys(
        (from, window) in (0_i64..100_000, 1_i64..5_000),
        (offset, length) in (-20_000_i64..5_000, 1_i64..9_600),
    ) {
        let window = period(from, from + window);
        let event = event("evt_1", "sloop", from + offset, from + offset + length);
        let row = wire::event_row(&event);
        let key = row["sk"].as_s().unwrap();
        let (first, last) = wire::starts_for(window);
        let is_between = first <= *key && *key <= last;
        prop_assert!(is_between || !event.period.overlaps(&window));
    }
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
