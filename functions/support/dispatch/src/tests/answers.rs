//! Answers that go by mail, and what a refusal teaches.

use std::sync::{Arc, Mutex};

use campaign::{
    Address, Channel, Delivery, DeliveryId, Lasting, News, Occurrence, Purpose, Reason, Sent, Standing,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use inbox::{Native, Source, ThreadId};
use mailer::Mail;
use manifest::Manifest;
use serde_json::json;
use store::Deliveries;

use super::scene::texts;
use super::world::RATE;
use crate::{Carrier, Desk, Outgoing, Reply, Slots, Terms, Time, month};

const RELAY: &str = "Reply+4FzQ@relay.example";

fn start() -> DateTime<Utc> {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

fn manifest() -> Manifest {
    let text = json!({
        "version": 1,
        "sites": [],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "sms": {"secret": "TWILIO", "number": "+15551230000"}
        }
    });
    Manifest::parse(text.to_string().as_bytes()).unwrap()
}

fn reply(message_id: &str) -> Delivery {
    let reply = Reply {
        thread: ThreadId::of("harborbnb", "t-1"),
        platform: "harborbnb".to_owned(),
        native: Native {
            thread: "t-1".into(),
            message: message_id.into(),
        },
        source: Source::Mail {
            reply_to: Some(RELAY.into()),
            is_proven: true,
        },
        subject: None,
        text: "You are welcome.".into(),
        is_automatic: false,
    };
    let terms = Terms {
        site: None,
        zone: chrono_tz::UTC,
        batch: month::name(start()),
        now: start(),
        expires_at: start() + TimeDelta::hours(1),
    };
    reply.delivery("m-1#1", terms).unwrap()
}

/// Has a delivery seen to by a sender whose carrier answers so. The state in which it ends, and the mails that went out.
async fn send(deliveries: &Deliveries, delivery: &Delivery, answer: Sent) -> (Standing, Vec<Mail>) {
    deliveries.create(std::slice::from_ref(delivery)).await.unwrap();
    let mails = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&mails);
    let carrier = Carrier::Simulated(Arc::new(move |_, outgoing| {
        if let Outgoing::Mail(mail) = outgoing {
            seen.lock().unwrap().push(*mail);
        }
        let answer = answer.clone();
        async move { answer }.boxed()
    }));
    let (manifest, texts) = (manifest(), texts("{{ guest.name }}"));
    let began = tokio::time::Instant::now();
    let desk = Desk {
        deliveries,
        manifest: &manifest,
        texts: &texts,
        carrier: &carrier,
        time: &Time::by(move || start() + TimeDelta::from_std(began.elapsed()).unwrap()),
        owner: "run-1",
    };
    let slots = Slots::new(delivery.channel(), RATE);
    desk.see_to(&delivery.id, &slots, 1).await.unwrap();
    let end = deliveries.load(&delivery.id).await.unwrap().unwrap();
    let mails = mails.lock().unwrap().clone();
    (end.standing(), mails)
}

fn accepted() -> Sent {
    Sent::Accepted {
        message_id: "m".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_goes_to_the_relays_mailbox_letter_by_letter() {
    let (standing, mails) = send(&Deliveries::in_memory(), &reply("<a@relay.example>"), accepted()).await;
    assert_eq!((standing, mails[0].to.as_str()), (Standing::Accepted, RELAY));
    assert!(
        mails[0]
            .headers
            .contains(&("In-Reply-To".to_owned(), "<a@relay.example>".to_owned()))
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_goes_without_an_id_that_no_header_takes() {
    for id in [
        format!("{}@relay.example", "a".repeat(900)),
        "é@relay.example".to_owned(),
    ] {
        let (_, mails) = send(&Deliveries::in_memory(), &reply(&id), accepted()).await;
        let names: Vec<&str> = mails[0].headers.iter().map(|(name, _)| name.as_str()).collect();
        assert!(
            !names.contains(&"In-Reply-To") && !names.contains(&"References"),
            "{names:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_goes_to_a_mailbox_that_must_not_be_written_to() {
    for (reason, expected) in [
        (Reason::HardBounce, Standing::Suppressed),
        // They do not want marketing, and have asked.
        (Reason::Unsubscribed, Standing::Accepted),
    ] {
        let deliveries = Deliveries::in_memory();
        let lasting = Lasting {
            reason,
            since: start(),
            source: "feedback".to_owned(),
        };
        let mailbox = Address::email(RELAY).unwrap();
        deliveries.learn(&mailbox, &News::Lasting(lasting)).await.unwrap();
        let (standing, mails) = send(&deliveries, &reply("m"), accepted()).await;
        assert_eq!(standing, expected, "{reason:?}");
        assert_eq!(mails.len(), usize::from(expected == Standing::Accepted));
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_that_is_refused_for_good_is_not_tried_again() {
    for (why, expected) in [
        ("stopped", Some("stopped")),
        ("twilio-21211", Some("hard-bounce")),
        ("twilio-21614", Some("hard-bounce")),
        ("twilio-21617", None),
    ] {
        let deliveries = Deliveries::in_memory();
        let sms = sms();
        let (standing, _) = send(&deliveries, &sms, Sent::Refused { why: why.to_owned() }).await;
        assert_eq!(standing, Standing::Failed);
        let kept = deliveries.suppression(&sms.address).await.unwrap();
        assert_eq!(kept.forbids(Purpose::Transactional), expected, "{why}");
    }
}

fn sms() -> Delivery {
    let address = Address::parse(Channel::Sms, "+15551234567").unwrap();
    let occurrence = Occurrence {
        campaign: "note".to_owned(),
        batch: "202701".to_owned(),
        key: "one".to_owned(),
    };
    Delivery {
        id: DeliveryId::new(&occurrence, &address, None),
        address,
        purpose: Purpose::Transactional,
        template: "note".to_owned(),
        context: json!({"guest": {"name": "Alex"}}),
        ..reply("m")
    }
}
