//! What somebody leaves behind in the middle of their work is found again, and in time.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use campaign::{Channel, Contact, Delivery, DeliveryId, QUEUE_PATIENCE, import, occurrences};
use chrono::{DateTime, TimeDelta, Utc};
use store::{ContactsOf, Deliveries, Fault, Pause, SHARDS};

use super::scene;
use super::world::RATE;
use crate::{Carrier, Desk, Done, Planned, Queue, Slots, Time, month, sweep_batch};

const BATCH: &str = "blast.20270115T0800";

fn start() -> DateTime<Utc> {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

/// The store, as somebody reaches it to whom this happens at one of their writes.
fn failing(deliveries: &Deliveries, at: usize, fault: Fault) -> Deliveries {
    let writes = AtomicUsize::new(0);
    deliveries.through(Arc::new(move |is_write| {
        if is_write && writes.fetch_add(1, Ordering::SeqCst) == at {
            fault
        } else {
            Fault::None
        }
    }))
}

async fn planned(recipients: usize) -> Deliveries {
    let deliveries = Deliveries::in_memory();
    let head = ["email".to_owned()];
    let contacts: Vec<Contact> = (0..recipients)
        .flat_map(|number| import(&head, 2, &[format!("guest{number}@example.com")]).unwrap())
        .collect();
    let of = ContactsOf::Audience("news".to_owned());
    deliveries.put_contacts(&of, &contacts).await.unwrap();
    let manifest = scene::manifest(43_200, ["00:00", "00:01"]);
    let campaign = &manifest.campaigns[0];
    for due in occurrences(campaign, start()) {
        Planned::page(&deliveries, (&manifest, campaign), &due, None, start())
            .await
            .unwrap();
    }
    deliveries
}

async fn stored(deliveries: &Deliveries) -> Vec<Delivery> {
    let mut found = Vec::new();
    for shard in 0..SHARDS {
        found.extend(deliveries.page(BATCH, shard, None, 100).await.unwrap());
    }
    found
}

async fn sweep(deliveries: &Deliveries, now: DateTime<Utc>) -> BTreeSet<DeliveryId> {
    let queue = Queue::Memory(Mutex::default());
    let clock = Time::by(move || now);
    let times = (now, now + TimeDelta::minutes(1));
    let _ = sweep_batch(
        (deliveries, &queue),
        BATCH,
        times,
        &clock,
        Some(TimeDelta::zero()),
    )
    .await;
    let Queue::Memory(queued) = queue else {
        unreachable!("it is in memory");
    };
    queued.into_inner().unwrap().into_iter().collect()
}

#[tokio::test]
async fn a_sweep_that_ends_early_has_queued_all_that_is_not_looked_at_again_soon() {
    for fault in [Fault::Unavailable, Fault::LostAnswer] {
        for at in 0..6 {
            let deliveries = planned(6).await;
            let now = start() + QUEUE_PATIENCE;
            let queued = sweep(&failing(&deliveries, at, fault), now).await;
            for delivery in stored(&deliveries).await {
                let is_moved = delivery.look_at.is_some_and(|at| at > now);
                assert!(
                    !is_moved || queued.contains(&delivery.id),
                    "{fault:?} at {at}: {delivery:?} is in nobody's hands"
                );
            }
            assert_eq!(sweep(&deliveries, now).await.union(&queued).count(), 6, "{at}");
        }
    }
}

#[tokio::test]
async fn what_a_sender_met_in_a_pause_goes_on_as_soon_as_that_is_over() {
    let deliveries = planned(1).await;
    let pause = Pause {
        campaign: Some("blast".to_owned()),
        why: "a mistake".to_owned(),
        since: start(),
    };
    deliveries.pause(&pause).await.unwrap();
    let carrier = Carrier::Simulated(Arc::new(|_, _| unreachable!("nothing is sent in a pause")));
    let (manifest, texts) = (
        scene::manifest(43_200, ["00:00", "00:01"]),
        scene::texts("{{ guest.name }}"),
    );
    let desk = Desk {
        deliveries: &deliveries,
        manifest: &manifest,
        texts: &texts,
        carrier: &carrier,
        time: &Time::by(start),
        owner: "run-1",
    };
    let id = stored(&deliveries).await[0].id.clone();
    let slots = Slots::new(Channel::Email, RATE);
    assert_eq!(desk.see_to(&id, &slots, 1).await, Ok(Done::Forget));
    let soon = start() + TimeDelta::seconds(30);
    deliveries.resume(Some("blast"), soon).await.unwrap();
    assert_eq!(sweep(&deliveries, soon).await, BTreeSet::from([id]));
}

#[tokio::test]
async fn a_month_is_noted_although_somebody_else_writes_it() {
    let deliveries = Deliveries::in_memory();
    let shaky = failing(&deliveries, 0, Fault::Conflict);
    month::note(&shaky, ("reminder", "202701"), start(), Some(start()))
        .await
        .unwrap();
    let batch = deliveries.batch("reminder", "202701").await.unwrap();
    assert_eq!(batch.and_then(|batch| batch.look_at), Some(start()));
}
