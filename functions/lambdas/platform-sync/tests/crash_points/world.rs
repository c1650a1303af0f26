//! One asset on two platforms, with a table, a bucket and feeds of its own, and the function's process in between.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use booking::log::LogLine;
use booking::sync::State;
use calendar::Period;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use contract::content::MANIFEST_KEY;
use contract::env;
use contract::sync::{Outcome, SyncAnswer};
use emulated::Emulated;
use serde_json::json;
use store::Ledger;
use testkit::{Calls, Ended, Gate, Google, PRIMARY, Simulator, Stop};

const ASSET: &str = "pontoon";
const A: &str = "/feeds/a.ics";
const B: &str = "/feeds/b.ics";

/// A booking of three hours.
#[derive(Clone, Copy)]
pub(super) struct Stay {
    uid: &'static str,
    /// Days from today.
    day: i64,
    hour: i64,
}

impl Stay {
    pub(super) const fn new(uid: &'static str, day: i64, hour: i64) -> Self {
        Self { uid, day, hour }
    }
}

pub(super) struct World {
    emulated: Emulated,
    simulator: Simulator,
    today: DateTime<Utc>,
}

impl World {
    /// All that are compared have the same `today`: some come to be after midnight.
    pub(super) async fn new(number: usize, emulated: &Emulated, today: NaiveDate) -> Self {
        let world = Self {
            emulated: emulated.another(&number.to_string()),
            simulator: Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap(),
            today: today.and_time(NaiveTime::MIN).and_utc(),
        };
        world.emulated.create_table().await;
        world.emulated.create_bucket().await;
        world
    }

    pub(super) fn publish_a(&self, stays: &[Stay]) {
        self.publish(A, stays);
    }

    pub(super) fn publish_b(&self, stays: &[Stay]) {
        self.publish(B, stays);
    }

    /// One invocation of the function, killed at the given call; the calls that it made.
    pub(super) async fn run(&self, stop: Option<Stop>) -> Vec<String> {
        let calls = Calls::new(stop);
        let ended = self.invoke(&calls).await;
        match stop {
            None => assert!(matches!(ended, Ended::Answered(_)), "{ended:?}"),
            Some(stop) => assert_eq!(ended, Ended::Killed, "{stop:?} {:?}", calls.names()),
        }
        let names = calls.names().into_iter();
        names
            .map(|name| name.replace(&self.emulated.name, "bucket"))
            .collect()
    }

