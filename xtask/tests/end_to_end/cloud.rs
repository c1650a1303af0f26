//! A deployed Landfall: its API, its AWS endpoint, and the simulator behind its feeds.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use contract::Method;
use serde_json::{Value, json};
use testkit::Fault;
use tokio::runtime::Runtime;

use super::answer::Answer;
use super::aws::Aws;
use super::landfall::{FEED_SECRET, Landfall, SECRET_LISTING};

/// The secret feed's path and query: what must never be seen outside.
pub(super) const SECRET_PATH: &str = "/feeds/canary-path-b7e1/hall.ics";
pub(super) const SECRET_QUERY: &str = "key=canary-query-b7e1";
/// What the secret feed says of a guest.
pub(super) const GUEST: &str = "Canaryguest-b7e1";

/// So long is waited for what has to come: on a busy machine, and with a message that comes again only when its queue's patience
/// with a reader is over.
pub(super) const PATIENCE: Duration = Duration::from_secs(240);

/// A deployed Landfall, ready to be called.
pub(super) struct Cloud {
    pub(super) landfall: Landfall,
    pub(super) aws: Aws,
    pub(super) token: String,
    /// The stacks' outputs.
    pub(super) outputs: Value,
    http: reqwest::Client,
    runtime: Runtime,
}

impl Cloud {
    /// The cloud that all tests share which change nothing that another one sees.
    pub(super) fn shared() -> Option<Self> {
        static PREPARED: Mutex<bool> = Mutex::new(false);
        let landfall = Landfall::shared()?;
        let mut prepared = PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
        if !*prepared {
            prepare(&landfall);
            *prepared = true;
        }
        Some(Self::of(landfall))
    }

    /// A cloud of the test's own, to do with as it likes. It costs some three seconds.
    pub(super) fn own(name: &str) -> Option<Self> {
        let landfall = Landfall::own(name)?;
        prepare(&landfall);
        Some(Self::of(landfall))
    }

