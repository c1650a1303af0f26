use std::time::Instant;

use testkit::{Fault, Simulator};

use super::*;
use crate::policy::{Limits, Origin};

mod counted;
mod faults;
mod hostile;
mod names;
mod tls;

const FEED: &str = "/feeds/getmyboat/getmyboat-pontoon.ics";

async fn start() -> Simulator {
    Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap()
}

/// A fetcher that may reach these origins only, with short times.
fn fetcher(origins: &[&str]) -> Fetcher {
    let allowed_origins = origins
        .iter()
        .map(|origin| origin.parse::<Origin>().unwrap())
        .collect();
    let limits = Limits {
        total_timeout_ms: 3_000,
        ..Limits::default()
    };
    Fetcher::new(Policy {
        allowed_origins,
        limits,
    })
    .unwrap()
}

/// Every error of these tests is made from a URL with a canary in it, which no error may repeat.
async fn fetch(fetcher: &Fetcher, url: &str) -> Result<Fetched, FetchError> {
    let mark = if url.contains('?') { '&' } else { '?' };
    let feed = FeedUrl::parse(&format!("{url}{mark}key=canary")).unwrap();
    let fetched = fetcher.fetch(&feed, None).await;
    if let Err(error) = &fetched {
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
    fetched
}

async fn get(simulator: &Simulator, path: &str) -> Result<Fetched, FetchError> {
    fetch(&fetcher(&[&simulator.origin()]), &simulator.url(path)).await
}

fn body(fetched: Result<Fetched, FetchError>) -> (Vec<u8>, Validators) {
    match fetched.unwrap() {
        Fetched::Body {
            bytes, validators, ..
        } => (bytes, validators),
        Fetched::NotModified => panic!("the feed was not modified"),
    }
}

#[tokio::test]
async fn a_feed_comes_whole_and_then_only_when_it_changed() {
    let simulator = start().await;
    let fetcher = fetcher(&[&simulator.origin()]);
    let feed = FeedUrl::parse(&simulator.url("/feed.ics")).unwrap();
    simulator.publish("/feed.ics", "one");
    let first = fetcher.fetch(&feed, None).await;
    let Ok(Fetched::Body { content_type, .. }) = &first else {
        panic!("{first:?}");
    };
    assert_eq!(content_type.as_deref(), Some("text/calendar; charset=utf-8"));
    let (bytes, validators) = body(first);
    assert_eq!(bytes, b"one");
    assert!(validators.etag.is_some() && validators.last_modified.is_some());
    assert_eq!(
        fetcher.fetch(&feed, Some(&validators)).await,
        Ok(Fetched::NotModified)
    );
    simulator.publish("/feed.ics", "two");
    assert_eq!(body(fetcher.fetch(&feed, Some(&validators)).await).0, b"two");
}

#[tokio::test]
async fn a_request_says_no_more_than_it_must() {
    let simulator = start().await;
    body(get(&simulator, FEED).await);
    let requests = simulator.requests();
    let mut names: Vec<_> = requests[0]
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
}

#[tokio::test]
async fn validators_that_are_no_headers_are_left_out() {
    let simulator = start().await;
    let fetcher = fetcher(&[&simulator.origin()]);
    let broken = Validators {
        etag: Some("\"a\"\r\nx-injected: 1".to_owned()),
        last_modified: None,
    };
    let feed = FeedUrl::parse(&simulator.url(FEED)).unwrap();
    body(fetcher.fetch(&feed, Some(&broken)).await);
    let requests = simulator.requests();
    assert_eq!(requests[0].header("if-none-match"), None);
    assert_eq!(requests[0].header("x-injected"), None);
}

#[tokio::test]
async fn redirects_are_followed_up_to_the_limit() {
    let simulator = start().await;
    simulator.publish("/5.ics", "end");
    for hop in 0..5 {
        let to = format!("{}.ics", hop + 1);
        simulator
            .lay(&format!("/{hop}.ics"), Fault::Redirect { to }.always())
            .unwrap();
    }
    assert_eq!(body(get(&simulator, "/0.ics").await).0, b"end");
    let to = "/0.ics".to_owned();
    simulator
        .lay("/start.ics", Fault::Redirect { to }.always())
        .unwrap();
    let too_many = get(&simulator, "/start.ics").await;
    assert_eq!(too_many, Err(FetchError::TooManyRedirects { limit: 5 }));
}

#[tokio::test]
async fn validators_stay_with_the_feeds_own_origin() {
    let (own, other) = (start().await, start().await);
    let fetcher = fetcher(&[&own.origin(), &other.origin()]);
    other.publish("/feed.ics", "elsewhere");
    let to = other.url("/feed.ics");
    own.lay("/feed.ics", Fault::Redirect { to }.always()).unwrap();
    let previous = Validators {
        etag: Some("\"mine\"".to_owned()),
        last_modified: Some("Tue, 14 Jul 2026 00:00:00 GMT".to_owned()),
    };
    let feed = FeedUrl::parse(&own.url("/feed.ics")).unwrap();
    let (bytes, validators) = body(fetcher.fetch(&feed, Some(&previous)).await);
    assert_eq!(
        (bytes.as_slice(), validators),
        (b"elsewhere".as_slice(), Validators::default())
    );
    assert_eq!(own.requests()[0].header("if-none-match"), Some("\"mine\""));
    let asked = &other.requests()[0];
    assert_eq!(
        (asked.header("if-none-match"), asked.header("if-modified-since")),
        (None, None)
    );
    assert_eq!(asked.header("referer"), None);
}

#[test]
fn a_retry_after_date_is_read_against_the_answers_own_date() {
    let check = |after: &'static str, seconds: Option<u64>| {
        let headers = HeaderMap::from_iter([
            (RETRY_AFTER, HeaderValue::from_static(after)),
            (DATE, HeaderValue::from_static("Tue, 14 Jul 2026 10:00:00 GMT")),
        ]);
        assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs), "{after}");
    };
    check("120", Some(120));
    check("Tue, 14 Jul 2026 10:02:00 GMT", Some(120));
    check("Tue, 14 Jul 2026 09:00:00 GMT", Some(0));
    check("99999999999", Some(24 * 60 * 60));
    check("soon", None);
    check("-1", None);
}

#[test]
fn a_header_too_long_to_keep_is_dropped() {
    let etag = |length| {
        let value = HeaderValue::from_str(&"x".repeat(length)).unwrap();
        kept(&HeaderMap::from_iter([(ETAG, value)]), &ETAG).map(|kept| kept.len())
    };
    assert_eq!((etag(512), etag(513)), (Some(512), None));
}
