//! The dashboard: who is signed in, and what the page is told.

use booking::Origin;
use contract::content::{RELEASES_KEY, VERIFIERS_KEY};
use serde_json::json;
use store::Pause;
use token::{Verifier, VerifierTable};

use crate::answer::Answer;

use super::fixture::{Fixture, Reply, now, token};
use super::untold::{line, of_feed, remembering};

/// Signs in, and gives the cookie as a browser sends it back.
async fn sign_in(fixture: &Fixture, number: u8) -> String {
    let body = json!({ "token": token(number).reveal() }).to_string();
    let reply = fixture.http("POST", "/session", "", &[], Some(&body)).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let cookie = reply.headers["set-cookie"].as_str().unwrap().to_owned();
    assert!(
        cookie.ends_with("; Path=/; Max-Age=57600; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    cookie.split(';').next().unwrap().to_owned()
}

async fn overview(fixture: &Fixture, headers: &[(&str, &str)]) -> Reply {
    fixture.http("GET", "/overview", "", headers, None).await
}

#[tokio::test]
async fn a_session_opens_what_its_token_opens_until_it_is_ended() {
    let fixture = Fixture::new().await;
    let cookie = sign_in(&fixture, 1).await;
    let headers = [("cookie", cookie.as_str())];
    assert_eq!(overview(&fixture, &headers).await.status, 200);
    let others = format!("theme=dark; {cookie}");
    assert_eq!(overview(&fixture, &[("cookie", &others)]).await.status, 200);
    let forged = format!("{cookie}0");
    assert_eq!(overview(&fixture, &[("cookie", &forged)]).await.status, 401);

    let own = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let ended = fixture.http("POST", "/session/end", "", &own, None).await;
    assert_eq!(ended.status, 200);
    assert!(
        ended.headers["set-cookie"]
            .as_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    assert_eq!(overview(&fixture, &headers).await.status, 401);
}

#[tokio::test]
async fn a_cookie_that_another_page_of_the_domain_could_set_counts_in_the_local_stage_only() {
    let mut fixture = Fixture::new().await;
    let plain = sign_in(&fixture, 1).await;
    let prefixed = format!("__Host-{plain}");
    let status =
        async |fixture: &Fixture, cookie: &str| overview(fixture, &[("cookie", cookie)]).await.status;
    assert_eq!(status(&fixture, &plain).await, 200);
    assert_eq!(status(&fixture, &prefixed).await, 401);
    std::sync::Arc::get_mut(&mut fixture.broker).unwrap().is_local = false;
    assert_eq!(status(&fixture, &plain).await, 401);
    assert_eq!(status(&fixture, &prefixed).await, 200);
}

#[tokio::test]
async fn no_other_page_can_make_a_session_act() {
    let fixture = Fixture::new().await;
    let cookie = sign_in(&fixture, 1).await;
    let post = async |more: &[(&str, &str)]| {
        let headers = [&[("cookie", cookie.as_str())], more].concat();
        fixture
            .http("POST", "/campaigns/none/resume", "", &headers, None)
            .await
            .status
    };
    assert_eq!(post(&[]).await, 403);
    assert_eq!(post(&[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(post(&[("sec-fetch-site", "same-site")]).await, 403);
    let foreign = [("origin", "https://evil.example"), ("host", "api.example")];
    assert_eq!(post(&foreign).await, 403);
    // These come as far as the campaign, which does not exist.
    assert_eq!(post(&[("sec-fetch-site", "same-origin")]).await, 404);
    assert_eq!(
        post(&[("origin", "https://api.example"), ("host", "api.example")]).await,
        404
    );
}

#[tokio::test]
async fn a_session_ends_with_its_token_and_tells_when_that_is() {
    let fixture = Fixture::new().await;
    let cookie = sign_in(&fixture, 2).await;
    let headers = [("cookie", cookie.as_str())];
    let reply = overview(&fixture, &headers).await;
    assert!(reply.headers["sunset"].is_string(), "{reply:?}");
    assert!(reply.body["token"]["ends_at"].is_string(), "{reply:?}");
    let verifiers = VerifierTable {
        verifiers: vec![Verifier::of(&token(1), now())],
    };
    let table = serde_json::to_vec(&verifiers).unwrap();
    fixture.broker.content.put(VERIFIERS_KEY, Some(table));
    // Functions look at the verifiers every 30 seconds.
    let later = now() + chrono::TimeDelta::seconds(31);
    let (_, id) = cookie.split_once('=').unwrap();
    let judged = crate::auth::verify_session(&fixture.broker, id, later).await;
    assert_eq!(Answer::from(judged.unwrap_err()).status, 401);
}

#[tokio::test]
async fn whoever_shows_no_live_token_gets_no_session() {
    let fixture = Fixture::new().await;
    for presented in [token(3).reveal(), token(9).reveal(), "lf_x"] {
        let body = json!({ "token": presented }).to_string();
        let reply = fixture.http("POST", "/session", "", &[], Some(&body)).await;
        assert_eq!(reply.status, 401);
        assert!(reply.headers.get("set-cookie").is_none());
    }
}

#[tokio::test]
async fn the_overview_shows_what_is_stored_and_says_when_nothing_is_new() {
    let lines = [
        line("one", of_feed(), "2027-01-20T10:00:00Z", "2027-01-20T14:00:00Z"),
        line(
            "two",
            Origin::Google,
            "2027-01-22T10:00:00Z",
            "2027-01-22T14:00:00Z",
        ),
        line("far", of_feed(), "2027-06-20T10:00:00Z", "2027-06-20T14:00:00Z"),
    ];
    let fixture = remembering(&lines).await;
    let added = json!({ "asset": "pontoon", "title": "Harbor tour", "accept_unchecked": true,
        "start": "2027-01-25T10:00:00-05:00", "end": "2027-01-25T14:00:00-05:00" });
    assert_eq!(fixture.add(&added).await.status, 201);
    let pause = Pause {
        campaign: None,
        why: "storm".to_owned(),
        since: now(),
    };
    fixture.broker.deliveries.pause(&pause).await.unwrap();
    let release = json!({ "id": "20270115T080000000Z-1f0c9e2", "at": "2027-01-15T08:00:00Z", "what": "deploy",
        "commit": "1f0c9e2ab3d4455566677788899900aabbccddee", "is_dirty": false,
        "by": "arn:aws:iam::123456789012:user/deploy", "outcome": "healthy" });
    let told = json!({ "releases": [release] }).to_string();
    fixture.broker.content.put(RELEASES_KEY, Some(told.into_bytes()));
    let first = fixture.get("/overview", "site=harbor").await;
    insta::assert_json_snapshot!(first.body);
    let etag = first.headers["etag"].as_str().unwrap();
    let bearer = format!("Bearer {}", token(1).reveal());
    let headers = [("authorization", bearer.as_str()), ("if-none-match", etag)];
    let again = fixture
        .http("GET", "/overview", "site=harbor", &headers, None)
        .await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn releases_that_cannot_be_read_are_named_and_hide_nothing_else() {
    let fixture = Fixture::new().await;
    for told in [None, Some(b"{".to_vec())] {
        fixture.broker.content.put(RELEASES_KEY, told);
        let reply = fixture.get("/overview", "site=harbor").await;
        assert_eq!((reply.status, &reply.body["deployments"]), (200, &json!([])));
        assert_eq!(reply.body["problems"], json!(["deployments"]));
    }
}

#[tokio::test]
async fn the_page_and_its_files_come_with_a_strict_policy() {
    let fixture = Fixture::new().await;
    for (path, media_type) in [
        ("/dashboard", "text/html; charset=utf-8"),
        ("/dashboard/app.js", "text/javascript; charset=utf-8"),
        ("/dashboard/app.css", "text/css; charset=utf-8"),
    ] {
        let reply = fixture.http("GET", path, "", &[], None).await;
        assert_eq!(
            (reply.status, &reply.headers["content-type"]),
            (200, &json!(media_type))
        );
        let policy = reply.headers["content-security-policy"].as_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none';") && !policy.contains("unsafe"),
            "{policy}"
        );
        let etag = reply.headers["etag"].as_str().unwrap();
        let again = fixture
            .http("GET", path, "", &[("if-none-match", etag)], None)
            .await;
        assert_eq!(again.status, 304, "{path}");
    }
    for path in ["/dashboard/none.js", "/dashboard/..%2fCargo.toml"] {
        assert_eq!(
            fixture.http("GET", path, "", &[], None).await.status,
            404,
            "{path}"
        );
    }
}
