//! An answer all the way out, through the desk that senders work at: a rule's waits for the morning, the operator's own words
//! go at once, and one of which nobody knows whether it arrived is proved by its echo and never sent again.

use std::sync::{Arc, Mutex};

use campaign::{Channel, DeliveryId, Rate, Sent};
use dispatch::{Carrier, Desk, Outgoing, Slots, Texts, Time, sweep_batch};
use manifest::Manifest;
use tokio::time::Instant;

use super::*;

/// Ten in the evening, in minutes from where these tests begin.
const EVENING: i64 = 14 * 60;
/// Eight in the morning.
const MORNING: i64 = 24 * 60;

/// What was posted, and when, in minutes.
type Posts = Arc<Mutex<Vec<(i64, String)>>>;

/// The senders' side: who takes what is in the queue to the platform.
struct Sender {
    time: Time,
    manifest: Manifest,
    texts: Texts,
    carrier: Carrier,
    posts: Posts,
}

impl Sender {
    /// It is this minute; the platform answers in this way.
    fn at(minute: i64, answer: fn() -> Sent) -> Self {
        let mut text = manifest(&rules("send"));
        text["messages"]["quiet_hours"] = json!({"from": "21:00", "to": "08:00"});
        let began = Instant::now();
        let time = Time::by(move || at(minute) + TimeDelta::from_std(began.elapsed()).unwrap());
        let (posts, clock) = (Posts::default(), time.clone());
        let seen = Arc::clone(&posts);
        let carrier = Carrier::Simulated(Arc::new(move |_, outgoing| {
            let Outgoing::Post(post) = outgoing else {
                panic!("a guest is answered where they wrote");
            };
            let minute = (clock.now() - at(0)).num_minutes();
            seen.lock().unwrap().push((minute, post.text.reveal().to_owned()));
            Box::pin(async move { answer() })
        }));
        Self {
            manifest: Manifest::parse(text.to_string().as_bytes()).unwrap(),
            texts: robots::texts(),
            time,
            carrier,
            posts,
        }
    }

    /// Sees to what the queue brings, and to what whoever sweeps has found.
    async fn run(&self, service: &Service, brought: &[DeliveryId]) {
        let now = self.time.now();
        let batch = format!("{}.{}", brought[0].campaign(), brought[0].batch());
        let span = (now, now + TimeDelta::minutes(1));
        let found = Queue::Memory(Mutex::default());
        let parts = (&service.deliveries, &found);
        let swept = sweep_batch(parts, &batch, span, &self.time, Some(TimeDelta::zero())).await;
        swept.unwrap();
        let Queue::Memory(found) = found else {
            unreachable!("it is in memory");
        };
        let found = found.into_inner().unwrap();
        let rate = Rate {
            per_second: 5.0,
            marketing_share: 1.0,
        };
        let slots = Slots::new(Channel::Thread, rate);
        let desk = Desk {
            deliveries: &service.deliveries,
            manifest: &self.manifest,
            texts: &self.texts,
            carrier: &self.carrier,
            time: &self.time,
            owner: "sender",
        };
        for id in brought.iter().chain(&found) {
            desk.see_to(id, &slots, 1).await.unwrap();
        }
    }

    fn posts(&self) -> Vec<(i64, String)> {
        self.posts.lock().unwrap().clone()
    }
}

async fn standing(service: &Service, id: &DeliveryId) -> &'static str {
    let delivery = service.deliveries.load(id).await.unwrap().unwrap();
    delivery.standing().name()
}

/// All night the queue brings these, and whoever sweeps looks; until an hour into the morning.
async fn pass_the_night(service: &Service, sender: &Sender, brought: &[DeliveryId]) {
    while (sender.time.now() - at(MORNING)).num_minutes() < 60 {
        tokio::time::sleep(std::time::Duration::from_secs(10 * 60)).await;
        sender.run(service, brought).await;
    }
}

fn accepting() -> Sender {
    Sender::at(EVENING + 3, || Sent::Accepted {
        message_id: "h1".to_owned(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_rules_answer_waits_for_the_morning() {
    let world = World::new("send");
    let service = &world.service;
    world.write("guest", "m1", EVENING, "where?").await;
    let brought = queued(service);
    let sender = accepting();
    sender.run(service, &brought).await;
    assert_eq!(sender.posts(), []);
    assert_eq!(standing(service, &brought[0]).await, "HELD_QUIET");
    pass_the_night(service, &sender, &brought).await;
    let posts = sender.posts();
    let [(minute, text)] = posts.as_slice() else {
        panic!("{posts:?}");
    };
    assert_eq!(text, "At the dock.");
    assert!((MORNING..MORNING + 11).contains(minute), "{minute}");
    assert_eq!(standing(service, &brought[0]).await, "ACCEPTED");
}

#[tokio::test(start_paused = true)]
async fn the_operators_answer_goes_at_once_and_the_rules_not_any_more() {
    let world = World::new("send");
    let service = &world.service;
    world.write("guest", "m1", EVENING, "where?").await;
    let words =
        json!({"action": "reply", "thread": ThreadId::of("boats", "t"), "text": "Behind the church."});
    let said = service.handle(words, at(EVENING + 2)).await.unwrap();
    assert_eq!(said["answer"], "replied", "{said}");
    let brought = queued(service);
    let [rule, operator] = brought.as_slice() else {
        panic!("{brought:?}");
    };
    let sender = accepting();
    sender.run(service, &brought).await;
    pass_the_night(service, &sender, &brought).await;
    assert_eq!(sender.posts(), [(EVENING + 3, "Behind the church.".to_owned())]);
    assert_eq!(standing(service, rule).await, "SUPPRESSED");
    assert_eq!(standing(service, operator).await, "ACCEPTED");
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_which_nobody_knows_is_proved_by_its_echo_and_never_sent_again() {
    let world = World::new("send");
    let service = &world.service;
    world.write("guest", "m1", 60, "where?").await;
    let brought = queued(service);
    let sender = Sender::at(62, || Sent::Unknown { why: "timed-out" });
    for _ in 0..30 {
        sender.run(service, &brought).await;
        assert_eq!(standing(service, &brought[0]).await, "UNKNOWN");
        tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    }
    assert_eq!(sender.posts(), [(62, "At the dock.".to_owned())]);
    world.write("host", "h1", 400, "At the dock.").await;
    assert_eq!(standing(service, &brought[0]).await, "DELIVERED");
    sender.run(service, &brought).await;
    assert_eq!(sender.posts().len(), 1);
}
