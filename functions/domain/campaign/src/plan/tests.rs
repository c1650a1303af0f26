use chrono::TimeDelta;
use serde_json::json;

use super::*;
use crate::delivery::tests::at;
use crate::due::tests::fact;
use crate::{Address, Lasting, News, Occurrence, Reason};

fn manifest() -> Manifest {
    let text = json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "America/New_York",
            "messages": {"phone": "+15550001111", "review_url": "https://example.com/review"},
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60}]}],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "sms": {"secret": "TWILIO", "number": "+15551234567"},
            "frequency_cap": {"messages": 2, "days": 7}
        },
        "campaigns": [
            {"id": "blast", "channel": "email", "purpose": "marketing", "template": "event-blast",
             "to": {"type": "audience", "name": "news"}, "variables": {"title": "Regatta"},
             "when": {"type": "at", "local": "1970-01-01T09:00", "zone": "recipient"}},
            {"id": "reminder", "channel": "email", "purpose": "transactional", "template": "reminder",
             "to": {"type": "guest"}, "when": {"type": "before-booking", "minutes": 1440}}
        ]
    });
    Manifest::parse(text.to_string().as_bytes()).unwrap()
}

fn recipient(email: &str) -> Recipient {
    Recipient {
        contact: Contact {
            address: Address::email(email).unwrap(),
            name: Some("Alex".to_owned()),
            zone: None,
            booking: None,
            more: BTreeMap::from([("boat".to_owned(), "sloop".to_owned())]),
            other_channels: Vec::new(),
        },
        suppression: Suppression::default(),
        recent_marketing: 0,
    }
}

fn suppressed(reason: Reason) -> Recipient {
    let lasting = Lasting {
        reason,
        since: at(0),
        source: "operator".to_owned(),
    };
    Recipient {
        suppression: Suppression::default().after(&News::Lasting(lasting)),
        ..recipient("sam@example.com")
    }
}

fn due(key: &str, subject: Subject, due_at: DueAt) -> Due {
    let occurrence = Occurrence {
        campaign: key.to_owned(),
        batch: "x".to_owned(),
        key: "k".to_owned(),
    };
    Due {
        occurrence,
        at: due_at,
        not_after: None,
        subject,
    }
}

fn blast(recipient: Recipient) -> CampaignPlan {
    let manifest = manifest();
    let wall = DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::hours(9);
    let due = due("blast", Subject::Audience("news".to_owned()), DueAt::Local(wall));
    plan(
        (&manifest, manifest.campaign("blast").unwrap()),
        &due,
        &[recipient],
        at(0),
    )
}

#[track_caller]
fn check_excluded(recipient: Recipient, expected: Exclusion) {
    let planned = blast(recipient);
    let why: Vec<Exclusion> = planned.excluded.iter().map(|(_, why)| *why).collect();
    assert_eq!((planned.deliveries.len(), why), (0, vec![expected]));
}

#[test]
fn everybody_who_is_left_out_is_named_with_the_reason() {
    check_excluded(suppressed(Reason::Unsubscribed), Exclusion::Unsubscribed);
    check_excluded(suppressed(Reason::Complaint), Exclusion::Complaint);
    check_excluded(suppressed(Reason::HardBounce), Exclusion::HardBounce);
    check_excluded(suppressed(Reason::Operator), Exclusion::Operator);
    check_excluded(
        Recipient {
            recent_marketing: 2,
            ..recipient("sam@example.com")
        },
        Exclusion::FrequencyCap,
    );
    let mut by_phone = recipient("sam@example.com");
    by_phone.contact.address = Address::phone("+15551234567").unwrap();
    check_excluded(by_phone, Exclusion::OtherChannel);
}

#[test]
fn each_recipient_gets_it_at_their_own_hour() {
    let mut berlin = recipient("sam@example.com");
    berlin.contact.zone = Some(chrono_tz::Europe::Berlin);
    let planned = blast(berlin);
    assert_eq!(planned.deliveries[0].due_at, at(8 * 60));
    assert_eq!(planned.deliveries[0].look_at, Some(at(8 * 60)));
    assert_eq!(
        blast(recipient("sam@example.com")).deliveries[0].due_at,
        at(9 * 60)
    );
}

#[test]
fn who_is_too_late_on_their_own_wall_is_left_out() {
    let manifest = manifest();
    let wall = DateTime::UNIX_EPOCH.naive_utc();
    let due = due("blast", Subject::Audience("news".to_owned()), DueAt::Local(wall));
    let mut tokyo = recipient("sam@example.com");
    tokyo.contact.zone = Some(chrono_tz::Asia::Tokyo);
    let planned = plan((&manifest, &manifest.campaigns[0]), &due, &[tokyo], at(4 * 60));
    assert_eq!(planned.excluded[0].1, Exclusion::TooLate);
    assert_eq!(planned.to_string(), "0 to send, 1 not: too-late");
}

#[test]
fn a_template_is_given_all_that_is_known() {
    let manifest = manifest();
    let due = due("reminder", Subject::Guest(fact()), DueAt::Instant(at(0)));
    let campaign = manifest.campaign("reminder").unwrap();
    let planned = plan(
        (&manifest, campaign),
        &due,
        &[recipient("alex@example.com")],
        at(0),
    );
    insta::assert_json_snapshot!(planned.deliveries[0].context);
    let planned = blast(recipient("alex@example.com"));
    insta::assert_json_snapshot!(planned.deliveries[0].context);
}
