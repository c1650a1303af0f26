//! A table, a bucket and SES, and the function's process in between.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use campaign::{Channel, DeliveryId, Rate};
use chrono::Utc;
use contract::content::{LIBRARY_KEY, MANIFEST_KEY};
use contract::env;
use emulated::Emulated;
use serde_json::{Value, json};
use store::{Account, Deliveries};
use testkit::{Calls, Ended, Gate, Sandbox, Simulator};
use tokio::sync::Mutex;

pub(super) struct World {
    pub(super) emulated: Emulated,
    pub(super) simulator: Simulator,
    pub(super) deliveries: Deliveries,
    pub(super) queue: String,
    /// What SES has told, and nobody has heard to its end.
    pub(super) untold: std::sync::Mutex<VecDeque<Value>>,
    /// A process that nobody kills, for all that comes after one that was.
    second: Mutex<Option<Sandbox>>,
}

/// So long an invocation may take.
const LASTS: Duration = Duration::from_secs(60);

impl World {
    pub(super) async fn new(emulated: Emulated) -> Self {
        let world = Self {
            deliveries: Deliveries::in_table(&emulated.config, emulated.name.clone()),
            simulator: Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap(),
            queue: emulated.create_queue("send").await,
            untold: std::sync::Mutex::default(),
            second: Mutex::default(),
            emulated,
        };
        world.emulated.create_table().await;
        world.fill().await;
        world
    }

    /// Messages of the queue to a new process, which can be killed.
    pub(super) async fn invoke(&self, records: &[Value], calls: &Arc<Calls>) -> Ended {
        let aws = Gate::before(&self.emulated.endpoint, Arc::clone(calls)).await;
        let ses = Gate::before(&self.simulator.origin(), Arc::clone(calls)).await;
        let (aws, ses) = (aws.unwrap(), ses.unwrap());
        let environment = self.environment(aws.origin(), ses.origin());
        let event = json!({"Records": records});
        testkit::invoke(binary(), &environment, &event, LASTS, calls)
            .await
            .unwrap()
    }

    /// Messages of the queue to a process that lives.
    pub(super) async fn invoke_again(&self, records: &[Value]) -> Ended {
        let mut second = self.second.lock().await;
        if second.is_none() {
            let environment = self.environment(&self.emulated.endpoint, &self.simulator.origin());
            *second = Some(Sandbox::start(binary(), &environment).await.unwrap());
        }
        let event = json!({"Records": records});
        second.as_mut().unwrap().invoke(&event, LASTS).await
    }

    /// What SES may send, and how fast.
    pub(super) fn limit(&self, per_second: f64) {
        let mut limits = testkit::ses::Account::default();
        limits.send_quota.max_send_rate = per_second;
        limits.send_quota.max_24_hour_send = 1_000_000.0;
        // Outside of production only verified addresses are written to.
        limits.production_access_enabled = false;
        limits.verified_identities = Some(vec!["harbor.example".to_owned(), "example.com".to_owned()]);
        self.simulator.ses().account(limits);
    }

    fn environment(&self, aws: &str, ses: &str) -> Vec<(String, String)> {
        let ses_url = format!("{ses}/ses");
        let prefix = format!("{}/partner/", self.emulated.name);
        let secret = format!("{}/unsubscribe", self.emulated.name);
        let mut environment = self.emulated.environment(aws);
        let own = [
            ("AWS_ENDPOINT_URL_SESV2", ses_url.as_str()),
            (env::STAGE, "local"),
            (env::API_URL, "https://api.example"),
            (env::EVENTS_TABLE, &self.emulated.name),
            (env::CONTENT_BUCKET, &self.emulated.name),
            (env::SEND_QUEUE, &self.queue),
            (env::PARTNER_SECRETS_PREFIX, &prefix),
            (env::CONFIGURATION_SET, "landfall-local"),
            (env::UNSUBSCRIBE_SECRET, &secret),
        ];
        environment.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        environment
    }

    async fn fill(&self) {
        let html = "<!doctype html><html lang=\"en\"><head><title>Hello</title></head><body><p>Hello {{ guest.name }}</p>\
            <p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p></body></html>";
        let library = BTreeMap::from([("blast/subject.txt.j2", "Hello"), ("blast/body.html.j2", html)]);
        self.emulated.create_bucket().await;
        for (key, body) in [(MANIFEST_KEY, manifest()), (LIBRARY_KEY, json!(library))] {
            self.emulated.put_object(key, body.to_string()).await;
        }
        self.emulated.put_secret("unsubscribe", &"k".repeat(64)).await;
        let account = Account {
            rate: Rate {
                per_second: 1_000.0,
                marketing_share: 1.0,
            },
            left_today: 1_000_000,
            stopped: None,
            marketing_stopped: None,
            mirrored_at: None,
            mirroring: None,
            at: Utc::now(),
        };
        let put = self.deliveries.put_account(Channel::Email, &account);
        put.await.unwrap();
        self.limit(1_000.0);
    }
}

/// What the queue says of a delivery. Its name tells it apart from the invocation's others.
pub(super) fn record(name: &str, id: &DeliveryId) -> Value {
    let body = json!({"delivery": id}).to_string();
    json!({"messageId": name, "body": body, "attributes": {}, "messageAttributes": {}})
}

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_campaign-sender"))
}

fn manifest() -> Value {
    json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60}]}],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "quiet_hours": {"from": "00:00", "to": "08:00"}
        },
        "campaigns": [{"id": "blast", "channel": "email", "purpose": "marketing", "template": "blast",
            "to": {"type": "audience", "name": "news"}, "when": {"type": "at", "local": "2027-01-15T08:00", "zone": "UTC"}}]
    })
}
