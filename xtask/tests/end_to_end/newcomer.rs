//! What the README promises.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::cloud::{Cloud, event, free_day};

#[test]
fn a_newcomer_sees_the_sample_feeds_bookings() {
    let Some(cloud) = Cloud::shared() else { return };
    let body = cloud.get("/platforms/bookings").with_status(200).body();
    let bookings = body["bookings"].as_array().unwrap();
    for listing in [
        "getmyboat-pontoon",
        "boatsetter-pontoon",
        "getmyboat-sloop",
        "getmyboat-hall",
    ] {
        assert!(
            bookings.iter().any(|booking| booking["listing"] == listing),
            "nothing of {listing}"
        );
    }
    assert!(bookings.iter().all(|booking| booking["source"] == "platform"));
    let own = cloud.get("/platforms/bookings?platform=boatsetter").body();
    assert!(
        own["bookings"]
            .as_array()
            .unwrap()
            .iter()
            .all(|booking| booking["platform"] == "boatsetter")
    );
}

#[test]
fn an_event_is_added_once_and_what_overlaps_it_is_refused_by_name() {
    let Some(cloud) = Cloud::shared() else { return };
    let day = free_day();
    let key = format!("newcomer-{day}");
    let cruise = event(&day, "Sunset cruise");
    let added = cloud.add(&cruise, Some(&key)).with_status(201).body();
    let id = added["event"]["id"].as_str().unwrap().to_owned();

    let again = cloud.add(&cruise, Some(&key)).with_status(201).body();
    assert_eq!(again, added, "the same key gives the same answer");

    let mut overlapping = event(&day, "Regatta");
    overlapping["start"] = json!(format!("{day}T11:00:00Z"));
    overlapping["end"] = json!(format!("{day}T13:00:00Z"));
    let refused = cloud.add(&overlapping, None).with_status(409).body();
    assert_eq!(refused["type"], "urn:landfall:problem:conflict");
    let conflicts = refused["conflicts"].as_array().unwrap();
    let told: Vec<_> = conflicts
        .iter()
        .map(|conflict| (&conflict["id"], &conflict["title"], &conflict["cause"]))
        .collect();
    assert_eq!(told, [(&json!(id), &json!("Sunset cruise"), &json!("overlap"))]);

    let other = cloud
        .add(&event(&day, "Another"), Some(&key))
        .with_status(422)
        .body();
    assert_eq!(other["type"], "urn:landfall:problem:idempotency-key-reused");

    let listed = list(&cloud, &day);
    assert_eq!(ids(&listed), [id.as_str()], "the refused events are not there");
}

#[test]
fn a_direct_invocation_gives_the_same_body_as_http() {
    let Some(cloud) = Cloud::shared() else { return };
    let day = free_day();
    cloud.add(&event(&day, "Sunset cruise"), None).with_status(201);
    let over_http = list(&cloud, &day);
    let direct = cloud.invoke(&json!({
        "action": "list-calendar-events", "asset": "sloop", "from": day, "to": next(&day),
    }));
    assert_eq!(direct["status"], 200);
    assert_eq!(ids(&over_http).len(), 1);
    assert_eq!(settled(direct["body"].clone()), settled(over_http));
    let refused = cloud.invoke(&json!({ "action": "add-calendar-event" }));
    assert_eq!(refused["status"], 422);
}

fn list(cloud: &Cloud, day: &str) -> Value {
    let path = format!("/calendar/events?asset=sloop&from={day}&to={}", next(day));
    cloud.get(&path).with_status(200).body()
}

fn ids(list: &Value) -> Vec<&str> {
    let events = list["events"].as_array().unwrap();
    events.iter().map(|event| event["id"].as_str().unwrap()).collect()
}

/// Without what differs between two readings of the same feeds: when, and whether it was known already.
fn settled(mut list: Value) -> Value {
    for source in list["sources"].as_array_mut().unwrap() {
        let source = source.as_object_mut().unwrap();
        assert!(source.remove("fetched_at").is_some());
        let status = source.insert("status".to_owned(), json!("read"));
        assert!([Some(json!("ok")), Some(json!("not-modified"))].contains(&status));
    }
    list
}

fn next(day: &str) -> String {
    let midnight: DateTime<chrono::Utc> = format!("{day}T00:00:00Z").parse().unwrap();
    (midnight + TimeDelta::days(1)).format("%Y-%m-%d").to_string()
}
