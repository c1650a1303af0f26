//! A table, a bucket and SES, and the function's process in between.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use campaign::{
    Address, Channel, Delivery, DeliveryId, Hold, Lasting, News, Occurrence, Purpose, Rate, Reason, Standing,
    State, Sweep, feedback, sweep,
};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use contract::content::{LIBRARY_KEY, MANIFEST_KEY};
use contract::env;
use emulated::Emulated;
use serde_json::{Value, json};
use store::{Account, Change, Deliveries, With};
use testkit::{Calls, Ended, Gate, Mishap, Simulator, Stop};

/// To whom a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guest {
    Reachable,
    Bounces,
    Complains,
    /// Has unsubscribed.
    Suppressed,
    /// Is due a message whose time is over.
    TooLate,
    /// Sleeps, and is woken up at the end of the test.
    InQuietHours,
    /// Is due a message whose template does not exist.
    Broken,
}

#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) guest: Guest,
    pub(super) mishap: Option<Mishap>,
}

/// What became of a message.
#[derive(Debug)]
pub(super) struct End {
    /// What the first process called.
    pub(super) calls: Vec<String>,
    pub(super) was_killed: bool,
    pub(super) standing: Standing,
    /// How many mails SES took.
    pub(super) accepted: usize,
    /// Whether the trail says that sending had begun.
    pub(super) was_submitted: bool,
    pub(super) trail_is_whole: bool,
}

pub(super) struct World {
    emulated: Emulated,
    simulator: Simulator,
    deliveries: Deliveries,
    queue: String,
}

/// So many processes may it need after the first until nothing is open.
const ENOUGH_RUNS: usize = 4;

impl World {
    pub(super) async fn new(emulated: Emulated) -> Self {
        let world = Self {
            deliveries: Deliveries::in_table(&emulated.config, emulated.name.clone()),
            simulator: Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap(),
            queue: emulated.create_queue("send").await,
            emulated,
        };
        world.emulated.create_table().await;
        world.fill().await;
        world
    }

    /// A message to one guest, its sender killed at the given call, and everything that follows.
    pub(super) async fn play(&self, name: &str, case: &Case, stop: Option<Stop>) -> End {
        let delivery = self.deliver(name, case).await;
        if let Some(mishap) = &case.mishap {
            self.simulator
                .ses()
                .lay(delivery.address.as_str(), mishap.clone().times(1));
        }
        let calls = Calls::new(stop);
        let ended = self.invoke(&delivery.id, &calls).await;
        // A sender that missed its turn asks for another, so that not every run has as many calls.
        let has_that_call = stop.is_some_and(|(Stop::Before(at) | Stop::After(at))| at < calls.names().len());
        if has_that_call {
            assert_eq!(ended, Ended::Killed, "{case:?} {stop:?} {:?}", calls.names());
        } else {
            assert!(matches!(ended, Ended::Answered(_)), "{case:?} {ended:?}");
        }
        let was_killed = ended == Ended::Killed;
        for _ in 0..ENOUGH_RUNS {
            self.hear().await;
            if self.go_on(&delivery.id).await {
                break;
            }
            self.invoke(&delivery.id, &Calls::new(None)).await;
        }
        self.hear().await;
        End {
            was_killed,
            ..self.end(&delivery, calls.names()).await
        }
    }

    async fn deliver(&self, name: &str, case: &Case) -> Delivery {
        let local = match case.guest {
            Guest::Bounces => format!("bounce+{name}"),
            Guest::Complains => format!("complaint+{name}"),
            _ => name.to_owned(),
        };
        let address = Address::email(&format!("{local}@example.com")).unwrap();
        let now = Utc::now();
        if case.guest == Guest::Suppressed {
            let lasting = Lasting {
                reason: Reason::Unsubscribed,
                since: now,
                source: "test".to_owned(),
            };
            self.deliveries
                .learn(&address, &News::Lasting(lasting))
                .await
                .unwrap();
        }
        let wanted = zone_in_which_it_is(now, case.guest == Guest::InQuietHours);
        let occurrence = Occurrence {
            campaign: "blast".to_owned(),
            batch: "x".to_owned(),
            key: "k".to_owned(),
        };
        let delivery = Delivery {
            id: DeliveryId::new(&occurrence, &address, None),
            address,
            purpose: Purpose::Marketing,
            template: if case.guest == Guest::Broken {
                "none"
            } else {
                "blast"
            }
            .to_owned(),
            site: None,
            context: json!({"guest": {"name": "Alex"}}),
            due_at: now,
            expires_at: match case.guest {
                Guest::TooLate => now - TimeDelta::seconds(1),
                _ => now + TimeDelta::hours(12),
            },
            zone: wanted,
            state: State::Planned,
            since: now,
            attempt: 0,
            digest: None,
            message_id: None,
            look_at: Some(now),
            version: 1,
        };
        self.deliveries
            .create(std::slice::from_ref(&delivery))
            .await
            .unwrap();
        delivery
    }

