//! `POST /calendar/add-event`.

use std::sync::Arc;

use serde_json::{Value, json};
use store::ContactsOf;
use testkit::Fault;

use super::fixture::{Fixture, PONTOON_FEED};

fn tour(start: &str, end: &str) -> Value {
    json!({ "asset": "pontoon", "title": "Harbor tour", "start": start, "end": end })
}

fn free() -> Value {
    tour("2027-02-03T10:00:00-05:00", "2027-02-03T14:00:00-05:00")
}

#[tokio::test]
async fn a_free_time_is_taken_with_201() {
    let fixture = Fixture::new().await;
    insta::assert_json_snapshot!(fixture.add(&free()).await);
}

#[tokio::test]
async fn an_events_guest_is_kept_with_it_and_shown_to_nobody() {
    let fixture = Fixture::new().await;
    let mut body = free();
    body["guest"] = json!({ "name": "Alex", "email": "alex@example.com", "phone": "+15551234567" });
    let reply = fixture.add(&body).await;
    assert_eq!(reply.status, 201);
    assert!(!reply.body.to_string().contains("example.com"), "{reply:?}");
    let id = reply.body["event"]["id"].as_str().unwrap().to_owned();
    let kept = fixture
        .broker
        .deliveries
        .contacts(&ContactsOf::Booking(id), None, 10)
        .await
        .unwrap();
    let kept: Vec<&str> = kept.0.iter().map(|contact| contact.address.as_str()).collect();
    assert_eq!(kept, ["alex@example.com", "+15551234567"]);
}

#[tokio::test]
async fn a_taken_time_is_409_and_names_what_is_there() {
    let fixture = Fixture::new().await;
    let own = tour("2027-01-20T06:00:00-05:00", "2027-01-20T08:00:00-05:00");
    assert_eq!(fixture.add(&own).await.status, 201);
    let body = tour("2027-01-20T08:30:00-05:00", "2027-01-23T00:00:00-05:00");
    insta::assert_json_snapshot!(fixture.add(&body).await);
}

/// The pontoon needs 60 minutes; a reservation ends at 14:00 in New York.
#[tokio::test]
async fn the_turnover_is_kept_free() {
    let fixture = Fixture::new().await;
    let near = tour("2027-01-20T14:59:59-05:00", "2027-01-20T16:00:00-05:00");
    let reply = fixture.add(&near).await;
    assert_eq!(
        (reply.status, &reply.body["conflicts"][0]["cause"]),
        (409, &json!("turnover"))
    );
    let enough = tour("2027-01-20T15:00:00-05:00", "2027-01-20T16:00:00-05:00");
    assert_eq!(fixture.add(&enough).await.status, 201);
}

#[tokio::test]
async fn a_cancelled_booking_is_in_nobodys_way() {
    let fixture = Fixture::new().await;
    let body = tour("2027-01-25T10:00:00-05:00", "2027-01-25T14:00:00-05:00");
    assert_eq!(fixture.add(&body).await.status, 201);
}

#[tokio::test]
async fn an_unread_feed_is_503_unless_the_caller_accepts_it() {
    let fixture = Fixture::new().await;
    fixture.break_feed(PONTOON_FEED, Fault::Drop);
    insta::assert_json_snapshot!(fixture.add(&free()).await);
    let mut accepting = free();
    accepting["accept_unchecked"] = json!(true);
    let reply = fixture.add(&accepting).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.body["unchecked"][0]["listing"], "getmyboat-pontoon");
}

#[tokio::test]
async fn a_known_conflict_counts_also_where_unread_feeds_are_accepted() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.add(&free()).await.status, 201);
    fixture.break_feed(PONTOON_FEED, Fault::Drop);
    let mut accepting = free();
    accepting["accept_unchecked"] = json!(true);
    let reply = fixture.add(&accepting).await;
    assert_eq!(
        (reply.status, reply.body["unchecked"].as_array().unwrap().len()),
        (409, 1)
    );
}

