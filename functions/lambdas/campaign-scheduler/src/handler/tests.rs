//! Whole requests on a store in memory, with a clock that the test holds.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use booking::sync::{Content as LinkContent, Face, Link, Side, Slot, Write};
use booking::{Kind, Origin};
use calendar::Period;
use campaign::{Address, DeliveryId, Event, News, Standing};
use chrono::{DateTime, TimeDelta, Utc};
use contract::content::MANIFEST_KEY;
use dispatch::Time;
use serde_json::json;
use store::{Change, Content, Deliveries, Events, Fault, Ledger, Put, SHARDS, Taken, With};

use super::*;
use dispatch::Queue;

mod account;
mod operator;

struct World {
    service: Service,
    now: Arc<Mutex<DateTime<Utc>>>,
}

fn start() -> DateTime<Utc> {
    "2027-01-15T14:00:00Z".parse().unwrap()
}

fn manifest() -> Value {
    json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "UTC",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60, "crew": "Dock crew"}]}],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "sms": {"secret": "TWILIO", "number": "+15551230000"},
            "confirm_above": 300, "test_recipients": ["owner@harbor.example"]
        },
        "campaigns": [
            {"id": "reminder", "channel": "email", "purpose": "transactional", "template": "reminder",
             "to": {"type": "guest"}, "when": {"type": "before-booking", "minutes": 1440}},
            {"id": "turnover", "channel": "sms", "purpose": "transactional", "template": "turnover",
             "to": {"type": "crew"}, "when": {"type": "on", "event": "turnover"}},
            {"id": "blast", "channel": "email", "purpose": "marketing", "template": "blast",
             "to": {"type": "audience", "name": "news"},
             "when": {"type": "at", "local": "2027-01-15T14:00", "zone": "UTC"}}
        ]
    })
}

impl World {
    fn new() -> Self {
        let events = Events::in_memory();
        let content = Content::in_memory();
        content.put(MANIFEST_KEY, Some(manifest().to_string().into_bytes()));
        let service = Service {
            content,
            ledger: Ledger::beside(&events),
            deliveries: Deliveries::beside(&events),
            queue: Queue::Memory(Mutex::default()),
            mailer: None,
            stage: "local".to_owned(),
        };
        Self {
            service,
            now: Arc::new(Mutex::new(start())),
        }
    }

    fn moment(&self) -> Moment {
        let now = Arc::clone(&self.now);
        Moment {
            time: Time::by(move || *now.lock().unwrap()),
            until: DateTime::<Utc>::MAX_UTC,
        }
    }

    fn pass(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }

    async fn ask(&self, request: Value) -> Value {
        self.service.handle(request, &self.moment()).await.unwrap()
    }

    async fn tick(&self) -> Value {
        self.ask(json!({"action": "tick"})).await
    }

    fn queued(&self) -> Vec<DeliveryId> {
        match &self.service.queue {
            Queue::Memory(queue) => std::mem::take(&mut queue.lock().unwrap()),
            Queue::Sqs { .. } => Vec::new(),
        }
    }

    async fn import(&self, of: Value, lines: &[&str]) -> Value {
        let head: Vec<&str> = lines[0].split(',').collect();
        let lines: Vec<(usize, Vec<&str>)> = lines[1..]
            .iter()
            .enumerate()
            .map(|(at, line)| (at + 2, line.split(',').collect()))
            .collect();
        self.ask(json!({"action": "import", "of": of, "head": head, "lines": lines}))
            .await
    }

    async fn audience(&self, count: usize) {
        for some in (0..count).collect::<Vec<_>>().chunks(500) {
            let lines: Vec<String> = std::iter::once("email,name".to_owned())
                .chain(some.iter().map(|n| format!("guest{n}@example.com,Guest {n}")))
                .collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            self.import(json!({"type": "audience", "name": "news"}), &lines)
                .await;
        }
    }

    async fn standings(&self, batch: &str) -> Vec<Standing> {
        let mut found = Vec::new();
        for shard in 0..SHARDS {
            let page = self
                .service
                .deliveries
                .page(batch, shard, None, 1_000)
                .await
                .unwrap();
            found.extend(page.iter().map(campaign::Delivery::standing));
        }
        found
    }

    /// Stores what a synchronisation would.
    async fn write(&self, write: &Write) {
        self.write_at(write, start()).await;
    }

    async fn write_at(&self, write: &Write, now: DateTime<Utc>) {
        let ledger = &self.service.ledger;
        let Taken::Lease(lease) = ledger
            .take("sloop", "test", start(), TimeDelta::hours(1))
            .await
            .unwrap()
        else {
            panic!("the lease is free");
        };
        let mut loaded = ledger.load("sloop", start()).await.unwrap();
        assert_eq!(ledger.put(&lease, &mut loaded, write, now).await, Ok(Put::Done));
        ledger.give_back(lease).await.unwrap();
    }
}

