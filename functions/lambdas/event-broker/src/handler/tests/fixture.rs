//! A broker with a small world around it, in which it is always the same moment.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use contract::content::{MANIFEST_KEY, VERIFIERS_KEY};
use lambda_boot::Secrets;
use manifest::Stage;
use platform::{Fetcher, Limits, Policy};
use serde_json::{Map, json};
use store::{Content, Events, Ledger};
use testkit::{Fault, Laid, Simulator};
use token::{Token, Verifier, VerifierTable};

use super::super::*;
use crate::feeds::Feeds;
use crate::function::Function;

/// The moment of all tests: 2027-01-15T08:00:00Z, a Friday.
pub(super) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

pub(super) fn token(seed: u8) -> Token {
    let bytes: Vec<u8> = (0..64)
        .map(|at: u8| at.wrapping_mul(7).wrapping_add(seed))
        .collect();
    Token::from_random(&bytes).unwrap()
}

pub(super) const PONTOON_FEED: &str = "/feeds/getmyboat-pontoon.ics";
pub(super) const OTHER_PONTOON_FEED: &str = "/feeds/boatsetter-pontoon.ics";

const PONTOON: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n\
    BEGIN:VEVENT\r\nUID:a-1\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270120T150000Z\r\nDTEND:20270120T190000Z\r\n\
    SUMMARY:Guest A-104\r\nURL:https://getmyboat.example/reservations/R-55\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:a-2\r\nDTSTAMP:20270101T000000Z\r\nDTSTART;VALUE=DATE:20270122\r\nDTEND;VALUE=DATE:20270123\r\n\
    SUMMARY:Not available\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:a-3\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270125T150000Z\r\nDTEND:20270125T190000Z\r\n\
    STATUS:CANCELLED\r\nSUMMARY:Guest A-105\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const OTHER_PONTOON: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n\
    BEGIN:VEVENT\r\nUID:b-1\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270118T150000Z\r\nDTEND:20270118T170000Z\r\n\
    SUMMARY:Booking request\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

pub(super) struct Fixture {
    pub(super) broker: Arc<Broker>,
    pub(super) simulator: Simulator,
    invocations: std::cell::Cell<u32>,
}

