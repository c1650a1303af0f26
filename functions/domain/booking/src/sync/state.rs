//! What we store, and what a write makes of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Content, Decision, Link, Outbound, Quarantine, Slot, Task, Write};
use crate::{Origin, log};

/// All that a synchronisation remembers, each map by id. It grows: the store forgets lines whose event is long past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The format's version.
    pub version: u32,
    /// How each listing's feed has been doing.
    pub sources: BTreeMap<String, Source>,
    /// The ledger.
    pub links: BTreeMap<String, Link>,
    /// Our calendar: the operator's own events and what was imported, by the link's id.
    pub entries: BTreeMap<String, Entry>,
    /// What was decided, and why.
    pub decisions: BTreeMap<String, Decision>,
    /// What the operator has to do.
    pub tasks: BTreeMap<String, Task>,
    /// When the crews clean, by the id of the link that is cleaned up after.
    pub slots: BTreeMap<String, Slot>,
    /// What each listing's outbound feed shows.
    pub outbound: BTreeMap<String, Outbound>,
}

/// How a listing's feed has been doing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// For `If-None-Match`. It is kept only after everything that the body told has been carried out.
    pub etag: Option<String>,
    /// For `If-Modified-Since`.
    pub last_modified: Option<String>,
    /// A digest of the body that was last read completely.
    pub body_hash: Option<String>,
    /// What it was read with: the window, the platform's rules, the zone. While this is the same and the body too, there
    /// is nothing new to read.
    #[serde(default)]
    pub basis: Option<String>,
    /// When it was last read.
    pub last_success: Option<DateTime<Utc>>,
    /// How many readings failed since.
    pub consecutive_failures: u32,
    /// Why its removals are not believed.
    pub quarantine: Option<Quarantine>,
    /// The digest of a body that the operator has accepted in spite of what it lacks.
    pub accepted: Option<String>,
}

/// An event in our calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The link's id; of an own event, the event's.
    pub id: String,
    /// The asset's id.
    pub asset: String,
    /// Where it was made. What a platform tells is not for editing here.
    pub origin: Origin,
    /// What it says.
    pub content: Content,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl State {
    /// The version that this release writes.
    pub const VERSION: u32 = 1;

    /// The state after a write. What Google stores is not ours.
    pub fn after(&mut self, write: &Write) {
        match write {
            Write::PutLink(link) => {
                let mut link = (**link).clone();
                link.logged = log::count(self.links.get(&link.id), &link);
                self.links.insert(link.id.clone(), link);
            }
            Write::PutEntry(entry) => {
                self.entries.insert(entry.id.clone(), (**entry).clone());
            }
            Write::DropEntry { id, .. } => {
                self.entries.remove(id);
            }
            Write::PutOutbound(outbound) => {
                self.outbound.insert(outbound.listing.clone(), outbound.clone());
            }
            Write::Google(_) => {}
            Write::PutDecision(decision) => {
                self.decisions.insert(decision.id.clone(), (**decision).clone());
            }
            Write::PutTask(task) => {
                self.tasks.insert(task.id.clone(), task.clone());
            }
            Write::CloseTask { id, .. } => {
                self.tasks.remove(id);
            }
            Write::PutSlot(slot) => {
                self.slots.insert(slot.link.clone(), slot.clone());
            }
            Write::DropSlot(slot) => {
                self.slots.remove(&slot.link);
            }
            Write::Touch(touch) => {
                for (link, key) in &touch.keys {
                    if let Some(link) = self.links.get_mut(link) {
                        link.key.clone_from(key);
                    }
                }
                for (link, missing) in &touch.missing {
                    if let Some(link) = self.links.get_mut(link) {
                        link.missing = *missing;
                    }
                }
                self.sources.insert(touch.listing.clone(), touch.source.clone());
            }
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            sources: BTreeMap::new(),
            links: BTreeMap::new(),
            entries: BTreeMap::new(),
            decisions: BTreeMap::new(),
            tasks: BTreeMap::new(),
            slots: BTreeMap::new(),
            outbound: BTreeMap::new(),
        }
    }
}
