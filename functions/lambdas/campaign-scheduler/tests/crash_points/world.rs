//! An audience, a table, a bucket, a queue and SES, and the function's process in between.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use campaign::{Address, Contact, Delivery};
use chrono::{TimeDelta, Utc};
use contract::content::MANIFEST_KEY;
use contract::env;
use emulated::Emulated;
use serde_json::{Value, json};
use store::{Change, ContactsOf, Deliveries, SHARDS, With};
use testkit::{Calls, Ended, Gate, Simulator, Stop};

/// So many people are due a message.
pub(super) const PEOPLE: usize = 5;

pub(super) struct World {
    emulated: Emulated,
    queue: String,
    simulator: Simulator,
    pub(super) deliveries: Deliveries,
}

impl World {
    pub(super) async fn new(emulated: &Emulated, name: &str) -> Self {
        let emulated = emulated.another(name);
        emulated.create_table().await;
        emulated.create_bucket().await;
        emulated.put_object(MANIFEST_KEY, manifest().to_string()).await;
        let deliveries = Deliveries::in_table(&emulated.config, emulated.name.clone());
        let contacts: Vec<Contact> = (0..PEOPLE).map(contact).collect();
        let audience = ContactsOf::Audience("news".to_owned());
        deliveries.put_contacts(&audience, &contacts).await.unwrap();
        Self {
            queue: emulated.create_queue("send").await,
            simulator: Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap(),
            deliveries,
            emulated,
        }
    }

    /// One run, killed at the given call; the calls that it made.
    pub(super) async fn tick(&self, stop: Option<Stop>) -> Vec<String> {
        let calls = Calls::new(stop);
        let ended = self.invoke(&calls).await;
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

    async fn invoke(&self, calls: &Arc<Calls>) -> Ended {
        let aws = Gate::before(&self.emulated.endpoint, Arc::clone(calls)).await;
        let ses = Gate::before(&self.simulator.origin(), Arc::clone(calls)).await;
        let (aws, ses) = (aws.unwrap(), ses.unwrap());
        let ses_url = format!("{}/ses", ses.origin());
        // Its requests go to where the client's endpoint is, whatever the URL's own origin.
        let mut environment = self.emulated.environment(aws.origin());
        let own = [
            ("AWS_ENDPOINT_URL_SESV2", ses_url.as_str()),
            (env::STAGE, "local"),
            (env::EVENTS_TABLE, &self.emulated.name),
            (env::CONTENT_BUCKET, &self.emulated.name),
            (env::SEND_QUEUE, &self.queue),
        ];
        environment.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let binary = Path::new(env!("CARGO_BIN_EXE_campaign-scheduler"));
        let lasts = Duration::from_secs(60);
        let event = json!({"action": "tick"});
        let ended = testkit::invoke(binary, &environment, &event, lasts, calls.stopped()).await;
        ended.unwrap()
    }
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

fn manifest() -> Value {
    let due = Utc::now() - TimeDelta::minutes(5);
    json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60}]}],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"}
        },
        "campaigns": [{"id": "blast", "channel": "email", "purpose": "marketing", "template": "blast",
            "to": {"type": "audience", "name": "news"},
            "when": {"type": "at", "local": due.format("%Y-%m-%dT%H:%M").to_string(), "zone": "UTC"}}]
    })
}
