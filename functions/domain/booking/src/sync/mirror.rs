//! The writes that make every copy say what the ledger says.

use std::collections::HashSet;

use super::ledger::Ledger;
use super::planner::{Plan, is_known};
use super::reconcile::Google;
use super::{Entry, Face, Facts, GoogleEvent, GoogleWrite, Link, Matter, Side, Write};

/// Plans the writes of every line that differs from what is stored or copied.
pub(crate) fn mirror(plan: &mut Plan<'_>, ledger: &mut Ledger<'_>, google: &Google<'_>) {
    let facts = ledger.facts;
    let taken_back = taken_back(facts);
    // Both are in the order of the ids.
    let mut entries = facts.state.entries.iter().peekable();
    let behind = ledger.links.iter().filter(|link| {
        while entries.next_if(|(id, _)| **id < link.id).is_some() {}
        let held = entries.peek().filter(|(id, _)| **id == link.id);
        let held = held.map(|(_, entry)| *entry);
        is_behind(plan, google, link, (ledger.links.stored(link), held))
    });
    let behind: Vec<String> = behind.map(|link| link.id.clone()).collect();
    for id in behind {
        let Some(mut link) = ledger.links.take(&id) else {
            continue;
        };
        let stored = facts.state.links.get(&id);
        let untold = if taken_back.contains(&(link.id.as_str(), &link.content.face)) {
            "you took the decision back"
        } else {
            "an earlier run did not finish"
        };
        let reason = ledger.why.get(&id).map_or(untold, String::as_str);
        let mut later = None;
        if let Some(stored) = stored.filter(|_| link.is_live()) {
            // A feed's state keeps these at the end: an absence that a crash made count twice would be too short.
            let missing = std::mem::replace(&mut link.missing, stored.missing);
            let key = std::mem::replace(&mut link.key, stored.key.clone());
            later = Some((missing, key));
        }
        let mut settled = mirror_one(plan, google, link, reason);
        if let Some((missing, key)) = later {
            (settled.missing, settled.key) = (missing, key);
        }
        ledger.links.insert(settled);
    }
}

/// Whether anything is to be written for a line.
fn is_behind(
    plan: &Plan<'_>,
    google: &Google<'_>,
    link: &Link,
    (stored, held): (Option<&Link>, Option<&Entry>),
) -> bool {
    let facts = plan.facts;
    let is_over = link.content.period().end <= facts.now;
    let was_over = stored.is_none_or(|stored| stored.content.period().end <= facts.now);
    // Something that has ended may still have become worth more, which nobody needs to know.
    let is_of_interest = !(is_over && was_over) && facts.config.assets.contains_key(&link.asset);
    is_of_interest && !is_in_step(plan, google, link, (stored, held))
}

/// Whether nothing is to be written for a line: most of them, most of the time, so that it copies nothing to find out.
fn is_in_step(
    plan: &Plan<'_>,
    google: &Google<'_>,
    link: &Link,
    (stored, held): (Option<&Link>, Option<&Entry>),
) -> bool {
    let is_written = |side: &Side, is_wanted: bool| {
        let wanted = is_wanted.then(|| link.content.face.hash());
        side.writing.is_none() && side.written == wanted
    };
    // A line that nobody has copied is the stored one.
    (stored.is_some_and(|stored| std::ptr::eq(stored, link)) || is_known(stored, link))
        && has_entry(held, link)
        && is_written(&link.calendar, link.is_live())
        && match google_write(plan, google, link) {
            Copy::Unknown => true,
            Copy::Settled => is_written(&link.google, link.is_live() && !link.is_dismissed),
            Copy::Write(_) => false,
        }
}

/// Whether our calendar says of a line what it should.
fn has_entry(held: Option<&Entry>, link: &Link) -> bool {
    match held {
        Some(entry) if link.is_live() => {
            (&entry.asset, &entry.origin, &entry.content) == (&link.asset, &link.origin, &link.content)
        }
        held => held.is_some() == link.is_live(),
    }
}

