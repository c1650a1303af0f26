//! `GET /calendar/events`.

use serde_json::{Value, json};
use testkit::Fault;

use super::fixture::{Fixture, OTHER_PONTOON_FEED, PONTOON_FEED};

async fn with_own_events() -> Fixture {
    let fixture = Fixture::new().await;
    for (title, start, end) in [
        (
            "Harbor tour",
            "2027-01-19T10:00:00-05:00",
            "2027-01-19T12:00:00-05:00",
        ),
        ("Haul-out", "2027-01-28", "2027-01-30"),
    ] {
        let body = json!({ "asset": "pontoon", "title": title, "start": start, "end": end, "kind": "block" });
        assert_eq!(fixture.add(&body).await.status, 201, "{title}");
    }
    fixture
}

fn titles(body: &Value) -> Vec<&str> {
    body["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["title"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn own_events_and_bookings_come_in_one_sorted_list() {
    let fixture = with_own_events().await;
    insta::assert_json_snapshot!(fixture.get("/calendar/events", "asset=pontoon").await);
}

#[tokio::test]
async fn a_direct_invocation_gets_the_same_list() {
    let fixture = with_own_events().await;
    let over_http = fixture.get("/calendar/events", "asset=pontoon&limit=3").await;
    let direct = fixture
        .invoke(json!({ "action": "list-calendar-events", "asset": "pontoon", "limit": 3 }))
        .await;
    assert_eq!(titles(&direct["body"]), titles(&over_http.body));
    assert_eq!(direct["status"], 200);
}

#[tokio::test]
async fn feeds_that_fail_are_named_and_the_others_are_listed() {
    let fixture = with_own_events().await;
    fixture.break_feed(
        OTHER_PONTOON_FEED,
        Fault::Status {
            status: 500,
            retry_after_seconds: None,
        },
    );
    let reply = fixture
        .get("/calendar/events", "from=2027-01-18&to=2027-01-21")
        .await;
    assert_eq!(titles(&reply.body), ["Harbor tour", "Guest A-104"]);
    insta::assert_json_snapshot!(reply.body["sources"]);
}

#[tokio::test]
async fn an_unchanged_feed_is_asked_with_its_etag_and_counts_as_read() {
    let fixture = Fixture::new().await;
    let first = fixture.get("/calendar/events", "asset=pontoon").await;
    let second = fixture.get("/calendar/events", "asset=pontoon").await;
    assert_eq!(titles(&second.body), titles(&first.body));
    assert_eq!(first.body["sources"][0]["status"], "ok");
    assert_eq!(second.body["sources"][0]["status"], "not-modified");
    let etags = fixture
        .simulator
        .requests()
        .iter()
        .filter(|request| request.header("if-none-match").is_some())
        .count();
    assert_eq!(etags, 2);
}

#[tokio::test]
async fn a_truncated_feed_and_a_page_instead_of_one_are_errors() {
    let fixture = Fixture::new().await;
    fixture.break_feed(PONTOON_FEED, Fault::Truncate);
    fixture.break_feed(OTHER_PONTOON_FEED, Fault::Html);
    let reply = fixture.get("/calendar/events", "asset=pontoon").await;
    assert_eq!(reply.status, 200);
    let errors: Vec<_> = reply.body["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| &source["error"])
        .collect();
    assert_eq!(errors, ["incomplete", "not-a-calendar"]);
}

#[tokio::test]
async fn a_feed_without_its_end_is_incomplete() {
    let fixture = Fixture::new().await;
    fixture.simulator.publish(
        PONTOON_FEED,
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20270120T150000Z\r\nDTEND:20270120T160000Z\r\nEND:VEVENT\r\n",
    );
    let reply = fixture.get("/calendar/events", "asset=pontoon").await;
    assert_eq!(reply.body["sources"][0]["status"], "incomplete");
}

#[tokio::test]
async fn feeds_that_take_too_long_do_not_hold_up_the_answer() {
    let fixture = Fixture::new().await;
    fixture.break_feed(PONTOON_FEED, Fault::Latency { milliseconds: 60_000 });
    let mut moment = fixture.moment();
    moment.feeds_time = std::time::Duration::from_millis(300);
    let event = json!({ "action": "list-calendar-events", "asset": "pontoon" });
    let answer = fixture.broker.handle(event, moment).await;
    let sources = &answer["body"]["sources"];
    assert_eq!(
        (&sources[0]["error"], &sources[1]["status"]),
        (&json!("deadline"), &json!("ok"))
    );
}

#[tokio::test]
async fn the_pages_together_are_the_whole_list() {
    let fixture = with_own_events().await;
    let whole = fixture.get("/calendar/events", "asset=pontoon").await.body;
    let mut paged = Vec::new();
    let mut query = "asset=pontoon&limit=2".to_owned();
    loop {
        let page = fixture.get("/calendar/events", &query).await.body;
        assert_eq!((&page["from"], &page["to"]), (&whole["from"], &whole["to"]));
        paged.extend(titles(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("asset=pontoon&limit=2&cursor={cursor}");
    }
    assert_eq!(paged, titles(&whole));
}

#[tokio::test]
async fn a_date_means_the_days_beginning_at_the_site() {
    let fixture = Fixture::new().await;
    let reply = fixture
        .get("/calendar/events", "asset=pontoon&from=2027-03-14&to=2027-03-15")
        .await;
    // Clocks change in New York on that day: it has 23 hours.
    assert_eq!(
        (&reply.body["from"], &reply.body["to"]),
        (&json!("2027-03-14T05:00:00Z"), &json!("2027-03-15T04:00:00Z"))
    );
}

#[tokio::test]
async fn an_event_longer_than_the_window_is_listed() {
    let fixture = Fixture::new().await;
    let body = json!({ "asset": "sloop", "title": "Refit", "start": "2027-02-01", "end": "2028-02-01", "accept_unchecked": true });
    assert_eq!(fixture.add(&body).await.status, 201);
    let reply = fixture
        .get("/calendar/events", "asset=sloop&from=2027-12-01&to=2027-12-02")
        .await;
    assert_eq!(titles(&reply.body), ["Refit"]);
}

/// The two servers may well use the same entity tag, and then the other feed's bookings would be listed.
#[tokio::test]
async fn a_changed_feed_url_is_read_anew() {
    let fixture = Fixture::new().await;
    fixture.get("/calendar/events", "asset=pontoon").await;
    let empty = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n";
    fixture.simulator.publish("/feeds/moved.ics", empty);
    fixture.move_feed(PONTOON_FEED, "/feeds/moved.ics");
    let mut later = fixture.moment();
    later.now += store::MANIFEST_TTL;
    let event = json!({ "action": "list-calendar-events", "asset": "pontoon" });
    let answer = fixture.broker.handle(event, later).await;
    assert_eq!(answer["body"]["sources"][0]["status"], "ok");
    let requests = fixture.simulator.requests();
    let moved = requests
        .iter()
        .rev()
        .take(2)
        .filter(|request| request.header("if-none-match").is_none());
    assert_eq!(moved.count(), 1, "the kept entity tag belongs to the old URL");
}
