//! Lists: pages, sync tokens, tombstones.

use serde_json::{Value, json};

use super::Call;
use super::events::shown;
use super::reply::Reply;
use super::world::{Calendar, Entry};

/// What cannot be asked together with a sync token ("Events: list", parameter `syncToken`).
const NOT_WITH_SYNC: [&str; 8] = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
];

/// Where a list stands: its tokens hold it, in words of our own.
struct Place {
    era: u64,
    /// The revision up to which an earlier list has seen everything.
    since: u64,
    /// The calendar's revision when this list began: what changes while its pages are read comes with the next list.
    began: u64,
    /// The last id of the page before.
    after: String,
}

pub(super) fn answer(calendar: &Calendar, call: &Call, page_size: usize) -> Result<Reply, Reply> {
    if call.flag("singleEvents") {
        return Err(Reply::invalid("This simulator does not expand series."));
    }
    let place = Place::of(calendar, call)?;
    let is_incremental = place.since > 0 || call.query.contains_key("syncToken");
    let shows_deleted = is_incremental || call.flag("showDeleted");
    let wanted = call.query.get("maxResults").and_then(|most| most.parse().ok());
    let most = wanted.unwrap_or(usize::MAX).clamp(1, page_size);
    let mut matching = calendar
        .events
        .iter()
        .filter(|(id, _)| **id > place.after)
        .filter(|(_, entry)| entry.revision > place.since && is_listed(entry, shows_deleted));
    let page: Vec<(&String, &Entry)> = matching.by_ref().take(most).collect();
    let items: Vec<Value> = page.iter().map(|(_, entry)| shown(entry, call)).collect();
    let mut body = json!({
        "kind": "calendar#events",
        "etag": format!("\"p{}\"", calendar.revision),
        "summary": "simulated",
        "timeZone": calendar.zone.name(),
        "accessRole": "owner",
        "items": items,
    });
    let (name, token) = match (matching.next(), page.last()) {
        (Some(_), Some((last, _))) => ("nextPageToken", place.page_token(last)),
        _ => ("nextSyncToken", place.sync_token()),
    };
    if let Some(fields) = body.as_object_mut() {
        fields.insert(name.to_owned(), json!(token));
    }
    Ok(Reply::ok(body))
}

/// Exceptions of a series that do not take place are listed always, as nobody could know of them otherwise.
fn is_listed(entry: &Entry, shows_deleted: bool) -> bool {
    !entry.is_deleted() || shows_deleted || entry.fields.contains_key("recurringEventId")
}

impl Place {
    fn of(calendar: &Calendar, call: &Call) -> Result<Self, Reply> {
        let sync_token = call.query.get("syncToken");
        if sync_token.is_some() && NOT_WITH_SYNC.iter().any(|name| call.query.contains_key(*name)) {
            return Err(Reply::fault(400, None));
        }
        if sync_token.is_some()
            && call
                .query
                .get("showDeleted")
                .is_some_and(|value| value == "false")
        {
            return Err(Reply::fault(400, None));
        }
        let since = match sync_token {
            None => 0,
            Some(token) => {
                let (era, since) = numbers(token, "sync").ok_or_else(|| Reply::fault(410, None))?;
                if era != calendar.era {
                    return Err(Reply::fault(410, None));
                }
                since
            }
        };
        let Some(token) = call.query.get("pageToken") else {
            return Ok(Self {
                era: calendar.era,
                since,
                began: calendar.revision,
                after: String::new(),
            });
        };
        let invalid = || Reply::invalid("Invalid page token value.");
        let (place, after) = token.split_once('~').ok_or_else(invalid)?;
        let (era, began) = numbers(place, "page").ok_or_else(invalid)?;
        if era != calendar.era {
            return Err(Reply::fault(410, None));
        }
        Ok(Self {
            era,
            since,
            began,
            after: after.to_owned(),
        })
    }

    fn sync_token(&self) -> String {
        format!("sync-{}-{}", self.era, self.began)
    }

    fn page_token(&self, last: &str) -> String {
        format!("page-{}-{}~{last}", self.era, self.began)
    }
}

fn numbers(token: &str, kind: &str) -> Option<(u64, u64)> {
    let (era, revision) = token.strip_prefix(kind)?.strip_prefix('-')?.split_once('-')?;
    Some((era.parse().ok()?, revision.parse().ok()?))
}
