//! What is left behind, and what the operator wants sent again: each step that a scheduler writes, and each delivery that it
//! puts into the queue once more, with its process killed at the write, twenty times each.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use campaign::{
    Address, Delivery, DeliveryId, Hold, Occurrence, Purpose, Standing, State, TRANSITIONS, Transition,
    Trigger,
};
use chrono::{TimeDelta, Utc};
use emulated::Emulated;
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{Batch, Change, Stage, With};
use testkit::{Calls, Dice, Ended, Kills, Stop};

use super::world::{Due, World};

/// So many kills has each thing.
const SEEDS: usize = 20;
const WORLDS: usize = 3;
/// A run may have other calls than the one by which its point was chosen; then it does not count.
const MOST_RUNS: u64 = 40;

/// What a scheduler does to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Step(Standing, Trigger, Standing),
    /// It notes that it puts it into the queue once more, which is no step.
    Queue(Standing),
}

/// The steps that a clock's run and the operator's word make, and the deliveries that are queued again. The other steps of the
/// table are a sender's.
fn everything() -> Vec<What> {
    let is_own = |from: Standing, trigger: Trigger| match trigger {
        Trigger::Replan | Trigger::Lose => true,
        Trigger::Expire => from != Standing::Claimed,
        _ => false,
    };
    let steps = TRANSITIONS
        .iter()
        .filter(|(from, trigger, _)| is_own(*from, *trigger));
    let steps = steps.map(|(from, trigger, to)| What::Step(*from, *trigger, *to));
    let queued = [
        Standing::Planned,
        Standing::Rendered,
        Standing::HeldQuiet,
        Standing::Claimed,
    ];
    steps.chain(queued.map(What::Queue)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_scheduler_was_seeing_to_is_seen_to_once() {
    let test = "what_a_killed_scheduler_was_seeing_to_is_seen_to_once";
    let Some(emulated) = &Emulated::of(test).await else {
        return;
    };
    let began = Instant::now();
    let kills = &Mutex::new(Kills::of(everything()));
    let waiting = &Mutex::new(everything());
    join_all((0..WORLDS).map(|number| async move {
        let world = World::new(emulated, &number.to_string(), Due::Nothing).await;
        loop {
            let Some(what) = waiting.lock().unwrap().pop() else {
                return;
            };
            kill_at(&world, what, kills).await;
        }
    }))
    .await;
    let kills = kills.lock().unwrap();
    print!("{kills}");
    let (things, seconds) = (kills.things().count(), began.elapsed().as_secs());
    println!(
        "a scheduler was killed at {things} things, at each at least {} times, in {seconds} s",
        kills.least()
    );
    assert!(kills.least() >= SEEDS, "{kills}");
    assert_eq!(things, everything().len(), "{kills}");
}

async fn kill_at(world: &World, what: What, kills: &Mutex<Kills<What>>) {
    let dry = world.leave(what, &format!("{what:?} dry")).await;
    let calls = Calls::recorded(None);
    let ended = world.invoke(&request(what, &dry), &calls).await;
    assert!(matches!(ended, Ended::Answered(_)), "{ended:?}");
    let at = (0..calls.names().len()).find(|at| writes(&calls, *at) > 0);
    let at = at.unwrap_or_else(|| panic!("{what:?} is written in none of {:?}", calls.names()));
    world.check(what, &dry).await;
    for seed in 0..MOST_RUNS {
        if kills.lock().unwrap().at(&what) >= SEEDS {
            return;
        }
        let dice = Dice::new(seed);
        let delivery = world.leave(what, &format!("{what:?} {seed}")).await;
        // Between the write and the queue it dies as often as on either side of the write.
        let stop = match dice.below(3) {
            0 => Stop::Before(at),
            1 => Stop::After(at),
            _ => Stop::Before(at + 1),
        };
        let calls = Calls::recorded(Some(stop));
        let ended = world.invoke(&request(what, &delivery), &calls).await;
        let was_there = ended == Ended::Killed && writes(&calls, at) > 0;
        world.check(what, &delivery).await;
        if was_there {
            let side = if stop == Stop::Before(at) {
                stop
            } else {
                Stop::After(at)
            };
            kills.lock().unwrap().add(what, side);
        }
    }
}

/// How many deliveries a call writes.
fn writes(calls: &Arc<Calls>, call: usize) -> usize {
    calls.bodies_put(call, "delivery#").len()
}

fn request(what: What, delivery: &Delivery) -> Value {
    match what {
        What::Step(from, Trigger::Replan, _) => json!({"action": "resend", "campaign": "blast",
            "batch": delivery.id.batch(), "states": [from]}),
        _ => json!({"action": "tick"}),
    }
}

impl World {
    /// Leaves a delivery behind, in a batch of its own, of which somebody has to look at it.
    async fn leave(&self, what: What, name: &str) -> Delivery {
        let now = Utc::now();
        let from = match what {
            What::Step(from, ..) | What::Queue(from) => from,
        };
        let over = now - TimeDelta::seconds(1);
        let is_over = matches!(what, What::Step(_, Trigger::Expire, _));
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let occurrence = Occurrence {
            campaign: "blast".to_owned(),
            batch: name.to_lowercase(),
            key: "k".to_owned(),
        };
        // All lie in the first partition, so that every run comes to its delivery by as many calls.
        let mut addresses = (0..).map(|n| Address::email(&format!("{name}{n}@example.com")).unwrap());
        let is_first =
            |address: &Address| "048c".contains(&DeliveryId::new(&occurrence, address, None).digest()[..1]);
        let address = addresses.find(is_first).unwrap();
        let id = DeliveryId::new(&occurrence, &address, None);
        let expires_at = if is_over { over } else { now + TimeDelta::hours(12) };
        let delivery = Delivery {
            due_at: now - TimeDelta::minutes(30),
            state: state(from, over),
            attempt: 1,
            look_at: from.is_open().then_some(over),
            ..Delivery::planned(id, address, (Purpose::Marketing, "blast"), (now, expires_at))
        };
        self.deliveries
            .create(std::slice::from_ref(&delivery))
            .await
            .unwrap();
        let mut batch = Batch::new("blast", delivery.id.batch(), (now, now + TimeDelta::days(1)));
        batch.look_at = delivery.look_at;
        if !from.is_open() {
            // What is sent again was long over.
            batch.stage = Stage::Closed;
            batch.counted_at = Some(now);
        }
        assert_eq!(self.deliveries.put_batch(&mut batch).await, Ok(true));
        delivery
    }

    /// The clock and the operator ask again, at once and after the queue's patience; then it has happened once, and what is
    /// to be sent is in the queue.
    async fn check(&self, what: What, delivery: &Delivery) {
        let mut queued = self.queued().await;
        self.invoke_again(&request(what, delivery)).await;
        self.invoke_again(&json!({"action": "tick"})).await;
        queued.extend(self.queued().await);
        let is_queued = |queued: &[String]| queued.contains(&delivery.id.to_string());
        let mut stored = self.deliveries.load(&delivery.id).await.unwrap().unwrap();
        if stored.standing().is_open() && !is_queued(&queued) {
            // An hour later: nobody has taken it out of the queue.
            let later = Delivery {
                look_at: stored.look_at.map(|_| Utc::now()),
                version: stored.version + 1,
                ..stored.clone()
            };
            let change = self
                .deliveries
                .change(&stored, (&later, &[]), With::Nothing)
                .await;
            assert_eq!(change, Ok(Change::Done));
            let batch = self.deliveries.batch("blast", delivery.id.batch()).await.unwrap();
            let mut batch = batch.unwrap();
            batch.counted_at = None;
            batch.look_at = batch.look_at.map(|_| Utc::now());
            assert_eq!(self.deliveries.put_batch(&mut batch).await, Ok(true));
            self.invoke_again(&json!({"action": "tick"})).await;
            queued.extend(self.queued().await);
            stored = self.deliveries.load(&delivery.id).await.unwrap().unwrap();
        }
        // Other runs are to make the same calls, whatever was left behind before.
        let batch = self.deliveries.batch("blast", delivery.id.batch()).await.unwrap();
        let mut batch = batch.unwrap();
        batch.stage = Stage::Closed;
        assert_eq!(self.deliveries.put_batch(&mut batch).await, Ok(true));
        let trail = self.deliveries.trail(&delivery.id).await.unwrap();
        let lines: Vec<&Transition> = trail.iter().skip(1).collect();
        let told = format!("{what:?}: {stored:?} {queued:?} {trail:#?}");
        match what {
            What::Step(from, trigger, to) => {
                assert_eq!(stored.standing(), to, "{told}");
                assert_eq!(lines.len(), 1, "once: {told}");
                assert_eq!((lines[0].from, lines[0].trigger), (Some(from), trigger), "{told}");
                assert_eq!(is_queued(&queued), trigger == Trigger::Replan, "{told}");
            }
            What::Queue(from) => {
                assert_eq!((stored.standing(), lines.len()), (from, 0), "{told}");
                assert!(is_queued(&queued), "forgotten: {told}");
            }
        }
    }
}

fn state(standing: Standing, over: chrono::DateTime<Utc>) -> State {
    let hold = || Hold {
        owner: "gone".to_owned(),
        until: over,
    };
    let why = || "test".to_owned();
    match standing {
        Standing::Planned => State::Planned,
        Standing::Rendered => State::Rendered,
        Standing::HeldQuiet => State::HeldQuiet { until: over },
        Standing::Claimed => State::Claimed(hold()),
        Standing::Submitting => State::Submitting(hold()),
        Standing::Bounced => State::Bounced {
            is_permanent: false,
            why: why(),
        },
        Standing::Expired => State::Expired,
        Standing::Failed => State::Failed { why: why() },
        Standing::Unknown => State::Unknown { why: why() },
        other => panic!("nobody leaves {other} behind"),
    }
}
