//! Requests, the operator's answers, and what the log says of them and of the operator's own events.

use booking::log::{LogLine, News};
use booking::sync::{Content, Entry, Face, Pending, Write};
use booking::{Kind, Origin};
use calendar::Period;
use chrono::TimeDelta;
use contract::sync::Outcome;
use serde_json::json;
use store::{Put, Taken};

use super::fixture::{A, B, Fixture, Stay};

const ASKED: Stay = Stay::new("asked", 10, 10);

/// A world in which a guest has asked for a time on one platform.
async fn asked() -> (Fixture, String) {
    let world = Fixture::with(&[], &[]).await;
    world.publish_requests(A, &[ASKED]);
    world.sync().await;
    let id = waiting(&world).await[0].id.clone();
    (world, id)
}

async fn waiting(world: &Fixture) -> Vec<Pending> {
    world
        .service
        .ledger
        .pending("pontoon", world.now())
        .await
        .unwrap()
}

async fn log(world: &Fixture) -> Vec<LogLine> {
    let now = world.now();
    let lately = Period::new(now - TimeDelta::days(100), now + TimeDelta::days(1));
    world
        .service
        .ledger
        .log("pontoon", lately, None)
        .await
        .unwrap()
        .lines
}

async fn news(world: &Fixture) -> Vec<News> {
    log(world).await.iter().map(|line| line.news).collect()
}

#[tokio::test]
async fn a_request_is_confirmed_and_held_again_while_its_feed_shows_it_as_it_was() {
    let (world, id) = asked().await;
    let (start, end) = ASKED.period();
    assert_eq!(waiting(&world).await[0].face.period, Period::new(start, end));
    let answer = world.ask_sync(json!({ "action": "confirm", "id": id })).await;
    assert!(matches!(answer.outcome, Outcome::Done { .. }), "{answer:?}");
    assert_eq!(waiting(&world).await, []);
    assert_eq!(news(&world).await, [News::Requested, News::Booked]);
    // Again, and the feed is read again: nothing is new.
    world.ask_sync(json!({ "action": "confirm", "id": id })).await;
    assert_eq!(world.sync().await.outcome, Outcome::Done { writes: 0 });
    assert_eq!(news(&world).await, [News::Requested, News::Booked]);
    world.ask_sync(json!({ "action": "hold", "id": id })).await;
    assert_eq!(waiting(&world).await.len(), 1);
    assert_eq!(
        news(&world).await,
        [News::Requested, News::Booked, News::Withdrawn]
    );
}

#[tokio::test]
async fn a_confirmed_request_keeps_its_time_against_a_booking_that_comes_later() {
    let (world, id) = asked().await;
    world.ask(json!({ "action": "confirm", "id": id })).await;
    world.pass_minutes(10);
    world.publish(B, &[Stay::new("rival", 10, 11)]);
    world.sync().await;
    let conflicts = world.ask(json!({ "action": "conflicts" })).await;
    assert_eq!(conflicts["conflicts"][0]["winner"], json!(id));
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let (world, id) = asked().await;
    world.publish(B, &[Stay::new("firm", 20, 10)]);
    world.sync().await;
    let state = world.state().await;
    let firm = state
        .links
        .values()
        .find(|link| link.id != id)
        .unwrap()
        .id
        .clone();
    for action in ["confirm", "hold"] {
        for (id, is_unknown) in [("nobody", true), (firm.as_str(), false)] {
            let answer = world.ask(json!({ "action": action, "id": id })).await;
            let expected = json!(["refused", is_unknown]);
            assert_eq!(
                json!([answer["answer"], answer["is_unknown"]]),
                expected,
                "{action} {id}"
            );
        }
    }
}

#[tokio::test]
async fn an_own_event_and_its_changes_are_in_the_log_and_a_block_is_not() {
    let world = Fixture::with(&[], &[]).await;
    let (start, end) = ASKED.period();
    let entry = |id: &str, kind, period| Entry {
        id: id.to_owned(),
        asset: "pontoon".to_owned(),
        origin: Origin::Own,
        content: Content {
            face: Face {
                title: Some("Regatta".to_owned()),
                period,
                is_tentative: false,
            },
            kind,
            is_opaque: true,
            code: None,
            value: None,
        },
        created_at: start - TimeDelta::days(20),
    };
    let period = Period::new(start, end);
    let moved = Period::new(start + TimeDelta::hours(1), end + TimeDelta::hours(1));
    let own = entry("evt_1", Kind::Reservation, period);
    let block = entry(
        "evt_2",
        Kind::Block,
        Period::new(start + TimeDelta::days(9), end + TimeDelta::days(9)),
    );
    let drop = Write::DropEntry {
        id: own.id.clone(),
        asset: own.asset.clone(),
        face: own.content.face.clone(),
    };
    for write in [
        Write::PutEntry(Box::new(own)),
        Write::PutEntry(Box::new(block)),
        Write::PutEntry(Box::new(entry("evt_1", Kind::Reservation, moved))),
        drop,
    ] {
        put(&world, &write).await;
        world.sync().await;
        world.sync().await;
    }
    let log = log(&world).await;
    assert!(
        log.iter()
            .all(|line| line.origin == Origin::Own && line.booking == "evt_1")
    );
    let news: Vec<News> = log.iter().map(|line| line.news).collect();
    assert_eq!(news, [News::Booked, News::Moved, News::Cancelled]);
}

/// What the API writes of the operator's own events.
async fn put(world: &Fixture, write: &Write) {
    let ledger = &world.service.ledger;
    let taken = ledger
        .take("pontoon", "api", world.now(), TimeDelta::minutes(1))
        .await;
    let Ok(Taken::Lease(lease)) = taken else {
        panic!("held")
    };
    let mut loaded = ledger.load("pontoon", world.now()).await.unwrap();
    let put = ledger.put(&lease, &mut loaded, write, world.now()).await;
    assert_eq!(put, Ok(Put::Done));
    ledger.give_back(lease).await.unwrap();
}
