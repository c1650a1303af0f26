//! What is asked wrongly, and what goes wrong on our side.

use contract::content::MANIFEST_KEY;
use contract::route::Action;
use serde_json::json;

use super::super::*;
use super::fixture::{Fixture, now};
use crate::call::MAX_BODY_BYTES;

#[tokio::test]
async fn the_public_routes_answer() {
    let fixture = Fixture::new().await;
    insta::assert_json_snapshot!(fixture.http("GET", "/health", "", &[], None).await);
    let document = fixture.http("GET", "/openapi.json", "", &[], None).await;
    assert_eq!(document.body["openapi"], "3.1.0");
}

#[tokio::test]
async fn an_unknown_route_is_404() {
    let fixture = Fixture::new().await;
    insta::assert_json_snapshot!(fixture.get("/calendar", "").await);
}

#[tokio::test]
async fn a_wrong_method_is_405_and_names_the_right_one() {
    let fixture = Fixture::new().await;
    insta::assert_json_snapshot!(fixture.http("DELETE", "/calendar/add-event", "", &[], None).await);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let fixture = Fixture::new().await;
    insta::assert_json_snapshot!(fixture.post(&[], &"x".repeat(MAX_BODY_BYTES + 1)).await);
}

#[tokio::test]
async fn bad_json_is_400_with_its_place() {
    let fixture = Fixture::new().await;
    insta::assert_json_snapshot!(fixture.post(&[], "{\n  \"asset\": pontoon\n}").await);
    for body in ["", "[]", "7", "null", &"[".repeat(5000)] {
        assert_eq!(fixture.post(&[], body).await.status, 400, "{body:.10}");
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let fixture = Fixture::new().await;
    let query = "site=none&from=yesterday&limit=0&colour=red&asset=sloop&asset=hall";
    assert_eq!(fixture.get("/calendar/events", query).await.status, 422);
    let query = "site=none&from=yesterday&limit=0&colour=red&cursor=x&status=maybe&platform=none";
    insta::assert_json_snapshot!(fixture.get("/platforms/bookings", query).await);
    let body =
        json!({ "asset": "raft", "title": "", "start": "2027-02-02", "end": "2027-02-01", "kind": "party" });
    insta::assert_json_snapshot!(fixture.add(&body).await);
}

#[tokio::test]
async fn windows_and_events_that_are_too_long_or_reversed_are_refused() {
    let fixture = Fixture::new().await;
    for (query, status) in [
        ("from=2027-01-01&to=2028-02-05", 200),
        ("from=2027-01-01&to=2028-02-06", 422),
        ("from=2027-01-02&to=2027-01-02", 422),
        ("from=2027-01-02&to=2027-01-01", 422),
        ("to=2027-01-01", 422),
        ("from=9998-12-31", 200),
    ] {
        let query = format!("{query}&asset=pontoon");
        assert_eq!(
            fixture.get("/platforms/bookings", &query).await.status,
            status,
            "{query}"
        );
    }
}

#[tokio::test]
async fn what_is_no_invocation_of_ours_is_400() {
    let fixture = Fixture::new().await;
    for event in [
        json!(null),
        json!({}),
        json!([]),
        json!({ "action": 1 }),
        json!({ "action": "reboot" }),
    ] {
        assert_eq!(fixture.invoke(event.clone()).await["status"], 400, "{event}");
    }
    let answer = fixture.invoke(json!({ "requestContext": {} })).await;
    assert_eq!(answer["statusCode"], 400);
}

#[tokio::test]
async fn every_action_answers_a_direct_invocation() {
    let fixture = Fixture::new().await;
    for action in Action::OF_BROKER {
        let answer = fixture.invoke(json!({ "action": action.name() })).await;
        let expected = match action {
            Action::AddCalendarEvent
            | Action::ResolveConflict
            | Action::UndoConflict
            | Action::ConfirmBooking
            | Action::HoldBooking
            | Action::ReadReport
            | Action::ReadFeed
            | Action::ListDeliveries
            | Action::ShowUnsubscribe
            | Action::Unsubscribe
            | Action::ShowDashboardFile
            | Action::OpenSession
            | Action::PauseCampaign
            | Action::ResumeCampaign
            | Action::AcceptListing
            | Action::ShowThread
            | Action::ReplyToThread
            | Action::CloseThread => 422,
            // Who plays answers something else than was asked.
            Action::SyncPlatforms | Action::ListInbox => 503,
            _ => 200,
        };
        assert_eq!(answer["status"], expected, "{}", action.name());
    }
}

#[tokio::test]
async fn a_missing_manifest_is_503_and_says_no_more() {
    let fixture = Fixture::new().await;
    fixture.broker.content.put(MANIFEST_KEY, None);
    let reply = fixture.get("/calendar/events", "").await;
    assert_eq!(reply.status, 503);
    assert!(!reply.body.to_string().contains("manifest"), "{reply:?}");
}

#[tokio::test]
async fn a_panic_is_500_and_the_next_request_is_answered() {
    let panics = async {
        if now().timestamp() > 0 {
            panic!("canary")
        } else {
            Err(Problem::busy())
        }
    };
    let answer = survive(panics).await;
    insta::assert_json_snapshot!(answer.body, @r#"
    {
      "status": 500,
      "title": "the service failed",
      "type": "urn:landfall:problem:internal"
    }
    "#);
    let fixture = Fixture::new().await;
    assert_eq!(fixture.get("/auth/check", "").await.status, 200);
}

/// A documented parameter that nobody reads would be refused as unknown.
#[tokio::test]
async fn every_documented_parameter_is_read() {
    let fixture = Fixture::new().await;
    let document = fixture.http("GET", "/openapi.json", "", &[], None).await.body;
    for path in ["/calendar/events", "/platforms/bookings", "/bookings/pending"] {
        let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
        assert!(!parameters.is_empty());
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap();
            let reply = fixture.get(path, &format!("{name}=%00")).await;
            assert_eq!(reply.status, 422, "{name}");
            assert!(!reply.body.to_string().contains("is not known here"), "{name}");
        }
    }
}
