//! The plan: facts in, writes out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::inbound::read_feed;
use super::ledger::Ledger;
use super::mirror::mirror;
use super::outbound::changed_feeds;
use super::reconcile::{adopt, google, reconcile};
use super::{
    Decision, Facts, FeedReading, Link, Planned, Quarantine, State, Touch, Write, order, task, turnover,
};

/// What to write, in this order, and what to tell the operator. Its `Display` is what the operator reads.
#[derive(Debug, Clone)]
pub struct SyncPlan {
    /// In an order in which stopping anywhere and planning again neither doubles nor loses.
    pub writes: Vec<Planned>,
    /// The feeds whose removals are not carried out, by listing.
    pub quarantines: Vec<(String, Quarantine)>,
    /// The feeds that could not be read, by listing.
    pub failures: Vec<(String, super::FeedFault)>,
    /// The feeds that were last read too long ago, by listing, and when that was; `None`: never.
    pub stale: Vec<(String, Option<DateTime<Utc>>)>,
    /// Every decision that holds now.
    pub decisions: Vec<Decision>,
}

/// Plans one run. It depends on nothing but the facts.
#[must_use]
pub fn plan(facts: &Facts) -> SyncPlan {
    let mut ledger = Ledger::new(facts);
    let mut plan = Plan::new(facts);
    let feeds = facts.feeds.iter();
    let touches: Vec<Touch> = feeds
        .filter_map(|(listing, reading)| read_feed(&mut ledger, listing, reading))
        .collect();
    let google = google(facts);
    adopt(&mut ledger, &google);
    for decision in reconcile(&mut ledger, &google) {
        plan.record(decision);
    }
    mirror(&mut plan, &mut ledger, &google);

    let decisions = order::decide(facts, ledger.links.iter());
    for decision in &decisions {
        plan.record(decision.clone());
    }
    plan.tasks(&ledger, &decisions);
    plan.slots(&ledger, &decisions);
    for outbound in changed_feeds(facts, &ledger.links) {
        plan.put(
            Write::PutOutbound(outbound),
            "it shows when its asset is taken elsewhere",
        );
    }
    for touch in touches {
        plan.touch(touch);
    }
    plan.finish(decisions)
}

/// A plan while it is made.
pub(crate) struct Plan<'f> {
    pub(crate) facts: &'f Facts,
    pub(crate) state: &'f State,
    /// The writes by their stage.
    staged: BTreeMap<u8, Vec<Planned>>,
    sources: BTreeMap<String, super::Source>,
}

impl<'f> Plan<'f> {
    fn new(facts: &'f Facts) -> Self {
        Self {
            facts,
            state: &facts.state,
            staged: BTreeMap::new(),
            sources: facts.state.sources.clone(),
        }
    }

    pub(crate) fn put(&mut self, write: Write, reason: &str) {
        let stage = write.stage(false);
        self.stage(stage, write, reason);
    }

    fn stage(&mut self, stage: u8, write: Write, reason: &str) {
        let reason = reason.to_owned();
        self.staged
            .entry(stage)
            .or_default()
            .push(Planned { write, reason });
    }

    /// Keeps a line before its copies are made.
    pub(crate) fn put_link(&mut self, link: Link, reason: &str) {
        if !is_known(self.state.links.get(&link.id), &link) {
            let write = Write::PutLink(Box::new(link));
            self.put(write, reason);
        }
    }

    /// Keeps a line once its copies are made.
    pub(crate) fn confirm_link(&mut self, settled: Link) {
        let write = Write::PutLink(Box::new(settled));
        let stage = write.stage(true);
        self.stage(stage, write, "its copies are made");
    }

    fn record(&mut self, decision: Decision) {
        if !self.state.decisions.contains_key(&decision.id) {
            let reason = decision.reason.clone();
            self.put(Write::PutDecision(Box::new(decision)), &reason);
        }
    }

    fn tasks(&mut self, ledger: &Ledger<'_>, decisions: &[Decision]) {
        let wanted = task::tasks(self.facts, &ledger.links, decisions);
        for (id, known) in &self.state.tasks {
            if !wanted.contains_key(id) && self.facts.config.assets.contains_key(&known.asset) {
                let (id, asset) = (id.clone(), known.asset.clone());
                self.put(Write::CloseTask { id, asset }, "it no longer needs doing");
            }
        }
        for (id, task) in wanted {
            if self.state.tasks.get(&id) != Some(&task) {
                self.put(Write::PutTask(task), "only you can do it");
            }
        }
    }