#[tokio::test]
async fn whole_days_are_days_at_the_site() {
    let fixture = Fixture::new().await;
    let reply = fixture.add(&tour("2027-03-14", "2027-03-15")).await;
    let event = &reply.body["event"];
    let expected = (
        &json!("2027-03-14T00:00:00-05:00"),
        &json!("2027-03-15T00:00:00-04:00"),
    );
    assert_eq!((&event["start"], &event["end"]), expected);
}

#[tokio::test]
async fn the_same_key_and_request_get_the_first_answer_again() {
    let fixture = Fixture::new().await;
    let key = [("idempotency-key", "canary-key")];
    let body = free().to_string();
    let first = fixture.post(&key, &body).await;
    assert_eq!(first.status, 201);
    assert_eq!(fixture.post(&key, &body).await, first);
    let spaced = body.replace(',', " ,\n ");
    assert_eq!(
        fixture.post(&key, &spaced).await,
        first,
        "the request is the same, however it is spaced"
    );
    let other = fixture
        .post(&key, &tour("2027-02-05", "2027-02-06").to_string())
        .await;
    insta::assert_json_snapshot!(other);
    let mut direct = free();
    direct["action"] = json!("add-calendar-event");
    direct["idempotency_key"] = json!("canary-key");
    assert_eq!(fixture.invoke(direct).await["body"], first.body);
}

#[tokio::test]
async fn a_refusal_is_not_kept_for_its_key() {
    let fixture = Fixture::new().await;
    let key = [("idempotency-key", "k")];
    fixture.break_feed(PONTOON_FEED, Fault::Drop);
    assert_eq!(fixture.post(&key, &free().to_string()).await.status, 503);
    fixture.simulator.clear(PONTOON_FEED);
    assert_eq!(fixture.post(&key, &free().to_string()).await.status, 201);
}

#[tokio::test]
async fn a_key_that_cannot_be_one_is_refused() {
    let fixture = Fixture::new().await;
    for key in ["", "two words", "é", &"k".repeat(256)] {
        let reply = fixture
            .post(&[("idempotency-key", key)], &free().to_string())
            .await;
        assert_eq!(
            (reply.status, &reply.body["errors"][0]["field"]),
            (422, &json!("idempotency-key")),
            "{key}"
        );
    }
}

async fn race(fixture: &Fixture, bodies: Vec<Value>) -> Vec<u64> {
    let racers: Vec<_> = bodies
        .into_iter()
        .map(|mut body| {
            body["action"] = json!("add-calendar-event");
            let (broker, moment) = (Arc::clone(&fixture.broker), fixture.moment());
            tokio::spawn(async move { broker.handle(body, moment).await["status"].as_u64().unwrap() })
        })
        .collect();
    let mut statuses = Vec::new();
    for racer in racers {
        statuses.push(racer.await.unwrap());
    }
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn of_eight_who_want_the_same_time_one_gets_it() {
    let fixture = Fixture::new().await;
    let statuses = race(&fixture, vec![free(); 8]).await;
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn of_eight_who_want_different_times_all_get_theirs() {
    let fixture = Fixture::new().await;
    let day = |day| {
        tour(
            &format!("2027-02-{day:02}T10:00:00Z"),
            &format!("2027-02-{day:02}T12:00:00Z"),
        )
    };
    let statuses = race(&fixture, (1..9).map(day).collect()).await;
    assert_eq!(statuses, [201; 8]);
}

#[tokio::test]
async fn of_eight_who_repeat_one_request_all_get_its_answer() {
    let fixture = Fixture::new().await;
    let mut body = free();
    body["idempotency_key"] = json!("again");
    assert_eq!(race(&fixture, vec![body; 8]).await, [201; 8]);
    let listed = fixture
        .get("/calendar/events", "asset=pontoon&from=2027-02-03&to=2027-02-04")
        .await;
    assert_eq!(listed.body["events"].as_array().unwrap().len(), 1);
}
