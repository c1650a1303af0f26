//! The requests that wait, and the operator's answers to them.

use booking::Kind;
use booking::sync::Link;
use calendar::Period;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::fixture::{Fixture, Reply, now, token};
use super::reports::year::{link, store};

/// A request that was first seen so many minutes ago.
fn request(id: &str, asset: &str, platform: &str, minutes: i64) -> Link {
    let start = now() + TimeDelta::days(3);
    let period = Period::new(start, start + TimeDelta::hours(4));
    let mut link = link(id, asset, platform, now() - TimeDelta::minutes(minutes), period);
    link.content.kind = Kind::Hold;
    link
}

async fn waiting(fixture: &Fixture, query: &str) -> Vec<Value> {
    let reply = fixture.get("/bookings/pending", query).await;
    assert_eq!(reply.status, 200);
    reply.body["bookings"].as_array().unwrap().clone()
}

fn ids(waiting: &[Value]) -> Vec<&str> {
    waiting.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

async fn answer(fixture: &Fixture, path: &str) -> Reply {
    let bearer = format!("Bearer {}", token(1).reveal());
    fixture
        .http("POST", path, "", &[("authorization", &bearer)], None)
        .await
}

#[tokio::test]
async fn the_soonest_deadline_comes_first_and_those_without_one_last() {
    let fixture = Fixture::new().await;
    let pontoon = [
        request("late", "pontoon", "getmyboat", 10),
        request("soon", "pontoon", "getmyboat", 100),
        request("never", "pontoon", "boatsetter", 500),
    ];
    store(&fixture, "pontoon", &pontoon).await;
    store(&fixture, "hall", &[request("between", "hall", "getmyboat", 50)]).await;
    let all = waiting(&fixture, "").await;
    assert_eq!(ids(&all), ["soon", "between", "late", "never"]);
    insta::assert_json_snapshot!([&all[1], &all[3]]);
    assert_eq!(ids(&waiting(&fixture, "site=lakehouse").await), ["between"]);
    assert_eq!(
        ids(&waiting(&fixture, "asset=pontoon").await),
        ["soon", "late", "never"]
    );
    let direct = fixture
        .invoke(json!({ "action": "list-pending-bookings", "asset": "hall" }))
        .await;
    assert_eq!(direct["body"]["bookings"][0]["id"], "between");
}

#[tokio::test]
async fn what_is_firm_over_or_the_operators_own_does_not_wait() {
    let fixture = Fixture::new().await;
    let mut firm = request("firm", "sloop", "getmyboat", 1);
    firm.content.kind = Kind::Reservation;
    let mut confirmed = request("confirmed", "sloop", "getmyboat", 1);
    confirmed.accepted = Some(now());
    let mut over = request("over", "sloop", "getmyboat", 1);
    over.content.face.period = Period::new(now() - TimeDelta::hours(4), now());
    let own = request("own", "sloop", "own", 1);
    store(&fixture, "sloop", &[firm, confirmed, over, own]).await;
    assert_eq!(waiting(&fixture, "").await, [] as [Value; 0]);
}

#[tokio::test]
async fn the_overview_tells_what_waits_and_what_can_be_taken_back() {
    let fixture = Fixture::new().await;
    let confirmed = |id| {
        let mut confirmed = request(id, "pontoon", "getmyboat", 1);
        confirmed.accepted = Some(now());
        confirmed
    };
    let mut firm_by_now = confirmed("firm-by-now");
    firm_by_now.content.kind = Kind::Reservation;
    let mut over = confirmed("over");
    over.content.face.period = Period::new(now() - TimeDelta::hours(4), now());
    let lines = [
        confirmed("mine"),
        firm_by_now,
        over,
        request("late", "pontoon", "getmyboat", 10),
        request("soon", "pontoon", "getmyboat", 100),
    ];
    store(&fixture, "pontoon", &lines).await;
    let reply = fixture.get("/overview", "").await;
    let of = |part: &str| reply.body[part].as_array().unwrap().clone();
    assert_eq!(ids(&of("requests")), ["soon", "late"]);
    assert_eq!(of("requests"), waiting(&fixture, "").await);
    assert_eq!(ids(&of("confirmed")), ["mine"]);
}

#[tokio::test]
async fn an_answer_is_passed_on_by_the_request_s_id() {
    let fixture = Fixture::new().await;
    let synchroniser = &fixture.broker.synchroniser;
    synchroniser.answer_with(json!({ "answer": "synced", "assets": [] }));
    for (path, expected) in [
        (
            "/bookings/a-1/confirm",
            json!({ "action": "confirm", "id": "a-1" }),
        ),
        ("/bookings/a-1/hold", json!({ "action": "hold", "id": "a-1" })),
    ] {
        assert_eq!(answer(&fixture, path).await.status, 200);
        assert_eq!(synchroniser.asked().last(), Some(&expected));
    }
}

#[tokio::test]
async fn what_platform_sync_refuses_is_a_problem() {
    let fixture = Fixture::new().await;
    for (is_unknown, status) in [(true, 404), (false, 409)] {
        fixture
            .broker
            .synchroniser
            .answer_with(json!({ "answer": "refused", "is_unknown": is_unknown, "reason": "why" }));
        let reply = answer(&fixture, "/bookings/a-1/confirm").await;
        assert_eq!((reply.status, &reply.body["detail"]), (status, &json!("why")));
    }
    let busy = json!({ "asset": "a", "outcome": "busy", "rows": [], "text": "", "feeds": [] });
    fixture
        .broker
        .synchroniser
        .answer_with(json!({ "answer": "synced", "assets": [busy] }));
    assert_eq!(answer(&fixture, "/bookings/a-1/hold").await.status, 409);
    fixture.broker.synchroniser.answer_with(Value::Null);
    assert_eq!(answer(&fixture, "/bookings/a-1/hold").await.status, 202);
}
