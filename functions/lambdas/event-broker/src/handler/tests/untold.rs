//! What the ledger knows and no feed tells of now.

use booking::sync::{Content, Face, Link, Side, Slot, Write};
use booking::{Kind, Origin};
use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use store::Taken;
use testkit::Fault;

use super::fixture::{Fixture, PONTOON_FEED, now};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A line of the pontoon, as platform-sync keeps it.
pub(super) fn line(id: &str, origin: Origin, from: &str, to: &str) -> Link {
    let content = Content {
        face: Face {
            title: Some(format!("Remembered {id}")),
            period: Period::new(at(from), at(to)),
            is_tentative: false,
        },
        kind: Kind::Reservation,
        is_opaque: true,
        code: None,
        value: None,
    };
    Link {
        id: id.to_owned(),
        asset: "pontoon".to_owned(),
        origin,
        key: format!("key-{id}"),
        uid: String::new(),
        told: content.hash(),
        told_face: content.face.clone(),
        content,
        first_seen: now(),
        confirmed_at: Some(now()),
        missing: None,
        tombstone: None,
        generation: 0,
        calendar: Side::default(),
        google: Side::default(),
        is_dismissed: false,
        accepted: None,
        logged: 0,
    }
}

pub(super) fn of_feed() -> Origin {
    Origin::Platform {
        platform: "getmyboat".to_owned(),
        listing: "getmyboat-pontoon".to_owned(),
    }
}

/// A world in which the ledger remembers these.
pub(super) async fn remembering(lines: &[Link]) -> Fixture {
    let writes = lines.iter().map(|line| Write::PutLink(Box::new(line.clone())));
    keeping(writes.collect()).await
}

async fn keeping(writes: Vec<Write>) -> Fixture {
    let fixture = Fixture::new().await;
    let ledger = &fixture.broker.ledger;
    let taken = ledger
        .take("pontoon", "a run", now(), TimeDelta::minutes(1))
        .await;
    let Ok(Taken::Lease(lease)) = taken else {
        panic!("{taken:?}");
    };
    let mut loaded = ledger.load("pontoon", now()).await.unwrap();
    for write in writes {
        ledger.put(&lease, &mut loaded, &write, now()).await.unwrap();
    }
    fixture
}

async fn add(fixture: &Fixture, start: &str, end: &str) -> (u64, Value) {
    let body = json!({ "asset": "pontoon", "title": "A tour", "start": start, "end": end });
    let reply = fixture.add(&body).await;
    (reply.status, reply.body["conflicts"][0].clone())
}

#[tokio::test]
async fn a_booking_that_its_feed_does_not_tell_of_keeps_its_time() {
    let gone = line("gone", of_feed(), "2027-02-03T15:00:00Z", "2027-02-03T18:00:00Z");
    let fixture = remembering(&[gone]).await;
    let (status, conflict) = add(&fixture, "2027-02-03T16:00:00Z", "2027-02-03T17:00:00Z").await;
    assert_eq!(status, 409);
    insta::assert_json_snapshot!(conflict);
}

#[tokio::test]
async fn what_is_in_google_calendar_takes_up_its_time() {
    let dentist = line(
        "dentist",
        Origin::Google,
        "2027-02-03T15:00:00Z",
        "2027-02-03T18:00:00Z",
    );
    let fixture = remembering(&[dentist]).await;
    let (status, conflict) = add(&fixture, "2027-02-03T18:30:00Z", "2027-02-03T20:00:00Z").await;
    assert_eq!(
        (status, &conflict["source"], &conflict["cause"]),
        (409, &json!("google"), &json!("turnover"))
    );
    let free = add(&fixture, "2027-02-03T19:00:00Z", "2027-02-03T20:00:00Z").await;
    assert_eq!(free.0, 201);
}

#[tokio::test]
async fn what_a_feed_tells_of_is_listed_once_and_what_it_does_not_too() {
    // The fixture's feed tells of the first one under another id.
    let told = line("told", of_feed(), "2027-01-20T15:00:00Z", "2027-01-20T19:00:00Z");
    let untold = line(
        "untold",
        of_feed(),
        "2027-01-21T15:00:00Z",
        "2027-01-21T19:00:00Z",
    );
    let outside = line(
        "outside",
        of_feed(),
        "2027-03-21T15:00:00Z",
        "2027-03-21T19:00:00Z",
    );
    let fixture = remembering(&[told, untold, outside]).await;
    let query = "asset=pontoon&from=2027-01-20&to=2027-01-22";
    let titles = |body: &Value| -> Vec<String> {
        let events = body["events"].as_array().unwrap();
        let titles = events.iter().map(|event| event["title"].as_str().unwrap());
        titles.map(str::to_owned).collect()
    };
    let page = fixture.get("/calendar/events", query).await;
    assert_eq!(titles(&page.body), ["Guest A-104", "Remembered untold"]);

    fixture.break_feed(PONTOON_FEED, Fault::Drop);
    let page = fixture.get("/calendar/events", query).await;
    assert_eq!(titles(&page.body), ["Remembered told", "Remembered untold"]);
}

#[tokio::test]
async fn a_turnover_is_listed_with_its_crew_and_with_the_time_that_it_lacks() {
    let slot = Slot {
        link: "ab12".to_owned(),
        asset: "pontoon".to_owned(),
        crew: "Dock crew".to_owned(),
        period: Period::new(at("2027-01-20T19:00:00Z"), at("2027-01-20T19:40:00Z")),
        lacking_minutes: 20,
    };
    let fixture = keeping(vec![Write::PutSlot(slot)]).await;
    let page = fixture
        .get("/calendar/events", "asset=pontoon&from=2027-01-20&to=2027-01-21")
        .await;
    let events = page.body["events"].as_array().unwrap();
    assert_eq!(events.len(), 2);
    insta::assert_json_snapshot!(events[1]);
}
