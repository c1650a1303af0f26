//! Google without a client: what its documentation promises.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use chrono::{TimeDelta, Utc};
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, IF_MATCH};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use super::{Call, Google, PRIMARY, Reply};
use crate::call::pairs;

const EVENTS: &str = "calendar/v3/calendars/primary/events";
const ORIGIN: &str = "http://127.0.0.1:1";

fn call(method: &str, path: &str, headers: &[(HeaderName, &str)], body: &str) -> Call {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let headers = headers
        .iter()
        .map(|(name, value)| (name.clone(), value.parse().unwrap()));
    Call {
        method: method.to_owned(),
        path: path.split('/').map(str::to_owned).collect(),
        query: pairs(query),
        query_text: query.to_owned(),
        headers: headers
            .chain([(HOST, "127.0.0.1:1".parse().unwrap())])
            .collect::<HeaderMap>(),
        body: body.to_owned().into(),
    }
}

/// A Google and the header that lets in.
fn signed_in() -> (Google, String) {
    let google = Google::new();
    let reply = google.reply(&call("POST", "token", &[], &grant(&claims())));
    let token = reply.body.unwrap()["access_token"].as_str().unwrap().to_owned();
    (google, format!("Bearer {token}"))
}

fn claims() -> Value {
    let now = Utc::now();
    json!({
        "iss": "robot@simulator.iam.gserviceaccount.com",
        "scope": "https://www.googleapis.com/auth/calendar.events",
        "aud": format!("{ORIGIN}/google/token"),
        "iat": now.timestamp(),
        "exp": (now + TimeDelta::hours(1)).timestamp(),
    })
}

fn grant(claims: &Value) -> String {
    signed(&json!({ "alg": "RS256", "typ": "JWT" }), claims)
}

/// An assertion in its form, signed with the robot's key.
fn signed(head: &Value, claims: &Value) -> String {
    let key: Value = serde_json::from_str(&Google::service_account(ORIGIN)).unwrap();
    let pem = key["private_key"].as_str().unwrap();
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let key = RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(text).unwrap()).unwrap();
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let jwt = format!("{}.{}", encode(head), encode(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        jwt.as_bytes(),
        &mut signature,
    )
    .unwrap();
    let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
    format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={jwt}.{signature}")
}

#[track_caller]
fn check(reply: &Reply, status: u16, reason: &str) {
    let body = reply.body.as_ref().unwrap();
    let told = body["error"]["errors"][0]["reason"]
        .as_str()
        .or_else(|| body["error"].as_str());
    assert_eq!((reply.status, told), (status, Some(reason)), "{body}");
}

#[test]
fn an_assertion_is_checked_in_every_part() {
    let google = Google::new();
    let ask = |form: &str| google.reply(&call("POST", "token", &[], form));
    assert_eq!(ask(&grant(&claims())).status, 200);
    let now = Utc::now().timestamp();
    for (field, value) in [
        ("iss", json!("stranger@example.com")),
        ("aud", json!("https://oauth2.googleapis.com/token")),
        ("scope", json!("https://www.googleapis.com/auth/drive")),
        ("iat", json!(now + 600)),
        ("exp", json!(now - 600)),
        ("exp", json!(now + 7200)),
    ] {
        let mut claims = claims();
        claims[field] = value;
        check(&ask(&grant(&claims)), 400, "invalid_grant");
    }
    check(
        &ask(&signed(&json!({ "alg": "none" }), &claims())),
        400,
        "invalid_grant",
    );
    // The last character of a signature has bits that do not count; the first has none.
    let good = grant(&claims());
    let (rest, signature) = good.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    check(
        &ask(&format!("{rest}.{other}{}", &signature[1..])),
        400,
        "invalid_grant",
    );
    for form in ["", "grant_type=password"] {
        check(&ask(form), 400, "unsupported_grant_type");
    }
}

#[test]
fn nobody_is_let_in_without_a_token_that_lives() {
    let (google, bearer) = signed_in();
    let ask = |bearer: &str| google.reply(&call("GET", EVENTS, &[(AUTHORIZATION, bearer)], ""));
    assert_eq!(ask(&bearer).status, 200);
    for stranger in ["Bearer x", "Basic x", bearer.trim_start_matches("Bearer ")] {
        check(&ask(stranger), 401, "authError");
    }
    google.revoke_access_tokens();
    check(&ask(&bearer), 401, "authError");
    google.set_token_lifetime(0);
    let reply = google.reply(&call("POST", "token", &[], &grant(&claims())));
    let token = reply.body.unwrap()["access_token"].as_str().unwrap().to_owned();
    check(&ask(&format!("Bearer {token}")), 401, "authError");
}

#[test]
fn a_write_whose_version_is_old_does_nothing() {
    let (google, bearer) = signed_in();
    google.write(
        PRIMARY,
        "event",
        json!({ "start": { "date": "2027-01-01" }, "end": { "date": "2027-01-02" } }),
    );
    let before = google.events(PRIMARY);
    let path = format!("{EVENTS}/event");
    for method in ["PATCH", "PUT", "DELETE"] {
        let headers = [(AUTHORIZATION, bearer.as_str()), (IF_MATCH, "\"1\"")];
        check(
            &google.reply(&call(method, &path, &headers, "{}")),
            412,
            "conditionNotMet",
        );
    }
    assert_eq!(google.events(PRIMARY), before);
    let etag = before[0]["etag"].as_str().unwrap().to_owned();
    let headers = [(AUTHORIZATION, bearer.as_str()), (IF_MATCH, etag.as_str())];
    assert_eq!(google.reply(&call("DELETE", &path, &headers, "")).status, 204);
}

