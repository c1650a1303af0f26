//! A table, a bucket and the senders' queue, and the function's process before them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use campaign::{Address, Contact, DeliveryId};
use chrono::{DateTime, TimeDelta, Utc};
use contract::campaign::ToSend;
use contract::content::{LIBRARY_KEY, MANIFEST_KEY};
use contract::env;
use contract::inbox::Arrived;
use emulated::Emulated;
use inbox::{Message, MessageId, News, ThreadId};
use serde_json::{Value, json};
use store::{ContactsOf, Deliveries, Inbox};
use testkit::{Calls, Ended, Gate, Stop};

const PLATFORM: &str = "boats";
const CREW: &str = "Dock crew";
const ANSWER: &str = "At the dock.";

/// What the function is doing when it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// It decides about three messages: one is answered, of one a crew is told, and one is a person's.
    Guests,
    /// Its answer comes back in the platform's list.
    Echo,
    /// The operator answers.
    Operator,
}

/// What became of everything.
#[derive(Debug)]
pub(super) struct End {
    /// What the first process called.
    pub(super) calls: Vec<String>,
    pub(super) was_killed: bool,
    pub(super) left: Left,
}

/// What is there when everything has come to rest.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// What was decided in each thread, and what each thread waits for.
    decided: Vec<(Vec<String>, String)>,
    /// Every delivery that was decided, and what became of it.
    deliveries: Vec<(String, String)>,
    /// What lies in the senders' queue. A copy more is one that a sender finds taken.
    queued: Vec<String>,
}

pub(super) struct World {
    emulated: Emulated,
    inbox: Inbox,
    deliveries: Deliveries,
    queue: String,
    /// What the function is given.
    event: Value,
}

impl World {
    pub(super) async fn of(emulated: &Emulated, task: Task, name: &str) -> Self {
        let emulated = emulated.another(name);
        emulated.create_table().await;
        emulated.create_bucket().await;
        emulated.put_object(MANIFEST_KEY, manifest().to_string()).await;
        let library = json!({"replies/where.j2": ANSWER, "sms/guest-message.j2": "Look at the inbox."});
        emulated.put_object(LIBRARY_KEY, library.to_string()).await;
        let table = emulated.name.clone();
        let mut world = Self {
            inbox: Inbox::in_aws(&emulated.config, table.clone(), table.clone()),
            deliveries: Deliveries::in_table(&emulated.config, table),
            queue: emulated.create_queue("send").await,
            event: Value::Null,
            emulated,
        };
        world.crew_joins().await;
        let guests = [("1", "where?"), ("2", "we are late"), ("3", "refund!")];
        let guests = guests.map(|(number, text)| message("guest", number, text));
        world.event = world.batch(&guests).await;
        if task != Task::Guests {
            world.finish().await;
            world.event = match task {
                Task::Guests => Value::Null,
                Task::Echo => world.batch(&[message("host", "1", ANSWER)]).await,
                Task::Operator => {
                    json!({"action": "reply", "thread": thread("3"), "text": "You get it all."})
                }
            };
        }
        world
    }

    async fn crew_joins(&self) {
        let members = ["+15551230001", "+15551230002"].map(|number| Contact {
            address: Address::phone(number).unwrap(),
            name: None,
            zone: None,
            booking: None,
            more: BTreeMap::new(),
            other_channels: Vec::new(),
        });
        let crew = ContactsOf::Crew(CREW.to_owned());
        self.deliveries.put_contacts(&crew, &members).await.unwrap();
    }

    /// Takes messages in as the scraper does; what it puts into the queue.
    async fn batch(&self, messages: &[Message]) -> Value {
        let mut records = Vec::new();
        for message in messages {
            let News::Is(revision) = self.inbox.take_in(message, None).await.unwrap() else {
                panic!("it is known");
            };
            let open = self.inbox.open_of(&message.id, revision).await.unwrap().unwrap();
            let arrived = Arrived {
                message: message.id.to_string(),
                thread: message.thread.to_string(),
                revision,
                key: open.key,
            };
            let body = serde_json::to_string(&arrived).unwrap();
            records.push(json!({"messageId": arrived.message, "body": body,
                "attributes": {}, "messageAttributes": {}}));
        }
        json!({ "Records": records })
    }

    /// A run that is killed at the given call, and those that follow: the queue was told of nothing, and the operator neither.
    pub(super) async fn play(&self, stop: Option<Stop>) -> End {
        let calls = Calls::new(stop);
        let ended = self.run(&calls).await;
        for _ in 0..2 {
            self.finish().await;
        }
        End {
            was_killed: ended == Ended::Killed,
            calls: calls.names(),
            left: self.left().await,
        }
    }

