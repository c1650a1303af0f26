//! The client against the simulator.

use calendar::{Event, EventEnd, EventTime, ZoneName};
use chrono_tz::Tz;
use testkit::{Google, PRIMARY, Simulator};

use crate::{
    Changes, Draft, Endpoint, EventId, GoogleCalendar, Inserted, Item, Limits, Listed, Stored, SyncToken,
};

mod faults;
mod lists;
mod mapping;
mod push;
mod silence;
mod tokens;
mod writes;

/// Patience of tests: all attempts, next to no waiting.
const LIMITS: Limits = Limits {
    connect_timeout_ms: 10_000,
    call_timeout_ms: 10_000,
    attempts: 3,
    first_wait_ms: 2,
    longest_wait_ms: 1_500,
    max_body_bytes: 1024 * 1024,
    max_pages: 50,
};
const EVENTS: &str = "/google/calendar/v3/calendars/primary/events";

struct World {
    simulator: Simulator,
    client: GoogleCalendar,
}

impl World {
    async fn new() -> Self {
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let client = client(&simulator, &Google::service_account(&simulator.origin()));
        Self { simulator, client }
    }

    /// One that has its access token already, so that a fault meets the call and not the token.
    async fn signed_in() -> Self {
        let world = Self::new().await;
        world.list().await;
        world
    }

    fn google(&self) -> &Google {
        self.simulator.google()
    }

    async fn list(&self) -> Listed {
        self.client.list(PRIMARY).await.unwrap()
    }

    async fn since(&self, token: &SyncToken) -> Vec<Item> {
        match self.client.list_since(PRIMARY, token).await.unwrap() {
            Changes::Listed(listed) => listed.items,
            Changes::Expired => panic!("the token is expired"),
        }
    }

    async fn insert(&self, id: &EventId, draft: &Draft) -> Stored {
        match self.client.insert(PRIMARY, id, draft).await.unwrap() {
            Inserted::Created(stored) => *stored,
            other => panic!("{other:?}"),
        }
    }

    async fn get(&self, id: &EventId) -> Stored {
        match self.client.get(PRIMARY, id).await.unwrap() {
            Item::Event(stored) => *stored,
            other => panic!("{other:?}"),
        }
    }

    /// What there is, deleted events left out.
    fn living(&self) -> usize {
        let events = self.google().events(PRIMARY);
        events
            .iter()
            .filter(|event| event["status"] != "cancelled")
            .count()
    }
}

fn client(simulator: &Simulator, secret: &str) -> GoogleCalendar {
    client_with(simulator, secret, LIMITS)
}

fn client_with(simulator: &Simulator, secret: &str, limits: Limits) -> GoogleCalendar {
    let endpoint = Endpoint::at(&simulator.url("/google")).unwrap();
    GoogleCalendar::new(endpoint, secret, limits).unwrap()
}

fn id(link: &str) -> EventId {
    EventId::derive("harbour", link, 0)
}

fn at(local: &str) -> EventTime {
    EventTime::Zoned {
        local: local.parse().unwrap(),
        zone: ZoneName::Iana(Tz::America__New_York),
    }
}

/// Two hours on the pontoon.
fn event(summary: &str) -> Event {
    let mut event = Event::new("ours@landfall", at("2027-06-01T18:00:00"));
    event.end = EventEnd::At(at("2027-06-01T20:00:00"));
    event.summary = Some(summary.to_owned());
    event
}

fn draft_of(event: &Event) -> Draft {
    Draft::new(event, "getmyboat:1", Tz::America__New_York).unwrap()
}

fn draft(summary: &str) -> Draft {
    draft_of(&event(summary))
}
