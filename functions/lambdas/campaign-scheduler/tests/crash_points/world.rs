//! An audience, a table, a bucket, a queue and SES, and the function's process in between.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use booking::sync::{Content, Face, Link, Side, Write};
use booking::{Kind, Origin};
use calendar::Period;
use campaign::{Address, Contact, Delivery};
use chrono::{DateTime, TimeDelta, Utc};
use contract::content::MANIFEST_KEY;
use contract::env;
use emulated::Emulated;
use serde_json::{Value, json};
use store::{Change, ContactsOf, Deliveries, Ledger, Put, SHARDS, Taken, With};
use testkit::{Calls, Ended, Gate, Sandbox, Simulator, Stop};
use tokio::sync::Mutex;

/// So many people are due a message.
pub(super) const PEOPLE: usize = 5;
/// The reservation's code, by which its guests are known.
const CODE: &str = "CODE-1";

/// All worlds have one time: the ids of messages follow from when they are due, their partitions from their ids, and from
/// these how many calls a run has.
static BEGAN: LazyLock<DateTime<Utc>> = LazyLock::new(Utc::now);

/// What they are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// News, as an audience.
    Audience,
    /// A word about their booking, as its guests.
    Booking,
    /// Nothing: what there is to do was left behind.
    Nothing,
}

pub(super) struct World {
    pub(super) emulated: Emulated,
    queue: String,
    simulator: Simulator,
    pub(super) deliveries: Deliveries,
    /// A process that nobody kills, for what comes after one that was.
    second: Mutex<Option<Sandbox>>,
}

/// So long an invocation may take.
const LASTS: Duration = Duration::from_secs(60);

impl World {
    pub(super) async fn new(emulated: &Emulated, name: &str, due: Due) -> Self {
        let emulated = emulated.another(name);
        emulated.create_table().await;
        emulated.create_bucket().await;
        emulated.put_object(MANIFEST_KEY, manifest(due).to_string()).await;
        let deliveries = Deliveries::in_table(&emulated.config, emulated.name.clone());
        let contacts: Vec<Contact> = (0..PEOPLE).map(contact).collect();
        let of = match due {
            Due::Booking => ContactsOf::Booking(CODE.to_owned()),
            Due::Audience | Due::Nothing => ContactsOf::Audience("news".to_owned()),
        };
        deliveries.put_contacts(&of, &contacts).await.unwrap();
        if due == Due::Booking {
            book(&Ledger::in_table(&emulated.config, emulated.name.clone())).await;
        }
        Self {
            second: Mutex::default(),
            queue: emulated.create_queue("send").await,
            simulator: Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap(),
            deliveries,
            emulated,
        }
    }

    /// One run, killed at the given call; the calls that it made.
    pub(super) async fn tick(&self, stop: Option<Stop>) -> Vec<String> {
        let calls = Calls::new(stop);
        let ended = self.invoke(&json!({"action": "tick"}), &calls).await;
        match stop {
            None => assert!(matches!(ended, Ended::Answered(_)), "{ended:?}"),
            Some(stop) => assert_eq!(ended, Ended::Killed, "{stop:?} {:?}", calls.names()),
        }
        calls.names()
    }

    /// Takes out of the queue what is in it: the deliveries' ids.
    pub(super) async fn queued(&self) -> Vec<String> {
        let bodies = self.emulated.drain(&self.queue).await;
        let id = |body: String| {
            let body: Value = serde_json::from_str(&body).unwrap();
            body["delivery"].as_str().unwrap().to_owned()
        };
        bodies.into_iter().map(id).collect()
    }

    /// Every delivery that there is.
    pub(super) async fn planned(&self) -> Vec<Delivery> {
        let mut planned = Vec::new();
        for batch in self.deliveries.batches(None).await.unwrap() {
            for shard in 0..SHARDS {
                let page = self.deliveries.page(&batch.full_name(), shard, None, 100).await;
                planned.extend(page.unwrap());
            }
        }
        planned
    }

    /// As if a quarter of an hour had passed, in which senders took what was in the queue.
    pub(super) async fn let_patience_end(&self, queued: &[String]) {
        let now = Utc::now();
        let queued: BTreeSet<&str> = queued.iter().map(String::as_str).collect();
        for delivery in self.planned().await {
            let is_taken = queued.contains(delivery.id.as_str());
            let later = Delivery {
                look_at: Some(if is_taken { now + TimeDelta::hours(1) } else { now }),
                version: delivery.version + 1,
                ..delivery.clone()
            };
            let change = self.deliveries.change(&delivery, (&later, &[]), With::Nothing);
            assert_eq!(change.await, Ok(Change::Done));
        }
        for mut batch in self.deliveries.batches(None).await.unwrap() {
            batch.look_at = Some(now);
            assert_eq!(self.deliveries.put_batch(&mut batch).await, Ok(true));
        }
    }

