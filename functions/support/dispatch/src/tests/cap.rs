//! A guest's marketing has a limit, however many campaigns are sent at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use campaign::{Address, Channel, Delivery, DeliveryId, Occurrence, Purpose, Sent, Standing};
use chrono::{DateTime, TimeDelta, Utc};
use manifest::{FrequencyCap, Manifest};
use serde_json::json;
use store::Deliveries;
use tokio::time::Instant;

use super::scene;
use super::world::RATE;
use crate::{Carrier, Desk, Done, Slots, Time};

fn start() -> DateTime<Utc> {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

fn manifest() -> Manifest {
    let mut manifest = scene::manifest(43_200, ["00:00", "00:01"]);
    let cap: FrequencyCap = serde_json::from_str(r#"{"messages": 1, "days": 7}"#).unwrap();
    manifest.messages.frequency_cap = Some(cap);
    manifest
}

/// The same guest's news, once for each sending.
fn news(batch: &str) -> Delivery {
    let address = Address::email("guest@example.com").unwrap();
    let occurrence = Occurrence {
        campaign: "blast".to_owned(),
        batch: batch.to_owned(),
        key: batch.to_owned(),
    };
    let id = DeliveryId::new(&occurrence, &address, None);
    let times = (start(), start() + TimeDelta::days(1));
    Delivery {
        context: json!({"guest": {"name": "Alex"}}),
        ..Delivery::planned(id, address, (Purpose::Marketing, "blast"), times)
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_sendings_at_once_a_guest_gets_as_many_as_the_cap_allows() {
    let deliveries = Deliveries::in_memory();
    let both = [news("first"), news("second")];
    deliveries.create(&both).await.unwrap();
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let carrier = Carrier::Simulated(Arc::new(move |_, _| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            Sent::Accepted {
                message_id: format!("m-{number}"),
            }
        })
    }));
    let (manifest, texts) = (manifest(), scene::texts("{{ guest.name }}"));
    let began = Instant::now();
    let time = Time::by(move || start() + TimeDelta::from_std(began.elapsed()).unwrap());
    let desk = |owner| Desk {
        deliveries: &deliveries,
        manifest: &manifest,
        texts: &texts,
        carrier: &carrier,
        time: &time,
        owner,
    };
    let (one, other) = (desk("run-1"), desk("run-2"));
    let slots = [(); 2].map(|()| Slots::new(Channel::Email, RATE));
    // Both look before either sends: each waits for its turn with SES first.
    let ended = tokio::join!(
        one.see_to(&both[0].id, &slots[0], 1),
        other.see_to(&both[1].id, &slots[1], 1),
    );
    assert_eq!(ended, (Ok(Done::Forget), Ok(Done::Forget)));
    assert_eq!(sent.load(Ordering::SeqCst), 1);
    let mut standings = Vec::new();
    for delivery in &both {
        standings.push(deliveries.load(&delivery.id).await.unwrap().unwrap().standing());
    }
    standings.sort();
    assert_eq!(standings, [Standing::Accepted, Standing::Suppressed]);
}
