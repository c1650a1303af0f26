//! A simulated world for messages: a queue that forgets nothing and repeats itself, a carrier that misbehaves, and a store
//! with the conditional writes that `store` proves, at which anybody may die.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use campaign::{Address, Contact, DeliveryId, Due, Rate, Told, occurrences};
use chrono::{DateTime, TimeDelta, Utc};
use manifest::Manifest;
use store::{ContactsOf, Deliveries, Fault};
use testkit::Dice;
use tokio::time::Instant;

use super::scene::Scene;
use crate::{Desk, Done, Planned, Slots, Texts, Time, sweep_batch};

/// What has really happened.
#[derive(Default)]
pub(super) struct Seen {
    /// Every mail that was taken: whose it is, and when.
    pub(super) accepted: Vec<(DeliveryId, Address, DateTime<Utc>)>,
    /// Every request, taken or not.
    pub(super) requests: Vec<(DeliveryId, DateTime<Utc>)>,
    /// What is to be told, and from when on.
    pub(super) feedback: VecDeque<(DateTime<Utc>, DeliveryId, Told)>,
    /// What the carrier will never take.
    pub(super) refused: Vec<DeliveryId>,
    /// What the carrier gave no clear answer to.
    pub(super) doubtful: BTreeSet<DeliveryId>,
    /// Who may not be written to, and since when.
    pub(super) forbidden: BTreeMap<Address, DateTime<Utc>>,
    /// The runs in which something went wrong with the store, or which took too long.
    pub(super) shaken: BTreeSet<String>,
    /// Whether the templates once made no message.
    pub(super) was_broken: bool,
    pub(super) faults: BTreeMap<&'static str, u64>,
    pub(super) mishaps: BTreeMap<&'static str, u64>,
}

/// The queue: a message is hidden while somebody has it, and comes back unless it is deleted.
#[derive(Default)]
struct Queue {
    messages: Vec<(DateTime<Utc>, DeliveryId)>,
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) time: Time,
    pub(super) deliveries: Deliveries,
    pub(super) manifest: Arc<Manifest>,
    /// Those that make messages, and those that do not.
    texts: [Arc<Texts>; 2],
    /// Which of them are there now.
    current: Arc<Mutex<usize>>,
    queue: Arc<Mutex<Queue>>,
    pub(super) seen: Arc<Mutex<Seen>>,
    /// How often something goes wrong, in a hundred; 0 when the world is calm.
    chaos: Arc<Mutex<u64>>,
    runs: Arc<Mutex<u64>>,
    begun: Arc<Mutex<Option<Due>>>,
}

/// How many people are due a message.
pub(super) const RECIPIENTS: u64 = 6;
pub(super) const BATCH: &str = "blast.20270115T0800";
pub(super) const RATE: Rate = Rate {
    per_second: 5.0,
    marketing_share: 1.0,
};
/// Lambda's: whoever takes longer is killed. Some are only frozen, and go on when others have long taken over.
const TIMEOUT: Duration = Duration::from_secs(120);
const FROZEN: Duration = Duration::from_secs(2_400);
const VISIBILITY: TimeDelta = TimeDelta::minutes(12);

impl World {
    pub(super) async fn new(seed: u64, scene: &Scene) -> Self {
        let began = Instant::now();
        let start: DateTime<Utc> = "2027-01-15T08:00:00Z".parse().unwrap();
        let dice = Dice::new(seed);
        let is_short = dice.percent(40);
        let world = Self {
            dice,
            time: Time::by(move || start + TimeDelta::from_std(began.elapsed()).unwrap()),
            deliveries: Deliveries::in_memory(),
            manifest: Arc::clone(&scene.manifests[usize::from(is_short)]),
            texts: scene.texts.clone(),
            current: Arc::default(),
            queue: Arc::default(),
            seen: Arc::default(),
            chaos: Arc::new(Mutex::new(12)),
            runs: Arc::default(),
            begun: Arc::default(),
        };
        // In Berlin the quiet hours are nearly over when it begins.
        let zones = [
            None,
            Some(chrono_tz::Europe::London),
            Some(chrono_tz::Europe::Berlin),
        ];
        let contact = |number: u64| Contact {
            address: Address::email(&format!("guest{number}@example.com")).unwrap(),
            name: Some(format!("Guest {number}")),
            zone: zones[usize::try_from(number).unwrap() % zones.len()],
            booking: None,
            more: BTreeMap::new(),
            other_channels: Vec::new(),
        };
        let contacts: Vec<Contact> = (0..RECIPIENTS).map(contact).collect();
        let of = ContactsOf::Audience("news".to_owned());
        world.deliveries.put_contacts(&of, &contacts).await.unwrap();
        world
    }

    pub(super) fn calm(&self) {
        *self.chaos.lock().unwrap() = 0;
    }

    pub(super) fn chaos(&self) -> u64 {
        *self.chaos.lock().unwrap()
    }

    /// Whether the templates make no message from now on.
    pub(super) fn is_broken(&self, is_broken: bool) {
        *self.current.lock().unwrap() = usize::from(is_broken);
        self.seen.lock().unwrap().was_broken |= is_broken;
    }

    fn texts(&self) -> Arc<Texts> {
        Arc::clone(&self.texts[*self.current.lock().unwrap()])
    }

