//! Any interleaving of those who want the lock, over a store that writes on condition: no two believe at once.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_oneof, proptest};
use proptest::test_runner::TestCaseError;

use super::{holder, noon};
use crate::lock::decide::{Verdict, decide};
use crate::lock::keep::Belief;
use crate::lock::process::Life;
use crate::lock::record::{GRACE, Record};

/// Two on one machine, which see each other die, and one elsewhere.
const ACTORS: usize = 3;
const ELSEWHERE: usize = 2;

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    /// Time passes.
    Wait(i64),
    /// Reads the lock.
    Look(usize),
    /// Decides by what it last read, which may be old, and sends its write.
    Take(usize),
    /// Sends a renewal.
    Renew(usize),
    /// Stops believing, and sends the lock back.
    Release(usize),
    /// Its write arrives. The answer may be lost.
    Arrive(usize, bool),
    /// Its process dies, and another one begins. What it has sent may still arrive.
    Die(usize),
}

#[derive(Debug, Default)]
struct Store {
    lock: Option<(Record, u64)>,
    writes: u64,
}

/// A write under way: what, and over which version.
#[derive(Debug, Clone)]
struct Sent {
    record: Record,
    over: Option<u64>,
}

#[derive(Debug)]
struct Actor {
    /// How far its clock is off.
    skew: TimeDelta,
    /// Each wish for the lock has an id of its own.
    wishes: u32,
    looked: Option<Option<(Record, u64)>>,
    sent: Option<Sent>,
    held: Option<(Record, u64)>,
    belief: Belief,
}

struct World {
    now: DateTime<Utc>,
    store: Store,
    actors: Vec<Actor>,
    dead: BTreeSet<String>,
    /// Writes of the dead that are still under way.
    orphans: Vec<Sent>,
}

impl Store {
    fn write(&mut self, sent: &Sent) -> Option<u64> {
        let version = self.lock.as_ref().map(|(_, version)| *version);
        if version != sent.over {
            return None;
        }
        self.writes += 1;
        self.lock = Some((sent.record.clone(), self.writes));
        Some(self.writes)
    }
}

impl Actor {
    fn give_up(&mut self, why: &str) {
        self.wishes += 1;
        self.looked = None;
        self.held = None;
        self.belief = Belief::Lost(why.to_owned());
    }
}

impl World {
    fn new(skews: &[i64]) -> Self {
        let actor = |skew: &i64| Actor {
            skew: TimeDelta::milliseconds(*skew),
            wishes: 0,
            looked: None,
            sent: None,
            held: None,
            belief: Belief::Lost("not yet taken".to_owned()),
        };
        Self {
            now: noon(),
            store: Store::default(),
            actors: skews.iter().map(actor).collect(),
            dead: BTreeSet::new(),
            orphans: Vec::new(),
        }
    }

    fn id(&self, actor: usize) -> String {
        format!("{actor}-{}", self.actors[actor].wishes)
    }

