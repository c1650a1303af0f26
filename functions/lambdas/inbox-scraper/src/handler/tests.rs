//! The function over a store in memory and a platform that misbehaves.

mod histories;
mod mails;
mod played;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use contract::content::MANIFEST_KEY;
use messaging::ApiFailure;
use serde_json::{Value, json};
use store::{Content, Inbox};

use super::*;
use crate::api::Api;
use crate::queue::Queue;

pub(crate) use played::Played;

pub(super) fn manifest() -> Value {
    json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60}]}],
        "platforms": [
            {"id": "boats", "name": "Boats", "inbox": {"api": {
                "local_url": "http://127.0.0.1:1/boats",
                "list": {"path": "/messages", "messages": "/data", "next": "/next"},
                "fields": {
                    "message": "/id", "thread": "/thread", "sent_at": "/sent_at", "edited_at": "/edited_at",
                    "text": "/text", "sender_role": "/role", "listing": "/listing",
                    "attachments": {"list": "/files", "url": "/url", "name": "/name"}
                },
                "roles": {"guest": ["guest"], "host": ["host"]},
                "listings": {"b-1": "boats-sloop"},
                "confirm": {"method": "post", "path": "/messages/{message}/read?edited_at={edited_at}"}
            }}},
            {"id": "mails", "name": "Mails", "inbox": {"mail": {
                "from": ["*@mails.example"],
                "booking_code": [{"after": "Code:"}],
                "words": [{"after": "wrote:", "before": ["-- "]}]
            }}}
        ],
        "listings": [{"id": "boats-sloop", "platform": "boats", "asset": "sloop",
            "feed": {"local_url": "http://127.0.0.1:1/feed.ics"}}]
    })
}

/// The function's parts, in one process of it.
pub(super) fn service(played: &Arc<Played>, inbox: Inbox) -> Service {
    let content = Content::in_memory();
    content.put(MANIFEST_KEY, Some(manifest().to_string().into_bytes()));
    Service {
        content,
        inbox,
        api: Api::Played(Arc::clone(played)),
        queue: Queue::Played(Arc::clone(played)),
        bucket: "inbound".to_owned(),
        stage: "local".to_owned(),
        patience: std::sync::Mutex::default(),
    }
}

pub(super) fn now() -> DateTime<Utc> {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

pub(super) fn at_once() -> Moment {
    Moment {
        clock: Arc::new(now),
        until: DateTime::<Utc>::MAX_UTC,
        silent: Arc::default(),
    }
}

async fn ask(service: &Service, event: Value) -> Value {
    service.handle(event, &at_once()).await.unwrap()
}

#[tokio::test]
async fn a_poll_stores_publishes_and_confirms_and_the_next_one_finds_nothing() {
    let played = Played::calm();
    played.write("m1", "t1", "hello");
    played.write("m2", "t1", "again");
    let inbox = Inbox::in_memory();
    let service = service(&played, inbox.clone());
    let first = ask(&service, json!({"action": "poll"})).await;
    assert_eq!(first["platforms"][0]["new"], 2, "{first}");
    let message = inbox
        .message(&inbox::MessageId::of("boats", "m1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (message.asset.as_deref(), message.site.as_deref()),
        (Some("sloop"), Some("harbor"))
    );
    assert_eq!(played.published().len(), 2);
    assert_eq!(played.unconfirmed(), 0);
    let second = ask(&service, json!({"action": "poll"})).await;
    assert_eq!(
        (&second["platforms"][0]["new"], &second["open"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(played.published().len(), 2);
}

#[tokio::test]
async fn a_platform_that_asks_to_wait_is_not_called_before() {
    let played = Played::calm();
    played.refuse(ApiFailure::refused(429));
    let service = service(&played, Inbox::in_memory());
    let answer = ask(&service, json!({"action": "poll"})).await;
    assert_eq!(answer["platforms"][0]["failure"], "status");
    service
        .patience
        .lock()
        .unwrap()
        .insert("boats".to_owned(), now() + chrono::TimeDelta::minutes(1));
    let answer = ask(&service, json!({"action": "poll"})).await;
    assert_eq!(answer["platforms"][0]["failure"], "asked-to-wait");
}

#[tokio::test]
async fn a_platform_that_hears_no_confirmation_is_asked_for_one_only() {
    let played = Played::calm();
    for number in 0..4 {
        played.write(&format!("m{number}"), "t1", "hello");
    }
    played.hear_nothing();
    let service = service(&played, Inbox::in_memory());
    for run in 1..=3 {
        let answer = ask(&service, json!({"action": "poll"})).await;
        assert_eq!(played.confirmations(), run, "{answer}");
    }
    assert_eq!(played.published().len(), 4, "each is told of all the same");
}

#[tokio::test]
async fn a_list_that_has_no_end_is_told_of() {
    let played = Played::calm();
    for number in 0..60 {
        played.write(&format!("m{number}"), "t1", "hello");
    }
    played.hear_nothing();
    let service = service(&played, Inbox::in_memory());
    let answer = ask(&service, json!({"action": "poll"})).await;
    assert_eq!(answer["platforms"][0]["failure"], "too-many-pages", "{answer}");
}

/// One message with six files, of a platform that takes its time with each and gives none.
async fn with_slow_files(age: chrono::TimeDelta) -> (Value, u64) {
    let played = Played::calm();
    played.write_with_files("m1", 6);
    played.give_no_files();
    let clock = {
        let played = Arc::clone(&played);
        move || now() + age + chrono::TimeDelta::seconds(20 * i64::try_from(played.files()).unwrap())
    };
    let moment = Moment {
        until: clock() + chrono::TimeDelta::seconds(50),
        clock: Arc::new(clock),
        silent: Arc::default(),
    };
    let service = service(&played, Inbox::in_memory());
    let answer = service.handle(json!({"action": "poll"}), &moment).await.unwrap();
    (answer["platforms"][0].clone(), played.files())
}

#[tokio::test]
async fn files_that_do_not_come_keep_nobody_waiting() {
    let (answer, asked) = with_slow_files(chrono::TimeDelta::zero()).await;
    assert_eq!((&answer["postponed"], asked), (&json!(1), 1), "{answer}");
    let (answer, asked) = with_slow_files(chrono::TimeDelta::hours(2)).await;
    assert_eq!((&answer["new"], asked), (&json!(1), 1), "{answer}");
}

#[tokio::test]
async fn what_cannot_be_read_is_put_aside_once_and_listed() {
    let played = Played::calm();
    played.write_unreadable();
    played.write("m1", "t1", "hello");
    let service = service(&played, Inbox::in_memory());
    let first = ask(&service, json!({"action": "poll"})).await;
    assert_eq!(
        (
            &first["platforms"][0]["quarantined"],
            &first["platforms"][0]["new"]
        ),
        (&json!(1), &json!(1))
    );
    let second = ask(&service, json!({"action": "poll"})).await;
    assert_eq!(second["platforms"][0]["quarantined"], 0);
    let aside = ask(&service, json!({"action": "quarantined"})).await;
    assert_eq!(aside["objects"].as_array().unwrap().len(), 1, "{aside}");
    assert_eq!(aside["objects"][0]["why"], "no-id");
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_without_an_echo() {
    let service = service(&Played::calm(), Inbox::in_memory());
    for event in [
        json!({"action": "canary"}),
        json!({}),
        json!({"action": "mail", "key": "canary"}),
    ] {
        let answer = ask(&service, event).await;
        assert_eq!(answer["answer"], "refused");
        assert!(!answer.to_string().contains("canary"), "{answer}");
    }
}
