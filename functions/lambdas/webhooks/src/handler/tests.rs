use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use contract::content::MANIFEST_KEY;
use contract::sync::SyncRequest;
use ring::hmac::{HMAC_SHA256, Key, sign};
use serde_json::{Value, json};
use testkit::Log;

use super::*;
use crate::sync::Sync;
use crate::sync::tests::Fake;

const KEY: &[u8] = b"twenty-four secret bytes";
const SHARED: &str = "canary-shared-secret";
const BODY: &str = r#"{"event": "booking.created", "listing": 42, "guest": "canary-guest"}"#;

const API: &str = "https://api.harbor.example";
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const AUTH_TOKEN: &str = "canary-auth-token";

type Headers = Vec<(&'static str, String)>;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn service() -> Service {
    let content = store::Content::in_memory();
    content.put(MANIFEST_KEY, Some(manifest().to_string().into_bytes()));
    let standard = format!("whsec_{}", BASE64_STANDARD.encode(KEY));
    let secrets = [
        ("ALPHA_WEBHOOK", standard.as_str()),
        ("BETA_WEBHOOK", SHARED),
        ("GAMMA_WEBHOOK", SHARED),
        ("SHORT_WEBHOOK", "short"),
        ("TWILIO", &format!("{ACCOUNT}:{AUTH_TOKEN}")),
    ];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Service {
        content,
        secrets: lambda_boot::Secrets::fixed(secrets.map(owned)),
        ledger: store::Ledger::in_memory(),
        deliveries: store::Deliveries::in_memory(),
        api_url: API.to_owned(),
        sync: Sync::Fake(Fake::default()),
    }
}

fn manifest() -> Value {
    json!({
        "version": 1,
        "sites": [{ "id": "harbor", "name": "Harbor", "time_zone": "America/New_York", "assets": [
            { "id": "pontoon", "name": "Pontoon", "turnover_minutes": 60 },
        ] }],
        "platforms": [
            { "id": "alpha", "name": "Alpha", "webhook": {
                "scheme": "standard-webhooks", "secret": "ALPHA_WEBHOOK",
                "listing_pointer": "/listing", "listings": { "42": "alpha-pontoon" },
                "event_pointer": "/event", "events": { "ping": "nothing" } } },
            { "id": "beta", "name": "Beta", "webhook": {
                "scheme": "shared-secret", "secret": "BETA_WEBHOOK", "header": "X-Beta" } },
            { "id": "gamma", "name": "Gamma", "webhook": {
                "scheme": "hmac-sha256", "secret": "GAMMA_WEBHOOK", "id_header": "X-Delivery" } },
            { "id": "short", "name": "Short", "webhook": {
                "scheme": "hmac-sha256", "secret": "SHORT_WEBHOOK" } },
            { "id": "unset", "name": "Unset", "webhook": {
                "scheme": "hmac-sha256", "secret": "UNSET_WEBHOOK" } },
            { "id": "silent", "name": "Silent" },
        ],
        "listings": [
            { "id": "alpha-pontoon", "platform": "alpha", "asset": "pontoon", "feed": { "secret": "ALPHA_FEED" } },
        ],
        "messages": { "sms": { "secret": "TWILIO", "number": "+15551230000" } },
    })
}

/// What the platform alpha sends.
fn signed(id: &str, at: DateTime<Utc>, body: &str) -> Headers {
    let time = at.timestamp();
    let tag = sign(
        &Key::new(HMAC_SHA256, KEY),
        format!("{id}.{time}.{body}").as_bytes(),
    );
    vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", time.to_string()),
        ("webhook-signature", format!("v1,{}", BASE64_STANDARD.encode(tag))),
    ]
}

/// What the platform gamma sends.
fn hub(key: &str, delivery: &str, body: &str) -> Headers {
    let tag = sign(&Key::new(HMAC_SHA256, key.as_bytes()), body.as_bytes());
    let digits: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    vec![
        ("x-hub-signature-256", format!("sha256={digits}")),
        ("x-delivery", delivery.to_owned()),
    ]
}

