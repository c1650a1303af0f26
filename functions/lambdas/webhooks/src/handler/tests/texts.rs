//! Twilio's callbacks, signed as Twilio signs them.

use campaign::{Address, Delivery, DeliveryId, Occurrence, Purpose, Standing, State};
use ring::hmac::{Algorithm, HMAC_SHA1_FOR_LEGACY_USE_ONLY};

use super::*;

fn delivery() -> Delivery {
    let address = Address::phone("+15551234567").unwrap();
    let occurrence = Occurrence {
        campaign: "note".to_owned(),
        batch: "x".to_owned(),
        key: "k".to_owned(),
    };
    let id = DeliveryId::new(&occurrence, &address, None);
    Delivery {
        state: State::Accepted,
        attempt: 1,
        message_id: Some("SM1".to_owned()),
        look_at: None,
        ..Delivery::planned(id, address, (Purpose::Transactional, "note"), (now(), now()))
    }
}

struct Callback {
    query: String,
    fields: Vec<(&'static str, String)>,
    algorithm: Algorithm,
    token: &'static str,
}

impl Callback {
    fn status(status: &str) -> Self {
        Self::new(
            format!("delivery={}", delivery().id),
            &[("MessageSid", "SM1"), ("MessageStatus", status)],
        )
    }

    fn words(sid: &str, body: &str) -> Self {
        Self::new(
            String::new(),
            &[("MessageSid", sid), ("From", "+15551234567"), ("Body", body)],
        )
    }

    fn new(query: String, fields: &[(&'static str, &str)]) -> Self {
        let fields = fields.iter().chain([&("AccountSid", ACCOUNT)]);
        Self {
            query,
            fields: fields.map(|(name, value)| (*name, (*value).to_owned())).collect(),
            algorithm: HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            token: AUTH_TOKEN,
        }
    }

    async fn post(&self, service: &Service, at: DateTime<Utc>) -> Value {
        let question = if self.query.is_empty() { "" } else { "?" };
        let mut signed = format!("{API}/callbacks/twilio{question}{}", self.query);
        let mut sorted = self.fields.clone();
        sorted.sort();
        for (name, value) in sorted {
            signed.push_str(name);
            signed.push_str(&value);
        }
        let tag = sign(
            &Key::new(self.algorithm, self.token.as_bytes()),
            signed.as_bytes(),
        );
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish();
        let event = json!({
            "version": "2.0", "routeKey": "POST /callbacks/twilio", "rawPath": "/callbacks/twilio",
            "rawQueryString": self.query,
            "headers": {"x-twilio-signature": BASE64_STANDARD.encode(tag),
                "content-type": "application/x-www-form-urlencoded"},
            "requestContext": {"http": {"method": "POST", "path": "/callbacks/twilio", "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1", "userAgent": "test"}, "stage": "$default", "timeEpoch": 0},
            "body": BASE64_STANDARD.encode(body), "isBase64Encoded": true,
        });
        service.handle(event, at).await
    }
}

async fn with_delivery() -> Service {
    let service = service();
    service.deliveries.create(&[delivery()]).await.unwrap();
    service
}

async fn standing(service: &Service) -> Standing {
    let stored = service.deliveries.load(&delivery().id).await.unwrap();
    stored.unwrap().standing()
}

async fn is_stopped(service: &Service) -> bool {
    let kept = service.deliveries.suppression(&delivery().address).await.unwrap();
    kept.forbids(Purpose::Transactional).is_some()
}

#[tokio::test]
async fn a_status_in_either_signature_is_taken_in_and_comes_twice_without_effect() {
    for algorithm in [HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256] {
        let service = with_delivery().await;
        let callback = Callback {
            algorithm,
            ..Callback::status("delivered")
        };
        for _ in 0..2 {
            let answer = callback.post(&service, now()).await;
            assert_eq!(
                (&answer["statusCode"], &answer["body"]),
                (&json!(200), &json!("<Response/>"))
            );
        }
        assert_eq!(standing(&service).await, Standing::Delivered);
        assert_eq!(service.deliveries.trail(&delivery().id).await.unwrap().len(), 2);
        // What comes late and tells less changes nothing.
        Callback::status("sent").post(&service, now()).await;
        assert_eq!(standing(&service).await, Standing::Delivered);
    }
}

#[tokio::test]
async fn what_twilio_did_not_sign_is_refused() {
    let service = with_delivery().await;
    let forged = Callback {
        token: "another token",
        ..Callback::status("delivered")
    };
    assert_eq!(forged.post(&service, now()).await["statusCode"], 401);
    let mut elsewhere = Callback::status("delivered");
    elsewhere.fields.retain(|(name, _)| *name != "AccountSid");
    elsewhere
        .fields
        .push(("AccountSid", "AC00000000000000000000000000000000".to_owned()));
    assert_eq!(elsewhere.post(&service, now()).await["statusCode"], 401);
    assert_eq!(standing(&service).await, Standing::Accepted);
}

#[tokio::test]
async fn stop_and_start_are_kept_and_a_replay_changes_nothing() {
    let service = with_delivery().await;
    let later = |minutes| now() + TimeDelta::minutes(minutes);
    Callback::words("SM2", "Stop").post(&service, later(1)).await;
    assert!(is_stopped(&service).await);
    Callback::words("SM3", "START").post(&service, later(2)).await;
    assert!(!is_stopped(&service).await);
    Callback::words("SM2", "Stop").post(&service, later(3)).await;
    assert!(!is_stopped(&service).await);
    let answer = Callback::words("SM4", "When do we start?")
        .post(&service, later(4))
        .await;
    assert_eq!(answer["statusCode"], 200);
    assert!(!is_stopped(&service).await);
}

#[tokio::test]
async fn a_status_of_no_delivery_of_ours_is_taken_and_does_nothing() {
    let service = with_delivery().await;
    let other = Callback::new(
        "delivery=a_b_0123456789abcdef0123456789abcdef".to_owned(),
        &[("MessageSid", "SM9"), ("MessageStatus", "delivered")],
    );
    assert_eq!(other.post(&service, now()).await["statusCode"], 200);
    assert_eq!(standing(&service).await, Standing::Accepted);
}

#[tokio::test]
async fn a_number_that_does_not_exist_is_not_written_to_again_and_one_that_is_switched_off_is() {
    for (error, is_dead) in [("30003", false), ("30005", true), ("30006", true)] {
        let service = with_delivery().await;
        let mut callback = Callback::status("undelivered");
        callback.fields.push(("ErrorCode", error.to_owned()));
        assert_eq!(callback.post(&service, now()).await["statusCode"], 200);
        assert_eq!(standing(&service).await, Standing::Bounced);
        assert_eq!(is_stopped(&service).await, is_dead, "{error}");
    }
}
