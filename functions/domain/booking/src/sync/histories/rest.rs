//! What holds once nothing more happens.

use std::collections::BTreeMap;

use calendar::Period;
use chrono::TimeDelta;

use super::checks::{ensure, in_step, one_winner_per_pair};
use super::world::World;
use crate::Kind;
use crate::sync::{Face, Link, Outbound, accept};

impl World {
    /// Nothing more happens: everything must come to say the same, and stay so.
    pub(crate) fn come_to_rest(&mut self) -> Result<(), String> {
        // Twice so long that no echo is expected any more: what the first wait lets go is an echo for as long again.
        for round in 0..12 {
            self.now += if round == 4 || round == 8 {
                TimeDelta::hours(50)
            } else {
                TimeDelta::minutes(40)
            };
            let planned = self.plan_now();
            self.carry_out(&planned, usize::MAX)?;
            for (listing, _) in &planned.quarantines {
                if let Some(write) = accept(&self.state, listing) {
                    self.state.after(&write);
                }
            }
            self.platforms_read_our_feeds();
        }
        let (log, report) = (self.log.clone(), self.report());
        let planned = self.plan_now();
        in_step(&planned, "a run in a world at rest")?;
        self.carry_out(&planned, usize::MAX)?;
        ensure(
            log == self.log && report == self.report(),
            "asking the feeds again changes the log or a report",
        )?;
        self.the_log_tells_the_same()?;
        ensure(planned.quarantines.is_empty(), "a quarantine does not end")?;
        one_winner_per_pair(self, &planned)?;
        self.every_booking_is_known_once()?;
        self.every_block_is_known()?;
        self.copies_say_the_same()?;
        self.outbound_shows_the_others()?;
        self.nothing_is_lost()
    }

    pub(crate) fn live(&self) -> impl Iterator<Item = &Link> {
        self.state.links.values().filter(|link| link.is_live())
    }

    fn every_booking_is_known_once(&self) -> Result<(), String> {
        for (listing, platform) in &self.platforms {
            let told = platform.told.iter().filter(|told| told.kind != Kind::Block);
            let mut told: Vec<Period> = told.map(|told| told.period).collect();
            let links = self
                .live()
                .filter(|link| link.is_from(listing) && link.content.kind != Kind::Block);
            let mut known: Vec<Period> = links.map(|link| link.told_face.period).collect();
            told.sort_unstable();
            known.sort_unstable();
            ensure(
                told == known,
                &format!("{listing} tells {told:?} and {known:?} is known"),
            )?;
        }
        Ok(())
    }

    fn every_block_is_known(&self) -> Result<(), String> {
        for (listing, platform) in &self.platforms {
            let blocks = platform
                .told
                .iter()
                .filter(|told| told.kind == Kind::Block)
                .map(|told| told.period);
            let links = self
                .live()
                .filter(|link| link.is_from(listing) && link.content.kind == Kind::Block);
            let known: Vec<Period> = links.map(|link| link.told_face.period).collect();
            let shown = self.state.outbound.get(listing).map(periods).unwrap_or_default();
            let covers = |all: Vec<Period>, one: Period| {
                Period::union(all)
                    .iter()
                    .any(|held| held.start <= one.start && one.end <= held.end)
            };
            let blocked: Vec<Period> = blocks.collect();
            let everything = [known.clone(), shown.clone()].concat();
            ensure(
                blocked.iter().all(|block| covers(everything.clone(), *block)),
                &format!(
                    "a block is not known: {blocked:?} known {known:?} shown {shown:?} all {:?}",
                    self.state
                        .links
                        .values()
                        .filter(|link| link.is_from(listing) && link.content.kind == Kind::Block)
                        .map(|link| (&link.id, link.told_face.period, link.tombstone, link.missing))
                        .collect::<Vec<_>>()
                ),
            )?;
            let real = [blocked, shown].concat();
            ensure(
                known.iter().all(|block| covers(real.clone(), *block)),
                "a block is only an echo",
            )?;
        }
        Ok(())
    }

    fn copies_say_the_same(&self) -> Result<(), String> {
        let wanted: BTreeMap<&str, &Face> = self
            .live()
            .map(|link| (link.id.as_str(), &link.content.face))
            .collect();
        let entries = self.state.entries.values();
        let held: BTreeMap<&str, &Face> = entries
            .map(|entry| (entry.id.as_str(), &entry.content.face))
            .collect();
        ensure(wanted == held, "our calendar differs from the ledger")?;
        let mirrored = self.live().filter(|link| !link.is_dismissed);
        let wanted: BTreeMap<&str, &Face> = mirrored
            .map(|link| (link.google.id.as_str(), &link.content.face))
            .collect();
        let events = self.google.values().filter(|event| !event.is_deleted);
        let held: BTreeMap<&str, &Face> = events.map(|event| (event.id.as_str(), &event.face)).collect();
        ensure(wanted == held, "Google differs from the ledger")
    }

    fn outbound_shows_the_others(&self) -> Result<(), String> {
        let turnover = self
            .config
            .assets
            .values()
            .next()
            .map_or(TimeDelta::zero(), |asset| asset.turnover);
        for (listing, config) in &self.config.listings {
            let others = self
                .live()
                .filter(|link| link.platform() != Some(&config.platform));
            let wanted = others.map(|link| link.content.period());
            let wanted = wanted.map(|period| Period::new(period.start - turnover, period.end + turnover));
            let mut wanted: Vec<Period> = wanted.collect();
            wanted.sort_unstable();
            let shown = self.state.outbound.get(listing).map(periods).unwrap_or_default();
            ensure(wanted == shown, &format!("{listing} is shown the wrong times"))?;
        }
        Ok(())
    }

    fn nothing_is_lost(&self) -> Result<(), String> {
        let links: Vec<&Link> = self.live().collect();
        let is_alive = |name: &String| {
            links
                .iter()
                .any(|link| link.id == *name || link.google.id == *name)
        };
        let adopted = |name: &String| {
            let mut all = self.state.links.values();
            all.any(|link| link.id == *name || link.google.id == *name)
        };
        ensure(
            self.kept.iter().all(is_alive),
            "an event that nobody deleted is gone",
        )?;
        let unwanted = self
            .deleted
            .iter()
            .filter(|name| !self.edited.contains(*name) && adopted(name));
        let own = unwanted.filter(|name| name.starts_with("own-"));
        let back: Vec<&String> = own.filter(|name| is_alive(name)).collect();
        ensure(back.is_empty(), &format!("{back:?} was deleted and is back"))
    }
}

fn periods(outbound: &Outbound) -> Vec<Period> {
    let mut periods: Vec<Period> = outbound.blocks.iter().map(|block| block.period).collect();
    periods.sort_unstable();
    periods
}
