//! One asset on two platforms.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use booking::sync::State;
use chrono::{DateTime, TimeDelta, Utc};
use contract::content::MANIFEST_KEY;
use contract::sync::{AssetAnswer, SyncAnswer};
use feed_reader::FeedReader;
use lambda_boot::Secrets;
use manifest::Stage;
use platform::{Fetcher, Limits, Policy};
use serde_json::{Value, json};
use store::{Content, Ledger};
use testkit::{Fault, Google, Laid, PRIMARY, Simulator};

use crate::google::GoogleClients;
use crate::service::{Moment, Service};

pub(super) const A: &str = "getmyboat-pontoon";
pub(super) const B: &str = "boatsetter-pontoon";
const TURNOVER: TimeDelta = TimeDelta::minutes(60);

/// A booking of three hours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stay {
    uid: &'static str,
    /// Days from the first moment.
    day: i64,
    hour: i64,
}

pub(super) type Times = (DateTime<Utc>, DateTime<Utc>);

impl Stay {
    pub(super) const fn new(uid: &'static str, day: i64, hour: i64) -> Self {
        Self { uid, day, hour }
    }

    pub(super) fn period(self) -> Times {
        let start = midnight() + TimeDelta::days(self.day) + TimeDelta::hours(self.hour);
        (start, start + TimeDelta::hours(3))
    }

    /// The time that others see as taken: with the asset's turnover before and after.
    pub(super) fn taken(self) -> Times {
        let (start, end) = self.period();
        (start - TURNOVER, end + TURNOVER)
    }
}

/// 2027-01-15T00:00:00Z.
fn midnight() -> DateTime<Utc> {
    DateTime::from_timestamp(1_799_971_200, 0).unwrap()
}

pub(super) struct Fixture {
    pub(super) service: Service,
    pub(super) simulator: Simulator,
    now: Arc<Mutex<DateTime<Utc>>>,
    runs: AtomicU32,
}

pub(super) fn path(listing: &str) -> String {
    format!("/feeds/{listing}.ics")
}

impl Fixture {
    pub(super) async fn with(a: &[Stay], b: &[Stay]) -> Self {
        Self::new(a, b, false).await
    }

    /// The asset has a Google calendar: the simulator's [`PRIMARY`].
    pub(super) async fn with_google(a: &[Stay], b: &[Stay]) -> Self {
        Self::new(a, b, true).await
    }

    async fn new(a: &[Stay], b: &[Stay], is_on_google: bool) -> Self {
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let policy = Policy {
            allowed_origins: vec![simulator.origin().parse().unwrap()],
            limits: Limits::default(),
        };
        let credential = Google::service_account(&simulator.origin());
        let credential = ("GOOGLE".to_owned(), credential);
        let service = Service {
            content: Content::in_memory(),
            ledger: Ledger::in_memory(),
            feeds: FeedReader::new(Stage::Local, Fetcher::new(policy).unwrap(), Secrets::fixed([])),
            google: GoogleClients::new(Stage::Local, Secrets::fixed([credential])),
            api_url: None,
            stage: "local".to_owned(),
            tenant: "tests".to_owned(),
        };
        let manifest = manifest(&simulator, is_on_google).to_string();
        service.content.put(MANIFEST_KEY, Some(manifest.into_bytes()));
        let fixture = Self {
            service,
            simulator,
            now: Arc::new(Mutex::new(midnight() + TimeDelta::hours(8))),
            runs: AtomicU32::new(0),
        };
        fixture.publish(A, a);
        fixture.publish(B, b);
        fixture
    }

    pub(super) fn publish(&self, listing: &str, stays: &[Stay]) {
        self.publish_as("Guest", listing, stays);
    }

    /// Stays that nobody has confirmed yet.
    pub(super) fn publish_requests(&self, listing: &str, stays: &[Stay]) {
        self.publish_as("Booking request", listing, stays);
    }