    fn slots(&mut self, ledger: &Ledger<'_>, decisions: &[Decision]) {
        let losers = task::losers(decisions);
        let links: Vec<&Link> = ledger.links.iter().collect();
        let wanted = turnover::slots(self.facts, &links, |link| losers.contains(link));
        let ids: BTreeSet<&str> = wanted.iter().map(|slot| slot.link.as_str()).collect();
        for slot in self.state.slots.values() {
            // A slot stays when its booking has ended: that is when it begins.
            let has_begun = slot.period.start <= self.facts.now;
            if !has_begun
                && !ids.contains(slot.link.as_str())
                && self.facts.config.assets.contains_key(&slot.asset)
            {
                self.put(
                    Write::DropSlot(slot.clone()),
                    "its booking is gone, or no longer keeps its time",
                );
            }
        }
        for slot in &wanted {
            let before = self.state.slots.get(&slot.link);
            if before != Some(slot) {
                let reason = if before.is_some() {
                    "its booking or the next one has moved"
                } else {
                    "after a booking"
                };
                self.put(Write::PutSlot(slot.clone()), reason);
            }
        }
    }

    fn touch(&mut self, mut touch: Touch) {
        // A line that is buried by this plan is no longer missing.
        touch.missing.retain(|id, _| self.state.links.contains_key(id));
        self.sources.insert(touch.listing.clone(), touch.source.clone());
        self.put(Write::Touch(Box::new(touch)), "it was read");
    }

    fn finish(self, decisions: Vec<Decision>) -> SyncPlan {
        let listings = self.facts.config.listings.keys();
        let stale_after = self.facts.config.stale_after;
        let now = self.facts.now;
        let stale = listings
            .map(|listing| {
                (
                    listing,
                    self.sources.get(listing).and_then(|source| source.last_success),
                )
            })
            .filter(|(_, last)| last.is_none_or(|last| is_stale(now, last, stale_after)))
            .map(|(listing, last)| (listing.clone(), last))
            .collect();
        let quarantines = self.sources.iter();
        let quarantines = quarantines
            .filter_map(|(listing, source)| Some((listing.clone(), source.quarantine.clone()?)))
            .collect();
        let failures = self.facts.feeds.iter();
        let failures = failures.filter_map(|(listing, reading)| match reading {
            FeedReading::Failed(fault) => Some((listing.clone(), *fault)),
            _ => None,
        });
        SyncPlan {
            writes: self.staged.into_values().flatten().collect(),
            quarantines,
            failures: failures.collect(),
            stale,
            decisions,
        }
    }
}

fn is_stale(now: DateTime<Utc>, last: DateTime<Utc>, stale_after: TimeDelta) -> bool {
    now - last > stale_after
}

/// Whether the ledger already says so. Keys and absences are kept with the feed's state and not line by line,
/// and what is logged is counted when it is written.
pub(crate) fn is_known(known: Option<&Link>, link: &Link) -> bool {
    let Some(known) = known else { return false };
    // Named one by one, because whoever adds a field has to say whether it is to be kept.
    let Link {
        id,
        asset,
        origin,
        key: _,
        uid,
        content,
        told,
        told_face,
        first_seen,
        confirmed_at,
        missing: _,
        tombstone,
        generation,
        calendar,
        google,
        is_dismissed,
        accepted,
        logged: _,
    } = link;
    (id, asset, origin, uid) == (&known.id, &known.asset, &known.origin, &known.uid)
        && (content, told, told_face) == (&known.content, &known.told, &known.told_face)
        && (first_seen, confirmed_at) == (&known.first_seen, &known.confirmed_at)
        && (tombstone, generation) == (&known.tombstone, &known.generation)
        && (calendar, google, is_dismissed) == (&known.calendar, &known.google, &known.is_dismissed)
        && accepted == &known.accepted
}

impl SyncPlan {
    /// The writes that anybody sees. When there are none, everything is in step.
    pub fn changes(&self) -> impl Iterator<Item = &Planned> {
        self.writes.iter().filter(|planned| planned.write.is_visible())
    }

    /// Whether everything is in step.
    #[must_use]
    pub fn is_in_step(&self) -> bool {
        self.changes().next().is_none()
    }
}