/// An answer over HTTP, its body read.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(super) struct Reply {
    pub(super) status: u64,
    pub(super) headers: Value,
    pub(super) body: Value,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        simulator.publish(PONTOON_FEED, PONTOON);
        simulator.publish(OTHER_PONTOON_FEED, OTHER_PONTOON);
        let policy = Policy {
            allowed_origins: vec![simulator.origin().parse().unwrap()],
            limits: Limits::default(),
        };
        let secret = (
            "SLOOP_FEED".to_owned(),
            "https://canary-host.invalid/canary-path".to_owned(),
        );
        let events = Events::in_memory();
        let broker = Broker {
            content: Content::in_memory(),
            ledger: Ledger::beside(&events),
            responder: Function::playing(json!({"answer": "closed"})),
            synchroniser: Function::playing(json!({ "answer": "conflicts", "conflicts": [], "tasks": [] })),
            deliveries: store::Deliveries::beside(&events),
            sessions: store::Sessions::beside(&events),
            is_local: true,
            unsubscribe_key: (
                Secrets::fixed([("unsubscribe-key".to_owned(), "k".repeat(64))]),
                "unsubscribe-key".to_owned(),
            ),
            events,
            feeds: Feeds::new(
                Stage::Local,
                Fetcher::new(policy).unwrap(),
                Secrets::fixed([secret]),
            ),
        };
        let verifiers = VerifierTable {
            verifiers: vec![
                Verifier::of(&token(1), now() - TimeDelta::days(1)),
                Verifier {
                    not_after: Some(now() + TimeDelta::days(7)),
                    ..Verifier::of(&token(2), now() - TimeDelta::days(30))
                },
                Verifier {
                    not_after: Some(now()),
                    ..Verifier::of(&token(3), now() - TimeDelta::days(60))
                },
            ],
        };
        broker
            .content
            .put(VERIFIERS_KEY, Some(serde_json::to_vec(&verifiers).unwrap()));
        broker
            .content
            .put(MANIFEST_KEY, Some(manifest(&simulator).to_string().into_bytes()));
        let (broker, invocations) = (Arc::new(broker), std::cell::Cell::default());
        Self {
            broker,
            simulator,
            invocations,
        }
    }

    pub(super) fn break_feed(&self, path: &str, fault: Fault) {
        self.simulator.lay(path, Laid { fault, times: None }).unwrap();
    }

    /// Uploads a manifest in which this feed's listing is read from another path.
    pub(super) fn move_feed(&self, from: &str, to: &str) {
        let moved = manifest(&self.simulator).to_string().replace(from, to);
        self.broker.content.put(MANIFEST_KEY, Some(moved.into_bytes()));
    }

    pub(super) async fn get(&self, path: &str, query: &str) -> Reply {
        let bearer = format!("Bearer {}", token(1).reveal());
        self.http("GET", path, query, &[("authorization", &bearer)], None)
            .await
    }

    pub(super) async fn add(&self, body: &Value) -> Reply {
        self.post(&[], &body.to_string()).await
    }

    pub(super) async fn post(&self, headers: &[(&str, &str)], body: &str) -> Reply {
        let bearer = format!("Bearer {}", token(1).reveal());
        let headers: Vec<_> = [("authorization", bearer.as_str())]
            .into_iter()
            .chain(headers.iter().copied())
            .collect();
        self.http("POST", "/calendar/add-event", "", &headers, Some(body))
            .await
    }

    pub(super) async fn http(
        &self,
        method: &str,
        path: &str,
        query: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Reply {
        let dressed = self
            .broker
            .handle(request(method, path, query, headers, body), self.moment())
            .await;
        let body = dressed["body"].as_str().unwrap();
        Reply {
            status: dressed["statusCode"].as_u64().unwrap(),
            headers: dressed["headers"].clone(),
            body: serde_json::from_str(body).unwrap_or_else(|_| body.into()),
        }
    }

    pub(super) async fn invoke(&self, event: Value) -> Value {
        self.broker.handle(event, self.moment()).await
    }

    /// Ids count up, so that answers can be compared with snapshots.
    pub(super) fn moment(&self) -> Moment {
        let number = self.invocations.get() + 1;
        self.invocations.set(number);
        Moment {
            now: now(),
            feeds_time: Duration::from_secs(10),
            sync_time: Duration::from_millis(50),
            fresh_id: format!("evt_{number}"),
        }
    }
}

/// An HTTP API event of payload format 2.0.
pub(super) fn request(
    method: &str,
    path: &str,
    query: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> Value {
    let headers: Map<String, Value> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "api.example", "domainPrefix": "api",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test" },
            "requestId": "request", "routeKey": format!("{method} {path}"), "stage": "$default",
            "time": "15/Jan/2027:08:00:00 +0000", "timeEpoch": 1_800_000_000_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

fn manifest(simulator: &Simulator) -> Value {
    let listing = |id: &str, platform: &str, asset: &str, feed: Value| json!({ "id": id, "platform": platform, "asset": asset, "feed": feed });
    json!({
        "version": 1,
        "sites": [
            { "id": "harbor", "name": "Harbor", "time_zone": "America/New_York", "assets": [
                { "id": "pontoon", "name": "Pontoon", "turnover_minutes": 60 },
                { "id": "sloop", "name": "Sloop", "turnover_minutes": 0 },
            ] },
            { "id": "lakehouse", "name": "Lakehouse", "time_zone": "America/Chicago", "assets": [
                { "id": "hall", "name": "Hall", "turnover_minutes": 0 },
            ] },
        ],
        "platforms": [
            { "id": "getmyboat", "name": "GetMyBoat", "answer_within_minutes": 120,
              "events": { "reservation_code": [{ "field": "url", "after": "/reservations/" }] } },
            { "id": "boatsetter", "name": "Boatsetter" },
        ],
        "listings": [
            listing("getmyboat-pontoon", "getmyboat", "pontoon", json!({ "local_url": simulator.url(PONTOON_FEED) })),
            listing("boatsetter-pontoon", "boatsetter", "pontoon", json!({ "local_url": simulator.url(OTHER_PONTOON_FEED) })),
            listing("getmyboat-sloop", "getmyboat", "sloop", json!({ "secret": "SLOOP_FEED" })),
            listing("getmyboat-hall", "getmyboat", "hall", json!({ "secret": "HALL_FEED" })),
        ],
    })
}
