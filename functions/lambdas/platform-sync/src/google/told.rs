//! What a list of Google's makes of what was known: pure.

use std::collections::{HashMap, HashSet};

use booking::sync::{Face, GoogleEvent};
use calendar::{Budget, Calendar, Event, Period, RecurrenceId, Status, Transparency};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use google_calendar::{Item, Stored};

/// What one calendar may cost: more recurrences than nobody has a use for.
const BUDGET: Budget = Budget {
    steps: 4_000_000,
    occurrences: 20_000,
};

/// What a calendar holds now, and how that differs from what was known.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// All of it, by id.
    pub(super) events: Vec<GoogleEvent>,
    /// What is new or different.
    pub(super) changed: Vec<GoogleEvent>,
    /// The ids of what is no longer told of.
    pub(super) gone: Vec<String>,
}

/// Whether it is part of a series: what else of it has changed is not told.
pub(super) fn recurs(item: &Item) -> bool {
    match item {
        Item::Event(stored) => stored.series.is_some() || is_series(&stored.event),
        Item::CancelledRecurrence { .. } => true,
        // Nobody knows.
        Item::Unreadable { .. } => true,
        Item::Deleted { .. } => false,
    }
}

impl Told {
    /// Of a whole list: what it does not tell of is gone. `ours` are the ids that we write under.
    pub(super) fn of_whole(
        known: &[GoogleEvent],
        items: &[Item],
        window: Period,
        zone: Tz,
        ours: &HashSet<&str>,
    ) -> Self {
        let before = by_id(known);
        let mut now = read(&before, items, window, zone, ours);
        // An event that cannot be read is there all the same.
        let unread = items
            .iter()
            .filter(|item| matches!(item, Item::Unreadable { .. }));
        for id in unread.filter_map(Item::id) {
            if let Some(event) = before.get(id.as_str()) {
                now.insert(event.id.clone(), (*event).clone());
            }
        }
        let gone = known.iter().map(|event| &event.id);
        let gone = gone.filter(|id| !now.contains_key(*id)).cloned().collect();
        Self::of(&before, now, gone)
    }

    /// Of a list of changes: what it does not tell of is as it was.
    pub(super) fn of_changes(
        known: &[GoogleEvent],
        items: &[Item],
        window: Period,
        zone: Tz,
        ours: &HashSet<&str>,
    ) -> Self {
        let before = by_id(known);
        let mut now: HashMap<String, GoogleEvent> = known
            .iter()
            .map(|event| (event.id.clone(), event.clone()))
            .collect();
        now.extend(read(&before, items, window, zone, ours));
        Self::of(&before, now, Vec::new())
    }

    fn of(
        before: &HashMap<&str, &GoogleEvent>,
        now: HashMap<String, GoogleEvent>,
        gone: Vec<String>,
    ) -> Self {
        let mut events: Vec<GoogleEvent> = now.into_values().collect();
        events.sort_by(|a, b| a.id.cmp(&b.id));
        let is_news = |event: &&GoogleEvent| before.get(event.id.as_str()) != Some(event);
        let changed = events.iter().filter(is_news).cloned().collect();
        Self {
            events,
            changed,
            gone,
        }
    }
}

/// One event, as Google holds it. Only for one that does not recur.
pub(super) fn event(stored: &Stored, zone: Tz) -> Option<GoogleEvent> {
    let items = [Item::Event(Box::new(stored.clone()))];
    let ever = Period::new(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let read = read(&HashMap::new(), &items, ever, zone, &HashSet::new());
    read.into_values().next()
}

fn by_id(events: &[GoogleEvent]) -> HashMap<&str, &GoogleEvent> {
    events.iter().map(|event| (event.id.as_str(), event)).collect()
}

/// The events of a list that matter: in the window, or known, or ours. Each recurrence is an event of its own.
fn read(
    before: &HashMap<&str, &GoogleEvent>,
    items: &[Item],
    window: Period,
    zone: Tz,
    ours: &HashSet<&str>,
) -> HashMap<String, GoogleEvent> {
    let mut masters: HashMap<&str, &Stored> = HashMap::new();
    let (mut single, mut recurring) = (Calendar::default(), Calendar::default());
    for item in items {
        match item {
            Item::Event(stored) => {
                let series = stored.series.as_ref();
                if series.is_none() {
                    masters.insert(stored.id.as_str(), stored);
                }
                // By Google's own id: several events can come from one `UID`.
                let event = Event {
                    uid: series.unwrap_or(&stored.id).to_string(),
                    ..stored.event.clone()
                };
                let recurs = series.is_some() || is_series(&event);
                if recurs { &mut recurring } else { &mut single }
                    .events
                    .push(event);
            }
            Item::CancelledRecurrence { series, at, .. } => {
                let mut event = Event::new(series.as_str(), at.clone());
                event.status = Status::Cancelled;
                event.recurrence_id = Some(RecurrenceId {
                    at: at.clone(),
                    this_and_future: false,
                });
                recurring.events.push(event);
            }
            Item::Deleted { .. } | Item::Unreadable { .. } => {}
        }
    }
    let ever = Period::new(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let is_known = |id: &str| before.contains_key(id) || ours.contains(id);
    let mut found = HashMap::new();
    for (calendar, within) in [(&single, ever), (&recurring, window)] {
        for occurrence in calendar::expand(calendar, within, zone, &BUDGET).occurrences {
            let event = occurrence.event;
            let id = match occurrence.recurrence {
                Some(at) => format!("{}_{}", event.uid, at.format("%Y%m%dT%H%M%SZ")),
                None => event.uid.clone(),
            };
            let Some(stored) = masters.get(event.uid.as_str()) else {
                continue;
            };
            let matters = occurrence.period.end > window.start || is_known(&id);
            if matters && event.status != Status::Cancelled {
                found.insert(id.clone(), google_event(id, stored, event, occurrence.period));
            }
        }
    }
    let deleted = items.iter().filter_map(|item| match item {
        Item::Deleted { id } if is_known(id.as_str()) => Some(id.as_str()),
        _ => None,
    });
    for id in deleted {
        found.insert(id.to_owned(), deleted_event(id, before.get(id).copied()));
    }
    found
}

fn is_series(event: &Event) -> bool {
    !event.rules.is_empty() || !event.rdates.is_empty()
}

fn google_event(id: String, stored: &Stored, event: &Event, period: Period) -> GoogleEvent {
    GoogleEvent {
        id,
        etag: stored.etag.as_str().to_owned(),
        face: Face {
            title: event.summary.clone(),
            period,
            is_tentative: event.status == Status::Tentative,
        },
        is_opaque: event.transparency == Transparency::Opaque,
        is_deleted: false,
        tag: stored.link.clone(),
        ical_uid: stored.event.uid.clone(),
    }
}

/// Google tells no more of it than its id.
pub(super) fn deleted_event(id: &str, before: Option<&GoogleEvent>) -> GoogleEvent {
    let unknown = GoogleEvent {
        id: id.to_owned(),
        etag: String::new(),
        face: Face {
            title: None,
            period: Period::new(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH),
            is_tentative: false,
        },
        is_opaque: true,
        is_deleted: true,
        tag: None,
        ical_uid: String::new(),
    };
    GoogleEvent {
        is_deleted: true,
        ..before.cloned().unwrap_or(unknown)
    }
}

#[cfg(test)]
mod tests;