    /// A request to a new process, which can be killed.
    pub(super) async fn invoke(&self, event: &Value, calls: &Arc<Calls>) -> Ended {
        let aws = Gate::before(&self.emulated.endpoint, Arc::clone(calls)).await;
        let ses = Gate::before(&self.simulator.origin(), Arc::clone(calls)).await;
        let (aws, ses) = (aws.unwrap(), ses.unwrap());
        let environment = self.environment(aws.origin(), ses.origin());
        testkit::invoke(binary(), &environment, event, LASTS, calls)
            .await
            .unwrap()
    }

    /// A request to a process that lives.
    pub(super) async fn invoke_again(&self, event: &Value) -> Value {
        let mut second = self.second.lock().await;
        if second.is_none() {
            let environment = self.environment(&self.emulated.endpoint, &self.simulator.origin());
            *second = Some(Sandbox::start(binary(), &environment).await.unwrap());
        }
        match second.as_mut().unwrap().invoke(event, LASTS).await {
            Ended::Answered(answer) => answer,
            ended => panic!("{ended:?}"),
        }
    }

    fn environment(&self, aws: &str, ses: &str) -> Vec<(String, String)> {
        let ses_url = format!("{ses}/ses");
        // Its requests go to where the client's endpoint is, whatever the URL's own origin.
        let mut environment = self.emulated.environment(aws);
        let own = [
            ("AWS_ENDPOINT_URL_SESV2", ses_url.as_str()),
            (env::STAGE, "local"),
            (env::EVENTS_TABLE, &self.emulated.name),
            (env::CONTENT_BUCKET, &self.emulated.name),
            (env::SEND_QUEUE, &self.queue),
        ];
        environment.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        environment
    }
}

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_campaign-scheduler"))
}

fn contact(number: usize) -> Contact {
    Contact {
        address: Address::email(&format!("guest{number}@example.com")).unwrap(),
        name: None,
        zone: None,
        booking: None,
        more: BTreeMap::new(),
        other_channels: Vec::new(),
    }
}

/// Keeps a booking that begins tomorrow, as a synchronisation does.
async fn book(ledger: &Ledger) {
    let now = Utc::now();
    let starts = *BEGAN + TimeDelta::hours(20);
    let face = Face {
        title: None,
        period: Period::new(starts, starts + TimeDelta::hours(4)),
        is_tentative: false,
    };
    let link = Link {
        id: "b-1".to_owned(),
        asset: "sloop".to_owned(),
        origin: Origin::Google,
        key: String::new(),
        uid: String::new(),
        content: Content {
            face: face.clone(),
            kind: Kind::Reservation,
            is_opaque: true,
            code: Some(CODE.to_owned()),
            value: None,
        },
        told: String::new(),
        told_face: face,
        first_seen: now,
        confirmed_at: Some(now),
        missing: None,
        tombstone: None,
        generation: 0,
        calendar: Side::default(),
        google: Side::default(),
        is_dismissed: false,
        accepted: None,
        logged: 0,
    };
    let taken = ledger.take("sloop", "test", now, TimeDelta::hours(1));
    let Taken::Lease(lease) = taken.await.unwrap() else {
        panic!("the lease is free");
    };
    let mut loaded = ledger.load("sloop", now).await.unwrap();
    let write = Write::PutLink(Box::new(link));
    assert_eq!(ledger.put(&lease, &mut loaded, &write, now).await, Ok(Put::Done));
    ledger.give_back(lease).await.unwrap();
}

fn manifest(due: Due) -> Value {
    // News of which nothing is due goes out in spring.
    let at = match due {
        Due::Audience => *BEGAN - TimeDelta::minutes(5),
        Due::Booking | Due::Nothing => *BEGAN + TimeDelta::days(100),
    };
    let news = json!({"id": "blast", "channel": "email", "purpose": "marketing", "template": "blast",
        "to": {"type": "audience", "name": "news"},
        "when": {"type": "at", "local": at.format("%Y-%m-%dT%H:%M").to_string(), "zone": "UTC"}});
    let reminder = json!({"id": "reminder", "channel": "email", "purpose": "transactional", "template": "reminder",
        "to": {"type": "guest"}, "when": {"type": "before-booking", "minutes": 1440}});
    let campaigns = match due {
        Due::Booking => vec![reminder],
        Due::Audience | Due::Nothing => vec![news],
    };
    json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60}]}],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"}
        },
        "campaigns": campaigns
    })
}