fn link(id: &str, starts: DateTime<Utc>) -> Link {
    let face = Face {
        title: None,
        period: Period::new(starts, starts + TimeDelta::hours(4)),
        is_tentative: false,
    };
    Link {
        id: id.to_owned(),
        asset: "sloop".to_owned(),
        origin: Origin::Google,
        key: String::new(),
        uid: String::new(),
        content: LinkContent {
            face: face.clone(),
            kind: Kind::Reservation,
            is_opaque: true,
            code: Some("CODE-1".to_owned()),
            value: None,
        },
        told: String::new(),
        told_face: face,
        first_seen: start(),
        confirmed_at: Some(start()),
        missing: None,
        tombstone: None,
        generation: 0,
        calendar: Side::default(),
        google: Side::default(),
        is_dismissed: false,
        accepted: None,
        logged: 0,
    }
}

#[tokio::test]
async fn a_guest_is_reminded_once_however_often_the_clock_ticks() {
    let world = World::new();
    world
        .import(
            json!({"type": "bookings"}),
            &["email,booking", "alex@example.com,CODE-1"],
        )
        .await;
    world
        .write(&Write::PutLink(Box::new(link(
            "b-1",
            start() + TimeDelta::days(1),
        ))))
        .await;
    world.tick().await;
    assert_eq!(world.queued().len(), 1);
    world.pass(TimeDelta::minutes(1));
    let ticked = world.tick().await;
    assert_eq!((world.queued().len(), &ticked["planned"]), (0, &json!(0)));
    assert_eq!(world.standings("reminder.202701").await, [Standing::Planned]);
}

#[tokio::test]
async fn what_nobody_has_in_hand_is_queued_again_and_expires_in_the_end() {
    let world = World::new();
    world
        .import(
            json!({"type": "bookings"}),
            &["email,booking", "alex@example.com,b-1"],
        )
        .await;
    world
        .write(&Write::PutLink(Box::new(link(
            "b-1",
            start() + TimeDelta::days(1),
        ))))
        .await;
    world.tick().await;
    let first = world.queued();
    world.pass(TimeDelta::minutes(16));
    world.tick().await;
    assert_eq!(world.queued(), first);
    world.pass(TimeDelta::hours(13));
    world.tick().await;
    assert_eq!(world.standings("reminder.202701").await, [Standing::Expired]);
}

#[tokio::test]
async fn a_crew_hears_once_of_what_it_is_to_clean() {
    let world = World::new();
    world
        .import(
            json!({"type": "crew", "name": "Dock crew"}),
            &["phone", "+15551234567"],
        )
        .await;
    world.write(&Write::PutSlot(slot())).await;
    world.tick().await;
    assert_eq!(world.queued().len(), 1);
    assert_eq!(world.service.ledger.crew_notices("sloop").await.unwrap(), []);
    world.tick().await;
    assert_eq!(world.queued(), []);
}

fn slot() -> Slot {
    Slot {
        link: "b-1".to_owned(),
        asset: "sloop".to_owned(),
        crew: "Dock crew".to_owned(),
        period: Period::new(start() + TimeDelta::hours(4), start() + TimeDelta::hours(5)),
        lacking_minutes: 0,
    }
}

#[tokio::test]
async fn a_notice_that_is_written_while_a_tick_looks_is_told_by_the_next() {
    let world = World::new();
    world
        .import(
            json!({"type": "crew", "name": "Dock crew"}),
            &["phone", "+15551234567"],
        )
        .await;
    let while_it_looks = start() + TimeDelta::milliseconds(5);
    world.write_at(&Write::PutSlot(slot()), while_it_looks).await;
    world.tick().await;
    assert_eq!(world.queued(), []);
    world.pass(TimeDelta::minutes(1));
    world.tick().await;
    assert_eq!(world.queued().len(), 1);
}

#[tokio::test]
async fn a_reminder_goes_wherever_the_tick_that_plans_it_ends() {
    for at in 0..6 {
        let mut world = World::new();
        world
            .import(
                json!({"type": "bookings"}),
                &["email,booking", "alex@example.com,b-1"],
            )
            .await;
        world
            .write(&Write::PutLink(Box::new(link(
                "b-1",
                start() + TimeDelta::days(1),
            ))))
            .await;
        let healthy = world.service.deliveries.clone();
        let writes = AtomicUsize::new(0);
        world.service.deliveries = healthy.through(Arc::new(move |is_write| {
            if is_write && writes.fetch_add(1, Ordering::SeqCst) == at {
                Fault::LostAnswer
            } else {
                Fault::None
            }
        }));
        let moment = world.moment();
        let _ = world.service.handle(json!({"action": "tick"}), &moment).await;
        world.service.deliveries = healthy;
        let mut queued = world.queued();
        world.pass(TimeDelta::minutes(16));
        world.tick().await;
        queued.extend(world.queued());
        assert!(
            !queued.is_empty(),
            "nobody sends it if the tick ends at write {at}"
        );
    }
}

