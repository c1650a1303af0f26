//! Access tokens: fetched once, renewed in time, and never with a wrong signature.

use serde_json::{Value, json};
use testkit::{Google, Simulator};

use super::{EVENTS, World, client};
use crate::CalendarError;

fn fetches(simulator: &Simulator) -> usize {
    let requests = simulator.requests();
    requests
        .iter()
        .filter(|request| request.target == "/google/token")
        .count()
}

#[tokio::test]
async fn one_token_serves_many_calls_also_those_that_come_together() {
    let world = World::new().await;
    tokio::join!(world.list(), world.list(), world.list());
    world.list().await;
    assert_eq!(fetches(&world.simulator), 1);
}

#[tokio::test]
async fn a_token_is_renewed_a_minute_before_its_end() {
    for (lifetime_s, expected) in [(60, 3), (61, 3), (90, 1)] {
        let world = World::new().await;
        world.google().set_token_lifetime(lifetime_s);
        world.list().await;
        if lifetime_s == 61 {
            // Good for a second: at the end of it there is a new one.
            tokio::time::sleep(std::time::Duration::from_millis(1_010)).await;
        }
        world.list().await;
        if lifetime_s == 61 {
            tokio::time::sleep(std::time::Duration::from_millis(1_010)).await;
        }
        world.list().await;
        assert_eq!(fetches(&world.simulator), expected, "{lifetime_s} s");
    }
}

#[tokio::test]
async fn a_token_that_was_revoked_is_renewed_once() {
    let world = World::signed_in().await;
    world.google().revoke_access_tokens();
    world.list().await;
    assert_eq!(fetches(&world.simulator), 2);
    let fault = testkit::Fault::Status {
        status: 401,
        retry_after_seconds: None,
    };
    world.simulator.lay(EVENTS, fault.always()).unwrap();
    let refused = world.client.list("primary").await;
    assert!(
        matches!(refused, Err(CalendarError::Unauthorized { .. })),
        "{refused:?}"
    );
    assert_eq!(fetches(&world.simulator), 3, "renewed once, and not for ever");
}

#[tokio::test]
async fn a_refresh_token_lets_in_as_well() {
    let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let client = client(&simulator, &Google::authorized_user(&simulator.origin()));
    assert!(client.list("primary").await.is_ok());
    assert_eq!(fetches(&simulator), 1);
}

#[tokio::test]
async fn a_credential_that_google_does_not_know_is_for_the_operator() {
    let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let origin = simulator.origin();
    for (secret, field, value) in [
        (Google::authorized_user(&origin), "refresh_token", "1//another"),
        (Google::authorized_user(&origin), "client_secret", "another"),
        (
            Google::service_account(&origin),
            "client_email",
            "other@example.com",
        ),
        (
            Google::service_account(&origin),
            "private_key",
            include_str!("other_key.pem"),
        ),
    ] {
        let mut secret: Value = serde_json::from_str(&secret).unwrap();
        secret[field] = json!(value);
        let refused = client(&simulator, &secret.to_string()).list("primary").await;
        let expected = CalendarError::Unauthorized {
            reason: "invalid_grant",
        };
        assert_eq!(refused, Err(expected), "{field}");
    }
    assert_eq!(fetches(&simulator), 4, "what is refused is not tried again");
}
