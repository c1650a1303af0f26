//! Who may ask.

use contract::Access;
use contract::content::VERIFIERS_KEY;
use serde_json::json;

use super::fixture::{Fixture, Reply, token};

async fn ask(fixture: &Fixture, authorization: Option<&str>) -> Reply {
    let headers: Vec<_> = authorization
        .map(|value| ("authorization", value))
        .into_iter()
        .collect();
    fixture.http("GET", "/auth/check", "", &headers, None).await
}

#[tokio::test]
async fn a_live_token_is_let_in() {
    let fixture = Fixture::new().await;
    let reply = ask(&fixture, Some(&format!("Bearer {}", token(1).reveal()))).await;
    insta::assert_json_snapshot!(reply);
    let lower_case = ask(&fixture, Some(&format!("bearer  {} ", token(1).reveal()))).await;
    assert_eq!(lower_case, reply);
}

#[tokio::test]
async fn a_superseded_token_is_told_its_end_on_every_answer() {
    let fixture = Fixture::new().await;
    let bearer = format!("Bearer {}", token(2).reveal());
    let reply = ask(&fixture, Some(&bearer)).await;
    assert_eq!(reply.headers["sunset"], "Fri, 22 Jan 2027 08:00:00 GMT");
    assert_eq!(reply.body["ends_at"], "2027-01-22T08:00:00Z");
    let headers = [("authorization", bearer.as_str())];
    let problem = fixture
        .http("GET", "/calendar/events", "site=none", &headers, None)
        .await;
    assert_eq!(problem.status, 422);
    assert_eq!(problem.headers["sunset"], "Fri, 22 Jan 2027 08:00:00 GMT");
}

#[tokio::test]
async fn every_refusal_looks_the_same() {
    let fixture = Fixture::new().await;
    let refused = ask(&fixture, None).await;
    insta::assert_json_snapshot!(refused);
    let expired = format!("Bearer {}", token(3).reveal());
    let unknown = format!("Bearer {}", token(9).reveal());
    let wrong_scheme = format!("Basic {}", token(1).reveal());
    let bare = token(1).reveal().to_owned();
    for presented in [
        &expired,
        &unknown,
        &wrong_scheme,
        &bare,
        "Bearer",
        "Bearer ",
        "",
        "Bearer lf_x",
    ] {
        assert_eq!(ask(&fixture, Some(presented)).await, refused, "{presented}");
    }
}

#[tokio::test]
async fn every_route_that_is_not_public_needs_a_token() {
    let fixture = Fixture::new().await;
    for route in crate::routing::own() {
        let reply = fixture
            .http(route.method.as_str(), route.path, "", &[], Some("{"))
            .await;
        let expected = match route.access {
            // What stands in the path is the secret, and nobody's has braces.
            Access::Public if route.path.contains('{') => 404,
            // Whoever signs in shows the token in the body, which is none here.
            Access::Public if route.method == contract::Method::Post => 400,
            Access::Public => 200,
            Access::Token | Access::Signature => 401,
        };
        assert_eq!(reply.status, expected, "{}", route.path);
    }
}

#[tokio::test]
async fn without_verifiers_the_door_is_closed() {
    let fixture = Fixture::new().await;
    fixture.broker.content.put(VERIFIERS_KEY, None);
    let reply = ask(&fixture, Some(&format!("Bearer {}", token(1).reveal()))).await;
    insta::assert_json_snapshot!(reply);
    assert_eq!(ask(&fixture, None).await, reply);
    let health = fixture.http("GET", "/health", "", &[], None).await;
    assert_eq!(health.status, 200);
}

#[tokio::test]
async fn a_direct_invocation_needs_no_token() {
    let fixture = Fixture::new().await;
    fixture.broker.content.put(VERIFIERS_KEY, None);
    let answer = fixture.invoke(json!({ "action": "auth-check" })).await;
    assert_eq!(
        answer,
        json!({ "status": 200, "body": { "caller": "invocation" } })
    );
}

#[tokio::test]
async fn an_event_that_looks_like_both_is_http_and_needs_a_token() {
    let fixture = Fixture::new().await;
    let mut event = super::fixture::request("GET", "/calendar/events", "", &[], None);
    event["action"] = json!("list-calendar-events");
    let answer = fixture.invoke(event).await;
    assert_eq!(answer["statusCode"], 401);
    let answer = fixture
        .invoke(json!({ "action": "auth-check", "requestContext": null }))
        .await;
    assert_eq!(answer["statusCode"], 400);
}
