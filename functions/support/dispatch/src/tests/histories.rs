//! Random histories: two schedulers, four senders, a carrier and a store that fail in every way, and somebody who leaves.
//! Afterwards nobody has two mails, nobody was forgotten, and nothing is stuck.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use campaign::{Delivery, Standing};
use chrono::{DateTime, Utc};
use store::SHARDS;

use super::world::{RATE, World, texts};
use crate::Texts;

const RECIPIENTS: usize = 6;

/// How many histories ended with a delivery in each state, and how often each thing happened.
#[derive(Debug, Default)]
struct Tally {
    standings: BTreeMap<Standing, u64>,
    requests: u64,
}

async fn history(seed: u64, texts: &Arc<Texts>) -> Vec<(Delivery, u64)> {
    let world = World::new(seed, texts, RECIPIENTS).await;
    let actor =
        |rounds: u64, pause_s: u64, what: fn(World) -> futures_util::future::BoxFuture<'static, ()>| {
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
    actors.push(actor(1, 5, |world| {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_secs(world.dice.below(1_000))).await;
            if world.dice.percent(30) {
                world.unsubscribe(world.dice.below(RECIPIENTS as u64)).await;
            }
        })
    }));
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
    check(seed, &world).await
}

async fn check(seed: u64, world: &World) -> Vec<(Delivery, u64)> {
    let mut found = Vec::new();
    for shard in 0..SHARDS {
        found.extend(
            world
                .deliveries
                .page("blast.20270115T0800", shard, None, 100)
                .await
                .unwrap(),
        );
    }
    assert_eq!(found.len(), RECIPIENTS, "seed {seed}: somebody has no delivery");
    let (accepted_mails, all_requests, refused) = {
        let seen = world.seen.lock().unwrap();
        (seen.accepted.clone(), seen.requests.clone(), seen.refused.clone())
    };
    let mut counted = Vec::new();
    for delivery in found {
        let standing = delivery.standing();
        let accepted = accepted_mails
            .iter()
            .filter(|(id, ..)| *id == delivery.id)
            .count();
        let requests = all_requests.iter().filter(|(id, _)| *id == delivery.id).count();
        assert!(
            accepted <= 1,
            "seed {seed}: {delivery:?} was sent {accepted} times"
        );
        assert!(!standing.is_open(), "seed {seed}: {delivery:?} is stuck");
        if accepted == 1 {
            assert!(
                matches!(
                    standing,
                    Standing::Delivered | Standing::Bounced | Standing::Complained
                ),
                "seed {seed}: {delivery:?} was sent, and what became of it was told"
            );
        } else {
            let is_accounted_for = match standing {
                Standing::Unknown | Standing::Suppressed => true,
                Standing::Failed => refused.contains(&delivery.id),
                _ => false,
            };
            assert!(is_accounted_for, "seed {seed}: {delivery:?} was not sent");
        }
        counted.push((delivery, requests as u64));
    }
    check_rate(seed, all_requests.iter().map(|(_, at)| *at).collect());
    for (delivery, _) in &counted {
        let trail = world.deliveries.trail(&delivery.id).await.unwrap();
        assert_eq!(trail.first().map(|line| line.from), Some(None), "seed {seed}");
        for pair in trail.windows(2) {
            assert_eq!(
                Some(pair[0].to),
                pair[1].from,
                "seed {seed}: {delivery:?} has a gap in its trail"
            );
        }
        assert_eq!(
            trail.last().map(|line| line.to),
            Some(delivery.standing()),
            "seed {seed}"
        );
    }
    counted
}

fn check_rate(seed: u64, mut times: Vec<DateTime<Utc>>) {
    times.sort();
    for pair in times.windows(6) {
        let span = (pair[5] - pair[0]).num_milliseconds();
        assert!(
            span >= 800,
            "seed {seed}: six messages in {span} ms are more than {} a second",
            RATE.per_second
        );
    }
}

fn histories(seeds: std::ops::Range<u64>) -> Tally {
    let texts = Arc::new(texts());
    let mut tally = Tally::default();
    for seed in seeds {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        for (delivery, requests) in runtime.block_on(history(seed, &texts)) {
            *tally.standings.entry(delivery.standing()).or_default() += 1;
            tally.requests += requests;
        }
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
    let rest = other.join().unwrap();
    for (standing, count) in rest.standings {
        *tally.standings.entry(standing).or_default() += count;
    }
    tally.requests += rest.requests;
    println!("{wanted} histories: {tally:?}");
    // A simulation in which nothing goes wrong shows nothing.
    for standing in [
        Standing::Delivered,
        Standing::Bounced,
        Standing::Complained,
        Standing::Unknown,
        Standing::Suppressed,
        Standing::Failed,
    ] {
        assert!(
            tally.standings.contains_key(&standing),
            "no history ended with {standing}"
        );
    }
}