    fn of(landfall: Landfall) -> Self {
        let outputs = landfall.run(&["-q", "outputs", "--json"]).succeeded().stdout;
        let token = landfall.run(&["-q", "token", "show"]).succeeded().stdout;
        let _ = rustls::crypto::ring::default_provider().install_default();
        let cloud = Self {
            aws: Aws::at(&landfall.endpoint()),
            token: token.trim().to_owned(),
            outputs: serde_json::from_str(&outputs).unwrap(),
            http: reqwest::Client::builder()
                .no_proxy()
                // A restarted cloud does not know the connections of before.
                .pool_max_idle_per_host(0)
                .timeout(Duration::from_secs(60))
                .build()
                .unwrap(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            landfall,
        };
        cloud.make_ready();
        cloud
    }

    /// Lays out the secret feed and waits until every feed is read: a warm function may still know the manifest of
    /// before for some seconds.
    fn make_ready(&self) {
        self.put(&format!("/_documents{SECRET_PATH}"), secret_feed(Utc::now()));
        let read = self.poll(PATIENCE, |cloud| {
            let answer = cloud.get("/platforms/bookings").with_status(200);
            let is_read = |source: &Value| source["error"].is_null();
            answer.body()["sources"].as_array().unwrap().iter().all(is_read)
        });
        assert!(read, "{}", self.get("/platforms/bookings").text);
    }

    /// Whether the condition came to hold in time.
    pub(super) fn poll(&self, limit: Duration, mut holds: impl FnMut(&Self) -> bool) -> bool {
        let began = Instant::now();
        while began.elapsed() < limit {
            if holds(self) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        false
    }

    /// `GET`, with the token.
    pub(super) fn get(&self, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        self.call(Method::Get, path, &[("authorization", &bearer)], "")
    }

    /// `POST /calendar/add-event`, with the token.
    pub(super) fn add(&self, event: &Value, key: Option<&str>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        self.call(Method::Post, "/calendar/add-event", &headers, &event.to_string())
    }

    /// Any request.
    pub(super) fn call(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let url = format!("{}{path}", self.outputs["ApiUrl"].as_str().unwrap());
        let mut request = self.http.request(method.as_str().parse().unwrap(), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if method == Method::Post {
            request = request
                .header("content-type", "application/json")
                .body(body.to_owned());
        }
        self.wait(async { Answer::of(request.send().await.unwrap()).await })
    }

    /// A request that a browser or a scanner makes of a link: any method, no token, no body.
    pub(super) fn follow(&self, method: &str, path: &str) -> Answer {
        let url = format!("{}{path}", self.outputs["ApiUrl"].as_str().unwrap());
        let request = self.http.request(method.parse().unwrap(), url);
        self.wait(async { Answer::of(request.send().await.unwrap()).await })
    }

    /// The answer to a direct invocation.
    pub(super) fn invoke(&self, payload: &Value) -> Value {
        self.wait(self.aws.invoke(payload))
    }

    /// Runs to its end what the SDK would do in time.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Has the feed of a listing say this.
    pub(super) fn publish(&self, listing: &str, body: impl Into<Vec<u8>>) {
        let path = format!("/_documents{}", feed_path(listing));
        self.put(&path, body);
    }

    /// Has the feed of a listing misbehave.
    pub(super) fn lay(&self, listing: &str, fault: Fault) {
        let laid = serde_json::to_vec(&fault.always()).unwrap();
        self.put(&format!("/_faults{}", feed_path(listing)), laid);
    }

    /// Has every feed behave again.
    pub(super) fn clear_faults(&self) {
        let request = self.http.delete(self.landfall.simulator() + "/_faults");
        self.wait(async { request.send().await.unwrap().error_for_status().unwrap() });
    }

    /// What the simulator's holder is told under this path.
    pub(super) fn partner(&self, path: &str) -> Value {
        let request = self.http.get(self.landfall.simulator() + path);
        let text = self.wait(async { request.send().await.unwrap().text().await.unwrap() });
        serde_json::from_str(&text).unwrap()
    }

    /// Tells the simulator what its holder may.
    pub(super) fn put_to_partner(&self, path: &str, body: &Value) {
        self.put(path, body.to_string());
    }

    /// Has the simulator do something, and tells what came of it.
    pub(super) fn post_to_partner(&self, path: &str, body: &Value) -> Value {
        let url = self.landfall.simulator() + path;
        let request = self.http.post(url).body(body.to_string());
        let text = self.wait(async { request.send().await.unwrap().text().await.unwrap() });
        serde_json::from_str(&text).unwrap()
    }

    fn put(&self, path: &str, body: impl Into<Vec<u8>>) {
        let request = self.http.put(self.landfall.simulator() + path).body(body.into());
        self.wait(async { request.send().await.unwrap().error_for_status().unwrap() });
    }
}

/// Deploys, and stores the secret feed's URL.
fn prepare(landfall: &Landfall) {
    landfall.deploy().succeeded();
    let url = format!("{}{SECRET_PATH}?{SECRET_QUERY}\n", landfall.simulator());
    landfall
        .run_reading(&["secrets", "set", FEED_SECRET], &url)
        .succeeded();
}

fn feed_path(listing: &str) -> String {
    if listing == SECRET_LISTING {
        return SECRET_PATH.to_owned();
    }
    let (platform, _) = listing.split_once('-').unwrap();
    format!("/feeds/{platform}/{listing}.ics")
}

/// A booking of tomorrow, with a guest in every place where platforms put one.
fn secret_feed(now: DateTime<Utc>) -> String {
    let day = (now + TimeDelta::days(1)).format("%Y%m%d");
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\nBEGIN:VEVENT\r\nUID:hall-1@tests.example\r\n\
         DTSTAMP:20260101T000000Z\r\nDTSTART:{day}T150000Z\r\nDTEND:{day}T180000Z\r\nSUMMARY:{GUEST}\r\n\
         DESCRIPTION:{GUEST} comes with friends\r\nATTENDEE;CN={GUEST}:mailto:{GUEST}@tests.example\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// A day, as a date, on which no other event of any run on this cloud lies.
pub(super) fn free_day() -> String {
    static TAKEN: AtomicI64 = AtomicI64::new(0);
    // Runs take minutes, and few days each.
    let run = Utc::now().timestamp() / 20 % 1_000_000;
    let days = run + TAKEN.fetch_add(3, Ordering::Relaxed);
    let first = DateTime::from_timestamp(2_524_608_000, 0).unwrap();
    (first + TimeDelta::days(days)).format("%Y-%m-%d").to_string()
}

/// An event on the sloop from 10:00 to 12:00 UTC of a day.
pub(super) fn event(day: &str, title: &str) -> Value {
    json!({
        "asset": "sloop",
        "title": title,
        "start": format!("{day}T10:00:00Z"),
        "end": format!("{day}T12:00:00Z"),
    })
}
