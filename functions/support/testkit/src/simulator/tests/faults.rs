//! Faults, one by one.

use std::time::{Duration, Instant};

use super::{FEED, get, send, start};
use crate::Fault;

#[tokio::test]
async fn a_fault_strikes_as_often_as_it_should() {
    let simulator = start().await;
    let fault = Fault::Status {
        status: 429,
        retry_after_seconds: Some(7),
    };
    simulator.lay(FEED, fault.times(2)).unwrap();
    for _ in 0..2 {
        let reply = get(&simulator, FEED).await;
        assert_eq!((reply.status(), reply.header("retry-after")), ("429", Some("7")));
    }
    assert_eq!(get(&simulator, FEED).await.status(), "200");
}

#[tokio::test]
async fn faults_are_laid_listed_and_cleared_over_http() {
    let simulator = start().await;
    let at = format!("/_faults{FEED}");
    let laid = send(
        &simulator,
        "PUT",
        &at,
        "",
        r#"{"kind":"redirect","to":"/elsewhere"}"#,
    )
    .await;
    assert_eq!(laid.status(), "204");
    let listed = get(&simulator, "/_faults").await.text();
    assert_eq!(
        listed,
        format!(r#"{{"{FEED}":{{"kind":"redirect","to":"/elsewhere"}}}}"#)
    );
    let struck = get(&simulator, FEED).await;
    assert_eq!(
        (struck.status(), struck.header("location")),
        ("302", Some("/elsewhere"))
    );
    assert_eq!(send(&simulator, "DELETE", &at, "", "").await.status(), "204");
    assert_eq!(get(&simulator, FEED).await.status(), "200");
}

#[tokio::test]
async fn a_fault_that_cannot_be_played_is_refused() {
    let simulator = start().await;
    for body in [
        "",
        "{}",
        r#"{"kind":"earthquake"}"#,
        r#"{"kind":"status","status":200}"#,
        r#"{"kind":"latency","milliseconds":600001}"#,
        r#"{"kind":"replay","days":3651}"#,
        r#"{"kind":"redirect","to":"a\r\nb: c"}"#,
    ] {
        let reply = send(&simulator, "PUT", "/_faults/a", "", body).await;
        assert_eq!(reply.status(), "400", "{body}");
    }
    assert_eq!(get(&simulator, "/_faults").await.text(), "{}");
}

#[tokio::test]
async fn a_dropped_connection_says_nothing_and_a_truncated_body_ends_early() {
    let simulator = start().await;
    simulator.lay(FEED, Fault::Drop.times(1)).unwrap();
    assert_eq!(get(&simulator, FEED).await.head, "");
    simulator.lay(FEED, Fault::Truncate.times(1)).unwrap();
    let cut = get(&simulator, FEED).await;
    let announced: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert_eq!(cut.body.len(), announced / 2);
}

#[tokio::test]
async fn a_page_or_an_empty_calendar_comes_as_a_success() {
    let simulator = start().await;
    simulator.lay(FEED, Fault::Html.times(1)).unwrap();
    let page = get(&simulator, FEED).await;
    assert_eq!(
        (page.status(), page.header("content-type")),
        ("200", Some("text/html; charset=utf-8"))
    );
    simulator.lay(FEED, Fault::EmptyCalendar.times(1)).unwrap();
    assert_eq!(get(&simulator, FEED).await.text(), crate::sample::EMPTY_CALENDAR);
}

#[tokio::test]
async fn a_stale_entity_tag_hides_a_change() {
    let simulator = start().await;
    simulator.publish("/feed.ics", "one");
    simulator.lay("/feed.ics", Fault::StaleEtag.always()).unwrap();
    let first = get(&simulator, "/feed.ics").await;
    simulator.publish("/feed.ics", "two");
    let condition = format!("if-none-match: {}\r\n", first.header("etag").unwrap());
    assert_eq!(
        send(&simulator, "GET", "/feed.ics", &condition, "")
            .await
            .status(),
        "304"
    );
}

#[tokio::test]
async fn a_replay_goes_back_to_the_version_before() {
    let simulator = start().await;
    let current = get(&simulator, FEED).await.text();
    simulator.lay(FEED, Fault::Replay { days: 7 }.times(1)).unwrap();
    let old = get(&simulator, FEED).await;
    assert_ne!(old.text(), current);
    assert_eq!(old.header("last-modified"), Some("Tue, 07 Jul 2026 00:00:00 GMT"));
    simulator.publish("/feed.ics", "one");
    simulator.publish("/feed.ics", "two");
    simulator
        .lay("/feed.ics", Fault::Replay { days: 1 }.times(1))
        .unwrap();
    assert_eq!(get(&simulator, "/feed.ics").await.text(), "one");
    assert_eq!(get(&simulator, "/feed.ics").await.text(), "two");
}

#[tokio::test]
async fn latency_delays_a_good_answer() {
    let simulator = start().await;
    simulator
        .lay(FEED, Fault::Latency { milliseconds: 150 }.always())
        .unwrap();
    let begun = Instant::now();
    assert_eq!(get(&simulator, FEED).await.status(), "200");
    assert!(begun.elapsed() >= Duration::from_millis(150));
}
