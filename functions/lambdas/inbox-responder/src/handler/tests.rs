//! The function over a store in memory.

mod answers;
mod crashes;
mod robots;

use chrono::{DateTime, TimeDelta, Utc};
use contract::content::{LIBRARY_KEY, MANIFEST_KEY};
use contract::inbox::Arrived;
use dispatch::{Queue, Shelf};
use inbox::{Message, MessageId, News, ThreadId};
use serde_json::{Value, json};
use store::{Content, Deliveries, Inbox, Ledger};

use super::*;

pub(super) fn manifest(replies: &Value) -> Value {
    json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60, "crew": "Dock crew"}]}],
        "platforms": [
            {"id": "boats", "name": "Boats", "inbox": {"api": {
                "local_url": "http://127.0.0.1:1/boats",
                "list": {"path": "/messages"},
                "fields": {"message": "/id", "thread": "/thread", "sent_at": "/sent_at", "text": "/text",
                    "sender_role": "/role"},
                "roles": {"guest": ["guest"], "host": ["host"]},
                "reply": {"path": "/threads/{thread}", "text": "/text"}
            }}},
            {"id": "mails", "name": "Mails", "inbox": {"mail": {
                "from": ["*@mails.example"],
                "thread": [{"header": "X-Thread"}],
                "words": [{"after": "wrote:", "before": ["-- "]}]
            }}}
        ],
        "listings": [],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "sms": {"secret": "TWILIO", "number": "+15551230000"}
        },
        "replies": replies,
    })
}

/// An answer that repeats what the guest wrote is another one each time: the worst case of a loop.
pub(super) const ECHO: &str = "You wrote: {{ message.text }}";

pub(super) fn rules(mode: &str) -> Value {
    json!({"mode": mode, "rules": [
        {"id": "where", "keywords": ["where"], "then": {"reply": "where"}},
        {"id": "late", "keywords": ["late"], "then": {"sms": {"crew": "Dock crew", "template": "guest-message"}}},
        {"id": "refund", "keywords": ["refund"], "then": {"person": "Captain"}},
        {"id": "echo", "keywords": ["echo"], "then": {"reply": "echo"}}
    ]})
}

pub(super) fn service(replies: &Value, inbox: Inbox, deliveries: Deliveries) -> Service {
    let content = Content::in_memory();
    let templates = json!({
        "replies/where.j2": "At the dock.\n",
        "replies/echo.j2": ECHO,
        "sms/guest-message.j2": "A guest wrote: look at the inbox.",
    });
    content.put(MANIFEST_KEY, Some(manifest(replies).to_string().into_bytes()));
    content.put(LIBRARY_KEY, Some(templates.to_string().into_bytes()));
    Service {
        content,
        inbox,
        deliveries,
        ledger: Ledger::in_memory(),
        queue: Queue::Memory(std::sync::Mutex::default()),
        shelf: Shelf::default(),
    }
}

pub(super) fn at(minutes: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2027-01-15T08:00:00Z".parse().unwrap();
    start + TimeDelta::minutes(minutes)
}

pub(super) fn written_by(role: &str, native: &str, minute: i64, text: &str) -> Message {
    let value = json!({
        "schema": 1,
        "id": MessageId::of("boats", native),
        "thread": ThreadId::of("boats", "t"),
        "platform": "boats", "asset": "sloop", "site": "harbor",
        "sender": {"role": role, "name": "Guest A"},
        "sent_at": at(minute),
        "text": text,
        "is_html_original": false,
        "is_automatic": false,
        "revision": 1,
        "source": {"type": "api"},
        "native": {"thread": "t", "message": native},
        "original": "inbox/original/x",
    });
    serde_json::from_value(value).unwrap()
}

/// Takes a message in as the scraper does; what it then puts into the queue.
pub(super) async fn take_in(inbox: &Inbox, message: &Message) -> Value {
    let News::Is(revision) = inbox.take_in(message, None).await.unwrap() else {
        panic!("it is known");
    };
    let open = inbox.open_of(&message.id, revision).await.unwrap().unwrap();
    let arrived = Arrived {
        message: message.id.to_string(),
        thread: message.thread.to_string(),
        revision,
        key: open.key,
    };
    json!({"Records": [{"messageId": "1", "body": serde_json::to_string(&arrived).unwrap(),
        "attributes": {}, "messageAttributes": {}}]})
}

pub(super) fn queued(service: &Service) -> Vec<campaign::DeliveryId> {
    match &service.queue {
        Queue::Memory(queue) => queue.lock().unwrap().clone(),
        Queue::Sqs { .. } => Vec::new(),
    }
}

