use serde_json::{Value, json};

use super::*;
use crate::Simulator;
use crate::asking::{Answered, ask, start};

const LIST: &str = "/messaging/boats/messages?status=unread";

async fn call(simulator: &Simulator, method: &str, path: &str, body: Value) -> Answered {
    ask(simulator, method, path, &[], &body.to_string())
        .await
        .unwrap()
}

async fn texts(simulator: &Simulator, path: &str) -> Vec<String> {
    let page = call(simulator, "GET", path, Value::Null).await;
    let data = page.body["data"].as_array().unwrap().iter();
    data.map(|message| message["text"].as_str().unwrap().to_owned())
        .collect()
}

async fn written(texts: &[&str]) -> Simulator {
    let simulator = start().await;
    for text in texts {
        let guest = json!({"thread": "t1", "text": text});
        assert_eq!(
            call(&simulator, "POST", "/_messaging/boats/guest", guest)
                .await
                .status,
            201
        );
    }
    simulator
}

#[tokio::test]
async fn unread_messages_are_listed_in_pages_until_they_are_confirmed() {
    let simulator = written(&["a", "b", "c"]).await;
    assert_eq!(texts(&simulator, LIST).await, ["a", "b"]);
    assert_eq!(texts(&simulator, &format!("{LIST}&cursor=2")).await, ["c"]);
    let confirmed = call(
        &simulator,
        "POST",
        "/messaging/boats/messages/m1/confirm",
        json!({}),
    )
    .await;
    assert_eq!(confirmed.status, 204);
    assert_eq!(texts(&simulator, LIST).await, ["b", "c"]);
    assert_eq!(texts(&simulator, "/messaging/others/messages").await, [""; 0]);
}

#[tokio::test]
async fn an_edit_is_unread_again_and_an_earlier_confirmation_is_refused() {
    let simulator = written(&["a"]).await;
    call(
        &simulator,
        "POST",
        "/messaging/boats/messages/m1/confirm",
        json!({}),
    )
    .await;
    let edited = call(
        &simulator,
        "PUT",
        "/_messaging/boats/message/m1",
        json!({"text": "b"}),
    )
    .await;
    assert_eq!(edited.status, 204);
    let late = call(
        &simulator,
        "POST",
        "/messaging/boats/messages/m1/confirm?edited_at=",
        json!({}),
    )
    .await;
    assert_eq!(late.status, 409);
    assert_eq!(texts(&simulator, LIST).await, ["b"]);
}

#[tokio::test]
async fn a_reply_appears_in_the_thread_and_in_the_list() {
    let simulator = written(&["a"]).await;
    let path = "/messaging/boats/conversations/t1/messages";
    let reply = call(&simulator, "POST", path, json!({"text": "hello"})).await;
    assert_eq!((reply.status, &reply.body["role"]), (201, &json!("host")));
    let thread = call(&simulator, "GET", "/_messaging/boats/thread/t1", Value::Null).await;
    assert_eq!(
        (&thread.body[0]["text"], &thread.body[1]["text"]),
        (&json!("a"), &json!("hello"))
    );
    assert_eq!(texts(&simulator, LIST).await, ["a", "hello"]);
}

#[tokio::test]
async fn lists_come_out_of_order_and_twice_where_they_should() {
    let simulator = written(&["a", "b", "c"]).await;
    simulator.messaging().pages(
        "boats",
        Pages {
            reversed: true,
            repeated: true,
        },
    );
    assert_eq!(texts(&simulator, LIST).await, ["c", "b"]);
    assert_eq!(
        texts(&simulator, &format!("{LIST}&cursor=2")).await,
        ["c", "b", "a"]
    );
}

#[tokio::test]
async fn a_caller_without_the_token_is_refused_and_mishaps_strike() {
    let simulator = written(&["a"]).await;
    simulator.messaging().token("boats", Some("Bearer canary"));
    assert_eq!(call(&simulator, "GET", LIST, Value::Null).await.status, 401);
    simulator.messaging().token("boats", None);
    simulator
        .messaging()
        .lay("boats", "list", Mishap::TooManyRequests.times(1));
    assert_eq!(call(&simulator, "GET", LIST, Value::Null).await.status, 429);
    simulator
        .messaging()
        .lay("boats", "confirm", Mishap::AcceptThenDrop.times(1));
    let dropped = ask(
        &simulator,
        "POST",
        "/messaging/boats/messages/m1/confirm",
        &[],
        "{}",
    )
    .await;
    assert!(dropped.is_err());
    assert_eq!(simulator.messaging().unread("boats"), 0, "it was carried out");
}
