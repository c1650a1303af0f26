//! Tokens, feed URLs and guests' names appear in no log line.

use serde_json::json;
use testkit::{Fault, Log};

use super::fixture::{Fixture, OTHER_PONTOON_FEED, PONTOON_FEED, token};

#[tokio::test]
async fn no_log_line_holds_a_token_a_feed_url_or_a_guests_name() {
    let fixture = Fixture::new().await;
    let log = Log::hear(lambda_boot::logging::MAX_LEVEL);
    let body =
        json!({ "asset": "pontoon", "title": "canary-title", "start": "2027-02-03", "end": "2027-02-04" });
    let key = [("idempotency-key", "canary-key")];
    let mut statuses = vec![
        fixture.get("/calendar/events", "").await.status,
        fixture.post(&key, &body.to_string()).await.status,
        fixture.add(&body).await.status,
        fixture.post(&key, "{\"canary\": 1}").await.status,
        fixture.get("/canary-path", "canary=canary").await.status,
        fixture.get("/calendar/events", "site=canary").await.status,
    ];
    let unknown = format!("Bearer {}", token(9).reveal());
    for authorization in [unknown.as_str(), "Bearer canary"] {
        let headers = [("authorization", authorization)];
        statuses.push(
            fixture
                .http("GET", "/auth/check", "", &headers, None)
                .await
                .status,
        );
    }
    for fault in [
        Fault::Drop,
        Fault::Truncate,
        Fault::Html,
        Fault::Redirect {
            to: "http://169.254.169.254/canary".to_owned(),
        },
    ] {
        fixture.break_feed(PONTOON_FEED, fault.clone());
        fixture.break_feed(OTHER_PONTOON_FEED, fault);
        statuses.push(fixture.get("/platforms/bookings", "").await.status);
    }
    assert_eq!(
        statuses,
        [200, 201, 409, 422, 404, 422, 401, 401, 200, 200, 200, 200]
    );

    let log = log.end();
    assert!(
        log.contains("\"message\":\"answered\"") && log.contains("\"message\":\"feed not read\""),
        "{log}"
    );
    for secret in ["canary", "lf_", "Guest", "/feeds/", "Not available", "http"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
