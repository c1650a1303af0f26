//! Which secrets are credentials, and what they give away.

use serde_json::{Value, json};
use testkit::Google;

use crate::{Endpoint, GoogleCalendar, InvalidCredential, Limits, SetupError};

const ORIGIN: &str = "http://127.0.0.1:4611";

#[track_caller]
fn check(secret: &str, expected: Result<(), InvalidCredential>) {
    let endpoint = Endpoint::at("http://127.0.0.1:4611/google").unwrap();
    let made = GoogleCalendar::new(endpoint, secret, Limits::default()).map(|_| ());
    assert_eq!(made, expected.map_err(SetupError::Credential));
}

fn with(secret: &str, field: &str, value: Value) -> String {
    let mut secret: Value = serde_json::from_str(secret).unwrap();
    secret[field] = value;
    secret.to_string()
}

#[test]
fn the_two_forms_of_googles_own_tools_are_read() {
    check(&Google::service_account(ORIGIN), Ok(()));
    check(&Google::authorized_user(ORIGIN), Ok(()));
}

#[test]
fn a_credential_without_a_token_uri_goes_to_the_endpoint_itself() {
    check(
        &with(&Google::authorized_user(ORIGIN), "token_uri", Value::Null),
        Ok(()),
    );
}

#[test]
fn a_token_uri_elsewhere_is_refused_whatever_the_kind() {
    for secret in [Google::service_account(ORIGIN), Google::authorized_user(ORIGIN)] {
        for elsewhere in [
            "https://evil.example/token",
            "http://127.0.0.1:4612/google/token",
            "https://oauth2.googleapis.com/token",
            "",
            "nonsense",
        ] {
            check(
                &with(&secret, "token_uri", json!(elsewhere)),
                Err(InvalidCredential::TokenUri),
            );
        }
    }
}

#[test]
fn what_is_no_credential_is_refused_without_being_quoted() {
    for secret in [
        "",
        "canary",
        "{}",
        "[]",
        r#"{"type": "external_account", "canary": 1}"#,
        r#"{"type": "service_account", "client_email": "canary"}"#,
    ] {
        check(secret, Err(InvalidCredential::Form));
    }
    let service = Google::service_account(ORIGIN);
    for key in [
        "canary",
        "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n",
    ] {
        check(
            &with(&service, "private_key", json!(key)),
            Err(InvalidCredential::PrivateKey),
        );
    }
    for error in [
        InvalidCredential::Form,
        InvalidCredential::PrivateKey,
        InvalidCredential::TokenUri,
    ] {
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
