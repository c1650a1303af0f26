//! When the crew cleans.

use calendar::Period;
use serde::{Deserialize, Serialize};

use super::{Facts, Link, State, Write, span};
use crate::Kind;

/// Time for the crew after a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The line that is cleaned up after; also the slot's id.
    pub link: String,
    /// The asset's id.
    pub asset: String,
    /// Who cleans.
    pub crew: String,
    /// From the booking's end, for as long as a turnover takes or the next one leaves.
    #[serde(with = "span")]
    pub period: Period,
    /// How many minutes are lacking until the next one begins; 0 when there is time enough.
    pub lacking_minutes: i64,
}

/// What a crew is to hear of a slot. Whoever speaks to crews finds these in the order in which they came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrewNotice {
    /// What has become of it.
    pub what: SlotNews,
    /// The slot: as it is now, or as it was when it is called off.
    pub slot: Slot,
}

/// What has become of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotNews {
    /// It is new.
    Asked,
    /// It is at another time, shorter or longer, or another crew's.
    Changed,
    /// It is not needed any more.
    CalledOff,
}

/// What the crew is to hear of a write; `None` when it is about something else.
#[must_use]
pub fn crew_notice(before: &State, write: &Write) -> Option<CrewNotice> {
    let (what, slot) = match write {
        Write::PutSlot(slot) if before.slots.contains_key(&slot.link) => (SlotNews::Changed, slot),
        Write::PutSlot(slot) => (SlotNews::Asked, slot),
        Write::DropSlot(slot) => (SlotNews::CalledOff, slot),
        _ => return None,
    };
    Some(CrewNotice {
        what,
        slot: slot.clone(),
    })
}

fn has_crew(facts: &Facts, link: &Link) -> bool {
    let asset = facts.config.assets.get(&link.asset);
    asset.is_some_and(|asset| asset.crew.is_some())
}

/// The slot after each confirmed booking that keeps its time; `is_loser` says which do not.
pub(crate) fn slots(facts: &Facts, links: &[&Link], is_loser: impl Fn(&str) -> bool) -> Vec<Slot> {
    let mut taking: Vec<&Link> = links
        .iter()
        .copied()
        .filter(|link| link.takes_up_time() && has_crew(facts, link))
        .collect();
    taking.sort_by(|a, b| (&a.asset, a.content.period(), &a.id).cmp(&(&b.asset, b.content.period(), &b.id)));
    let mut slots = Vec::new();
    for of_asset in taking.chunk_by(|a, b| a.asset == b.asset) {
        let asset = of_asset
            .first()
            .and_then(|link| facts.config.assets.get(&link.asset));
        let Some((asset, crew)) = asset.and_then(|asset| Some((asset, asset.crew.as_ref()?))) else {
            continue;
        };
        // What loses its time makes nobody hurry.
        let guests: Vec<&Link> = of_asset
            .iter()
            .copied()
            .filter(|link| link.weight() != Kind::Block && !is_loser(&link.id))
            .collect();
        for (at, link) in guests.iter().enumerate() {
            let end = link.content.period().end;
            if link.weight() != Kind::Reservation || end <= facts.now || asset.turnover.is_zero() {
                continue;
            }
            let full = end.checked_add_signed(asset.turnover).unwrap_or(end);
            let next = guests
                .get(at + 1)
                .map(|next| next.content.period().start.max(end));
            let until = next.map_or(full, |next| next.min(full));
            slots.push(Slot {
                link: link.id.clone(),
                asset: link.asset.clone(),
                crew: crew.clone(),
                period: Period::new(end, until),
                lacking_minutes: (full - until).num_minutes(),
            });
        }
    }
    slots
}