    /// The store, as a run reaches it to which things go wrong.
    pub(super) fn shaky(&self, run: &str) -> Deliveries {
        let (world, run) = (self.clone(), run.to_owned());
        self.deliveries.through(Arc::new(move |is_write| {
            if !world.dice.percent(world.chaos()) {
                return Fault::None;
            }
            let (name, fault) = match world.dice.below(6) {
                5 => ("late", Fault::Late(world.dice.below(1_500))),
                0 => ("crash before", Fault::CrashBefore),
                1 => ("crash after", Fault::CrashAfter),
                2 => ("unavailable", Fault::Unavailable),
                3 => ("answer lost", Fault::LostAnswer),
                _ => ("conflict", Fault::Conflict),
            };
            let mut seen = world.seen.lock().unwrap();
            seen.shaken.insert(run.clone());
            *seen.faults.entry(name).or_default() += u64::from(is_write);
            fault
        }))
    }

    /// One run of a function, which ends by itself, by an error or by Lambda's timeout.
    pub(super) async fn run<T>(&self, name: &str, work: impl Future<Output = T>) -> Option<T> {
        let timeout = if self.dice.percent(self.chaos() * 2) {
            FROZEN
        } else {
            TIMEOUT
        };
        let done = tokio::time::timeout(timeout, work).await.ok();
        if done.is_none() {
            self.seen.lock().unwrap().shaken.insert(name.to_owned());
        }
        done
    }

    pub(super) async fn schedule(&self) {
        let deliveries = self.shaky("scheduler");
        let work = async {
            let now = self.time.now();
            let campaign = &self.manifest.campaigns[0];
            // What was once begun is planned to its end, however late.
            let begun = occurrences(campaign, now).pop();
            let begun = begun.or_else(|| self.begun.lock().unwrap().clone());
            self.begun.lock().unwrap().clone_from(&begun);
            if let Some(due) = begun {
                let mut after = None;
                loop {
                    let parts = (&*self.manifest, campaign);
                    let page = Planned::page(&deliveries, parts, &due, after.as_deref(), now).await?;
                    for delivery in &page.new {
                        self.push(&delivery.id);
                    }
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
            }
            let until = now + TimeDelta::minutes(2);
            let is_paused = deliveries.pause_of("blast").await?.is_some();
            let may_queue = (!is_paused).then_some(TimeDelta::zero());
            let queue = crate::Queue::Memory(Mutex::default());
            let parts = (&deliveries, &queue);
            let swept = sweep_batch(parts, BATCH, (now, until), &self.time, may_queue).await;
            let crate::Queue::Memory(queued) = queue else {
                unreachable!("it is in memory");
            };
            for id in queued.lock().unwrap().drain(..) {
                self.push(&id);
            }
            if let Err(crate::Stopped::Store(error)) = swept {
                return Err(error);
            }
            Ok::<_, store::StoreError>(())
        };
        self.run("scheduler", work).await;
    }

    pub(super) fn push(&self, id: &DeliveryId) {
        // At least once: sometimes twice. And whoever puts it there may die right before.
        if self.dice.percent(self.chaos()) {
            return;
        }
        let times = if self.dice.percent(self.chaos()) { 2 } else { 1 };
        let mut queue = self.queue.lock().unwrap();
        for _ in 0..times {
            queue.messages.push((self.time.now(), id.clone()));
        }
    }

    /// A sender's run over a few messages of the queue, all at the same time.
    pub(super) async fn send(&self) {
        let now = self.time.now();
        let taken: Vec<DeliveryId> = {
            let mut queue = self.queue.lock().unwrap();
            let visible = queue.messages.iter_mut().filter(|(from, _)| *from <= now).take(4);
            visible
                .map(|(from, id)| {
                    *from = now + VISIBILITY;
                    id.clone()
                })
                .collect()
        };
        if taken.is_empty() {
            return;
        }
        let owner = {
            let mut runs = self.runs.lock().unwrap();
            *runs += 1;
            format!("run-{runs}")
        };
        let deliveries = self.shaky(&owner);
        let carrier = self.carrier();
        let texts = self.texts();
        let slots = Slots::new(campaign::Channel::Email, RATE);
        let desk = Desk {
            deliveries: &deliveries,
            manifest: &self.manifest,
            texts: &texts,
            carrier: &carrier,
            time: &self.time,
            owner: &owner,
        };
        let wanted = u32::try_from(taken.len()).unwrap();
        let each = taken.iter().map(|id| {
            let (desk, slots) = (&desk, &slots);
            async move { (id.clone(), desk.see_to(id, slots, wanted).await) }
        });
        let each = futures_util::future::join_all(each);
        let Some(done) = self.run(&owner, each).await else {
            return;
        };
        let mut queue = self.queue.lock().unwrap();
        for (id, done) in done {
            if done == Ok(Done::Forget) {
                queue
                    .messages
                    .retain(|(from, other)| *other != id || *from <= now);
            }
        }
    }

    /// Whether everybody has a delivery, none is open, and all that is to be told was told.
    pub(super) async fn is_settled(&self) -> bool {
        let mut count = 0;
        for shard in 0..store::SHARDS {
            let page = self.deliveries.page(BATCH, shard, None, 100).await.unwrap();
            if page.iter().any(|delivery| delivery.standing().is_open()) {
                return false;
            }
            count += page.len() as u64;
        }
        count == RECIPIENTS && self.seen.lock().unwrap().feedback.is_empty()
    }
}
