//! Fills a table with bookings, and as many messages and inquiries, for a measurement:
//! `cargo run -p store --example fill -- DYNAMODB S3 NAME BOOKINGS NOW`, with assets `asset-0` to `asset-3`. NAME is the
//! table's and the bucket's.
//!
//! However many there are, the same ones lie in the thirty days from NOW; all others are spread over the ten years before,
//! and every tenth of these was cancelled. They are written as a synchronisation writes them. For every tenth booking there is
//! a guest's thread, a dozen of which wait for an answer, and for every hundredth a batch of messages.

use std::error::Error;

use booking::report::Inquiry;
use booking::sync::{Content, Face, Link, Side, Tombstone, Write};
use booking::{Kind, Origin};
use calendar::Period;
use campaign::{Address, Delivery, DeliveryId, Occurrence, Purpose, State};
use chrono::{DateTime, TimeDelta, Utc};
use emulated::Emulated;
use inbox::{Message, MessageId, ThreadId};
use store::{Batch, Deliveries, Events, Inbox, Ledger, Put, Stage, Taken};

type Filled = Result<(), Box<dyn Error + Send + Sync>>;

const ASSETS: i32 = 4;
/// So many of the bookings are to come.
const COMING: i32 = 60;
/// So many of them, and no others, wait for an answer.
const WAITING: i32 = 12;
/// The others lie between these.
const OLDEST: TimeDelta = TimeDelta::days(3_650);
const YOUNGEST: TimeDelta = TimeDelta::days(70);
/// Batches are older still: the overview shows those of 90 days, and is to show as many however many there are.
const YOUNGEST_BATCH: TimeDelta = TimeDelta::days(120);
/// A fill takes minutes.
const LASTS: TimeDelta = TimeDelta::hours(6);
/// So many messages are stored at once.
const AT_ONCE: i32 = 500;

#[tokio::main]
async fn main() -> Filled {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dynamodb, s3, table, bookings, now] = arguments.as_slice() else {
        return Err("DYNAMODB S3 NAME BOOKINGS NOW are needed".into());
    };
    let (bookings, now): (i32, DateTime<Utc>) = (bookings.parse()?, now.parse()?);
    let (dynamodb, s3) = (Emulated::at(dynamodb).await, Emulated::at(s3).await);
    let ledger = Ledger::in_table(&dynamodb.config, table.clone());
    let deliveries = Deliveries::in_table(&dynamodb.config, table.clone());
    let events = Events::in_table(&dynamodb.config, table.clone());
    let inbox = Inbox::beside(&events, &s3.config, table.clone());
    let mut filling = tokio::task::JoinSet::new();
    for asset in 0..ASSETS {
        filling.spawn(fill_asset(ledger.clone(), asset, bookings, now));
    }
    filling.spawn(fill_campaign(deliveries, bookings, now));
    filling.spawn(fill_inquiries(ledger, bookings, now));
    filling.spawn(fill_inbox(inbox, bookings, now));
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
    put_batch(&deliveries, "all", now, count).await?;
    for number in 0..count / 100 {
        let name = format!("old-{number:04}");
        let at = earlier(number, count / 100, now - (YOUNGEST_BATCH - YOUNGEST));
        put_batch(&deliveries, &name, at, 100).await?;
    }
    for first in (0..count).step_by(AT_ONCE.unsigned_abs() as usize) {
        let some: Vec<Delivery> = (first..count.min(first + AT_ONCE))
            .map(|number| delivery(number, now))
            .collect::<Result<_, _>>()?;
        deliveries.create(&some).await?;
    }
    Ok(())
}

async fn put_batch(deliveries: &Deliveries, name: &str, at: DateTime<Utc>, delivered: i32) -> Filled {
    let delivered = u64::from(delivered.unsigned_abs());
    let mut batch = Batch {
        stage: Stage::Closed,
        counts: [("DELIVERED".to_owned(), delivered)].into(),
        counted_at: Some(at),
        ..Batch::new("news", name, (at, at))
    };
    if !deliveries.put_batch(&mut batch).await? {
        return Err("the table was not empty".into());
    }
    Ok(())
}

/// As many as bookings; so many of them as wait began in the last weeks.
async fn fill_inquiries(ledger: Ledger, count: i32, now: DateTime<Utc>) -> Filled {
    for number in 0..count {
        let inquiry = Inquiry {
            platform: "charters".to_owned(),
            asset: Some(format!("asset-{}", number % ASSETS)),
            at: begun(number, count, now),
            has_booking: number % 3 != 0,
        };
        ledger.note_inquiry(&format!("thread-{number}"), &inquiry).await?;
    }
    Ok(())
}

/// Of old threads the host has written last.
async fn fill_inbox(inbox: Inbox, bookings: i32, now: DateTime<Utc>) -> Filled {
    // A page of those that do not wait, too.
    let count = (bookings / 10).max(100);
    for number in 0..count {
        let at = begun(number, count, now);
        inbox.take_in(&message(number, at)?, None).await?;
        for open in inbox.open(None, 10).await? {
            inbox.mark_published(&open).await?;
            inbox.settle(&open).await?;
        }
    }
    Ok(())
}

fn begun(number: i32, count: i32, now: DateTime<Utc>) -> DateTime<Utc> {
    if number < WAITING {
        now - TimeDelta::days(1) - TimeDelta::hours(10) * number
    } else {
        earlier(number - WAITING, count - WAITING, now)
    }
}

/// One of so many instants between the oldest and the youngest.
fn earlier(number: i32, count: i32, now: DateTime<Utc>) -> DateTime<Utc> {
    now - YOUNGEST - TimeDelta::days(14) - (OLDEST - YOUNGEST) / count.max(1) * number
}

fn message(number: i32, at: DateTime<Utc>) -> Result<Message, serde_json::Error> {
    let (thread, native) = (format!("thread-{number}"), format!("message-{number}"));
    let role = if number < WAITING { "guest" } else { "host" };
    serde_json::from_value(serde_json::json!({
        "schema": 1,
        "id": MessageId::of("charters", &native),
        "thread": ThreadId::of("charters", &thread),
        "platform": "charters",
        "site": "harbor",
        "asset": format!("asset-{}", number % ASSETS),
        "sender": {"role": role, "name": "Guest A"},
        "sent_at": at,
        "text": "Where do we meet, and is there parking close by?",
        "is_html_original": false,
        "is_automatic": false,
        "revision": 1,
        "source": {"type": "api"},
        "native": {"thread": thread, "message": native},
        "original": "inbox/original/charters",
    }))
}

fn delivery(number: i32, now: DateTime<Utc>) -> Result<Delivery, Box<dyn Error + Send + Sync>> {
    let address = Address::email(&format!("guest{number}@example.com"))?;
    let occurrence = Occurrence {
        campaign: "news".to_owned(),
        batch: "all".to_owned(),
        key: "all".to_owned(),
    };
    let id = DeliveryId::new(&occurrence, &address, None);
    Ok(Delivery {
        context: serde_json::json!({"guest": {"name": format!("Guest {number}")}}),
        state: State::Delivered,
        attempt: 1,
        look_at: None,
        ..Delivery::planned(id, address, (Purpose::Marketing, "blast"), (now, now))
    })
}
