//! What one asset adds to the overview.

use std::collections::BTreeSet;

use booking::sync::{Decider, Decision, Link, Matter, Pending, State, Suspicion, taken_as_firm};
use booking::{Origin, OwnEvent};
use calendar::Period;
use chrono::{DateTime, Utc};
use manifest::{Asset, Manifest, Site};
use serde_json::json;

use super::shape::{Clash, FeedShape, Overview, Shown, Side, TaskShape};
use super::{is_stale, utc};
use crate::wire::{self, Entry};

/// An asset, and what is stored of it.
pub(super) struct Around<'m> {
    pub(super) site: &'m Site,
    pub(super) asset: &'m Asset,
    pub(super) state: State,
    /// The operator's own events in the window.
    pub(super) own: Vec<OwnEvent>,
    /// The requests that wait.
    pub(super) pending: Vec<Pending>,
    pub(super) window: Period,
}

impl Around<'_> {
    pub(super) fn add_to(&self, overview: &mut Overview, manifest: &Manifest, now: DateTime<Utc>) {
        let clashes: Vec<(&Decision, [&Link; 2])> = self.clashes(now).collect();
        let in_conflict: BTreeSet<&str> = clashes
            .iter()
            .flat_map(|(_, links)| links.iter().map(|link| link.id.as_str()))
            .collect();
        overview
            .calendar
            .extend(self.entries().into_iter().map(|entry| Shown {
                in_conflict: in_conflict.contains(entry.id.as_str()),
                entry,
            }));
        overview.conflicts.extend(
            clashes
                .iter()
                .map(|(decision, links)| self.clash(decision, *links)),
        );
        overview
            .tasks
            .extend(self.state.tasks.values().map(|task| TaskShape {
                id: task.id.clone(),
                kind: json!(task.kind),
                asset: task.asset.clone(),
                title: self.title(&task.link),
                what: task.what.clone(),
                draft: task.draft.clone(),
                opened_at: utc(task.opened_at),
            }));
        let listings = manifest.listings_of(&self.asset.id);
        overview.feeds.extend(listings.map(|listing| {
            let id = listing.id.as_str();
            let (state, why) = self.feed_state(id, is_stale(manifest, &self.state, id, now));
            let source = self.state.sources.get(id);
            FeedShape {
                listing: id.to_owned(),
                platform: listing.platform.to_string(),
                asset: self.asset.id.to_string(),
                state,
                last_imported: source.and_then(|source| source.last_success).map(utc),
                why,
            }
        }));
    }

    /// What the operator has made firm, and could make a request again.
    pub(super) fn confirmed(&self, now: DateTime<Utc>) -> Vec<Pending> {
        let links = self.state.links.values();
        links.filter_map(|link| taken_as_firm(link, now)).collect()
    }

    fn title(&self, link: &str) -> Option<String> {
        let link = self.state.links.get(link)?;
        link.content.face.title.clone().filter(|title| !title.is_empty())
    }

    /// What an own event became in the ledger is shown by the event itself.
    fn entries(&self) -> Vec<Entry> {
        let own = self.own.iter().cloned();
        let own = own.map(|event| Entry::of_own(event, self.site));
        let told = self.state.links.values().filter(|link| {
            link.is_live() && link.origin != Origin::Own && link.content.period().overlaps(&self.window)
        });
        let told = told.map(|link| Entry::of_line(link.clone(), self.site));
        let slots = self.state.slots.values();
        let slots = slots.filter(|slot| slot.period.overlaps(&self.window));
        let slots = slots.map(|slot| Entry::of_slot(slot.clone(), self.site));
        own.chain(told).chain(slots).collect()
    }

    /// The overlaps that were decided or wait, of events that are there and not over.
    fn clashes(&self, now: DateTime<Utc>) -> impl Iterator<Item = (&Decision, [&Link; 2])> {
        self.state.decisions.values().filter_map(move |decision| {
            let Matter::Overlap { links, .. } = &decision.matter else {
                return None;
            };
            let live = |id: &String| {
                let link = self.state.links.get(id)?;
                (link.takes_up_time() && link.content.period().end > now).then_some(link)
            };
            let [one, other] = links;
            let links = [live(one)?, live(other)?];
            // A decision is kept after one of them has moved away.
            let turnover = self.asset.turnover_minutes.duration();
            let [one, other] = links.map(|link| link.content.period());
            let apart = one.start - turnover >= other.end || other.start - turnover >= one.end;
            (!apart).then_some((decision, links))
        })
    }

    fn clash(&self, decision: &Decision, links: [&Link; 2]) -> Clash {
        let winner = match &decision.matter {
            Matter::Overlap { winner, .. } => winner.clone(),
            Matter::Edit { .. } => None,
        };
        let local = |at| wire::local(at, self.site.time_zone);
        let side = |link: &Link| Side {
            id: link.id.clone(),
            from: match &link.origin {
                Origin::Platform { listing, .. } => listing.clone(),
                Origin::Google => "google".to_owned(),
                _ => "own".to_owned(),
            },
            title: link.content.face.title.clone().unwrap_or_default(),
            start: local(link.content.period().start),
            end: local(link.content.period().end),
        };
        Clash {
            id: decision.id.clone(),
            asset: decision.asset.clone(),
            sides: links.map(side).into(),
            is_open: winner.is_none() || decision.by == Decider::Policy,
            winner,
            reason: decision.reason.clone(),
        }
    }

    fn feed_state(&self, listing: &str, is_stale: bool) -> (&'static str, Option<String>) {
        let Some(source) = self.state.sources.get(listing) else {
            return ("never", None);
        };
        if let Some(quarantine) = &source.quarantine {
            let why = match quarantine.suspicion {
                Suspicion::Empty { known } => format!("It shows nothing of {known} bookings that it had."),
                Suspicion::TooManyRemovals { removals, known } => {
                    format!("It lacks {removals} of {known} bookings that it had.")
                }
            };
            return ("quarantined", Some(why));
        }
        match source.consecutive_failures {
            0 if source.last_success.is_none() => ("never", None),
            0 if is_stale => ("stale", None),
            0 => ("fresh", None),
            failures => (
                "failing",
                Some(format!("It could not be read {failures} times in a row.")),
            ),
        }
    }
}