/// What the operator brought back, by line: no run has told of it, and its copies still have to follow.
fn taken_back(facts: &Facts) -> HashSet<(&str, &Face)> {
    let undone = facts
        .state
        .decisions
        .values()
        .filter(|decision| decision.is_undone);
    undone
        .filter_map(|decision| match &decision.matter {
            Matter::Edit { link, lost, .. } => Some((link.as_str(), lost)),
            Matter::Overlap { .. } => None,
        })
        .collect()
}

fn mirror_one(plan: &mut Plan<'_>, google: &Google<'_>, link: Link, reason: &str) -> Link {
    let entry = entry_write(plan, &link);
    let in_google = google_write(plan, google, &link);
    let wanted = Some(link.content.face.hash()).filter(|_| link.is_live());

    let before = [&link.calendar, &link.google].map(|side| side.written.clone());
    let [in_calendar_before, in_google_before] = before;
    let mut settled = link;
    settled.calendar.written.clone_from(&wanted);
    settled.calendar.writing = None;
    if in_google != Copy::Unknown {
        let keeps_copy = !settled.is_dismissed;
        settled.google.written = wanted.clone().filter(|_| keeps_copy);
        settled.google.writing = None;
    }
    let mut intended = settled.clone();
    if entry.is_some() {
        intended.calendar.written = in_calendar_before;
        intended.calendar.writing.clone_from(&wanted);
    }
    if matches!(in_google, Copy::Write(_)) {
        // What is there now is ours until the write is done, whichever unfinished run made it.
        let event = google
            .get(settled.asset.as_str())
            .and_then(|events| events.get(settled.google.id.as_str()));
        let held = event.map(|event| event.face.hash());
        intended.google.written = held.or(in_google_before);
        intended.google.writing = wanted;
    }
    let is_confirmed_later = intended != settled;
    plan.put_link(intended, reason);
    if let Some(write) = entry {
        plan.put(write, reason);
    }
    if let Copy::Write(write) = in_google {
        plan.put(Write::Google(*write), reason);
    }
    if is_confirmed_later {
        plan.confirm_link(settled.clone());
    }
    settled
}

fn entry_write(plan: &Plan<'_>, link: &Link) -> Option<Write> {
    let held = plan.state.entries.get(&link.id);
    if has_entry(held, link) {
        return None;
    }
    if !link.is_live() {
        return held.map(|entry| Write::DropEntry {
            id: link.id.clone(),
            asset: link.asset.clone(),
            face: entry.content.face.clone(),
        });
    }
    Some(Write::PutEntry(Box::new(Entry {
        id: link.id.clone(),
        asset: link.asset.clone(),
        origin: link.origin.clone(),
        content: link.content.clone(),
        created_at: held.map_or(link.first_seen, |entry| entry.created_at),
    })))
}

#[derive(PartialEq)]
enum Copy {
    /// It is as it should be.
    Settled,
    /// Nobody knows, this time.
    Unknown,
    Write(Box<GoogleWrite>),
}

fn google_write(plan: &Plan<'_>, google: &Google<'_>, link: &Link) -> Copy {
    let is_on_google = plan
        .facts
        .config
        .assets
        .get(&link.asset)
        .is_some_and(|asset| asset.is_on_google);
    let Some(events) = google.get(link.asset.as_str()).filter(|_| is_on_google) else {
        return Copy::Unknown;
    };
    let event: Option<&&GoogleEvent> = events.get(link.google.id.as_str());
    let held = event.filter(|event| !event.is_deleted);
    let (asset, id) = (link.asset.clone(), link.google.id.clone());
    let name = link.id.clone();
    let write = match held {
        Some(event) if !link.is_live() && link.google.is_ours() => GoogleWrite::Delete {
            asset,
            link: name,
            id,
            etag: event.etag.clone(),
            face: event.face.clone(),
        },
        Some(event) if link.is_live() && !link.is_dismissed && event.face != link.content.face => {
            GoogleWrite::Patch {
                asset,
                link: name,
                id,
                etag: event.etag.clone(),
                face: link.content.face.clone(),
            }
        }
        None if link.is_live() && !link.is_dismissed => GoogleWrite::Insert {
            asset,
            link: name,
            id,
            face: link.content.face.clone(),
        },
        _ => return Copy::Settled,
    };
    Copy::Write(Box::new(write))
}
