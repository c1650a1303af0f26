//! Every line of the ledger merged with what became of its copies.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::decision::edit;
use super::echo::uid_suffix;
use super::ledger::{Ledger, bury, renew_google};
use super::{Decision, Entry, Facts, GoogleEvent, GoogleReading, Link, Merged, Seen, Side, merge};
use crate::Origin;

/// Google's events by asset and id; an asset that is not here was not read.
pub(crate) type Google<'f> = BTreeMap<&'f str, HashMap<&'f str, &'f GoogleEvent>>;

pub(crate) fn google(facts: &Facts) -> Google<'_> {
    let read = facts.google.iter();
    read.filter(|(_, reading)| reading.listed().is_some())
        .map(|(asset, reading)| (asset.as_str(), by_id(reading)))
        .collect()
}

fn by_id(reading: &GoogleReading) -> HashMap<&str, &GoogleEvent> {
    let events = reading.listed().unwrap_or_default();
    events.iter().map(|event| (event.id.as_str(), event)).collect()
}

/// Takes new events of the operator into the ledger: our calendar's, and Google's that are no copies.
pub(crate) fn adopt(ledger: &mut Ledger<'_>, google: &Google<'_>) {
    let facts = ledger.facts;
    let new: Vec<&Entry> = {
        // Both are in the order of the ids.
        let mut links = ledger.links.iter().map(|link| link.id.as_str()).peekable();
        let mut is_known = |id: &str| {
            while links.next_if(|known| *known < id).is_some() {}
            links.peek() == Some(&id)
        };
        let entries = facts.state.entries.iter();
        let new =
            entries.filter(|(id, entry)| !is_known(id) && facts.config.assets.contains_key(&entry.asset));
        new.map(|(_, entry)| entry).collect()
    };
    for entry in new {
        ledger.add_own(entry);
    }
    if google.is_empty() {
        return;
    }
    let copies = ledger.links.iter().filter(|link| link.google.is_ours());
    let ours: HashSet<String> = copies.map(|link| link.google.id.clone()).collect();
    let uids: HashSet<String> = ledger.links.iter().map(|link| link.uid.clone()).collect();
    let own_suffix = uid_suffix(&facts.config.tenant);
    for (asset, events) in google {
        let mut events: Vec<&&GoogleEvent> = events.values().collect();
        events.sort_by(|a, b| a.id.cmp(&b.id));
        for event in events {
            let is_news = !event.is_deleted && event.is_opaque && event.face.period.end > facts.now;
            let is_copy = event.tag.is_some()
                || event.ical_uid.ends_with(&own_suffix)
                || (!event.ical_uid.is_empty() && uids.contains(&event.ical_uid));
            if is_news && !is_copy && !ours.contains(&event.id) {
                ledger.add_google(asset, event);
            }
        }
    }
}

/// Merges every line, and gives the decisions that this takes: an edit is overwritten only when that is recorded.
pub(crate) fn reconcile(ledger: &mut Ledger<'_>, google: &Google<'_>) -> Vec<Decision> {
    let facts = ledger.facts;
    let mut decisions = Vec::new();
    let differing = ledger.links.iter().filter_map(|link| {
        let is_ours = facts.config.assets.contains_key(&link.asset);
        let (origin, copy) = is_ours.then(|| sides(ledger, google, link))?;
        let is_over = |seen: &Seen| match seen {
            Seen::Changed(face) => face.period.end <= facts.now,
            Seen::Same | Seen::Gone => true,
        };
        // What has ended is left as it is: nothing that falls out of a calendar's past is a cancellation.
        if link.content.period().end <= facts.now && is_over(&origin) && is_over(&copy) {
            return None;
        }
        let by_copy = matches!(origin, Seen::Same);
        let merged = merge(origin, copy);
        (merged != Merged::Keep).then(|| (link.id.clone(), by_copy, merged))
    });
    let differing: Vec<_> = differing.collect();
    for (id, by_copy, merged) in differing {
        if let Some(link) = ledger.links.take(&id) {
            let link = settle(ledger, link, by_copy, merged, &mut decisions);
            ledger.links.insert(link);
        }
    }
    decisions
}