    /// One more run, and how much it wrote.
    pub(super) async fn settle(&self) -> usize {
        let ended = self.invoke(&Calls::new(None)).await;
        let Ended::Answered(answer) = ended else {
            panic!("{ended:?}");
        };
        match serde_json::from_value(answer).unwrap() {
            SyncAnswer::Synced { assets } => match &assets[0].outcome {
                Outcome::Done { writes } => *writes,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    /// A lease ends by itself after a minute, for which nobody waits here.
    pub(super) async fn end_lease(&self) {
        self.forget("lease").await;
    }

    /// The calendar's push channel is due to be opened again.
    pub(super) async fn end_channel(&self) {
        self.forget("google-channel").await;
    }

    async fn forget(&self, row: &str) {
        let key = |value: &str| AttributeValue::S(value.to_owned());
        let request = self
            .emulated
            .dynamodb()
            .delete_item()
            .table_name(&self.emulated.name);
        let request = request.key("pk", key(&format!("asset#{ASSET}")));
        request.key("sk", key(row)).send().await.unwrap();
    }

    /// Everything that anybody sees, a line each, without the moments at which it was found out.
    pub(super) async fn told(&self) -> Vec<String> {
        let ledger = Ledger::in_table(&self.emulated.config, self.emulated.name.clone());
        let state = ledger.load(ASSET, Utc::now()).await.unwrap().state;
        // Our own `UID`s end with the table's name.
        let anonymous = |line: String| line.replace(&self.emulated.name, "table");
        let in_google = self.simulator.google().events(PRIMARY);
        let in_google = in_google.iter().map(|event| {
            let said = ["status", "summary", "start", "end"].map(|field| event.get(field));
            format!("google {said:?}")
        });
        let notices = ledger.crew_notices(ASSET).await.unwrap();
        let notices = notices.into_iter().map(|(_, notice)| format!("{notice:?}"));
        let log = self.log(&ledger).await;
        let told = told(&state).into_iter().chain(notices).chain(log).map(anonymous);
        let mut told: Vec<String> = told.chain(in_google).collect();
        told.sort();
        told
    }

    /// What became of every booking, by booking.
    async fn log(&self, ledger: &Ledger) -> Vec<String> {
        let lately = Period::new(self.today, self.today + TimeDelta::days(3));
        let page = ledger.log(ASSET, lately, None).await.unwrap();
        let line = |line: &LogLine| {
            let LogLine {
                booking,
                number,
                news,
                standing,
                period,
                ..
            } = line;
            format!("log {booking} {number} {news:?} {standing:?} {period:?}")
        };
        page.lines.iter().map(line).collect()
    }

    /// The operator writes into the calendar by hand, and moves one of our copies there.
    pub(super) fn edit_google(&self) {
        let google = self.simulator.google();
        let at = |day: i64, hour: i64| {
            let at = self.today + TimeDelta::days(day) + TimeDelta::hours(hour);
            json!({ "dateTime": at.to_rfc3339() })
        };
        let service = json!({ "summary": "Engine service", "start": at(50, 9), "end": at(50, 12) });
        google.write(PRIMARY, "byhand1", service);
        let copies = google.events(PRIMARY);
        let wanted = self.today + TimeDelta::days(25) + TimeDelta::hours(10);
        let copy = copies.iter().find(|event| {
            let start = event["start"]["dateTime"].as_str().unwrap_or_default();
            DateTime::parse_from_rfc3339(start).is_ok_and(|start| start == wanted)
        });
        let copy = copy.unwrap();
        let id = copy["id"].as_str().unwrap();
        google.write(PRIMARY, id, json!({ "start": at(26, 10), "end": at(26, 13) }));
    }

    async fn invoke(&self, calls: &Arc<Calls>) -> Ended {
        let aws = Gate::before(&self.emulated.endpoint, Arc::clone(calls))
            .await
            .unwrap();
        let partners = Gate::before(&self.simulator.origin(), Arc::clone(calls))
            .await
            .unwrap();
        // A service account's key that is good behind this gate.
        let key = Google::service_account(partners.origin());
        self.emulated.put_secret("partner/GOOGLE", &key).await;
        // The manifest names the gate, which is another one in each run.
        let manifest = manifest(partners.origin()).to_string();
        self.emulated.put_object(MANIFEST_KEY, manifest).await;
        let mut environment = self.emulated.environment(aws.origin());
        let prefix = format!("{}/partner/", self.emulated.name);
        let own = [
            (env::STAGE, "local"),
            (env::API_URL, &self.simulator.origin()),
            (env::EVENTS_TABLE, &self.emulated.name),
            (env::CONTENT_BUCKET, &self.emulated.name),
            (env::PARTNER_SECRETS_PREFIX, &prefix),
            (env::ALLOWED_ORIGINS, partners.origin()),
        ];
        environment.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let binary = Path::new(env!("CARGO_BIN_EXE_platform-sync"));
        let event = json!({ "action": "sync" });
        let lasts = Duration::from_secs(60);
        testkit::invoke(binary, &environment, &event, lasts, calls)
            .await
            .unwrap()
    }

    fn publish(&self, path: &str, stays: &[Stay]) {
        let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n".to_owned();
        for stay in stays {
            let start = self.today + TimeDelta::days(stay.day) + TimeDelta::hours(stay.hour);
            let end = start + TimeDelta::hours(3);
            write!(
                text,
                "BEGIN:VEVENT\r\nUID:{}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{}\r\nDTEND:{}\r\n\
                 SUMMARY:Guest\r\nEND:VEVENT\r\n",
                stay.uid,
                start.format("%Y%m%dT%H%M%SZ"),
                end.format("%Y%m%dT%H%M%SZ"),
            )
            .unwrap();
        }
        text += "END:VCALENDAR\r\n";
        self.simulator.publish(path, text);
    }
}

fn told(state: &State) -> Vec<String> {
    let links = state.links.values().map(|link| {
        let (content, is_live) = (&link.content, link.is_live());
        format!(
            "line {} {content:?} {is_live} {:?}",
            link.id,
            link.missing.is_some()
        )
    });
    let entries = state.entries.values();
    let entries = entries.map(|entry| format!("entry {} {:?}", entry.id, entry.content));
    let outbound = state.outbound.values().flat_map(|outbound| {
        let blocks = outbound.blocks.iter();
        blocks.map(|block| format!("block {} {} {:?}", outbound.listing, block.uid, block.period))
    });
    let decisions = state.decisions.values();
    let decisions = decisions.map(|decision| format!("decision {} {:?}", decision.id, decision.matter));
    let tasks = state
        .tasks
        .values()
        .map(|task| format!("task {} {}", task.id, task.what));
    let slots = state.slots.values();
    let slots = slots.map(|slot| format!("slot {} {:?}", slot.link, slot.period));
    let sources = state.sources.iter().map(|(listing, source)| {
        let (etag, quarantine) = (&source.etag, source.quarantine.is_some());
        format!("source {listing} {etag:?} {quarantine}")
    });
    links
        .chain(entries)
        .chain(outbound)
        .chain(decisions)
        .chain(tasks)
        .chain(slots)
        .chain(sources)
        .collect()
}

fn manifest(partners: &str) -> serde_json::Value {
    let listing = |id: &str, platform: &str, path: &str| {
        json!({ "id": id, "platform": platform, "asset": ASSET,
            "feed": { "local_url": format!("{partners}{path}") } })
    };
    json!({
        "version": 1,
        "sites": [{ "id": "harbor", "name": "Harbor", "time_zone": "America/New_York", "assets": [
            { "id": ASSET, "name": "Pontoon", "turnover_minutes": 60, "crew": "Dock crew",
              "google_calendar": {
                  "id": PRIMARY, "secret": "GOOGLE", "local_url": format!("{partners}/google") } },
        ] }],
        "platforms": [
            { "id": "getmyboat", "name": "GetMyBoat" },
            { "id": "boatsetter", "name": "Boatsetter" },
        ],
        "listings": [listing("one", "getmyboat", A), listing("other", "boatsetter", B)],
        "policies": { "feeds": { "min_absence_minutes": 0 } },
    })
}