fn event(platform: &str, headers: &Headers, body: &str) -> Value {
    let headers: serde_json::Map<String, Value> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    let path = format!("/webhooks/{platform}");
    json!({
        "version": "2.0", "routeKey": "POST /webhooks/{platform}", "rawPath": path, "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "api.example", "domainPrefix": "api",
            "http": { "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test" },
            "requestId": "request", "routeKey": "POST /webhooks/{platform}", "stage": "$default",
            "time": "15/Jan/2027:08:00:00 +0000", "timeEpoch": 1_800_000_000_000_u64,
        },
        "body": body, "isBase64Encoded": false,
    })
}

impl Service {
    async fn send(&self, platform: &str, headers: &Headers, body: &str) -> Value {
        self.handle(event(platform, headers, body), now()).await
    }

    async fn send_signed(&self, id: &str, body: &str) -> Value {
        self.send("alpha", &signed(id, now(), body), body).await
    }

    fn fake(&self) -> &Fake {
        match &self.sync {
            Sync::Fake(fake) => fake,
            Sync::Function { .. } => panic!("the tests ask nobody else"),
        }
    }
}

fn sync(platform: Option<&str>, listings: &[&str]) -> SyncRequest {
    SyncRequest::Sync {
        platform: platform.map(str::to_owned),
        listings: listings.iter().map(|id| (*id).to_owned()).collect(),
        assets: Vec::new(),
        dry_run: false,
    }
}