#[test]
fn what_is_asked_wrongly_is_refused() {
    let (google, bearer) = signed_in();
    let headers = [(AUTHORIZATION, bearer.as_str())];
    let ask = |method, path: &str, body: &str| google.reply(&call(method, path, &headers, body));
    let times = json!({ "start": { "dateTime": "2027-01-01T00:00:00Z" }, "end": { "dateTime": "2027-01-01T01:00:00Z" } });
    let with = |name: &str, value: Value| {
        let mut event = times.clone();
        event[name] = value;
        event.to_string()
    };
    for (body, reason) in [
        ("{".to_owned(), "parseError"),
        ("{}".to_owned(), "required"),
        (with("id", json!("abc_d")), "invalid"),
        (with("start", json!({ "date": "2027-01-01" })), "invalid"),
        (
            with(
                "start",
                json!({ "date": "2027-01-01", "dateTime": "2027-01-01T00:00:00Z" }),
            ),
            "invalid",
        ),
        (
            with(
                "start",
                json!({ "dateTime": "2027-01-01T00:00:00Z", "timeZone": "Nowhere" }),
            ),
            "invalid",
        ),
        (with("recurrence", json!(["RRULE:FREQ=DAILY"])), "required"),
        (
            with("recurrence", json!(["DTSTART:20270101T000000Z"])),
            "required",
        ),
    ] {
        check(&ask("POST", EVENTS, &body), 400, reason);
    }
    let token = ask("GET", EVENTS, "").body.unwrap()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    for more in [
        "q=x",
        "timeMin=2027-01-01T00:00:00Z",
        "orderBy=updated",
        "showDeleted=false",
    ] {
        check(
            &ask("GET", &format!("{EVENTS}?syncToken={token}&{more}"), ""),
            400,
            "badRequest",
        );
    }
    check(
        &ask("GET", &format!("{EVENTS}?syncToken=unknown"), ""),
        410,
        "fullSyncRequired",
    );
    check(
        &ask("GET", "calendar/v3/calendars/none/events", ""),
        404,
        "notFound",
    );
    let elsewhere = json!({ "id": "c", "type": "web_hook", "address": "http://10.0.0.1/hook" });
    check(
        &ask("POST", &format!("{EVENTS}/watch"), &elsewhere.to_string()),
        401,
        "push.webhookUrlUnauthorized",
    );
}

#[test]
fn a_deleted_event_is_a_bare_tombstone_and_shown_when_asked_for() {
    let (google, bearer) = signed_in();
    google.write(PRIMARY, "event", json!({ "summary": "x" }));
    google.delete(PRIMARY, "event");
    let ask = |query: &str| {
        let reply = google.reply(&call(
            "GET",
            &format!("{EVENTS}{query}"),
            &[(AUTHORIZATION, &bearer)],
            "",
        ));
        reply.body.unwrap()["items"].clone()
    };
    assert_eq!(ask(""), json!([]));
    let shown = ask("?showDeleted=true");
    let mut names: Vec<&String> = shown[0].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["etag", "id", "kind", "status"]);
}

#[test]
fn everything_that_a_test_may_do_can_be_done_over_http() {
    let (google, bearer) = signed_in();
    let act = |method, path: &str, body: &str| google.act(&call(method, path, &[], body));
    assert_eq!(
        act("PUT", "calendars/boats", r#"{"timeZone": "Europe/Berlin"}"#).status,
        204
    );
    assert_eq!(
        act("PUT", "calendars/boats", r#"{"timeZone": "Nowhere"}"#).status,
        400
    );
    assert_eq!(
        act("PUT", "calendars/boats/events/e", r#"{"summary": "x"}"#).status,
        204
    );
    assert_eq!(
        act("GET", "calendars/boats/events", "").body.unwrap()[0]["summary"],
        "x"
    );
    assert_eq!(act("DELETE", "calendars/boats/events/e", "").status, 204);
    assert_eq!(google.events("boats")[0]["status"], "cancelled");
    assert_eq!(act("PUT", "calendars/none/events/e", "{}").status, 404);
    assert_eq!(
        (
            act("PUT", "page-size", "2").status,
            act("PUT", "page-size", "0").status
        ),
        (204, 400)
    );
    assert_eq!(act("POST", "calendars/boats/expire-sync-tokens", "").status, 204);
    let credential = act("GET", "credential", "").body.unwrap();
    assert_eq!(credential.to_string(), Google::service_account(ORIGIN));
    assert_eq!(act("POST", "revoke-access-tokens", "").status, 204);
    let refused = google.reply(&call("GET", EVENTS, &[(AUTHORIZATION, &bearer)], ""));
    check(&refused, 401, "authError");
    assert_eq!(act("GET", "unknown", "").status, 404);
}
