//! What holds after every run.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::world::World;
use crate::sync::{Decision, Face, Link, Matter, SyncPlan, Write, plan};
use crate::{Kind, Origin};

impl World {
    /// One run over some feeds, some of which lie, which may stop anywhere.
    pub(crate) fn sync_with_faults(&mut self) -> Result<(), String> {
        let all: Vec<String> = self.platforms.keys().cloned().collect();
        let (mut feeds, mut silent) = (BTreeMap::new(), Vec::new());
        for listing in all {
            if self.random.once_in(4) {
                continue;
            }
            let (reading, may_delete) = self.doubtful(&listing);
            if !may_delete {
                silent.push(listing.clone());
            }
            feeds.insert(listing, reading);
        }
        let reads_google = !self.random.once_in(5);
        let facts = self.facts(feeds, reads_google);
        let planned = plan(&facts);
        self.tally.runs += 1;
        let before = self.alive(&silent);
        let crashes = self.random.once_in(3);
        let stop = if crashes {
            self.random.below(planned.writes.len() as u64 + 1)
        } else {
            u64::MAX
        };
        self.tally.crashes += usize::from(crashes);
        self.carry_out(&planned, usize::try_from(stop).unwrap_or(usize::MAX))?;
        ensure(
            before.is_subset(&self.alive(&silent)),
            "a feed that tells nothing deleted something",
        )?;
        ensure(!planned.to_string().contains("anary"), "the plan names a guest")?;
        self.the_log_tells_the_same()?;
        if !crashes {
            one_winner_per_pair(self, &planned)?;
            // The same facts again: what was carried out must not be planned again.
            let again = plan(&crate::sync::Facts {
                state: self.state.clone(),
                google: self.facts(BTreeMap::new(), reads_google).google,
                feeds: BTreeMap::new(),
                ..facts
            });
            in_step(&again, "a second run over the same facts")?;
        }
        Ok(())
    }

    fn alive(&self, listings: &[String]) -> BTreeSet<String> {
        let links = self.state.links.values().filter(|link| link.is_live());
        links
            .filter(|link| listings.iter().any(|listing| link.is_from(listing)) || link.origin == Origin::Own)
            .filter(|link| link.listing().is_some() || !self.deleted.contains(&link.id))
            .filter(|link| link.listing().is_some())
            .map(|link| link.id.clone())
            .collect()
    }

    /// The clock is wrong for one run.
    pub(crate) fn clock_jumps(&mut self) -> Result<(), String> {
        let days = if self.random.once_in(2) { 400 } else { -400 };
        self.now += TimeDelta::days(days);
        let alive = |world: &Self| {
            let listings: Vec<String> = world.platforms.keys().cloned().collect();
            world.alive(&listings)
        };
        let before = alive(self);
        let planned = self.plan_now();
        self.carry_out(&planned, usize::MAX)?;
        self.now -= TimeDelta::days(days);
        let cancelled: Vec<_> = before.difference(&alive(self)).cloned().collect();
        // One more reading may be the second that misses an event; a clock alone cancels nothing.
        let was_missing = |id: &String| {
            let feeds = self.platforms.values().flat_map(|platform| &platform.told);
            let link = self.state.links.get(id);
            link.is_some_and(|link| {
                !feeds
                    .into_iter()
                    .any(|told| told.period == link.told_face.period && told.has_code)
            })
        };
        ensure(
            cancelled.iter().all(was_missing),
            "a wrong clock cancelled a booking",
        )
    }

    pub(crate) fn no_edit_is_overwritten_silently(
        &mut self,
        id: &str,
        face: Option<&Face>,
    ) -> Result<(), String> {
        let Some(edit) = self.edits.remove(id) else {
            return Ok(());
        };
        let is_recorded = |decision: &Decision| match &decision.matter {
            Matter::Edit { kept, lost, .. } => *lost == edit || *kept == edit,
            Matter::Overlap { .. } => false,
        };
        let is_known = face == Some(&edit) || self.state.decisions.values().any(is_recorded);
        ensure(is_known, "an edit was overwritten without a recorded conflict")
    }
}

pub(crate) fn in_step(plan: &SyncPlan, what: &str) -> Result<(), String> {
    let visible: Vec<&Write> = plan.changes().map(|planned| &planned.write).collect();
    ensure(visible.is_empty(), &format!("{what} writes: {plan}{visible:?}"))
}

/// Compares all pairs, where the planner sweeps.
pub(crate) fn one_winner_per_pair(world: &World, plan: &SyncPlan) -> Result<(), String> {
    let turnover = world
        .config
        .assets
        .values()
        .next()
        .map_or(TimeDelta::zero(), |asset| asset.turnover);
    let links: Vec<&Link> = world
        .live()
        .filter(|link| link.content.period().end > world.now)
        .collect();
    let mut overlaps = BTreeSet::new();
    for (at, a) in links.iter().enumerate() {
        for b in links.iter().skip(at + 1) {
            let (p, q) = (a.content.period(), b.content.period());
            let is_close = p.start < q.end + turnover && q.start < p.end + turnover;
            let blocks = [a, b]
                .iter()
                .filter(|link| link.content.kind == Kind::Block)
                .count();
            let same = a.listing().is_some() && a.listing() == b.listing();
            let leaves = a.missing.is_some() || b.missing.is_some();
            if is_close && blocks < 2 && !(same && (blocks > 0 || leaves)) {
                overlaps.insert([a.id.clone().min(b.id.clone()), a.id.clone().max(b.id.clone())]);
            }
        }
    }
    let mut decided = BTreeSet::new();
    for decision in &plan.decisions {
        if let Matter::Overlap { links, winner, .. } = &decision.matter {
            ensure(decided.insert(links.clone()), "a pair was decided twice")?;
            let is_manual = world.config.policy == crate::sync::Policy::Manual;
            ensure(winner.is_some() || is_manual, "a pair has no winner")?;
            ensure(
                winner.as_ref().is_none_or(|winner| links.contains(winner)),
                "a stranger wins",
            )?;
        }
    }
    ensure(
        decided == overlaps,
        &format!("{overlaps:?} overlap and {decided:?} is decided"),
    )
}

pub(crate) fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}
