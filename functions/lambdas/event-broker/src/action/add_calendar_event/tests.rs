//! The decision alone.

use std::collections::BTreeMap;

use booking::OwnEvent;
use calendar::Period;
use chrono::{DateTime, TimeDelta};
use manifest::Manifest;
use serde_json::{Map, json};
use store::Events;

use super::*;

const MANIFEST: &str = r#"{"version":1,"sites":[{"id":"harbor","name":"Harbor","time_zone":"America/New_York",
    "assets":[{"id":"sloop","name":"Sloop","turnover_minutes":30}]}]}"#;

fn moment() -> Moment {
    Moment {
        now: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        feeds_time: Duration::ZERO,
        sync_time: Duration::ZERO,
        fresh_id: "evt_new".to_owned(),
    }
}

fn fields(accept_unchecked: bool) -> Map<String, serde_json::Value> {
    let body = json!({ "asset": "sloop", "title": "Tour", "start": "2027-02-01T10:00:00Z",
        "end": "2027-02-01T12:00:00Z", "accept_unchecked": accept_unchecked });
    body.as_object().cloned().unwrap()
}

async fn seen(own: &[OwnEvent]) -> Seen {
    let events = Events::in_memory();
    let everything = Period {
        start: DateTime::UNIX_EPOCH,
        end: DateTime::from_timestamp(9_000_000_000, 0).unwrap(),
    };
    for event in own {
        let version = events.seen("sloop", everything).await.unwrap().version;
        let addition = Addition {
            event,
            seen: version,
            answer: None,
            guest: &[],
        };
        events.add_event(addition, event.created_at).await.unwrap();
    }
    events.seen("sloop", everything).await.unwrap()
}

/// Decides on the tour from 10 to 12 with an own event at these minutes after 10, if any.
async fn check(own_minutes: Option<(i64, i64)>, feeds_read: bool, accept_unchecked: bool, expected: &str) {
    let manifest = Manifest::parse(MANIFEST.as_bytes()).unwrap();
    let wish = Wish::read(Input::new(fields(accept_unchecked)), &manifest, &moment()).unwrap();
    let at = |minutes| wish.event.period.start + TimeDelta::minutes(minutes);
    let own: Vec<_> = own_minutes
        .map(|(from, to)| OwnEvent {
            id: "evt_old".to_owned(),
            period: Period {
                start: at(from),
                end: at(to),
            },
            ..wish.event.clone()
        })
        .into_iter()
        .collect();
    let missing = Source {
        listing: "getmyboat-sloop".to_owned(),
        platform: "getmyboat".to_owned(),
        asset: "sloop".to_owned(),
        status: crate::source::SourceStatus::Error,
        error: Some("timed-out"),
        fetched_at: None,
        warnings: BTreeMap::new(),
    };
    let platforms = Platforms {
        untold: Vec::new(),
        bookings: vec![],
        unchecked: if feeds_read { vec![] } else { vec![missing] },
    };
    let decided = match decide(&wish, &platforms, &seen(&own).await) {
        Decision::Add => "add".to_owned(),
        Decision::AlreadyAdded => "already added".to_owned(),
        Decision::Refuse(problem) => Answer::from(problem).body["type"].as_str().unwrap().to_owned(),
    };
    assert_eq!(decided.trim_start_matches("urn:landfall:problem:"), expected);
}

#[tokio::test]
async fn a_free_time_is_added() {
    check(None, true, false, "add").await;
    check(Some((-60, -30)), true, false, "add").await;
    check(Some((150, 180)), true, false, "add").await;
}

#[tokio::test]
async fn an_overlap_or_a_missing_turnover_is_a_conflict() {
    check(Some((30, 60)), true, false, "conflict").await;
    check(Some((-60, -29)), true, false, "conflict").await;
    check(Some((149, 180)), true, false, "conflict").await;
}

#[tokio::test]
async fn missing_feeds_refuse_unless_accepted_and_a_conflict_comes_first() {
    check(None, false, false, "feeds-unchecked").await;
    check(None, false, true, "add").await;
    check(Some((30, 60)), false, true, "conflict").await;
    check(Some((30, 60)), false, false, "conflict").await;
}

/// The first attempt was carried out, and only its answer was lost: the event is no conflict with itself.
#[tokio::test]
async fn an_event_that_is_already_there_is_not_added_again() {
    let manifest = Manifest::parse(MANIFEST.as_bytes()).unwrap();
    let wish = Wish::read(Input::new(fields(false)), &manifest, &moment()).unwrap();
    let platforms = Platforms {
        untold: Vec::new(),
        bookings: vec![],
        unchecked: vec![],
    };
    let decision = decide(&wish, &platforms, &seen(std::slice::from_ref(&wish.event)).await);
    assert!(matches!(decision, Decision::AlreadyAdded));
}

/// The guest that a request names: where they can be written to, or the fields that are wrong.
fn guest_of(guest: &serde_json::Value) -> Result<Vec<String>, serde_json::Value> {
    let manifest = Manifest::parse(MANIFEST.as_bytes()).unwrap();
    let mut fields = fields(false);
    fields.insert("guest".to_owned(), guest.clone());
    match Wish::read(Input::new(fields), &manifest, &moment()) {
        Ok(wish) => Ok(wish
            .guest
            .iter()
            .map(|contact| contact.address.as_str().to_owned())
            .collect()),
        Err(problem) => Err(Answer::from(problem).body),
    }
}

#[test]
fn a_guest_can_be_written_to_by_each_channel_that_is_given() {
    let both = json!({ "name": "Alex", "email": "Alex@example.com", "phone": "+1 555 123 4567" });
    let expected = vec!["alex@example.com".to_owned(), "+15551234567".to_owned()];
    assert_eq!(guest_of(&both), Ok(expected));
    assert_eq!(guest_of(&json!(null)), Ok(Vec::new()));
    assert_eq!(guest_of(&json!({})), Ok(Vec::new()));
}

#[test]
fn a_guest_who_cannot_be_written_to_is_refused_with_the_field() {
    for (guest, field) in [
        (json!({ "email": "nowhere" }), "guest.email"),
        (json!({ "phone": "555" }), "guest.phone"),
        (json!({ "name": "Alex" }), "guest.email"),
        (
            json!({ "email": "a@example.com", "time_zone": "Mars" }),
            "guest.time_zone",
        ),
        (json!({ "email": 5 }), "guest.email"),
        (json!({ "mail": "a@example.com" }), "guest.mail"),
        (json!("a@example.com"), "guest"),
    ] {
        let body = guest_of(&guest).unwrap_err();
        assert!(
            body.to_string().contains(&format!("\"{field}\"")),
            "{guest}: {body}"
        );
        assert!(!body.to_string().contains("a@example.com"), "{body}");
    }
}