struct World {
    service: Service,
}

impl World {
    fn new(mode: &str) -> Self {
        Self {
            service: service(&rules(mode), Inbox::in_memory(), Deliveries::in_memory()),
        }
    }

    /// Somebody writes, and the function hears of it a minute later.
    async fn write(&self, role: &str, native: &str, minute: i64, text: &str) {
        let event = take_in(&self.service.inbox, &written_by(role, native, minute, text)).await;
        let answer = self.service.handle(event, at(minute + 1)).await.unwrap();
        assert_eq!(answer["batchItemFailures"], json!([]));
    }

    async fn ask(&self, request: Value) -> Value {
        self.service.handle(request, at(60)).await.unwrap()
    }

    async fn thread(&self) -> Value {
        let answer = self
            .ask(json!({"action": "show", "thread": ThreadId::of("boats", "t")}))
            .await;
        assert_eq!(answer["answer"], "thread", "{answer}");
        answer
    }

    async fn reply(&self, words: &Value) -> Value {
        let mut request = json!({"action": "reply", "thread": ThreadId::of("boats", "t")});
        request
            .as_object_mut()
            .unwrap()
            .extend(words.as_object().unwrap().clone());
        self.ask(request).await
    }
}

#[tokio::test]
async fn a_question_is_answered_once_however_often_it_comes() {
    let world = World::new("send");
    let event = take_in(&world.service.inbox, &written_by("guest", "m1", 0, "where?")).await;
    for minute in [1, 2, 3] {
        world.service.handle(event.clone(), at(minute)).await.unwrap();
    }
    let ids = queued(&world.service);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let delivery = world.service.deliveries.load(&ids[0]).await.unwrap().unwrap();
    assert_eq!(
        (delivery.id.campaign(), delivery.channel().name()),
        ("replies", "thread")
    );
    assert_eq!(delivery.context["text"], "At the dock.");
    let shown = world.thread().await;
    assert_eq!(shown["thread"]["state"], "answered");
    assert_eq!(shown["thread"]["reply"]["standing"], "PLANNED");
    assert_eq!(shown["decisions"][0]["why"], "answered");
}

#[tokio::test]
async fn a_draft_is_sent_by_the_operators_word_and_only_the_one_that_was_seen() {
    let world = World::new("draft");
    world.write("guest", "m1", 0, "where?").await;
    let listed = world.ask(json!({"action": "list"})).await;
    let draft = &listed["threads"][0]["draft"];
    assert_eq!(
        (&draft["text"], &draft["rule"]),
        (&json!("At the dock."), &json!("where"))
    );
    assert_eq!(queued(&world.service), []);
    assert_eq!(
        world.reply(&json!({"draft": "another-1"})).await,
        json!({"answer": "changed"})
    );
    let first = world.reply(&json!({"draft": draft["id"]})).await;
    assert_eq!(first["answer"], "replied", "{first}");
    assert_eq!(queued(&world.service).len(), 1);
    assert_eq!(
        world.ask(json!({"action": "list"})).await["threads"],
        json!([]),
        "nothing waits any more"
    );
    assert_eq!(
        world.reply(&json!({"draft": draft["id"]})).await,
        json!({"answer": "changed"})
    );
    let again = world.reply(&json!({"text": " At the dock.\n"})).await;
    assert_eq!(
        again["delivery"], first["delivery"],
        "the same words are the same answer"
    );
}