/// A line as the merge wants it.
fn settle(
    ledger: &mut Ledger<'_>,
    mut link: Link,
    by_copy: bool,
    merged: Merged,
    out: &mut Vec<Decision>,
) -> Link {
    let facts = ledger.facts;
    let is_ours_to_edit = link.listing().is_none();
    let place = if link.origin == Origin::Google {
        "our calendar"
    } else {
        "Google"
    };
    match merged {
        Merged::Keep => {}
        Merged::Take(face) => {
            let reason = match (by_copy, &link.origin) {
                (true, _) => format!("you changed it in {place}"),
                (false, Origin::Google) => "you changed it in Google".to_owned(),
                (false, _) => "you changed it in our calendar".to_owned(),
            };
            ledger.because(&link.id, &reason);
            link.content.face = face;
        }
        Merged::Conflict { kept, lost } => {
            let reason =
                format!("it was changed where it was made and in {place}; where it was made prevails");
            ledger.because(&link.id, &reason);
            out.push(edit(&link, &kept, &lost, reason, facts.now));
            link.content.face = kept;
        }
        Merged::Delete => {
            ledger.because(&link.id, "it was deleted where it was made");
            bury(facts, &mut link);
        }
        Merged::DeletedCopy if is_ours_to_edit => {
            ledger.because(&link.id, &format!("you deleted it in {place}"));
            bury(facts, &mut link);
        }
        Merged::DeletedCopy => {
            ledger.because(
                &link.id,
                "you deleted it in Google; its platform still tells of it, so it keeps its time",
            );
            link.is_dismissed = true;
            link.google.written = None;
            link.google.writing = None;
        }
        Merged::RecreateCopy(face) => {
            ledger.because(
                &link.id,
                &format!("you deleted it in {place}, and it has changed since"),
            );
            link.content.face = face;
            recreate_copy(facts, &mut link);
        }
        Merged::RecreateOrigin(face) => {
            let reason = format!("it was deleted where it was made, and changed in {place}: it is kept");
            ledger.because(&link.id, &reason);
            out.push(edit(&link, &face, &link.content.face, reason, facts.now));
            link.content.face = face;
            recreate_origin(facts, &mut link);
        }
    }
    link
}

/// What became of the event where it was made, and of its copy.
fn sides(ledger: &Ledger<'_>, google: &Google<'_>, link: &Link) -> (Seen, Seen) {
    let entry = ledger.facts.state.entries.get(&link.id);
    let calendar = || {
        let face = entry.map(|entry| &entry.content.face);
        link.calendar.seen(face, false)
    };
    let events = google.get(link.asset.as_str()).filter(|_| !link.is_dismissed);
    let in_google = events.map_or(Seen::Same, |events| {
        let event = events.get(link.google.id.as_str());
        link.google.seen(
            event.map(|event| &event.face),
            event.is_some_and(|event| event.is_deleted),
        )
    });
    let (origin, mut copy, copied_to) = match link.origin {
        Origin::Google => (in_google, calendar(), &link.calendar),
        Origin::Own => (calendar(), in_google, &link.google),
        Origin::Platform { .. } => {
            let told = ledger.told.get(&link.id).cloned().unwrap_or(Seen::Same);
            (told, in_google, &link.google)
        }
    };
    if copy == Seen::Same && ledger.overruled.contains(&link.id) {
        copy = Seen::Changed(link.content.face.clone());
    }
    let origin = match origin {
        Seen::Same if !link.is_live() => Seen::Gone,
        // A run stopped before the copy followed a change: an edit made there since then does not know of it.
        Seen::Same if is_pending(copied_to) && copy != Seen::Same => Seen::Changed(link.content.face.clone()),
        Seen::Changed(_) if link.is_dismissed => {
            copy = Seen::Gone;
            origin
        }
        _ => origin,
    };
    (origin, copy)
}

fn is_pending(copy: &Side) -> bool {
    copy.written.is_some() && copy.writing.is_some() && copy.writing != copy.written
}

fn recreate_copy(facts: &Facts, link: &mut Link) {
    link.is_dismissed = false;
    link.tombstone = None;
    if link.origin == Origin::Google {
        link.calendar.written = None;
        link.calendar.writing = None;
    } else {
        renew_google(facts, link);
    }
}

/// A platform's event cannot be made anew on the platform: it becomes the operator's own.
fn recreate_origin(facts: &Facts, link: &mut Link) {
    link.tombstone = None;
    link.missing = None;
    match link.origin {
        Origin::Google => renew_google(facts, link),
        Origin::Own => {
            link.calendar.written = None;
            link.calendar.writing = None;
        }
        Origin::Platform { .. } => link.origin = Origin::Own,
    }
}
