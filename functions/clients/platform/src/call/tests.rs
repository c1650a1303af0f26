use testkit::{Fault, Laid, Simulator};

use super::*;
use crate::{Limits, Policy};

async fn simulator() -> Simulator {
    Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap()
}

fn fetcher(allowed: &[&str], limits: Limits) -> Fetcher {
    let allowed_origins = allowed.iter().map(|origin| origin.parse().unwrap()).collect();
    Fetcher::new(Policy {
        allowed_origins,
        limits,
    })
    .unwrap()
}

fn call(verb: Verb, url: &str) -> Call {
    Call {
        verb,
        url: FeedUrl::parse(url).unwrap(),
        token: Some(("Authorization".to_owned(), "Bearer canary".to_owned())),
        body: Some(("application/json", b"{\"text\":\"canary\"}".to_vec())),
    }
}

#[tokio::test]
async fn a_call_carries_its_method_its_token_and_its_body() {
    let simulator = simulator().await;
    let fetcher = fetcher(&[&simulator.origin()], Limits::default());
    let url = simulator.origin() + "/messages";
    for (verb, name) in [
        (Verb::Post, "POST"),
        (Verb::Put, "PUT"),
        (Verb::Patch, "PATCH"),
        (Verb::Delete, "DELETE"),
    ] {
        let refused = fetcher.call(&call(verb, &url)).await;
        assert!(
            matches!(refused, Err(FetchError::Status { status: 405, .. })),
            "{refused:?}"
        );
        let seen = simulator.requests().pop().unwrap();
        assert_eq!(seen.method, name);
        assert_eq!(seen.header("authorization"), Some("Bearer canary"));
        assert_eq!(seen.header("content-type"), Some("application/json"));
        assert_eq!(seen.header("content-length"), Some("17"));
    }
}

#[tokio::test]
async fn an_answer_comes_whole_or_not_at_all() {
    let simulator = simulator().await;
    simulator.publish("/list", "[]");
    let limits = Limits {
        max_body_bytes: 4,
        max_sent_bytes: 4,
        ..Limits::default()
    };
    let fetcher = fetcher(&[&simulator.origin()], limits);
    let get = Call::get(FeedUrl::parse(&(simulator.origin() + "/list")).unwrap(), None);
    assert_eq!(fetcher.call(&get).await.unwrap().bytes, b"[]");
    simulator.publish("/list", "[1,2]");
    let too_large = FetchError::TooLarge { limit_bytes: 4 };
    assert_eq!(fetcher.call(&get).await, Err(too_large));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_a_token() {
    let (simulator, other) = (simulator().await, simulator().await);
    let fault = Fault::Redirect {
        to: other.origin() + "/elsewhere",
    };
    simulator.lay("/messages", Laid { fault, times: None }).unwrap();
    let fetcher = fetcher(&[&simulator.origin(), &other.origin()], Limits::default());
    let url = simulator.origin() + "/messages";
    let refused = fetcher
        .call(&Call::get(FeedUrl::parse(&url).unwrap(), None))
        .await;
    assert!(
        matches!(refused, Err(FetchError::Status { status: 302, .. })),
        "{refused:?}"
    );
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_call_goes_to_public_addresses_only() {
    let simulator = simulator().await;
    let fetcher = fetcher(&[], Limits::default());
    let refused = fetcher.call(&call(Verb::Post, &simulator.origin())).await;
    assert!(
        matches!(refused, Err(FetchError::BlockedAddress { .. })),
        "{refused:?}"
    );
    let refused = fetcher.call(&call(Verb::Post, "http://example.com/")).await;
    assert_eq!(refused, Err(FetchError::NotHttps));
    assert!(simulator.requests().is_empty());
}

#[test]
fn debug_shows_neither_token_nor_body_nor_path() {
    let shown = format!("{:?}", call(Verb::Post, "https://example.com/canary"));
    assert!(!shown.contains("canary"), "{shown}");
}