    fn publish_as(&self, summary: &str, listing: &str, stays: &[Stay]) {
        let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n".to_owned();
        for stay in stays {
            let (start, end) = stay.period();
            let (start, end) = (start.format("%Y%m%dT%H%M%SZ"), end.format("%Y%m%dT%H%M%SZ"));
            write!(
                text,
                "BEGIN:VEVENT\r\nUID:{}\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:{start}\r\nDTEND:{end}\r\n\
                 SUMMARY:{summary}\r\nEND:VEVENT\r\n",
                stay.uid
            )
            .unwrap();
        }
        text += "END:VCALENDAR\r\n";
        self.simulator.publish(&path(listing), &*text);
    }

    pub(super) fn lay(&self, listing: &str, fault: Fault) {
        self.simulator
            .lay(&path(listing), Laid { fault, times: None })
            .unwrap();
    }

    /// Uploads another manifest.
    pub(super) fn change_manifest(&self, change: impl FnOnce(&mut Value)) {
        let mut manifest = manifest(&self.simulator, false);
        change(&mut manifest);
        let manifest = manifest.to_string().into_bytes();
        self.service.content.put(MANIFEST_KEY, Some(manifest));
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    pub(super) fn pass_minutes(&self, minutes: i64) {
        *self.now.lock().unwrap() += TimeDelta::minutes(minutes);
    }

    pub(super) async fn ask(&self, request: Value) -> Value {
        let moment = self.moment(self.now() + TimeDelta::minutes(4));
        self.service.handle(request, &moment).await.unwrap()
    }

    pub(super) async fn sync(&self) -> AssetAnswer {
        self.ask_sync(json!({ "action": "sync" })).await
    }

    pub(super) async fn ask_sync(&self, request: Value) -> AssetAnswer {
        one(self.ask(request).await)
    }

    pub(super) async fn sync_until(&self, until: DateTime<Utc>) -> AssetAnswer {
        let request = json!({ "action": "sync" });
        one(self.service.handle(request, &self.moment(until)).await.unwrap())
    }

    pub(super) async fn state(&self) -> State {
        self.service
            .ledger
            .load("pontoon", self.now())
            .await
            .unwrap()
            .state
    }

    pub(super) async fn entries(&self) -> BTreeSet<Times> {
        let state = self.state().await;
        let periods = state.entries.values().map(|entry| entry.content.period());
        periods.map(|period| (period.start, period.end)).collect()
    }

    /// What a listing's outbound feed shows.
    pub(super) async fn blocks(&self, listing: &str) -> Vec<Times> {
        let outbound = self.service.ledger.outbound("pontoon", listing).await.unwrap();
        let blocks = outbound.map(|outbound| outbound.blocks).unwrap_or_default();
        blocks
            .iter()
            .map(|block| (block.period.start, block.period.end))
            .collect()
    }

    fn moment(&self, until: DateTime<Utc>) -> Moment {
        let now = Arc::clone(&self.now);
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        Moment {
            clock: Arc::new(move || *now.lock().unwrap()),
            until,
            run: format!("run-{run}"),
            secret: format!("{run:064}"),
        }
    }
}

fn one(answer: Value) -> AssetAnswer {
    match serde_json::from_value(answer).unwrap() {
        SyncAnswer::Synced { mut assets } => {
            assert_eq!(assets.len(), 1);
            assets.remove(0)
        }
        other => panic!("{other:?}"),
    }
}

fn manifest(simulator: &Simulator, is_on_google: bool) -> Value {
    let listing = |id: &str, platform: &str| {
        json!({ "id": id, "platform": platform, "asset": "pontoon",
            "feed": { "local_url": simulator.url(&path(id)) } })
    };
    let mut pontoon = json!({
        "id": "pontoon", "name": "Pontoon", "turnover_minutes": 60, "crew": "Dock crew",
    });
    if is_on_google {
        pontoon["google_calendar"] =
            json!({ "id": PRIMARY, "secret": "GOOGLE", "local_url": simulator.url("/google") });
    }
    json!({
        "version": 1,
        "sites": [{ "id": "harbor", "name": "Harbor", "time_zone": "America/New_York", "assets": [pontoon] }],
        "platforms": [
            { "id": "getmyboat", "name": "GetMyBoat" },
            { "id": "boatsetter", "name": "Boatsetter" },
        ],
        "listings": [listing(A, "getmyboat"), listing(B, "boatsetter")],
    })
}