#[tokio::test]
async fn a_genuine_message_asks_for_its_listing_once() {
    let service = service();
    let accepted = service.send_signed("msg_1", BODY).await;
    insta::assert_json_snapshot!(accepted, @r#"
    {
      "body": "{\"status\":\"accepted\"}",
      "headers": {
        "cache-control": "no-store",
        "content-type": "application/json",
        "x-content-type-options": "nosniff"
      },
      "isBase64Encoded": false,
      "statusCode": 202
    }
    "#);
    assert_eq!(service.fake().take(), [sync(None, &["alpha-pontoon"])]);
    assert_eq!(service.send_signed("msg_1", BODY).await, accepted);
    assert_eq!(service.fake().take(), []);
    assert_eq!(service.send_signed("msg_2", BODY).await, accepted);
    assert_eq!(service.fake().take().len(), 1);
}

#[tokio::test]
async fn what_is_not_mapped_asks_for_the_whole_platform_and_what_is_harmless_for_nothing() {
    let service = service();
    for (id, body, asked) in [
        ("1", r#"{"listing": 43}"#, vec![sync(Some("alpha"), &[])]),
        ("2", "no json", vec![sync(Some("alpha"), &[])]),
        ("3", r#"{"event": "ping", "listing": 42}"#, vec![]),
    ] {
        assert_eq!(service.send_signed(id, body).await["statusCode"], 202, "{body}");
        assert_eq!(service.fake().take(), asked, "{body}");
    }
}

#[tokio::test]
async fn each_scheme_is_taken() {
    let service = service();
    let shared = vec![("x-beta", SHARED.to_owned())];
    assert_eq!(service.send("beta", &shared, "{}").await["statusCode"], 202);
    let gamma = hub(SHARED, "1", BODY);
    assert_eq!(service.send("gamma", &gamma, BODY).await["statusCode"], 202);
    assert_eq!(
        service.fake().take(),
        [sync(Some("beta"), &[]), sync(Some("gamma"), &[])]
    );
    let mut encoded = event("gamma", &hub(SHARED, "2", BODY), &BASE64_STANDARD.encode(BODY));
    encoded["isBase64Encoded"] = json!(true);
    assert_eq!(service.handle(encoded, now()).await["statusCode"], 202);
    assert_eq!(service.fake().take(), [sync(Some("gamma"), &[])]);
}

#[tokio::test]
async fn every_refusal_looks_the_same() {
    let service = service();
    let refused = service.send("alpha", &Vec::new(), BODY).await;
    insta::assert_json_snapshot!(refused, @r#"
    {
      "body": "{\"status\":401,\"title\":\"a valid signature is needed\",\"type\":\"urn:landfall:problem:unauthorized\"}",
      "headers": {
        "cache-control": "no-store",
        "content-type": "application/problem+json",
        "x-content-type-options": "nosniff"
      },
      "isBase64Encoded": false,
      "statusCode": 401
    }
    "#);
    let old = signed("1", now() - TimeDelta::seconds(301), BODY);
    let future = signed("1", now() + TimeDelta::seconds(301), BODY);
    let other = signed("1", now(), "another body");
    let good = signed("1", now(), BODY);
    let shared = vec![("x-beta", "another shared secret".to_owned())];
    let hub_of = |key| hub(key, "1", BODY);
    for (platform, headers) in [
        ("alpha", &old),
        ("alpha", &future),
        ("alpha", &other),
        ("nobody", &good),
        ("ALPHA", &good),
        ("alpha/", &good),
        ("", &good),
        ("silent", &good),
        ("beta", &shared),
        ("beta", &good),
        ("gamma", &hub_of("another shared secret")),
        ("short", &hub_of("short")),
        ("unset", &hub_of("")),
    ] {
        assert_eq!(service.send(platform, headers, BODY).await, refused, "{platform}");
    }
    assert_eq!(service.fake().take(), []);
    // What was refused has not used up its id.
    assert_eq!(service.send("alpha", &good, BODY).await["statusCode"], 202);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413_for_everybody() {
    let service = service();
    let large = "x".repeat(webhook::MAX_BODY_BYTES + 1);
    let refused = service.send("alpha", &Vec::new(), &large).await;
    insta::assert_json_snapshot!(refused, @r#"
    {
      "body": "{\"status\":413,\"title\":\"the body is too large\",\"type\":\"urn:landfall:problem:body-too-large\"}",
      "headers": {
        "cache-control": "no-store",
        "content-type": "application/problem+json",
        "x-content-type-options": "nosniff"
      },
      "isBase64Encoded": false,
      "statusCode": 413
    }
    "#);
    assert_eq!(service.send("nobody", &Vec::new(), &large).await, refused);
    let mut encoded = event("alpha", &Vec::new(), &BASE64_STANDARD.encode(&large));
    encoded["isBase64Encoded"] = json!(true);
    assert_eq!(service.handle(encoded, now()).await, refused);
    let most = &large[1..];
    let taken = service.send("gamma", &hub(SHARED, "1", most), most).await;
    assert_eq!(taken["statusCode"], 202);
}

#[tokio::test]
async fn what_is_no_webhook_is_400() {
    let service = service();
    let mut get = event("alpha", &Vec::new(), "");
    get["requestContext"]["http"]["method"] = json!("GET");
    let mut elsewhere = event("alpha", &Vec::new(), "");
    elsewhere["rawPath"] = json!("/health");
    let mut encoded = event("alpha", &Vec::new(), "no base64");
    encoded["isBase64Encoded"] = json!(true);
    for event in [json!(null), json!({}), get, elsewhere, encoded] {
        assert_eq!(service.handle(event, now()).await["statusCode"], 400);
    }
}

#[tokio::test]
async fn a_message_that_could_not_be_seen_to_is_seen_to_when_it_is_sent_again() {
    let service = service();
    service.fake().break_down(true);
    let failed = service.send_signed("msg_1", BODY).await;
    insta::assert_json_snapshot!(failed, @r#"
    {
      "body": "{\"status\":503,\"title\":\"the service cannot answer now\",\"type\":\"urn:landfall:problem:unavailable\"}",
      "headers": {
        "cache-control": "no-store",
        "content-type": "application/problem+json",
        "retry-after": "60",
        "x-content-type-options": "nosniff"
      },
      "isBase64Encoded": false,
      "statusCode": 503
    }
    "#);
    service.fake().break_down(false);
    assert_eq!(service.send_signed("msg_1", BODY).await["statusCode"], 202);
    assert_eq!(service.fake().take().len(), 1);
}

#[tokio::test]
async fn without_a_manifest_every_platform_is_503() {
    let service = service();
    service.content.put(MANIFEST_KEY, None);
    let known = service.send_signed("msg_1", BODY).await;
    assert_eq!(known["statusCode"], 503);
    assert_eq!(service.send("nobody", &Vec::new(), "").await, known);
}

/// The same message eight times at once: nobody is told of a failure, somebody asks, and afterwards nobody does.
#[tokio::test]
async fn messages_that_come_several_times_at_once_are_seen_to() {
    let service = service();
    let all = (0..8).map(|_| service.send_signed("msg_1", BODY));
    let answers = futures_util::future::join_all(all).await;
    assert!(answers.iter().all(|answer| answer["statusCode"] == 202));
    let asked = service.fake().take();
    assert!((1..=8).contains(&asked.len()), "{asked:?}");
    service.send_signed("msg_1", BODY).await;
    assert_eq!(service.fake().take(), []);
}

#[tokio::test]
async fn the_same_words_later_are_another_message_where_only_the_body_tells() {
    let service = service();
    let shared = vec![("x-beta", SHARED.to_owned())];
    for (seconds, asked) in [(0, 1), (9, 0), (10, 1)] {
        let at = now() + TimeDelta::seconds(seconds);
        service.handle(event("beta", &shared, "{}"), at).await;
        assert_eq!(service.fake().take().len(), asked, "{seconds}");
    }
}

#[tokio::test]
async fn no_log_line_holds_a_body_a_header_or_a_secret() {
    let log = Log::hear(lambda_boot::logging::MAX_LEVEL);
    let service = service();
    service.send_signed("canary-id", BODY).await;
    service.send("canary-platform", &Vec::new(), BODY).await;
    let shared = vec![("x-beta", SHARED.to_owned())];
    service.send("beta", &shared, BODY).await;
    service.send("unset", &hub("canary", "canary", BODY), BODY).await;
    service.fake().break_down(true);
    service.send_signed("canary-other", BODY).await;
    let log = log.end();
    assert!(log.contains("answered") && log.contains("failed"), "{log}");
    assert!(log.contains("webhook secret not read"), "{log}");
    assert!(!log.contains("canary"), "{log}");
}

/// What Google sends, for a channel that was opened with this token.
async fn notify(service: &Service, token: &str, state: &str) -> u64 {
    let headers = vec![
        ("x-goog-channel-id", "landfall-pontoon-1".to_owned()),
        ("x-goog-channel-token", token.to_owned()),
        ("x-goog-resource-state", state.to_owned()),
    ];
    let answer = service.send("google-calendar", &headers, "").await;
    answer["statusCode"].as_u64().unwrap()
}

#[tokio::test]
async fn a_notification_of_googles_asks_for_the_asset_of_its_channel() {
    let service = service();
    let minute = TimeDelta::minutes(1);
    let taken = service.ledger.take("pontoon", "test", now(), minute).await;
    let Ok(store::Taken::Lease(lease)) = taken else {
        panic!("{taken:?}");
    };
    let opened = store::OpenedChannel {
        id: "landfall-pontoon-1",
        token: "canary-token",
        until: now() + TimeDelta::days(7),
    };
    let kept = service.ledger.keep_channel(&lease, Some(opened), now()).await;
    assert_eq!(kept, Ok(store::Put::Done));

    assert_eq!(notify(&service, "canary-token", "sync").await, 202);
    assert_eq!(notify(&service, "another", "exists").await, 401);
    assert_eq!(service.fake().take(), []);
    assert_eq!(notify(&service, "canary-token", "exists").await, 202);
    let asked = SyncRequest::Sync {
        platform: None,
        listings: Vec::new(),
        assets: vec!["pontoon".to_owned()],
        dry_run: false,
    };
    assert_eq!(service.fake().take(), [asked]);
    service.fake().break_down(true);
    assert_eq!(notify(&service, "canary-token", "exists").await, 503);
}

#[tokio::test]
async fn without_a_channels_headers_nobody_is_heard_in_googles_place() {
    let service = service();
    let answer = service.send("google-calendar", &Headers::new(), BODY).await;
    assert_eq!(answer["statusCode"], 401);
    assert_eq!(service.fake().take(), []);
}

mod texts;
