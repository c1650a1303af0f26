//! Who is let in: nobody without a live token, and nobody learns why.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use contract::content::VERIFIERS_KEY;
use contract::route::Action;
use contract::{Access, ROUTES, Route};
use token::{Token, Verifier, VerifierTable};

use super::answer::Answer;
use super::cloud::Cloud;

/// A warm function knows a change of the verifiers after 30 seconds.
const CHANGE_IS_KNOWN: Duration = Duration::from_secs(40);

#[test]
fn whoever_has_no_live_token_gets_the_same_401_on_every_route() {
    let Some(cloud) = Cloud::shared() else { return };
    let unknown = token(1);
    let presented = [
        None,
        Some("Bearer".to_owned()),
        Some("Bearer not-a-token".to_owned()),
        Some(format!("Bearer {}", unknown.reveal())),
        Some(format!("Basic {}", cloud.token)),
        Some(cloud.token.clone()),
        Some(format!("Bearer {}x", cloud.token)),
    ];
    let first = refusal(&cloud, guarded().next().unwrap(), None);
    insta::assert_debug_snapshot!(first);
    for route in guarded() {
        for authorization in &presented {
            let answer = refusal(&cloud, route, authorization.as_deref());
            assert_eq!(answer, first, "{} {authorization:?}", route.path);
        }
    }
}

#[test]
fn the_public_routes_answer_without_a_token() {
    let Some(cloud) = Cloud::shared() else { return };
    let public: Vec<_> = ROUTES
        .iter()
        // A public route with a name in its path is found by who knows the name.
        .filter(|route| route.access == Access::Public && !route.path.contains('{'))
        // Who opens a session shows the token, in the body.
        .filter(|route| route.action != Action::OpenSession)
        .collect();
    assert!(!public.is_empty());
    for route in public {
        cloud.call(route.method, route.path, &[], "").with_status(200);
    }
}

#[test]
fn an_expired_token_is_refused_like_an_unknown_one_and_a_new_one_is_let_in() {
    let Some(cloud) = Cloud::own("doors") else { return };
    let (expired, live) = (token(2), token(3));
    let bucket = cloud.outputs["ContentBucketName"].as_str().unwrap();
    let stored = cloud.wait(cloud.aws.object(bucket, VERIFIERS_KEY));
    let mut table: VerifierTable = serde_json::from_slice(&stored).unwrap();
    let yesterday = Utc::now() - TimeDelta::days(1);
    table.verifiers.push(Verifier {
        not_after: Some(Utc::now() - TimeDelta::hours(1)),
        ..Verifier::of(&expired, yesterday)
    });
    table.verifiers.push(Verifier::of(&live, yesterday));
    let changed = serde_json::to_vec(&table).unwrap();
    cloud.wait(cloud.aws.put_object(bucket, VERIFIERS_KEY, changed));

    let is_let_in = |cloud: &Cloud| {
        let bearer = format!("Bearer {}", live.reveal());
        let headers = [("authorization", bearer.as_str())];
        cloud
            .call(contract::Method::Get, "/auth/check", &headers, "")
            .status
            == 200
    };
    assert!(
        cloud.poll(CHANGE_IS_KNOWN, is_let_in),
        "the table was not read again"
    );
    let unknown = refusal(&cloud, guarded().next().unwrap(), Some("Bearer not-a-token"));
    assert_eq!(unknown.status, 401);
    let bearer = format!("Bearer {}", expired.reveal());
    for route in guarded() {
        assert_eq!(refusal(&cloud, route, Some(&bearer)), unknown, "{}", route.path);
    }
}

/// The routes that need a token.
fn guarded() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.access == Access::Token)
}

/// The answer, without what tells two answers apart but says nothing: the time and the request's id.
fn refusal(cloud: &Cloud, route: &Route, authorization: Option<&str>) -> Answer {
    let headers: Vec<_> = authorization
        .map(|value| ("authorization", value))
        .into_iter()
        .collect();
    let mut answer = cloud.call(route.method, route.path, &headers, "");
    let is_own = |name: &str| name == "date" || name.contains("requestid") || name.contains("request-id");
    answer.headers.retain(|(name, _)| !is_own(name));
    answer
}

/// A well-formed token that nobody was given.
fn token(seed: u8) -> Token {
    let bytes: Vec<u8> = (0..64_u8)
        .map(|at| at.wrapping_mul(7).wrapping_add(seed))
        .collect();
    Token::from_random(&bytes).unwrap()
}
