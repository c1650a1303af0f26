use campaign::{Address, Delivery, DeliveryId, Occurrence, Purpose, Standing, State};
use serde_json::json;

use super::*;

const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:landfall-test-feedback";

fn service() -> Service {
    Service {
        deliveries: Deliveries::in_memory(),
        topic: TOPIC.to_owned(),
        stage: "local".to_owned(),
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn address() -> Address {
    Address::email("alex@example.com").unwrap()
}

/// A delivery of which nobody knows whether it was sent.
fn delivery() -> Delivery {
    let occurrence = Occurrence {
        campaign: "blast".to_owned(),
        batch: "x".to_owned(),
        key: "k".to_owned(),
    };
    let id = DeliveryId::new(&occurrence, &address(), None);
    Delivery {
        state: State::Unknown {
            why: "connection-lost".to_owned(),
        },
        attempt: 1,
        look_at: None,
        ..Delivery::planned(id, address(), (Purpose::Marketing, "blast"), (now(), now()))
    }
}

fn message(shape: &str, kind: &str) -> Value {
    let id = delivery().id;
    let mut message = json!({
        shape: kind,
        "mail": {"messageId": "m-1", "tags": {"delivery_id": [id]},
            "headers": [{"name": "X-Landfall-Delivery", "value": id}]},
    });
    let recipients = json!([{"emailAddress": "alex@example.com"}]);
    let told = match kind {
        "Complaint" => json!({"complainedRecipients": recipients, "timestamp": now(), "feedbackId": "f-1"}),
        "Bounce" => {
            json!({"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": recipients,
            "timestamp": now(), "feedbackId": "f-2"})
        }
        _ => json!({}),
    };
    message[kind.to_ascii_lowercase()] = told;
    message
}

fn envelope(topic: &str, message: &Value) -> Value {
    json!({"Type": "Notification", "MessageId": "n", "TopicArn": topic, "Message": message.to_string()})
}

/// Hands bodies over as one batch; which of them come again.
async fn hand(service: &Service, bodies: &[Value]) -> Vec<String> {
    let records: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(at, body)| {
            let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
            json!({"messageId": at.to_string(), "body": text, "attributes": {}, "messageAttributes": {}})
        })
        .collect();
    let answer = service.handle(json!({"Records": records}), now()).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned())
        .collect()
}

async fn end(service: &Service) -> (Standing, Option<&'static str>, usize) {
    let stored = service.deliveries.load(&delivery().id).await.unwrap().unwrap();
    let kept = service.deliveries.suppression(&address()).await.unwrap();
    let trail = service.deliveries.trail(&stored.id).await.unwrap();
    (
        stored.standing(),
        kept.forbids(Purpose::Transactional),
        trail.len(),
    )
}

async fn with_delivery() -> Service {
    let service = service();
    service.deliveries.create(&[delivery()]).await.unwrap();
    service
}

#[tokio::test]
async fn a_complaint_in_either_shape_suppresses_and_resolves_what_was_unknown() {
    for shape in ["eventType", "notificationType"] {
        let service = with_delivery().await;
        let complaint = envelope(TOPIC, &message(shape, "Complaint"));
        assert_eq!(hand(&service, &[complaint]).await, Vec::<String>::new());
        assert_eq!(
            end(&service).await,
            (Standing::Complained, Some("complaint"), 2),
            "{shape}"
        );
    }
}

#[tokio::test]
async fn a_replay_changes_nothing() {
    let service = with_delivery().await;
    let bounce = envelope(TOPIC, &message("eventType", "Bounce"));
    for _ in 0..3 {
        assert_eq!(
            hand(&service, &[bounce.clone(), bounce.clone()]).await,
            Vec::<String>::new()
        );
        assert_eq!(end(&service).await, (Standing::Bounced, Some("hard-bounce"), 2));
    }
}

#[tokio::test]
async fn the_order_of_events_does_not_matter() {
    let kinds = ["Send", "Delivery", "Bounce", "Complaint"];
    for first in 0..4 {
        for step in [1, 3] {
            let service = with_delivery().await;
            let bodies: Vec<Value> = (0..4)
                .map(|at| envelope(TOPIC, &message("eventType", kinds[(first + at * step) % 4])))
                .collect();
            assert_eq!(hand(&service, &bodies).await, Vec::<String>::new());
            let (standing, why, _) = end(&service).await;
            assert_eq!((standing, why), (Standing::Complained, Some("complaint")));
        }
    }
}

#[tokio::test]
async fn what_comes_from_another_topic_is_refused_and_kept() {
    let service = with_delivery().await;
    let complaint = message("eventType", "Complaint");
    let forged = envelope(
        "arn:aws:sns:us-east-1:111111111111:landfall-test-feedback",
        &complaint,
    );
    assert_eq!(hand(&service, &[forged, complaint]).await, ["0", "1"]);
    assert_eq!(end(&service).await, (Standing::Unknown, None, 1));
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_and_the_rest_is_heard() {
    let service = with_delivery().await;
    let bodies = [
        json!("nonsense"),
        json!({"TopicArn": TOPIC, "Message": "nonsense"}),
        envelope(TOPIC, &message("eventType", "Delivery")),
        envelope(TOPIC, &message("eventType", "SomethingNew")),
    ];
    assert_eq!(hand(&service, &bodies).await, ["0", "1"]);
    assert_eq!(end(&service).await.0, Standing::Delivered);
}

#[tokio::test]
async fn feedback_on_a_mail_that_we_do_not_know_still_suppresses() {
    let service = service();
    let complaint = envelope(TOPIC, &message("eventType", "Complaint"));
    assert_eq!(hand(&service, &[complaint]).await, Vec::<String>::new());
    let kept = service.deliveries.suppression(&address()).await.unwrap();
    assert_eq!(kept.forbids(Purpose::Transactional), Some("complaint"));
}
