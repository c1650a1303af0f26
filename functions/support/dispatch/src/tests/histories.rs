//! Random histories: two schedulers, four senders, a carrier and a store that fail in every way, somebody who leaves, and an
//! operator who pauses, changes templates and asks for more. Afterwards nobody has two mails without the operator's word,
//! nobody was forgotten, nothing is stuck, and every end has its reason.

use std::collections::BTreeMap;
use std::time::Duration;

use campaign::{Standing, TRANSITIONS, Trigger};
use futures_util::future::BoxFuture;

use super::check::check;
use super::scene::Scene;
use super::world::World;

/// What happened in all of the histories.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// How many deliveries ended in each state.
    pub(super) standings: BTreeMap<Standing, u64>,
    /// How often each step was taken.
    pub(super) steps: BTreeMap<(Option<Standing>, Trigger, Standing), u64>,
    /// How often each thing went wrong with a write.
    pub(super) faults: BTreeMap<&'static str, u64>,
    /// How often each thing went wrong on the way to the recipient.
    pub(super) mishaps: BTreeMap<&'static str, u64>,
    pub(super) requests: u64,
    pub(super) accepted: u64,
}

async fn history(seed: u64, scene: &Scene, tally: &mut Tally) {
    let world = World::new(seed, scene).await;
    let actor = |rounds: u64, pause_s: u64, what: fn(World) -> BoxFuture<'static, ()>| {
        let world = world.clone();
        tokio::spawn(async move {
            for _ in 0..rounds {
                what(world.clone()).await;
                let pause = 1 + world.dice.below(pause_s);
                tokio::time::sleep(Duration::from_secs(pause)).await;
            }
        })
    };
    let mut actors = Vec::new();
    for _ in 0..2 {
        actors.push(actor(6, 900, |world| {
            Box::pin(async move { world.schedule().await })
        }));
    }
    for _ in 0..4 {
        actors.push(actor(12, 400, |world| {
            Box::pin(async move { world.send().await })
        }));
    }
    actors.push(actor(12, 400, |world| {
        Box::pin(async move { world.hear().await })
    }));
    let people: [fn(World) -> BoxFuture<'static, ()>; 4] = [
        |world| Box::pin(async move { world.somebody_leaves().await }),
        |world| Box::pin(async move { world.operator_pauses().await }),
        |world| Box::pin(async move { world.operator_breaks_the_template().await }),
        |world| Box::pin(async move { world.operator_sends_again().await }),
    ];
    for person in people {
        actors.push(actor(1, 5, person));
    }
    for actor in actors {
        actor.await.unwrap();
    }
    world.calm();
    let mut rounds = 0;
    while !world.is_settled().await {
        rounds += 1;
        assert!(rounds < 100, "seed {seed}: it never settles");
        world.schedule().await;
        for _ in 0..3 {
            world.send().await;
        }
        world.hear().await;
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
    check(seed, &world, tally).await;
}

fn histories(seeds: std::ops::Range<u64>) -> Tally {
    let scene = Scene::new();
    let mut tally = Tally::default();
    for seed in seeds {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(history(seed, &scene, &mut tally));
    }
    tally
}

/// `LANDFALL_HISTORIES` asks for more of them than a quick run has.
#[test]
fn nobody_has_two_mails_nobody_is_forgotten_and_nothing_is_stuck() {
    let wanted = std::env::var("LANDFALL_HISTORIES")
        .ok()
        .and_then(|text| text.parse().ok());
    let wanted: u64 = wanted.unwrap_or(10_000);
    let half = wanted / 2;
    let other = std::thread::spawn(move || histories(half..wanted));
    let mut tally = histories(0..half);
    tally.add(other.join().unwrap());
    for ((from, trigger, to), count) in &tally.steps {
        let from = from.map_or("-", Standing::name);
        println!("{count:>7}  {from} -{trigger:?}-> {to}");
    }
    println!("with writes: {:?}; with mails: {:?}", tally.faults, tally.mishaps);
    println!(
        "{wanted} histories: {} mails accepted of {} requests; ended {:?}",
        tally.accepted, tally.requests, tally.standings
    );
    // A simulation in which something never happens shows nothing of it.
    for (from, trigger, to) in TRANSITIONS {
        let step = (Some(*from), *trigger, *to);
        assert!(tally.steps.contains_key(&step), "no history has {step:?}");
    }
    for fault in [
        "crash before",
        "crash after",
        "unavailable",
        "answer lost",
        "late",
        "conflict",
    ] {
        assert!(tally.faults.contains_key(fault), "no write had {fault}");
    }
    // `Accepted` does not last: whatever becomes of a mail is told.
    for standing in [
        Standing::Delivered,
        Standing::Bounced,
        Standing::Complained,
        Standing::Suppressed,
        Standing::Expired,
        Standing::Failed,
        Standing::Unknown,
    ] {
        assert!(
            tally.standings.contains_key(&standing),
            "no history ended with {standing}"
        );
    }
}

impl Tally {
    fn add(&mut self, other: Self) {
        sum(&mut self.standings, other.standings);
        sum(&mut self.steps, other.steps);
        sum(&mut self.faults, other.faults);
        sum(&mut self.mishaps, other.mishaps);
        self.requests += other.requests;
        self.accepted += other.accepted;
    }
}

/// Adds the counts of one to those of the other.
pub(super) fn sum<T: Ord>(counts: &mut BTreeMap<T, u64>, more: BTreeMap<T, u64>) {
    for (thing, count) in more {
        *counts.entry(thing).or_default() += count;
    }
}