#[tokio::test]
async fn two_schedulers_plan_an_audience_once() {
    let world = World::new();
    world.audience(250).await;
    let (one, other) = futures_util::future::join(world.tick(), world.tick()).await;
    let total = one["planned"].as_u64().unwrap() + other["planned"].as_u64().unwrap();
    assert_eq!(total, 250);
    let queued = world.queued();
    assert_eq!(queued.iter().collect::<BTreeSet<_>>().len(), 250);
    assert_eq!(queued.len(), 250);
    assert_eq!(world.standings("blast.20270115T1400").await.len(), 250);
}

#[tokio::test]
async fn a_large_audience_waits_for_the_operators_word() {
    let world = World::new();
    world.audience(301).await;
    assert_eq!(world.tick().await["waiting"], 1);
    assert_eq!(world.queued(), []);
    world.ask(json!({"action": "resume", "campaign": "blast"})).await;
    world.tick().await;
    assert_eq!(world.queued().len(), 301);
}

#[tokio::test]
async fn a_sending_goes_once_under_one_name_and_to_no_more_than_was_seen() {
    let world = World::new();
    world.pass(TimeDelta::days(3));
    world.audience(120).await;
    let send = |name: &str, at_most: u64| json!({"action": "send", "campaign": "blast", "name": name, "at_most": at_most});
    let sent = world.ask(send("a", 120)).await;
    assert_eq!(
        sent,
        json!({"answer": "sending", "batch": "by-hand-a", "is_new": true})
    );
    assert_eq!(world.ask(send("a", 120)).await["is_new"], false);
    assert_eq!(world.queued().len(), 120);
    world.ask(send("b", 50)).await;
    assert_eq!(world.queued().len(), 50);
    let status = world.ask(json!({"action": "status", "campaign": "blast"})).await;
    assert_eq!(status["batches"][1]["stage"], "waiting");
    assert_eq!(status["batches"][1]["opened_at"], "2027-01-18T14:00:00Z");
    world.ask(json!({"action": "resume", "campaign": "blast"})).await;
    world.tick().await;
    let all = world.standings("blast.by-hand-b").await;
    assert_eq!(all.len(), 120, "the others have the operator's word now");
    let refused = world
        .ask(json!({"action": "send", "campaign": "reminder", "name": "a", "at_most": 1}))
        .await;
    assert_eq!(refused["answer"], "refused");
}

#[tokio::test]
async fn in_a_pause_nothing_is_queued_and_afterwards_what_is_missing() {
    let world = World::new();
    world.audience(3).await;
    world.tick().await;
    assert_eq!(world.queued().len(), 3);
    world
        .ask(json!({"action": "pause", "campaign": "blast", "why": "a mistake"}))
        .await;
    world.pass(TimeDelta::minutes(20));
    world.tick().await;
    assert_eq!(world.queued(), []);
    let status = world.ask(json!({"action": "status"})).await;
    assert_eq!(status["pauses"][0]["why"], "a mistake");
    world.ask(json!({"action": "resume", "campaign": "blast"})).await;
    world.tick().await;
    assert_eq!(world.queued().len(), 3);
}

#[tokio::test]
async fn only_who_did_not_get_it_gets_it_again() {
    let world = World::new();
    world.audience(3).await;
    world.tick().await;
    let ids = world.queued();
    let deliveries = &world.service.deliveries;
    for (id, event) in ids.iter().zip([
        Event::Broken {
            why: "template".to_owned(),
        },
        Event::Expired,
        Event::Suppressed {
            why: "operator".to_owned(),
        },
    ]) {
        let before = deliveries.load(id).await.unwrap().unwrap();
        let (after, lines) = before.after(&[event], start()).unwrap();
        let change = deliveries.change(&before, (&after, &lines), With::Nothing).await;
        assert_eq!(change, Ok(Change::Done));
    }
    let status = world.ask(json!({"action": "status", "campaign": "blast"})).await;
    let not_sent = &status["batches"][0]["not_sent"];
    assert_eq!(
        *not_sent,
        json!({"EXPIRED": 1, "FAILED template": 1, "SUPPRESSED operator": 1})
    );
    let resend = |states: Value, dry_run: bool| json!({"action": "resend", "campaign": "blast", "batch": "20270115T1400", "states": states, "dry_run": dry_run});
    let dry = world.ask(resend(json!(["FAILED", "EXPIRED"]), true)).await;
    assert_eq!((&dry["deliveries"], world.queued().len()), (&json!(2), 0));
    world.ask(resend(json!(["FAILED"]), false)).await;
    assert_eq!(world.queued(), [ids[0].clone()]);
    let refused = world.ask(resend(json!(["DELIVERED"]), false)).await;
    assert_eq!(refused["answer"], "refused");
}

