//! The token endpoint, and who is let in with what it gave out.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::json;

use super::Call;
use super::reply::Reply;
use super::world::World;
use crate::call::pairs;

/// A key that was made for this simulator: it opens nothing else.
const ROBOT_KEY: &str = include_str!("robot_key.pem");
const ROBOT: &str = "robot@simulator.iam.gserviceaccount.com";
const CLIENT_ID: &str = "simulator.apps.googleusercontent.com";
/// The secrets of the person's credential here: tests look for them where they must not be.
pub const CLIENT_SECRET_CANARY: &str = "simulator-client-secret";
const REFRESH_TOKEN: &str = "1//simulator-refresh-token";
/// Google lets an assertion live no longer.
const LONGEST_ASSERTION: TimeDelta = TimeDelta::hours(1);
/// How far the clocks of two machines may differ.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// What lets a caller write events.
const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/calendar",
    "https://www.googleapis.com/auth/calendar.events",
];

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    scope: String,
    aud: String,
    iat: i64,
    exp: i64,
}

pub(super) fn answer(world: &mut World, call: &Call, now: DateTime<Utc>) -> Reply {
    if call.method != "POST" {
        return Reply::not_found();
    }
    let form = form(&call.body);
    let field = |name: &str| form.get(name).map(String::as_str);
    let judged = match field("grant_type") {
        Some("urn:ietf:params:oauth:grant-type:jwt-bearer") => {
            let host = call.header("host").unwrap_or_default();
            judge_assertion(
                field("assertion").unwrap_or_default(),
                &format!("http://{host}/google/token"),
                now,
            )
        }
        Some("refresh_token") => {
            let is_known = field("client_id") == Some(CLIENT_ID)
                && field("client_secret") == Some(CLIENT_SECRET_CANARY)
                && field("refresh_token") == Some(REFRESH_TOKEN);
            is_known.then_some(()).ok_or("Bad Request")
        }
        _ => return refusal("unsupported_grant_type", "Invalid grant_type"),
    };
    if let Err(description) = judged {
        return refusal("invalid_grant", description);
    }
    world.serial += 1;
    let token = format!("ya29.simulator-access-token-{}", world.serial);
    let lifetime = world.token_lifetime_s;
    world
        .access_tokens
        .insert(token.clone(), now + TimeDelta::seconds(lifetime.into()));
    Reply::ok(json!({ "access_token": token, "expires_in": lifetime, "token_type": "Bearer" }))
}

pub(super) fn is_authorized(world: &World, call: &Call, now: DateTime<Utc>) -> bool {
    let token = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let ends = token.and_then(|token| world.access_tokens.get(token));
    ends.is_some_and(|ends| now < *ends)
}

/// Checks what Google checks ("OAuth 2.0 for server to server applications"): the signature, who, for whom, when, and what.
fn judge_assertion(jwt: &str, audience: &str, now: DateTime<Utc>) -> Result<(), &'static str> {
    let malformed = "Invalid JWT";
    let (signed, signature) = jwt.rsplit_once('.').ok_or(malformed)?;
    let (head, body) = signed.split_once('.').ok_or(malformed)?;
    // RFC 7515 has no padding. yup-oauth2 pads all the same and gets its tokens from Google, so Google takes both.
    let decode = |part: &str| {
        BASE64_URL_SAFE_NO_PAD
            .decode(part.trim_end_matches('='))
            .map_err(|_| malformed)
    };
    let header: Header = serde_json::from_slice(&decode(head)?).map_err(|_| malformed)?;
    let claims: Claims = serde_json::from_slice(&decode(body)?).map_err(|_| malformed)?;
    if header.alg != "RS256" {
        return Err("Invalid JWT: the algorithm is not RS256.");
    }
    let pair = robot_key().ok_or(malformed)?;
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key())
        .verify(signed.as_bytes(), &decode(signature)?)
        .map_err(|_| "Invalid JWT Signature.")?;
    let at = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(malformed);
    let (issued, expires) = (at(claims.iat)?, at(claims.exp)?);
    let is_timely = issued <= now + SKEW && now - SKEW < expires && expires - issued <= LONGEST_ASSERTION;
    if !is_timely {
        return Err(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
        );
    }
    if claims.iss != ROBOT {
        return Err("Invalid grant: account not found");
    }
    if claims.aud != audience {
        return Err("Invalid JWT: the audience is another one.");
    }
    let mut scopes = claims.scope.split(' ');
    scopes
        .any(|scope| SCOPES.contains(&scope))
        .then_some(())
        .ok_or("Invalid OAuth scope.")
}

fn robot_key() -> Option<RsaKeyPair> {
    let text: String = ROBOT_KEY
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = base64::prelude::BASE64_STANDARD.decode(text).ok()?;
    RsaKeyPair::from_pkcs8(&der).ok()
}

pub(super) fn service_account(origin: &str) -> String {
    json!({
        "type": "service_account",
        "project_id": "simulator",
        "private_key_id": "simulator-key",
        "private_key": ROBOT_KEY,
        "client_email": ROBOT,
        "client_id": "1",
        "auth_uri": format!("{origin}/google/auth"),
        "token_uri": format!("{origin}/google/token"),
    })
    .to_string()
}

pub(super) fn authorized_user(origin: &str) -> String {
    json!({
        "type": "authorized_user",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET_CANARY,
        "refresh_token": REFRESH_TOKEN,
        "token_uri": format!("{origin}/google/token"),
    })
    .to_string()
}

/// RFC 6749, section 5.2.
fn refusal(error: &str, description: &str) -> Reply {
    Reply {
        status: 400,
        body: Some(json!({ "error": error, "error_description": description })),
        headers: Vec::new(),
    }
}

fn form(body: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(body);
    pairs(&text)
}