    /// Lets the time pass until somebody would look after the delivery, and does what they would do. Whether it rests.
    async fn go_on(&self, id: &DeliveryId) -> bool {
        let now = Utc::now();
        let delivery = self.deliveries.load(id).await.unwrap().unwrap();
        let over = |hold: &Hold| Hold {
            until: now - TimeDelta::seconds(1),
            ..hold.clone()
        };
        let (state, zone) = match &delivery.state {
            State::Claimed(hold) => (State::Claimed(over(hold)), delivery.zone),
            State::Submitting(hold) => (State::Submitting(over(hold)), delivery.zone),
            // It is morning now.
            State::HeldQuiet { .. } => {
                let until = now - TimeDelta::seconds(1);
                (State::HeldQuiet { until }, zone_in_which_it_is(now, false))
            }
            state => (state.clone(), delivery.zone),
        };
        let later = Delivery {
            state,
            zone,
            look_at: delivery.look_at.map(|_| now),
            version: delivery.version + 1,
            ..delivery.clone()
        };
        if !delivery.standing().is_open() {
            return true;
        }
        let change = self.deliveries.change(&delivery, (&later, &[]), With::Nothing);
        // What SES told of it was written meanwhile.
        if change.await.unwrap() == Change::Raced {
            return false;
        }
        if let Some(Sweep::Happened(event)) = sweep(&later, now, TimeDelta::zero()) {
            let (after, lines) = later.after(&[event], now).unwrap();
            let change = self
                .deliveries
                .change(&later, (&after, &lines), With::Nothing)
                .await;
            return change.unwrap() == Change::Done && !after.standing().is_open();
        }
        false
    }

    /// Takes in what SES tells.
    async fn hear(&self) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        for message in self.simulator.ses().take_feedback() {
            let told = feedback::read(&message.to_string()).unwrap();
            self.deliveries.hear(&told, Utc::now()).await.unwrap();
        }
    }

    async fn end(&self, delivery: &Delivery, calls: Vec<String>) -> End {
        // Another world's round may have taken our feedback, and be about to write it.
        let mut stored = self.deliveries.load(&delivery.id).await.unwrap().unwrap();
        let accepted = self.simulator.ses().accepted();
        let accepted = accepted
            .iter()
            .filter(|mail| mail.recipient == delivery.address.as_str())
            .count();
        for _ in 0..40 {
            let is_told = matches!(
                stored.standing(),
                Standing::Accepted | Standing::Unknown | Standing::Delivered
            );
            if accepted == 0 || !is_told {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.hear().await;
            stored = self.deliveries.load(&delivery.id).await.unwrap().unwrap();
            if stored.standing() == Standing::Delivered && !delivery.address.as_str().starts_with("complaint")
            {
                break;
            }
        }
        let trail = self.deliveries.trail(&delivery.id).await.unwrap();
        let trail_is_whole = trail.windows(2).all(|pair| Some(pair[0].to) == pair[1].from)
            && trail.last().map(|line| line.to) == Some(stored.standing());
        End {
            calls,
            was_killed: false,
            standing: stored.standing(),
            accepted,
            was_submitted: trail.iter().any(|line| line.to == Standing::Submitting),
            trail_is_whole,
        }
    }

    /// Puts a delivery into the queue, lets SES refuse it for the moment, and sees to it; what was sent when the queue brought
    /// it again. `None` when it did not.
    pub(super) async fn refuse_once(&self) -> Option<usize> {
        let case = Case {
            guest: Guest::Reachable,
            mishap: Some(Mishap::TooManyRequests),
        };
        let delivery = self.deliver("again", &case).await;
        let address = delivery.address.as_str();
        self.simulator
            .ses()
            .lay(address, Mishap::TooManyRequests.times(1));
        let body = json!({"delivery": delivery.id}).to_string();
        self.emulated.put_message(&self.queue, &body).await;
        for _ in 0..2 {
            let message = self.emulated.take_message(&self.queue).await?;
            let record = json!({"messageId": message.message_id, "receiptHandle": message.receipt_handle,
                "body": message.body, "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {}});
            let ended = self.invoke_with(&record, &Calls::new(None)).await;
            assert!(matches!(ended, Ended::Answered(_)), "{ended:?}");
        }
        let accepted = self.simulator.ses().accepted();
        Some(accepted.iter().filter(|mail| mail.recipient == address).count())
    }

    async fn invoke(&self, id: &DeliveryId, calls: &std::sync::Arc<Calls>) -> Ended {
        let body = json!({"delivery": id}).to_string();
        let record = json!({"messageId": "m", "body": body, "attributes": {}, "messageAttributes": {}});
        self.invoke_with(&record, calls).await
    }

    async fn invoke_with(&self, record: &Value, calls: &std::sync::Arc<Calls>) -> Ended {
        let aws = Gate::before(&self.emulated.endpoint, std::sync::Arc::clone(calls))
            .await
            .unwrap();
        let ses = Gate::before(&self.simulator.origin(), std::sync::Arc::clone(calls))
            .await
            .unwrap();
        let ses_url = format!("{}/ses", ses.origin());
        let prefix = format!("{}/partner/", self.emulated.name);
        let secret = format!("{}/unsubscribe", self.emulated.name);
        let mut environment = self.emulated.environment(aws.origin());
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
        let event = json!({"Records": [record]});
        let binary = Path::new(env!("CARGO_BIN_EXE_campaign-sender"));
        let lasts = Duration::from_secs(120);
        testkit::invoke(binary, &environment, &event, lasts, calls.stopped())
            .await
            .unwrap()
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
        self.deliveries
            .put_account(Channel::Email, &account)
            .await
            .unwrap();
        let mut limits = testkit::ses::Account::default();
        limits.send_quota.max_send_rate = 1_000.0;
        self.simulator.ses().account(limits);
    }
}

/// Somewhere on the earth it is night, between 0 and 8 o'clock, and elsewhere it is not.
fn zone_in_which_it_is(now: DateTime<Utc>, night: bool) -> Tz {
    use chrono_tz::Etc::{GMT, GMTMinus4, GMTMinus8, GMTMinus12, GMTPlus4, GMTPlus8, GMTPlus12};
    let zones = [
        GMTPlus12, GMTPlus8, GMTPlus4, GMT, GMTMinus4, GMTMinus8, GMTMinus12,
    ];
    let is_night = |zone: &Tz| now.with_timezone(zone).hour() < 8;
    zones.into_iter().find(|zone| is_night(zone) == night).unwrap()
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
