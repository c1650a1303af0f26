//! What a calendar holds, as the model knows it.

use std::fmt;

use calendar::{Event, EventEnd, EventTime, RecurrenceId, Status, Transparency};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::fields::LINK;
use crate::id::{Etag, EventId};
use crate::{recurrence, when, wire};

/// One entry of a calendar. Every JSON value that Google can send is one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// An event that takes place.
    Event(Box<Stored>),
    /// An event that was deleted. Google tells no more of it than the id.
    Deleted {
        /// Which.
        id: EventId,
    },
    /// One recurrence of a series that does not take place.
    CancelledRecurrence {
        /// Its own id.
        id: EventId,
        /// The series' id.
        series: EventId,
        /// When it would have begun.
        at: EventTime,
    },
    /// An event that is there and that we cannot read. It is not absent.
    Unreadable {
        /// Which, if that much could be read.
        id: Option<EventId>,
        /// What cannot be read.
        reason: &'static str,
    },
}

/// An event as Google holds it. `Debug` shows nothing of what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its id in the calendar.
    pub id: EventId,
    /// Its version.
    pub etag: Etag,
    /// Our link, if it was we who wrote it.
    pub link: Option<String>,
    /// The id of the series of which it replaces one recurrence; then the event has a recurrence id, too.
    pub series: Option<EventId>,
    /// What it is. `UID` is Google's `iCalUID`, the same for a series and its exceptions.
    pub event: Event,
}

impl Item {
    pub(crate) fn of(value: Value) -> Self {
        let id = value.get("id").and_then(Value::as_str).map(EventId::known);
        let unreadable = |id, reason| Self::Unreadable { id, reason };
        let Ok(event) = serde_json::from_value::<wire::Event>(value) else {
            return unreadable(id, "a field has another type");
        };
        let Some(id) = event
            .id
            .as_deref()
            .filter(|id| !id.is_empty())
            .map(EventId::known)
        else {
            return unreadable(None, "it has no id");
        };
        let read = if event.status.as_deref() == Some("cancelled") {
            cancelled(&id, &event)
        } else {
            stored(&id, event).map(|stored| Self::Event(Box::new(stored)))
        };
        read.unwrap_or_else(|reason| unreadable(Some(id), reason))
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> Option<&EventId> {
        match self {
            Self::Event(stored) => Some(&stored.id),
            Self::Deleted { id } | Self::CancelledRecurrence { id, .. } => Some(id),
            Self::Unreadable { id, .. } => id.as_ref(),
        }
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("id", &self.id)
            .field("etag", &self.etag)
            .field("start", &self.event.start)
            .finish_non_exhaustive()
    }
}

fn cancelled(id: &EventId, event: &wire::Event) -> Result<Item, &'static str> {
    let Some(series) = &event.recurring_event_id else {
        return Ok(Item::Deleted { id: id.clone() });
    };
    let at = event.original_start_time.as_ref().and_then(when::read);
    Ok(Item::CancelledRecurrence {
        id: id.clone(),
        series: EventId::known(series),
        at: at.ok_or("its original start")?,
    })
}

fn stored(id: &EventId, wire: wire::Event) -> Result<Stored, &'static str> {
    let etag = wire
        .etag
        .filter(|etag| !etag.is_empty())
        .ok_or("it has no version")?;
    let start = wire.start.as_ref().and_then(when::read).ok_or("its start")?;
    let end = wire.end.as_ref().and_then(when::read).ok_or("its end")?;
    if start.is_date() != end.is_date() {
        return Err("one of start and end is a day and the other a time");
    }
    let mut event = Event::new(wire.ical_uid.unwrap_or_default(), start);
    event.end = EventEnd::At(end);
    if wire.recurring_event_id.is_some() {
        let at = wire.original_start_time.as_ref().and_then(when::read);
        event.recurrence_id = Some(RecurrenceId {
            at: at.ok_or("its original start")?,
            this_and_future: false,
        });
    }
    recurrence::read(&wire.recurrence, &mut event).ok_or("its recurrence")?;
    event.summary = said(wire.summary);
    event.description = said(wire.description);
    event.location = said(wire.location);
    event.url = said(wire.source.and_then(|source| source.url));
    event.status = match wire.status.as_deref() {
        Some("tentative") => Status::Tentative,
        _ => Status::Confirmed,
    };
    event.transparency = match wire.transparency.as_deref() {
        Some("transparent") => Transparency::Transparent,
        _ => Transparency::Opaque,
    };
    event.sequence = wire
        .sequence
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(0);
    event.created = wire.created.as_deref().and_then(instant);
    event.last_modified = wire.updated.as_deref().and_then(instant);
    event.stamp = event.last_modified.unwrap_or_default();
    let link = wire
        .extended_properties
        .and_then(|mut properties| properties.private.remove(LINK));
    Ok(Stored {
        id: id.clone(),
        etag: Etag::known(etag),
        link,
        series: wire.recurring_event_id.map(EventId::known),
        event,
    })
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
