//! Everything that this Google knows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::channels::{Channel, Push};
use super::reply::Reply;
use super::{Call, channels, events, list, token};

/// Google's default page.
const PAGE_SIZE: usize = 250;
const TOKEN_LIFETIME_S: u32 = 3599;

#[derive(Debug)]
pub(super) struct World {
    pub(super) calendars: BTreeMap<String, Calendar>,
    pub(super) channels: Vec<Channel>,
    /// The tokens that are good, and when they end.
    pub(super) access_tokens: BTreeMap<String, DateTime<Utc>>,
    pub(super) token_lifetime_s: u32,
    pub(super) page_size: usize,
    /// For ids that nobody chose.
    pub(super) serial: u64,
}

#[derive(Debug)]
pub(super) struct Calendar {
    pub(super) zone: Tz,
    pub(super) events: BTreeMap<String, Entry>,
    /// Counts every write.
    pub(super) revision: u64,
    /// Sync tokens of an earlier era are expired.
    pub(super) era: u64,
}

/// An event, deleted or not: Google never frees an id.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) fields: Map<String, Value>,
    /// The calendar's revision that wrote it.
    pub(super) revision: u64,
}

impl World {
    pub(super) const fn new() -> Self {
        Self {
            calendars: BTreeMap::new(),
            channels: Vec::new(),
            access_tokens: BTreeMap::new(),
            token_lifetime_s: TOKEN_LIFETIME_S,
            page_size: PAGE_SIZE,
            serial: 0,
        }
    }

    pub(super) fn add_calendar(&mut self, id: &str, zone: Tz) {
        let calendar = Calendar {
            zone,
            events: BTreeMap::new(),
            revision: 0,
            era: 0,
        };
        self.calendars.insert(id.to_owned(), calendar);
    }

    pub(super) fn answer(&mut self, call: &Call) -> (Reply, Vec<Push>) {
        let now = Utc::now();
        let path = call.segments();
        if path == ["token"] {
            return (token::answer(self, call, now), Vec::new());
        }
        if !token::is_authorized(self, call, now) {
            return (Reply::unauthorized(), Vec::new());
        }
        let answered = match (call.method.as_str(), path.as_slice()) {
            ("POST", ["calendar", "v3", "channels", "stop"]) => channels::stop(self, call),
            (method, ["calendar", "v3", "calendars", calendar, "events", rest @ ..]) => {
                return self.answer_for(method, calendar, rest, call, now);
            }
            _ => Err(Reply::not_found()),
        };
        (answered.unwrap_or_else(|refused| refused), Vec::new())
    }

    fn answer_for(
        &mut self,
        method: &str,
        id: &str,
        rest: &[&str],
        call: &Call,
        now: DateTime<Utc>,
    ) -> (Reply, Vec<Push>) {
        let page_size = self.page_size;
        let Some(calendar) = self.calendars.get_mut(id) else {
            return (Reply::not_found(), Vec::new());
        };
        let before = calendar.revision;
        let answered = match (method, rest) {
            ("GET", []) => list::answer(calendar, call, page_size),
            ("POST", []) => {
                self.serial += 1;
                events::insert(calendar, call, self.serial, now)
            }
            ("POST", ["watch"]) => return channels::watch(self, id, call, now),
            ("GET", [event]) => events::get(calendar, event, call),
            ("PATCH", [event]) => events::patch(calendar, event, call, now),
            ("PUT", [event]) => events::update(calendar, event, call, now),
            ("DELETE", [event]) => events::delete(calendar, event, call, now),
            _ => Err(Reply::not_found()),
        };
        let has_changed = calendar.revision != before;
        let pushes = if has_changed {
            channels::changed(self, id, now)
        } else {
            Vec::new()
        };
        (answered.unwrap_or_else(|refused| refused), pushes)
    }

    /// What a person writes; nothing when there is no such calendar.
    pub(super) fn write_by_hand(&mut self, id: &str, event: &str, fields: Value) -> Option<Vec<Push>> {
        let now = Utc::now();
        let calendar = self.calendars.get_mut(id)?;
        events::write_by_hand(calendar, event, fields, now);
        Some(channels::changed(self, id, now))
    }

    pub(super) fn everything(&self, id: &str) -> Vec<Map<String, Value>> {
        let calendar = self.calendars.get(id);
        let events = calendar.into_iter().flat_map(|calendar| calendar.events.values());
        events.map(|entry| entry.fields.clone()).collect()
    }

    pub(super) fn expire_sync_tokens(&mut self, id: &str) {
        if let Some(calendar) = self.calendars.get_mut(id) {
            calendar.era += 1;
        }
    }
}

impl Entry {
    pub(super) fn is_deleted(&self) -> bool {
        self.fields.get("status").and_then(Value::as_str) == Some("cancelled")
    }
}
