//! Fills a table with bookings, and as many messages, for a measurement:
//! `cargo run -p store --example fill -- ENDPOINT TABLE BOOKINGS NOW`, with assets `asset-0` to `asset-3`.
//!
//! However many there are, the same ones lie in the thirty days from NOW; all others are spread over the ten years before,
//! and every tenth of these was cancelled. They are written as a synchronisation writes them.

use std::error::Error;

use booking::sync::{Content, Face, Link, Side, Tombstone, Write};
use booking::{Kind, Origin};
use calendar::Period;
use campaign::{Address, Delivery, DeliveryId, Occurrence, Purpose, State};
use chrono::{DateTime, TimeDelta, Utc};
use emulated::Emulated;
use store::{Batch, Deliveries, Ledger, Put, Stage, Taken};

type Filled = Result<(), Box<dyn Error + Send + Sync>>;

const ASSETS: i32 = 4;
/// So many of the bookings are to come.
const COMING: i32 = 60;
/// So many of them, and no others, wait for an answer.
const WAITING: i32 = 12;
/// The others lie between these.
const OLDEST: TimeDelta = TimeDelta::days(3_650);
const YOUNGEST: TimeDelta = TimeDelta::days(70);
/// A fill takes minutes.
const LASTS: TimeDelta = TimeDelta::hours(6);
/// So many messages are stored at once.
const AT_ONCE: i32 = 500;

#[tokio::main]
async fn main() -> Filled {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [endpoint, table, bookings, now] = arguments.as_slice() else {
        return Err("ENDPOINT TABLE BOOKINGS NOW are needed".into());
    };
    let (bookings, now): (i32, DateTime<Utc>) = (bookings.parse()?, now.parse()?);
    let emulated = Emulated::at(endpoint).await;
    let ledger = Ledger::in_table(&emulated.config, table.clone());
    let deliveries = Deliveries::in_table(&emulated.config, table.clone());
    let mut filling = tokio::task::JoinSet::new();
    for asset in 0..ASSETS {
        filling.spawn(fill_asset(ledger.clone(), asset, bookings, now));
    }
    filling.spawn(fill_campaign(deliveries, bookings, now));
    while let Some(filled) = filling.join_next().await {
        filled??;
    }
    Ok(())
}

async fn fill_asset(ledger: Ledger, asset: i32, bookings: i32, now: DateTime<Utc>) -> Filled {
    let name = format!("asset-{asset}");
    let Taken::Lease(lease) = ledger.take(&name, "fill", now, LASTS).await? else {
        return Err("somebody else fills the asset".into());
    };
    let mut loaded = ledger.load(&name, now).await?;
    for number in (asset..bookings).step_by(ASSETS.unsigned_abs() as usize) {
        let mut link = link(&name, number, bookings, now);
        let is_cancelled = number >= COMING && number % 10 == 0;
        let mut writes = vec![Write::PutLink(Box::new(link.clone()))];
        if is_cancelled {
            link.tombstone = Some(Tombstone { at: link.first_seen });
            writes.push(Write::PutLink(Box::new(link)));
        }
        for write in writes {
            if ledger.put(&lease, &mut loaded, &write, now).await? != Put::Done {
                return Err("a booking was not stored".into());
            }
        }
    }
    Ok(())
}

fn link(asset: &str, number: i32, bookings: i32, now: DateTime<Utc>) -> Link {
    let id = format!("booking-{number:06}");
    let (start, first_seen) = if number < COMING {
        // They keep away from the window's ends, which move while it is measured.
        let start = now + TimeDelta::days(1) + TimeDelta::hours(10) * number;
        (start, now - TimeDelta::hours(12) * (number + 2))
    } else {
        let step = (OLDEST - YOUNGEST) / (bookings - COMING);
        let start = now - YOUNGEST - step * (number - COMING);
        (start, start - TimeDelta::days(14))
    };
    let (kind, confirmed_at) = if number < WAITING {
        (Kind::Hold, None)
    } else {
        (Kind::Reservation, Some(first_seen))
    };
    let face = Face {
        title: Some(format!("Reserved - party {number}")),
        period: Period {
            start,
            end: start + TimeDelta::hours(2),
        },
        is_tentative: kind == Kind::Hold,
    };
    let content = Content {
        face: face.clone(),
        kind,
        is_opaque: true,
        code: Some(format!("R{number}")),
        value: Some(25_000),
    };
    Link {
        asset: asset.to_owned(),
        origin: Origin::Platform {
            platform: "charters".to_owned(),
            listing: format!("charters-{asset}"),
        },
        key: id.clone(),
        uid: format!("{id}@charters.example"),
        told: content.hash(),
        told_face: face,
        content,
        first_seen,
        confirmed_at,
        missing: None,
        tombstone: None,
        generation: 0,
        calendar: Side::default(),
        google: Side::default(),
        is_dismissed: false,
        accepted: None,
        logged: 0,
        id,
    }
}

async fn fill_campaign(deliveries: Deliveries, count: i32, now: DateTime<Utc>) -> Filled {
    let mut batch = Batch {
        campaign: "news".to_owned(),
        name: "all".to_owned(),
        audience: None,
        stage: Stage::Closed,
        opened_at: now,
        until: now,
        counts: [("DELIVERED".to_owned(), u64::from(count.unsigned_abs()))].into(),
        counted_at: Some(now),
        look_at: None,
        is_excused: false,
        version: 0,
    };
    if !deliveries.put_batch(&mut batch).await? {
        return Err("the table was not empty".into());
    }
    for first in (0..count).step_by(AT_ONCE.unsigned_abs() as usize) {
        let some: Vec<Delivery> = (first..count.min(first + AT_ONCE))
            .map(|number| delivery(number, now))
            .collect::<Result<_, _>>()?;
        deliveries.create(&some).await?;
    }
    Ok(())
}

fn delivery(number: i32, now: DateTime<Utc>) -> Result<Delivery, Box<dyn Error + Send + Sync>> {
    let address = Address::email(&format!("guest{number}@example.com"))?;
    let occurrence = Occurrence {
        campaign: "news".to_owned(),
        batch: "all".to_owned(),
        key: "all".to_owned(),
    };
    Ok(Delivery {
        id: DeliveryId::new(&occurrence, &address, None),
        address,
        purpose: Purpose::Marketing,
        template: "blast".to_owned(),
        site: None,
        context: serde_json::json!({"guest": {"name": format!("Guest {number}")}}),
        due_at: now,
        expires_at: now,
        zone: chrono_tz::UTC,
        state: State::Delivered,
        since: now,
        attempt: 1,
        digest: None,
        message_id: None,
        look_at: None,
        version: 1,
    })
}