    async fn finish(&self) {
        let ended = self.run(&Calls::new(None)).await;
        let Ended::Answered(answer) = &ended else {
            panic!("{ended:?}");
        };
        let is_done = answer["batchItemFailures"] == json!([]) || answer["answer"] == "replied";
        assert!(is_done, "{answer}");
    }

    async fn left(&self) -> Left {
        let (mut decided, mut deliveries) = (Vec::new(), Vec::new());
        for number in ["1", "2", "3"] {
            let decisions = self.inbox.decisions(&thread(number), 100).await.unwrap();
            for id in decisions.iter().flat_map(|decision| &decision.deliveries) {
                let found = self.deliveries.load(&id.parse().unwrap()).await.unwrap();
                let found = found.unwrap_or_else(|| panic!("{id} is lost"));
                deliveries.push((what(id), found.standing().name().to_owned()));
            }
            let acts = decisions.iter().map(|decision| decision.act.name().to_owned());
            let state = self.inbox.thread(&thread(number)).await.unwrap().unwrap().state;
            decided.push((acts.collect(), state.name().to_owned()));
        }
        deliveries.sort();
        let queued = self.emulated.drain(&self.queue).await;
        let queued = queued
            .iter()
            .map(|body| serde_json::from_str::<ToSend>(body).unwrap().delivery);
        let queued: BTreeSet<String> = queued.collect();
        let mut queued: Vec<String> = queued.iter().map(|id| what(id)).collect();
        queued.sort();
        Left {
            decided,
            deliveries,
            queued,
        }
    }

    async fn run(&self, calls: &Arc<Calls>) -> Ended {
        let gate = Gate::before(&self.emulated.endpoint, Arc::clone(calls));
        let gate = gate.await.unwrap();
        let mut environment = self.emulated.environment(gate.origin());
        let own = [
            (env::EVENTS_TABLE, self.emulated.name.as_str()),
            (env::CONTENT_BUCKET, &self.emulated.name),
            (env::INBOUND_BUCKET, &self.emulated.name),
            (env::SEND_QUEUE, &self.queue),
        ];
        environment.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let binary = Path::new(env!("CARGO_BIN_EXE_inbox-responder"));
        let lasts = Duration::from_secs(120);
        testkit::invoke(binary, &environment, &self.event, lasts, calls)
            .await
            .unwrap()
    }
}

/// What a delivery is of and what it is for, without the month with which it is stored: not all worlds come to be in one.
fn what(id: &str) -> String {
    let id: DeliveryId = id.parse().unwrap();
    format!("{} {}", id.campaign(), id.digest())
}

fn thread(number: &str) -> ThreadId {
    ThreadId::of(PLATFORM, number)
}

/// One thread for each guest; the host writes after them.
fn message(role: &str, number: &str, text: &str) -> Message {
    let native = format!("{role}-{number}");
    let minutes = if role == "host" { 1 } else { 5 };
    let sent_at: DateTime<Utc> = Utc::now() - TimeDelta::minutes(minutes);
    let value = json!({
        "schema": 1,
        "id": MessageId::of(PLATFORM, &native),
        "thread": thread(number),
        "platform": PLATFORM, "asset": "sloop", "site": "harbor",
        "sender": {"role": role, "name": "Guest A"},
        "sent_at": sent_at,
        "text": text,
        "is_html_original": false,
        "is_automatic": false,
        "revision": 1,
        "source": {"type": "api"},
        "native": {"thread": number, "message": native},
        "original": "inbox/original/x",
    });
    serde_json::from_value(value).unwrap()
}

fn manifest() -> Value {
    json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60, "crew": CREW}]}],
        "platforms": [{"id": PLATFORM, "name": "Boats", "inbox": {"api": {
            "local_url": "http://127.0.0.1:1/boats",
            "list": {"path": "/messages"},
            "fields": {"message": "/id", "thread": "/thread", "sent_at": "/sent_at", "text": "/text",
                "sender_role": "/role"},
            "roles": {"guest": ["guest"], "host": ["host"]},
            "reply": {"path": "/threads/{thread}", "text": "/text"}
        }}}],
        "listings": [],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "sms": {"secret": "TWILIO", "number": "+15551230000"}
        },
        "replies": {"mode": "send", "rules": [
            {"id": "where", "keywords": ["where"], "then": {"reply": "where"}},
            {"id": "late", "keywords": ["late"], "then": {"sms": {"crew": CREW, "template": "guest-message"}}},
            {"id": "refund", "keywords": ["refund"], "then": {"person": "Captain"}}
        ]},
    })
}