#[tokio::test]
async fn the_operators_own_words_go_out_at_any_hour_and_once() {
    let world = World::new("dry-run");
    world.write("guest", "m1", 0, "where?").await;
    let shown = world.thread().await;
    assert_eq!(shown["decisions"][0]["what"], "dry-run");
    assert_eq!(shown["thread"]["state"], "waiting");
    let said = world.reply(&json!({"text": "Behind the church."})).await;
    let id = said["delivery"].as_str().unwrap().parse().unwrap();
    let delivery = world.service.deliveries.load(&id).await.unwrap().unwrap();
    assert_eq!(delivery.purpose, campaign::Purpose::Personal);
    assert_eq!(world.reply(&json!({"text": "Behind the church."})).await, said);
    let shown = world.thread().await;
    assert_eq!(shown["thread"]["state"], "answered");
    let told: Vec<_> = shown["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["what"])
        .collect();
    assert_eq!(told, ["dry-run", "operator"]);
    for refused in [
        json!({}),
        json!({"text": "  "}),
        json!({"text": "x".repeat(2_001)}),
    ] {
        assert_eq!(world.reply(&refused).await["answer"], "refused", "{refused}");
    }
}

#[tokio::test]
async fn our_own_words_that_come_back_prove_an_answer_and_hide_no_other_question() {
    let world = World::new("send");
    world.write("guest", "m1", 0, "where?").await;
    let id = queued(&world.service)[0].clone();
    world.write("guest", "m2", 2, "and can I have a refund?").await;
    assert_eq!(world.thread().await["thread"]["person"], "Captain");
    world.write("host", "h1", 5, "At  the dock.").await;
    let delivery = world.service.deliveries.load(&id).await.unwrap().unwrap();
    assert_eq!(delivery.standing().name(), "DELIVERED");
    assert_eq!(delivery.message_id.as_deref(), Some("h1"));
    let shown = world.thread().await;
    assert_eq!(
        shown["thread"]["state"], "waiting",
        "the second question waits still"
    );
    world.write("host", "h2", 9, "Yes, you can.").await;
    assert_eq!(world.thread().await["thread"]["state"], "answered");
}

#[tokio::test]
async fn what_a_person_answered_at_the_platform_is_not_answered_again() {
    let world = World::new("send");
    let question = take_in(&world.service.inbox, &written_by("guest", "m1", 0, "where?")).await;
    take_in(&world.service.inbox, &written_by("host", "h1", 1, "At gate 4.")).await;
    world.service.handle(question, at(2)).await.unwrap();
    assert_eq!(queued(&world.service), []);
}

#[tokio::test]
async fn a_crew_is_told_and_where_nobody_has_a_number_a_person_answers() {
    let world = World::new("send");
    world.write("guest", "m1", 0, "we are late").await;
    let shown = world.thread().await;
    assert_eq!(
        (&shown["decisions"][0]["what"], &shown["decisions"][0]["why"]),
        (&json!("person"), &json!("nobody can be written to"))
    );
    let member = campaign::Contact {
        address: campaign::Address::phone("+15551234567").unwrap(),
        name: None,
        zone: None,
        booking: None,
        more: std::collections::BTreeMap::new(),
    };
    let crew = store::ContactsOf::Crew("Dock crew".to_owned());
    world
        .service
        .deliveries
        .put_contacts(&crew, &[member])
        .await
        .unwrap();
    world.write("guest", "m2", 3, "now we are really late").await;
    let ids = queued(&world.service);
    assert_eq!((ids.len(), ids[0].campaign()), (1, "inbox-notices"));
    assert_eq!(world.thread().await["thread"]["state"], "waiting");
}

#[tokio::test]
async fn threads_are_listed_by_what_they_wait_for_and_closed_by_the_operator() {
    let world = World::new("draft");
    world.write("guest", "m1", 0, "hello").await;
    let waiting = json!({"action": "list", "state": "waiting", "platform": "boats", "site": "harbor"});
    let listed = world.ask(waiting.clone()).await;
    assert_eq!(listed["threads"].as_array().unwrap().len(), 1);
    assert_eq!(
        listed["threads"][0]["preview"],
        json!({"from": "guest", "text": "hello"})
    );
    let elsewhere = json!({"action": "list", "state": "waiting", "site": "lake"});
    assert_eq!(world.ask(elsewhere).await["threads"], json!([]));
    let thread = ThreadId::of("boats", "t");
    let closed = world.ask(json!({"action": "close", "thread": thread})).await;
    assert_eq!(closed, json!({"answer": "closed"}));
    assert_eq!(world.ask(waiting).await["threads"], json!([]));
    let unknown = world.ask(json!({"action": "show", "thread": "nobody"})).await;
    assert_eq!(unknown, json!({"answer": "unknown"}));
    for wrong in [
        json!({"action": "list", "state": "lost"}),
        json!({"action": "list", "cursor": "x"}),
        json!({}),
    ] {
        assert_eq!(world.ask(wrong).await["answer"], "refused");
    }
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let world = World::new("draft");
    for number in 0..120 {
        let mut message = written_by("guest", &format!("m{number}"), number, "hello");
        message.thread = ThreadId::of("boats", &number.to_string());
        take_in(&world.service.inbox, &message).await;
    }
    let (mut cursor, mut seen) = (Value::Null, Vec::new());
    loop {
        let page = world.ask(json!({"action": "list", "cursor": cursor})).await;
        let threads = page["threads"].as_array().unwrap().clone();
        seen.extend(
            threads
                .iter()
                .map(|thread| thread["id"].as_str().unwrap().to_owned()),
        );
        cursor = page["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let newest = ThreadId::of("boats", "119").to_string();
    assert_eq!((seen.len(), &seen[0]), (120, &newest));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120);
}
