//! What platform-sync is asked, how its answers are passed on, and the outbound feeds.

use booking::sync::{Outbound, OutboundBlock, Write};
use calendar::Period;
use chrono::TimeDelta;
use serde_json::{Value, json};
use store::{FeedAddress, Put, Taken};

use super::fixture::{Fixture, Reply, now, token};

async fn post(fixture: &Fixture, path: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {}", token(1).reveal());
    fixture
        .http("POST", path, "", &[("authorization", &bearer)], Some(body))
        .await
}

fn synced(outcome: &Value) -> Value {
    let asset =
        json!({ "asset": "pontoon", "outcome": outcome, "rows": [], "text": "nothing to do", "feeds": [] });
    json!({ "answer": "synced", "assets": [asset] })
}

async fn check(path: &str, body: &str, answer: Value) -> (Reply, Vec<Value>) {
    let fixture = Fixture::new().await;
    fixture.broker.synchroniser.answer_with(answer);
    let reply = post(&fixture, path, body).await;
    (reply, fixture.broker.synchroniser.asked())
}

#[tokio::test]
async fn a_synchronisation_is_asked_for_and_told() {
    let body = r#"{"platform": "getmyboat", "dry_run": true}"#;
    insta::assert_json_snapshot!(check("/platforms/sync", body, synced(&json!("planned"))).await);
    let (reply, asked) = check("/platforms/sync", "", synced(&json!({ "done": { "writes": 2 } }))).await;
    assert_eq!(
        (reply.status, asked),
        (200, vec![json!({ "action": "sync", "dry_run": false })])
    );
}

#[tokio::test]
async fn a_run_that_goes_on_is_202() {
    let (reply, _) = check("/platforms/sync", "{}", Value::Null).await;
    assert_eq!(
        (reply.status, reply.body),
        (202, json!({ "state": "still-running" }))
    );
    let (reply, _) = check("/platforms/sync", "{}", synced(&json!("busy"))).await;
    assert_eq!(
        (reply.status, &reply.body["assets"][0]["outcome"]),
        (202, &json!("busy"))
    );
}

#[tokio::test]
async fn an_unknown_platform_is_refused_before_anybody_is_asked() {
    let (reply, asked) = check("/platforms/sync", r#"{"platform": "none"}"#, Value::Null).await;
    assert_eq!((reply.status, asked), (422, vec![]));
}

#[tokio::test]
async fn conflicts_are_listed() {
    let fixture = Fixture::new().await;
    insta::assert_json_snapshot!(fixture.get("/conflicts", "").await);
    fixture.broker.synchroniser.answer_with(json!("nonsense"));
    insta::assert_json_snapshot!(fixture.get("/conflicts", "").await.body);
}

#[tokio::test]
async fn the_operator_s_word_is_passed_on() {
    let done = || synced(&json!({ "done": { "writes": 1 } }));
    let (reply, asked) = check("/conflicts/d-1/resolve", r#"{"winner": "l-2"}"#, done()).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        asked,
        [json!({ "action": "resolve", "id": "d-1", "winner": "l-2" })]
    );
    let (reply, asked) = check("/conflicts/d-1/undo", "", done()).await;
    assert_eq!(reply.status, 200);
    assert_eq!(asked, [json!({ "action": "undo", "id": "d-1" })]);
    let (reply, asked) = check("/conflicts/d-1/undo", r#"{"id": "d-2"}"#, done()).await;
    assert_eq!((reply.status, asked), (422, vec![]));
    let (reply, asked) = check("/conflicts/d-1/resolve", "{}", done()).await;
    assert_eq!((reply.status, asked), (422, vec![]));
}

#[tokio::test]
async fn what_is_refused_says_why() {
    let refused =
        |is_unknown| json!({ "answer": "refused", "is_unknown": is_unknown, "reason": "there is a reason" });
    insta::assert_json_snapshot!(check("/conflicts/d-1/undo", "", refused(true)).await.0);
    insta::assert_json_snapshot!(check("/conflicts/d-1/undo", "", refused(false)).await.0);
    insta::assert_json_snapshot!(check("/conflicts/d-1/undo", "", synced(&json!("busy"))).await.0);
}

/// Stores what the listing's feed shows: one block from the given hour of 2027-02-01.
async fn show(fixture: &Fixture, hour: i64) {
    let ledger = &fixture.broker.ledger;
    let lasts = TimeDelta::minutes(1);
    let Taken::Lease(lease) = ledger.take("pontoon", "test", now(), lasts).await.unwrap() else {
        panic!("it is free");
    };
    let start = chrono::DateTime::from_timestamp(1_801_440_000 + hour * 3600, 0).unwrap();
    let write = Write::PutOutbound(Outbound {
        listing: "getmyboat-pontoon".to_owned(),
        asset: "pontoon".to_owned(),
        blocks: vec![OutboundBlock {
            uid: "ab12@test.landfall".to_owned(),
            period: Period::new(start, start + TimeDelta::hours(2)),
            since: now(),
        }],
        lately: Vec::new(),
    });
    let mut loaded = ledger.load("pontoon", now()).await.unwrap();
    assert_eq!(
        ledger.put(&lease, &mut loaded, &write, now()).await.unwrap(),
        Put::Done
    );
    ledger.give_back(lease).await.unwrap();
}

async fn feed(fixture: &Fixture, path: &str, headers: &[(&str, &str)]) -> Reply {
    fixture.http("GET", path, "", headers, None).await
}

#[tokio::test]
async fn a_feed_tells_when_the_asset_is_taken_and_only_by_its_address() {
    let fixture = Fixture::new().await;
    let address = FeedAddress {
        asset: "pontoon".to_owned(),
        listing: "getmyboat-pontoon".to_owned(),
    };
    let ledger = &fixture.broker.ledger;
    ledger.rotate_feed_secret(&address, "first-secret").await.unwrap();
    let empty = feed(&fixture, "/feeds/first-secret.ics", &[]).await;
    assert_eq!(empty.status, 200);
    show(&fixture, 10).await;
    let told = feed(&fixture, "/feeds/first-secret.ics", &[]).await;
    insta::assert_json_snapshot!(told);
    assert_eq!(feed(&fixture, "/feeds/first-secret.ics", &[]).await, told);

    let etag = told.headers["etag"].as_str().unwrap();
    for known in [etag.to_owned(), format!("\"x\", W/{etag}"), "*".to_owned()] {
        let same = feed(&fixture, "/feeds/first-secret.ics", &[("if-none-match", &known)]).await;
        assert_eq!((same.status, &same.body), (304, &json!("")), "{known}");
        assert_eq!(same.headers["etag"], etag);
    }
    show(&fixture, 14).await;
    let moved = feed(&fixture, "/feeds/first-secret.ics", &[("if-none-match", etag)]).await;
    assert_eq!(moved.status, 200);
    assert!(
        moved
            .body
            .as_str()
            .unwrap()
            .contains("UID:ab12@test.landfall\r\n")
    );

    ledger
        .rotate_feed_secret(&address, "second-secret")
        .await
        .unwrap();
    assert_eq!(feed(&fixture, "/feeds/second-secret.ics", &[]).await.status, 200);
    let unknown = feed(&fixture, "/feeds/first-secret.ics", &[]).await;
    insta::assert_json_snapshot!(unknown);
    for path in [
        "/feeds/second-secret",
        "/feeds/x.ics",
        "/feeds/.ics",
        "/feeds/getmyboat-pontoon.ics",
    ] {
        assert_eq!(feed(&fixture, path, &[]).await, unknown, "{path}");
    }
}
