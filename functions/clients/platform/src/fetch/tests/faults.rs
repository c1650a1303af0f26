//! What a partner does wrong, one by one.

use reqwest::StatusCode;

use super::*;

#[track_caller]
fn check(fetched: &Result<Fetched, FetchError>, kind: &str, is_retryable: bool) {
    let error = fetched.as_ref().unwrap_err();
    assert_eq!(
        (error.kind(), error.is_retryable()),
        (kind, is_retryable),
        "{error:?}"
    );
}

async fn with(fault: Fault) -> Result<Fetched, FetchError> {
    let simulator = start().await;
    simulator.lay(FEED, fault.always()).unwrap();
    get(&simulator, FEED).await
}

#[tokio::test]
async fn an_error_status_is_named_with_the_wait_it_asks_for() {
    let limited = with(Fault::Status {
        status: 429,
        retry_after_seconds: Some(7),
    });
    let expected = FetchError::Status {
        status: 429,
        retry_after: Some(Duration::from_secs(7)),
    };
    assert_eq!(limited.await, Err(expected));
    for (status, is_retryable) in [
        (400, false),
        (401, false),
        (404, false),
        (500, true),
        (501, false),
        (503, true),
    ] {
        let fetched = with(Fault::Status {
            status,
            retry_after_seconds: None,
        });
        check(&fetched.await, "status", is_retryable);
    }
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_is_a_transport_failure() {
    check(&with(Fault::Drop).await, "transport", true);
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_incomplete() {
    check(&with(Fault::Truncate).await, "incomplete", true);
}

#[tokio::test]
async fn a_late_answer_times_out() {
    let begun = Instant::now();
    let late = with(Fault::Latency { milliseconds: 60_000 }).await;
    assert_eq!(late, Err(FetchError::TimedOut { limit_ms: 3_000 }));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn only_a_whole_answer_that_was_asked_for_is_one() {
    for (status, is_conditional) in [
        (201, true),
        (204, true),
        (206, true),
        (226, true),
        (304, false),
        (305, true),
    ] {
        let mut response = http::Response::new("");
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        let feed = FeedUrl::parse("https://example.com/").unwrap();
        let judged = judge(&response.into(), &feed, is_conditional).err();
        let expected = FetchError::Status {
            status,
            retry_after: None,
        };
        assert_eq!(judged, Some(expected));
    }
}

#[tokio::test]
async fn a_page_comes_as_the_page_it_is() {
    let Ok(Fetched::Body {
        content_type, bytes, ..
    }) = with(Fault::Html).await
    else {
        panic!("the page did not come");
    };
    assert_eq!(content_type.as_deref(), Some("text/html; charset=utf-8"));
    assert!(bytes.starts_with(b"<!doctype html>"));
}

#[tokio::test]
async fn a_host_that_is_not_there_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    check(&fetch(&fetcher(&[&origin]), &origin).await, "unreachable", true);
}

#[tokio::test]
async fn a_redirect_without_a_usable_location_is_named() {
    for to in [
        "https://",
        "https://user@example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
    ] {
        check(
            &with(Fault::Redirect { to: to.to_owned() }).await,
            "invalid-redirect",
            false,
        );
    }
}