#[tokio::test]
async fn a_plan_tells_who_is_left_out_and_writes_nothing() {
    let world = World::new();
    world.pass(TimeDelta::days(3));
    world.audience(3).await;
    let suppress = json!({"action": "suppress", "channel": "email", "address": "guest1@example.com"});
    world.ask(suppress).await;
    let plan = world.ask(json!({"action": "plan", "campaign": "blast"})).await;
    insta::assert_json_snapshot!(plan);
    assert_eq!(world.service.deliveries.batches(None).await.unwrap(), []);
    assert_eq!(world.queued(), []);
}

#[tokio::test]
async fn lines_with_errors_are_told_and_the_others_are_kept() {
    let world = World::new();
    let answer = world
        .import(
            json!({"type": "audience", "name": "news"}),
            &[
                "email,time_zone",
                "alex@example.com,Mars",
                "sam@example.com,",
                "nonsense,",
            ],
        )
        .await;
    insta::assert_json_snapshot!(answer);
    let without = world
        .import(json!({"type": "bookings"}), &["email", "alex@example.com"])
        .await;
    assert_eq!(without["errors"][0]["column"], "booking");
}

#[tokio::test]
async fn a_test_goes_only_to_who_may_be_sent_tests() {
    let world = World::new();
    let test = |to: &str| json!({"action": "test-send", "campaign": "reminder", "to": to, "context": {}});
    let refused = world.ask(test("alex@example.com")).await;
    assert_eq!(refused["answer"], "refused");
    assert_eq!(world.queued(), []);
}

#[tokio::test]
async fn a_campaign_of_which_too_much_comes_back_stops() {
    let world = World::new();
    world.audience(120).await;
    world.tick().await;
    let deliveries = &world.service.deliveries;
    for (at, id) in world.queued().iter().enumerate() {
        let what = if at % 10 == 0 {
            campaign::Fate::Bounced {
                why: "permanent-general".to_owned(),
            }
        } else {
            campaign::Fate::Delivered
        };
        let told = campaign::Told {
            what,
            message_id: "m".to_owned(),
        };
        deliveries.told(id, told, start()).await.unwrap();
    }
    world.pass(TimeDelta::hours(2));
    world.tick().await;
    let pause = deliveries.pause_of("blast").await.unwrap();
    assert_eq!(
        pause.map(|pause| pause.why).as_deref(),
        Some("12 of 120 mails bounced, more than 5 %")
    );
    // The operator has looked, and lets it go on.
    world.ask(json!({"action": "resume", "campaign": "blast"})).await;
    world.pass(TimeDelta::hours(2));
    world.tick().await;
    assert_eq!(deliveries.pause_of("blast").await.unwrap(), None);
}

#[tokio::test]
async fn nonsense_is_refused_and_not_quoted() {
    let world = World::new();
    let answer = world.ask(json!({"action": "canary"})).await;
    assert_eq!(
        answer,
        json!({"answer": "refused", "reason": "the request cannot be read"})
    );
    let unknown = world.ask(json!({"action": "plan", "campaign": "none"})).await;
    assert_eq!(unknown["reason"], "the manifest has no campaign `none`");
    let pause = |campaign: &str| json!({"action": "pause", "campaign": campaign, "why": "on holiday"});
    assert_eq!(world.ask(pause("none")).await["answer"], "refused");
    assert_eq!(world.ask(pause("replies")).await, json!({"answer": "done"}));
}

#[tokio::test]
async fn who_leaves_between_plan_and_sending_is_found_by_address() {
    let world = World::new();
    let address = Address::email("guest0@example.com").unwrap();
    let word = News::Word(campaign::Word {
        is_stop: true,
        at: start(),
    });
    world.service.deliveries.learn(&address, &word).await.unwrap();
    world.audience(1).await;
    world.tick().await;
    assert_eq!(world.queued(), []);
    assert_eq!(
        world.standings("blast.20270115T1400").await,
        [Standing::Suppressed]
    );
}
