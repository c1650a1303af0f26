//! The operator's own events, as the synchronisation sees them.

use booking::sync::{Content, Entry, Face, State, Write};
use booking::{Kind, Origin, OwnEvent, OwnEventKind};

use super::Loaded;
use crate::addition::MAX_EVENT_LENGTH;
use crate::table::{PK, Part, When};
use crate::{StoreError, wire};

/// How the sort keys of own events begin.
pub(super) const PREFIX: &str = "event#";

/// What a write makes of an own event.
pub(super) struct Changed {
    before: Option<OwnEvent>,
    after: Option<OwnEvent>,
}

pub(super) fn entry_of(event: &OwnEvent) -> Entry {
    Entry {
        id: event.id.clone(),
        asset: event.asset.clone(),
        origin: Origin::Own,
        content: Content {
            face: Face {
                title: Some(event.title.clone()),
                period: event.period,
                is_tentative: false,
            },
            kind: match event.kind {
                OwnEventKind::Booking => Kind::Reservation,
                OwnEventKind::Block => Kind::Block,
            },
            is_opaque: true,
            code: None,
            value: None,
        },
        created_at: event.created_at,
    }
}

fn event_of(entry: &Entry) -> OwnEvent {
    OwnEvent {
        id: entry.id.clone(),
        asset: entry.asset.clone(),
        title: entry.content.face.title.clone().unwrap_or_default(),
        period: entry.content.period(),
        kind: match entry.content.kind {
            Kind::Block => OwnEventKind::Block,
            Kind::Reservation | Kind::Hold => OwnEventKind::Booking,
        },
        created_at: entry.created_at,
    }
}

/// What the write makes of an own event; `None` if it is about something else.
pub(super) fn changed(state: &State, write: &Write) -> Option<Changed> {
    let own = |id: &str| state.entries.get(id).filter(|entry| entry.origin == Origin::Own);
    match write {
        Write::PutEntry(entry) if entry.origin == Origin::Own => Some(Changed {
            before: own(&entry.id).map(event_of),
            after: Some(event_of(entry)),
        }),
        Write::DropEntry { id, .. } => Some(Changed {
            before: Some(event_of(own(id)?)),
            after: None,
        }),
        _ => None,
    }
}

/// The event's row, moved or removed, and the count of the asset's changes. An event lies at its start, so that a moved
/// one gets another row.
pub(super) fn parts(changed: &Changed, loaded: &Loaded) -> Result<Vec<Part>, StoreError> {
    let mut parts = vec![wire::next_version(&loaded.asset, loaded.version)];
    let keys = [&changed.before, &changed.after].map(|event| event.as_ref().map(wire::event_key));
    if let Some(after) = &changed.after {
        if after.period.end - after.period.start > MAX_EVENT_LENGTH {
            return Err(StoreError::TooLong);
        }
        let is_moved = keys[0] != keys[1];
        let when = if is_moved { When::Lacks(PK) } else { When::Always };
        parts.push(Part::Put(wire::event_row(after), when));
    }
    let [before, after] = keys;
    if let Some(before) = before.filter(|before| Some(before) != after.as_ref()) {
        parts.push(Part::Delete(before, When::Always));
    }
    Ok(parts)
}