    /// Only those on its machine see that a process has ended.
    fn life(&self, actor: usize, record: Option<&Record>) -> Life {
        let is_seen = |record: &Record| {
            let is_elsewhere = record.id.starts_with(&ELSEWHERE.to_string());
            self.dead.contains(&record.id) && is_elsewhere == (actor == ELSEWHERE)
        };
        if record.is_some_and(is_seen) {
            Life::Dead
        } else {
            Life::Unknown
        }
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Wait(seconds) => self.now += TimeDelta::seconds(seconds),
            Step::Look(actor) => self.actors[actor].looked = Some(self.store.lock.clone()),
            Step::Take(actor) => self.take(actor),
            Step::Renew(actor) => {
                let now = self.now + self.actors[actor].skew;
                self.send(actor, |record| record.renewed(now));
            }
            Step::Release(actor) => {
                let now = self.now + self.actors[actor].skew;
                self.send(actor, |record| record.released(now));
                self.actors[actor].give_up("given back");
            }
            Step::Arrive(actor, answered) => self.arrive(actor, answered),
            Step::Die(actor) => self.die(actor),
        }
    }

    fn take(&mut self, actor: usize) {
        let Some(looked) = self.actors[actor].looked.take() else {
            return;
        };
        if self.actors[actor].held.is_some() || self.actors[actor].sent.is_some() {
            return;
        }
        let now = self.now + self.actors[actor].skew;
        let id = self.id(actor);
        let (record, version) = looked.clone().unzip();
        let life = self.life(actor, record.as_ref());
        match decide(record, life, &id, now) {
            Verdict::Taken(_) => {}
            Verdict::Ours(record) => {
                self.actors[actor].belief = Belief::Until(record.expires);
                self.actors[actor].held = looked;
            }
            Verdict::Take(_) => {
                self.actors[actor].sent = Some(Sent {
                    record: Record::new(id, holder(), now),
                    over: version,
                });
            }
        }
    }

    fn send(&mut self, actor: usize, change: impl FnOnce(&Record) -> Record) {
        let actor = &mut self.actors[actor];
        if let (Some((record, version)), None) = (&actor.held, &actor.sent) {
            actor.sent = Some(Sent {
                record: change(record),
                over: Some(*version),
            });
        }
    }

    fn arrive(&mut self, actor: usize, answered: bool) {
        if let Some(orphan) = self.orphans.pop() {
            self.store.write(&orphan);
        }
        let Some(sent) = self.actors[actor].sent.take() else {
            return;
        };
        let written = self.store.write(&sent);
        if !answered || sent.record.released.is_some() {
            return;
        }
        let id = self.id(actor);
        let lies_there = self.store.lock.clone();
        let actor = &mut self.actors[actor];
        if let Some(version) = written {
            actor.belief = Belief::Until(sent.record.expires);
            actor.held = Some((sent.record, version));
        } else if actor.held.is_some() {
            // A renewal that was refused looks whose the lock is.
            let ours = lies_there.filter(|(record, _)| record.id == id && record.released.is_none());
            match &ours {
                Some((record, _)) => {
                    actor.belief = Belief::Until(record.expires);
                    actor.held = ours;
                }
                None => actor.give_up("another's"),
            }
        }
    }

    fn die(&mut self, actor: usize) {
        let id = self.id(actor);
        self.dead.insert(id);
        let actor = &mut self.actors[actor];
        self.orphans.extend(actor.sent.take());
        actor.give_up("begun anew");
    }

    fn believers(&self) -> Vec<usize> {
        let believes = |actor: &Actor| actor.belief.judge(self.now + actor.skew).is_ok();
        (0..ACTORS)
            .filter(|actor| believes(&self.actors[*actor]))
            .collect()
    }
}

fn step() -> impl Strategy<Value = Step> {
    let actor = 0..ACTORS;
    prop_oneof![
        3 => prop_oneof![Just(1_i64), Just(29), Just(61), 100_i64..140].prop_map(Step::Wait),
        4 => actor.clone().prop_map(Step::Look),
        4 => actor.clone().prop_map(Step::Take),
        2 => actor.clone().prop_map(Step::Renew),
        1 => actor.clone().prop_map(Step::Release),
        6 => (actor.clone(), any::<bool>()).prop_map(|(actor, answered)| Step::Arrive(actor, answered)),
        1 => actor.prop_map(Step::Die),
    ]
}

fn check(skews: &[i64], steps: &[Step]) -> Result<(), TestCaseError> {
    let mut world = World::new(skews);
    for step in steps {
        world.run(step);
        let believers = world.believers();
        prop_assert!(believers.len() < 2, "after {step:?}: {believers:?} both believe");
    }
    Ok(())
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(1_500))]

    #[test]
    fn no_two_believe_at_once(
        skews in proptest::collection::vec(0..=GRACE.num_milliseconds(), ACTORS),
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        check(&skews, &steps)?;
    }
}

#[test]
fn the_model_lets_somebody_hold_the_lock_and_another_take_it_over() {
    let mut world = World::new(&[0; ACTORS]);
    for step in [Step::Look(0), Step::Take(0), Step::Arrive(0, true)] {
        world.run(&step);
    }
    assert_eq!(world.believers(), [0]);
    // Expired for its holder, and not yet for others.
    for step in [
        Step::Wait(125),
        Step::Look(2),
        Step::Take(2),
        Step::Arrive(2, true),
    ] {
        world.run(&step);
    }
    assert_eq!(world.believers(), Vec::<usize>::new());
    for step in [
        Step::Wait(10),
        Step::Look(2),
        Step::Take(2),
        Step::Arrive(2, true),
    ] {
        world.run(&step);
    }
    assert_eq!(world.believers(), [2]);
    // The first one's renewal comes too late.
    for step in [Step::Renew(0), Step::Arrive(0, true)] {
        world.run(&step);
    }
    assert_eq!(world.believers(), [2]);
}

#[test]
fn the_model_takes_over_from_the_dead_on_their_machine_only() {
    for (other, expected) in [(1, vec![1]), (ELSEWHERE, vec![])] {
        let mut world = World::new(&[0; ACTORS]);
        for step in [
            Step::Look(0),
            Step::Take(0),
            Step::Arrive(0, true),
            Step::Die(0),
            Step::Look(other),
            Step::Take(other),
            Step::Arrive(other, true),
        ] {
            world.run(&step);
        }
        assert_eq!(world.believers(), expected);
    }
}
