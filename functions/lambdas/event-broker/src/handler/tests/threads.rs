//! Guests' threads, as inbox-responder tells of them.

use serde_json::{Value, json};

use super::fixture::{Fixture, Reply, now, token};

async fn post(fixture: &Fixture, path: &str, body: &Value) -> Reply {
    let bearer = format!("Bearer {}", token(1).reveal());
    let headers = [("authorization", bearer.as_str())];
    fixture
        .http("POST", path, "", &headers, Some(&body.to_string()))
        .await
}

#[tokio::test]
async fn what_is_asked_is_passed_on_and_the_answer_back() {
    let fixture = Fixture::new().await;
    let responder = &fixture.broker.responder;
    responder.answer_with(json!({"answer": "threads", "threads": [], "next": "waiting.1-2"}));
    let reply = fixture.get("/inbox", "state=waiting&site=harbor").await;
    assert_eq!(
        (reply.status, reply.body),
        (200, json!({"threads": [], "next_cursor": "waiting.1-2"}))
    );
    let expected = json!({"action": "list", "state": "waiting", "site": "harbor"});
    assert_eq!(responder.asked().last(), Some(&expected));

    responder.answer_with(json!({"answer": "replied", "delivery": "replies_202701_x"}));
    for (body, expected) in [
        (
            json!({"text": "At the dock.\nSee you!"}),
            json!({"action": "reply", "thread": "t-1", "text": "At the dock.\nSee you!"}),
        ),
        (
            json!({"draft": "m-1"}),
            json!({"action": "reply", "thread": "t-1", "draft": "m-1"}),
        ),
    ] {
        let reply = post(&fixture, "/inbox/t-1/reply", &body).await;
        assert_eq!(
            (reply.status, &reply.body["delivery"]),
            (202, &json!("replies_202701_x"))
        );
        assert_eq!(responder.asked().last(), Some(&expected));
    }

    responder.answer_with(json!({"answer": "closed"}));
    let reply = post(&fixture, "/inbox/t-1/close", &json!({})).await;
    assert_eq!(
        (reply.status, reply.body),
        (200, json!({"id": "t-1", "state": "closed"}))
    );
}

#[tokio::test]
async fn what_the_responder_does_not_do_is_a_problem() {
    let fixture = Fixture::new().await;
    for (answer, status) in [
        (json!({"answer": "unknown"}), 404),
        (json!({"answer": "changed"}), 409),
        (json!({"answer": "refused", "reason": "why"}), 409),
        (json!({"answer": "closed"}), 503),
        (json!("nonsense"), 503),
    ] {
        fixture.broker.responder.answer_with(answer.clone());
        let reply = post(&fixture, "/inbox/t-1/reply", &json!({"text": "x"})).await;
        assert_eq!(reply.status, status, "{answer}");
    }
    fixture
        .broker
        .responder
        .answer_with(json!({"answer": "refused", "reason": "why"}));
    assert_eq!(fixture.get("/inbox", "cursor=x").await.status, 422);
    for body in [
        json!({}),
        json!({"text": " "}),
        json!({"text": "x".repeat(2_001)}),
        json!({"text": 1}),
    ] {
        assert_eq!(
            post(&fixture, "/inbox/t-1/reply", &body).await.status,
            422,
            "{body}"
        );
    }
}

#[tokio::test]
async fn answers_are_shown_and_paused_like_a_campaign_once_there_are_some() {
    let fixture = Fixture::new().await;
    let shown = async || {
        let overview = fixture.get("/overview", "").await.body;
        let campaigns = overview["campaigns"].as_array().unwrap().clone();
        campaigns.into_iter().find(|campaign| campaign["id"] == "replies")
    };
    assert_eq!(shown().await, None);
    let mut batch = store::Batch::new("replies", "202701", (now(), now()));
    batch.counts = [("FAILED".to_owned(), 1)].into();
    assert!(fixture.broker.deliveries.put_batch(&mut batch).await.unwrap());
    let paused = post(
        &fixture,
        "/campaigns/replies/pause",
        &json!({"why": "on holiday"}),
    )
    .await;
    assert_eq!(paused.status, 200);
    let shown = shown().await.unwrap();
    assert_eq!(
        (&shown["counts"], &shown["paused"], &shown["channel"]),
        (&json!({"FAILED": 1}), &json!("on holiday"), &json!("thread"))
    );
}

#[tokio::test]
async fn what_was_seen_is_passed_on() {
    let fixture = Fixture::new().await;
    let responder = &fixture.broker.responder;
    responder.answer_with(json!({"answer": "replied", "delivery": "d"}));
    let body = json!({"text": "Yes.", "seen": "m-1"});
    assert_eq!(post(&fixture, "/inbox/t-1/reply", &body).await.status, 202);
    responder.answer_with(json!({"answer": "closed"}));
    assert_eq!(
        post(&fixture, "/inbox/t-1/close", &json!({"seen": "m-1"}))
            .await
            .status,
        200
    );
    responder.answer_with(json!({"answer": "changed"}));
    assert_eq!(post(&fixture, "/inbox/t-1/close", &json!({})).await.status, 409);
    let asked: Vec<Value> = responder.asked();
    assert_eq!(
        asked,
        [
            json!({"action": "reply", "thread": "t-1", "text": "Yes.", "seen": "m-1"}),
            json!({"action": "close", "thread": "t-1", "seen": "m-1"}),
            json!({"action": "close", "thread": "t-1"}),
        ]
    );
}
