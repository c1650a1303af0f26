//! A simulated world for messages: a queue that forgets nothing and repeats itself, a carrier that misbehaves, and a store
//! with the conditional writes that `store` proves, at which anybody may die.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use campaign::{
    Address, Contact, DeliveryId, Fate, Lasting, News, Rate, Reason, Sent, Told, UnsubscribeKey, occurrences,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use manifest::Manifest;
use serde_json::json;
use store::{ContactsOf, Deliveries, Fault};
use template::Library;
use testkit::Dice;
use tokio::time::Instant;

use crate::{Carrier, Desk, Done, Planned, Slots, Texts, Time, sweep_batch};

/// What the carrier has seen.
#[derive(Default)]
pub(super) struct Seen {
    /// Every mail that was taken: whose it is, and when.
    pub(super) accepted: Vec<(DeliveryId, Address, DateTime<Utc>)>,
    /// Every request, taken or not.
    pub(super) requests: Vec<(DeliveryId, DateTime<Utc>)>,
    /// What is to be told, and from when on.
    pub(super) feedback: VecDeque<(DateTime<Utc>, DeliveryId, Told)>,
    pub(super) refused: Vec<DeliveryId>,
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
    texts: Arc<Texts>,
    queue: Arc<Mutex<Queue>>,
    pub(super) seen: Arc<Mutex<Seen>>,
    /// How often something goes wrong, in a hundred; 0 when the world is calm.
    chaos: Arc<Mutex<u64>>,
    runs: Arc<Mutex<u64>>,
    recipients: usize,
}

pub(super) const RATE: Rate = Rate {
    per_second: 5.0,
    marketing_share: 1.0,
};
/// Lambda's: whoever takes longer is killed. Some are only frozen, and go on when others have long taken over.
const TIMEOUT: Duration = Duration::from_secs(120);
const FROZEN: Duration = Duration::from_secs(2_400);
const VISIBILITY: TimeDelta = TimeDelta::minutes(12);

pub(super) fn manifest() -> Manifest {
    let text = json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60}]}],
        "messages": {"email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"}},
        "campaigns": [{"id": "blast", "channel": "email", "purpose": "marketing", "template": "blast",
            "to": {"type": "audience", "name": "news"}, "max_lateness_minutes": 43_200,
            "when": {"type": "at", "local": "2027-01-15T08:00", "zone": "UTC"}}]
    });
    Manifest::parse(text.to_string().as_bytes()).unwrap()
}

pub(super) fn texts() -> Texts {
    let html = "<!doctype html><html lang=\"en\"><head><title>Hello</title></head><body>\
        <p>Hello {{ guest.name }}</p><p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p></body></html>";
    let sources = BTreeMap::from([
        (
            "blast/subject.txt.j2".to_owned(),
            "Hello {{ guest.name }}".to_owned(),
        ),
        ("blast/body.html.j2".to_owned(), html.to_owned()),
        ("blast/body.txt.j2".to_owned(), "Hello".to_owned()),
        ("sms/note.j2".to_owned(), "Hello {{ guest.name }}".to_owned()),
    ]);
    Texts {
        library: Library::new(sources),
        unsubscribe: UnsubscribeKey::new(&[7; 32]),
        api_url: "https://api.harbor.example".to_owned(),
        configuration_set: "landfall-local".to_owned(),
    }
}

impl World {
    pub(super) async fn new(seed: u64, texts: &Arc<Texts>, recipients: usize) -> Self {
        let began = Instant::now();
        let start: DateTime<Utc> = "2027-01-15T08:00:00Z".parse().unwrap();
        let world = Self {
            dice: Dice::new(seed),
            time: Time::by(move || start + TimeDelta::from_std(began.elapsed()).unwrap()),
            deliveries: Deliveries::in_memory(),
            manifest: Arc::new(manifest()),
            texts: Arc::clone(texts),
            queue: Arc::default(),
            seen: Arc::default(),
            chaos: Arc::new(Mutex::new(12)),
            runs: Arc::default(),
            recipients,
        };
        let contact = |number| Contact {
            address: Address::email(&format!("guest{number}@example.com")).unwrap(),
            name: Some(format!("Guest {number}")),
            zone: None,
            booking: None,
            more: BTreeMap::new(),
            other_channels: Vec::new(),
        };
        let contacts: Vec<Contact> = (0..recipients).map(contact).collect();
        let of = ContactsOf::Audience("news".to_owned());
        world.deliveries.put_contacts(&of, &contacts).await.unwrap();
        world
    }

