//! Twilio over real connections: what its documentation promises.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::signature::sign;
use super::{ACCOUNT_SID, AUTH_TOKEN_CANARY, TwilioAccount, Webhooks};
use crate::asking::{Answered, Ear, ask, start};
use crate::call::ordered_pairs;
use crate::outgoing::form;
use crate::{Mishap, Simulator};

const FROM: (&str, &str) = ("From", "+15005550006");
const ANN: &str = "+14155550100";

fn path(rest: &str) -> String {
    format!("/twilio/2010-04-01/Accounts/{ACCOUNT_SID}{rest}")
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

async fn call(simulator: &Simulator, method: &str, path: &str, body: &str) -> Answered {
    let authorization = basic(ACCOUNT_SID, AUTH_TOKEN_CANARY);
    let headers = [("authorization", authorization.as_str())];
    ask(simulator, method, path, &headers, body).await.unwrap()
}

async fn send(simulator: &Simulator, fields: &[(&str, &str)]) -> Answered {
    let body = form(fields.iter().copied());
    call(simulator, "POST", &path("/Messages.json"), &body).await
}

#[track_caller]
fn check(answered: &Answered, status: u16, code: u32) {
    assert_eq!((answered.status, &answered.body["code"]), (status, &json!(code)));
    assert_eq!(answered.body["status"], status);
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    assert_eq!(answered.body["more_info"], more);
    assert!(answered.body["message"].is_string());
}

/// Waits until the message is through.
async fn settled(simulator: &Simulator, sid: &Value) -> Value {
    let path = path(&format!("/Messages/{}.json", sid.as_str().unwrap()));
    for _ in 0..200 {
        let message = call(simulator, "GET", &path, "").await.body;
        if !matches!(message["status"].as_str(), Some("accepted" | "queued" | "sent")) {
            return message;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the message is not through")
}

#[tokio::test]
async fn a_message_is_created_as_the_resource_that_the_documentation_shows() {
    let simulator = start().await;
    let created = send(&simulator, &[("To", ANN), FROM, ("Body", "Ahoy & welcome")]).await;
    assert_eq!(created.status, 201);
    let sid = created.body["sid"].as_str().unwrap();
    assert!(sid.len() == 34 && sid.starts_with("SM"));
    let date = created.body["date_created"].as_str().unwrap();
    assert!(chrono::DateTime::parse_from_rfc2822(date).is_ok());
    assert_eq!(
        created.body,
        json!({
            "account_sid": ACCOUNT_SID,
            "api_version": "2010-04-01",
            "body": "Ahoy & welcome",
            "date_created": date,
            "date_sent": null,
            "date_updated": date,
            "direction": "outbound-api",
            "error_code": null,
            "error_message": null,
            "from": "+15005550006",
            "messaging_service_sid": null,
            "num_media": "0",
            "num_segments": "1",
            "price": null,
            "price_unit": null,
            "sid": sid,
            "status": "queued",
            "subresource_uris": { "media": format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{sid}/Media.json") },
            "to": ANN,
            "uri": format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{sid}.json"),
        })
    );
    let accepted = simulator.twilio().accepted();
    assert_eq!((accepted.len(), accepted[0].sid.as_str()), (1, sid));
}

#[tokio::test]
async fn what_is_wrong_is_refused_under_its_code() {
    let simulator = start().await;
    simulator.twilio().unsubscribe("+14155550101");
    let long = "a".repeat(1_601);
    for (fields, code) in [
        (&[FROM, ("Body", "a")][..], 21604),
        (&[("To", ANN), ("Body", "a")], 21603),
        (&[("To", ANN), FROM], 21602),
        (&[("To", "4155550100"), FROM, ("Body", "a")], 21211),
        (&[("To", "+15005550001"), FROM, ("Body", "a")], 21211),
        (&[("To", "+15005550009"), FROM, ("Body", "a")], 21614),
        (&[("To", "+15005550004"), FROM, ("Body", "a")], 21610),
        (&[("To", "+14155550101"), FROM, ("Body", "a")], 21610),
        (&[("To", ANN), ("From", "+15005550007"), ("Body", "a")], 21606),
        (
            &[("To", ANN), ("MessagingServiceSid", "XX"), ("Body", "a")],
            21701,
        ),
        (&[("To", ANN), FROM, ("Body", &long)], 21617),
        (
            &[
                ("To", ANN),
                FROM,
                ("Body", "a"),
                ("StatusCallback", "boats.example"),
            ],
            21609,
        ),
        (
            &[("To", ANN), FROM, ("Body", "a"), ("ValidityPeriod", "0")],
            20001,
        ),
    ] {
        check(&send(&simulator, fields).await, 400, code);
    }
    assert!(simulator.twilio().accepted().is_empty());
}

#[tokio::test]
async fn only_the_account_and_its_keys_are_let_in() {
    let simulator = start().await;
    simulator.twilio().account(TwilioAccount {
        api_keys: [("SK1".to_owned(), "secret".to_owned())].into(),
        ..TwilioAccount::default()
    });
    for (authorization, status) in [
        (basic(ACCOUNT_SID, AUTH_TOKEN_CANARY), 200),
        (basic("SK1", "secret"), 200),
        (basic("SK1", AUTH_TOKEN_CANARY), 401),
        (basic(ACCOUNT_SID, "other"), 401),
        ("Bearer a".to_owned(), 401),
    ] {
        let headers = [("authorization", authorization.as_str())];
        let answered = ask(&simulator, "GET", &path(".json"), &headers, "")
            .await
            .unwrap();
        assert_eq!(answered.status, status, "{authorization}");
    }
    let unknown = ask(&simulator, "GET", &path(".json"), &[], "").await.unwrap();
    check(&unknown, 401, 20003);
    check(
        &call(&simulator, "GET", "/twilio/2010-04-01/Accounts/AC2.json", "").await,
        404,
        20404,
    );
    check(
        &call(&simulator, "GET", &path("/Messages/SM1.json"), "").await,
        404,
        20404,
    );
}

#[tokio::test]
async fn a_message_ends_as_its_number_says() {
    let simulator = start().await;
    for (to, status, error) in [
        (ANN, "delivered", Value::Null),
        ("+14155550099", "undelivered", json!(30003)),
        ("+14155550098", "failed", json!(30008)),
    ] {
        let service = ("MessagingServiceSid", "MG1");
        let created = send(&simulator, &[("To", to), service, ("Body", "a")]).await.body;
        assert_eq!(
            (&created["status"], &created["from"]),
            (&json!("accepted"), &Value::Null)
        );
        let message = settled(&simulator, &created["sid"]).await;
        assert_eq!(
            (&message["status"], &message["error_code"]),
            (&json!(status), &error)
        );
        assert_eq!(message["from"], "+15005550006");
    }
    let first = call(&simulator, "GET", &path("/Messages.json?PageSize=2"), "")
        .await
        .body;
    assert_eq!(first["messages"].as_array().unwrap().len(), 2);
    let next = format!("/twilio{}", first["next_page_uri"].as_str().unwrap());
    let second = call(&simulator, "GET", &next, "").await.body;
    assert_eq!(
        (&second["messages"][0]["to"], &second["next_page_uri"]),
        (&json!(ANN), &Value::Null)
    );
}

#[tokio::test]
async fn callbacks_are_signed_for_the_url_and_delivered_to_what_stands_in_for_it() {
    let simulator = start().await;
    let mut ear = Ear::open().await;
    simulator.twilio().webhooks(Webhooks {
        deliver_to: Some(ear.origin.clone()),
        inbound_url: None,
    });
    let url = "https://boats.example/texts/status?tenant=1";
    send(
        &simulator,
        &[
            ("To", "+14155550099"),
            FROM,
            ("Body", "a"),
            ("StatusCallback", url),
        ],
    )
    .await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let (path, headers, body) = ear.hear().await;
        assert_eq!(path, "/texts/status?tenant=1");
        let fields: Vec<(String, String)> = ordered_pairs(&body).collect();
        let fields: Vec<(&str, String)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        let find = |wanted: &str| {
            fields
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| value.clone())
        };
        assert_eq!(
            headers["x-twilio-signature"],
            sign(AUTH_TOKEN_CANARY, url, &fields)
        );
        assert_eq!(find("AccountSid").as_deref(), Some(ACCOUNT_SID));
        statuses.push((find("MessageStatus").unwrap(), find("ErrorCode")));
    }
    let wanted = [("queued", None), ("sent", None), ("undelivered", Some("30003"))];
    let wanted = wanted.map(|(status, code)| (status.to_owned(), code.map(str::to_owned)));
    assert_eq!(statuses, wanted);
}

#[tokio::test]
async fn callbacks_that_nobody_takes_are_kept() {
    let simulator = start().await;
    let url = "https://boats.example/texts/status";
    let created = send(
        &simulator,
        &[("To", ANN), FROM, ("Body", "a"), ("StatusCallback", url)],
    )
    .await;
    settled(&simulator, &created.body["sid"]).await;
    let mut unheard = simulator.twilio().take_unheard();
    while unheard.len() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        unheard.extend(simulator.twilio().take_unheard());
    }
    assert_eq!(unheard.len(), 3);
    assert_eq!(unheard[0].url, url);
}

#[tokio::test]
async fn who_says_stop_is_told_and_not_written_to_until_start() {
    let simulator = start().await;
    let mut ear = Ear::open().await;
    let hooks = json!({ "inbound_url": format!("{}/texts/inbound", ear.origin) }).to_string();
    assert_eq!(
        call(&simulator, "PUT", "/_twilio/webhooks", &hooks).await.status,
        204
    );
    for (word, status) in [(" stop ", 400), ("START", 201)] {
        let incoming = json!({ "from": ANN, "to": FROM.1, "body": word }).to_string();
        let told = call(&simulator, "POST", "/_twilio/incoming", &incoming).await;
        assert_eq!(told.body, json!({ "status": 200, "body": "<Response/>" }));
        let (path, headers, body) = ear.hear().await;
        assert!(path == "/texts/inbound" && headers.contains_key("x-twilio-signature"));
        assert!(ordered_pairs(&body).any(|pair| pair == ("Body".to_owned(), word.to_owned())));
        assert_eq!(
            send(&simulator, &[("To", ANN), FROM, ("Body", "a")]).await.status,
            status
        );
    }
    let away = json!({ "deliver_to": "http://192.0.2.1:80" }).to_string();
    assert_eq!(
        call(&simulator, "PUT", "/_twilio/webhooks", &away).await.status,
        400
    );
}

#[tokio::test]
async fn mishaps_strike_texts_as_they_strike_mails() {
    let simulator = start().await;
    simulator.twilio().account(TwilioAccount {
        max_rate: Some(3),
        ..TwilioAccount::default()
    });
    let authorization = basic(ACCOUNT_SID, AUTH_TOKEN_CANARY);
    let headers = [("authorization", authorization.as_str())];
    let body = form([("To", ANN), FROM, ("Body", "a")]);
    let path = path("/Messages.json");
    for (mishap, accepted) in [(Mishap::AcceptThenDrop, 1), (Mishap::Reset, 1)] {
        simulator.twilio().lay(ANN, mishap.times(1));
        assert!(ask(&simulator, "POST", &path, &headers, &body).await.is_err());
        assert_eq!(simulator.twilio().accepted().len(), accepted);
    }
    simulator.twilio().lay(ANN, Mishap::ServerError.times(1));
    check(&call(&simulator, "POST", &path, &body).await, 500, 20500);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(call(&simulator, "POST", &path, &body).await.status);
    }
    assert_eq!(statuses, [201, 201, 429]);
    assert_eq!(simulator.twilio().max_rate(), 6);
}