    pub(super) fn calm(&self) {
        *self.chaos.lock().unwrap() = 0;
    }

    fn chaos(&self) -> u64 {
        *self.chaos.lock().unwrap()
    }

    /// The store, as somebody reaches it to whom things go wrong.
    fn shaky(&self) -> Deliveries {
        let world = self.clone();
        self.deliveries.through(Arc::new(move |_| {
            if !world.dice.percent(world.chaos()) {
                return Fault::None;
            }
            match world.dice.below(6) {
                5 => Fault::Late(world.dice.below(1_500)),
                0 => Fault::CrashBefore,
                1 => Fault::CrashAfter,
                2 => Fault::Unavailable,
                3 => Fault::LostAnswer,
                _ => Fault::Conflict,
            }
        }))
    }

    /// One run of a function, which ends by itself, by an error or by Lambda's timeout.
    async fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let timeout = if self.dice.percent(self.chaos() * 2) {
            FROZEN
        } else {
            TIMEOUT
        };
        tokio::time::timeout(timeout, work).await.ok()
    }

    pub(super) async fn schedule(&self) {
        let deliveries = self.shaky();
        let work = async {
            let now = self.time.now();
            let campaign = &self.manifest.campaigns[0];
            for due in occurrences(campaign, now) {
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
                let batch = due.occurrence.batch_name();
                let until = now + TimeDelta::minutes(2);
                let queue = crate::Queue::Memory(Mutex::default());
                let swept = sweep_batch(
                    (&deliveries, &queue),
                    &batch,
                    (now, until),
                    &self.time,
                    Some(TimeDelta::zero()),
                )
                .await;
                let crate::Queue::Memory(queued) = queue else {
                    unreachable!("it is in memory");
                };
                for id in queued.lock().unwrap().drain(..) {
                    self.push(&id);
                }
                if let Err(crate::Stopped::Store(error)) = swept {
                    return Err(error);
                }
            }
            Ok::<_, store::StoreError>(())
        };
        self.run(work).await;
    }

    fn push(&self, id: &DeliveryId) {
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
        let deliveries = self.shaky();
        let carrier = self.carrier();
        let slots = Slots::new(campaign::Channel::Email, RATE);
        let desk = Desk {
            deliveries: &deliveries,
            manifest: &self.manifest,
            texts: &self.texts,
            carrier: &carrier,
            time: &self.time,
            owner: &owner,
        };
        let wanted = u32::try_from(taken.len()).unwrap();
        let each = taken.iter().map(|id| {
            let (desk, slots) = (&desk, &slots);
            async move { (id.clone(), desk.see_to(id, slots, wanted).await) }
        });
        let Some(done) = self.run(futures_util::future::join_all(each)).await else {
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

    fn carrier(&self) -> Carrier {
        let world = self.clone();
        Carrier::Simulated(Arc::new(move |delivery, _| {
            let world = world.clone();
            async move { world.carry(&delivery.id, &delivery.address).await }.boxed()
        }))
    }

    /// The carrier, which misbehaves in every way that it can.
    async fn carry(&self, id: &DeliveryId, to: &Address) -> Sent {
        let now = self.time.now();
        self.seen.lock().unwrap().requests.push((id.clone(), now));
        let unknown = |why| Sent::Unknown { why };
        if !self.dice.percent(self.chaos() * 4) {
            return self.accept(id, to, 0);
        }
        match self.dice.below(9) {
            // Taken, and the connection is dropped.
            0 => {
                self.accept(id, to, 0);
                unknown("connection-lost")
            }
            1 => Sent::NotSent {
                why: "too-fast",
                retry_after: None,
            },
            2 => unknown("server-error"),
            3 => {
                self.accept(id, to, 0);
                unknown("server-error")
            }
            // It hangs, and takes it or not.
            4 => {
                if self.dice.percent(50) {
                    self.accept(id, to, 0);
                }
                tokio::time::sleep(Duration::from_secs(10)).await;
                unknown("no-answer-in-time")
            }
            5 => {
                tokio::time::sleep(Duration::from_secs(5)).await;
                self.accept(id, to, 0)
            }
            // What became of it is told before the answer comes.
            6 => {
                let answer = self.accept(id, to, -60);
                self.hear().await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                answer
            }
            7 => {
                self.seen.lock().unwrap().refused.push(id.clone());
                Sent::Refused {
                    why: "ses-message-rejected".to_owned(),
                }
            }
            // It is taken, and the sender dies before it hears of it.
            _ => {
                self.accept(id, to, 0);
                std::future::pending().await
            }
        }
    }

    fn accept(&self, id: &DeliveryId, to: &Address, delay: i64) -> Sent {
        let now = self.time.now();
        let mut seen = self.seen.lock().unwrap();
        let message_id = format!("m-{}", seen.accepted.len());
        seen.accepted.push((id.clone(), to.clone(), now));
        let last = match self.dice.below(10) {
            0 => Fate::Bounced {
                why: "permanent-general".to_owned(),
            },
            1 => Fate::Complained,
            2 => Fate::BouncedForNow {
                why: "transient-general".to_owned(),
            },
            _ => Fate::Delivered,
        };
        for what in [Fate::Accepted, last] {
            let times = 1 + self.dice.below(3);
            for _ in 0..times {
                let later = TimeDelta::seconds(delay + i64::try_from(self.dice.below(7_200)).unwrap());
                let at = if delay < 0 {
                    now + TimeDelta::seconds(delay)
                } else {
                    now + later
                };
                let told = Told {
                    what: what.clone(),
                    message_id: message_id.clone(),
                };
                seen.feedback.push_back((at, id.clone(), told));
            }
        }
        Sent::Accepted { message_id }
    }

    /// Takes in what is to be told by now. It is taken from the queue afterwards: who dies in between is told again.
    pub(super) async fn hear(&self) {
        let now = self.time.now();
        let is_due = |entry: &&(DateTime<Utc>, DeliveryId, Told)| entry.0 <= now;
        let due: Vec<_> = self
            .seen
            .lock()
            .unwrap()
            .feedback
            .iter()
            .filter(is_due)
            .cloned()
            .collect();
        let deliveries = self.shaky();
        for entry in due {
            let (_, id, what) = &entry;
            let work = deliveries.told(id, what.clone(), now);
            if self.run(work).await.is_some_and(|told| told.is_ok()) {
                let feedback = &mut self.seen.lock().unwrap().feedback;
                if let Some(at) = feedback.iter().position(|other| *other == entry) {
                    feedback.remove(at);
                }
            }
        }
    }

    /// Whether everybody has a delivery, none is open, and all that is to be told was told.
    pub(super) async fn is_settled(&self) -> bool {
        let mut count = 0;
        for shard in 0..store::SHARDS {
            let page = self
                .deliveries
                .page("blast.20270115T0800", shard, None, 100)
                .await
                .unwrap();
            if page.iter().any(|delivery| delivery.standing().is_open()) {
                return false;
            }
            count += page.len();
        }
        count == self.recipients && self.seen.lock().unwrap().feedback.is_empty()
    }

    /// Somebody leaves.
    pub(super) async fn unsubscribe(&self, number: u64) {
        let address = Address::email(&format!("guest{number}@example.com")).unwrap();
        let news = News::Lasting(Lasting {
            reason: Reason::Unsubscribed,
            since: self.time.now(),
            source: "link".to_owned(),
        });
        self.deliveries.learn(&address, &news).await.unwrap();
    }
}
