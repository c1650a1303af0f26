use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;

pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

pub(crate) fn hold(until: i64) -> Hold {
    Hold {
        owner: "sender-1".to_owned(),
        until: at(until),
    }
}

pub(crate) fn delivery() -> Delivery {
    let address = Address::email("alex@example.com").unwrap();
    let occurrence = Occurrence {
        campaign: "blast".to_owned(),
        batch: "20261201T0900".to_owned(),
        key: "2026-12-01T09:00".to_owned(),
    };
    let id = DeliveryId::new(&occurrence, &address, None);
    let what = (Purpose::Marketing, "event-blast");
    Delivery {
        look_at: Some(at(0)),
        ..Delivery::planned(id, address, what, (at(0), at(720)))
    }
}

fn told(what: Fate) -> Event {
    Event::Told(Told {
        what,
        message_id: "m-1".to_owned(),
    })
}

fn submitted() -> Event {
    Event::Submitted {
        until: at(20),
        digest: "d".to_owned(),
    }
}

fn why() -> String {
    "why".to_owned()
}

fn every_event() -> Vec<Event> {
    vec![
        Event::Rendered {
            digest: "d".to_owned(),
        },
        Event::Broken { why: why() },
        Event::Claimed(hold(10)),
        submitted(),
        Event::Released { why: why() },
        Event::Refused { why: why() },
        Event::Lost { why: why() },
        Event::Held { until: at(30) },
        Event::Suppressed { why: why() },
        Event::Expired,
        Event::Replanned {
            why: why(),
            expires_at: at(999),
        },
        told(Fate::Accepted),
        told(Fate::Rejected { why: why() }),
        told(Fate::BouncedForNow { why: why() }),
        told(Fate::Delivered),
        told(Fate::Bounced { why: why() }),
        told(Fate::Complained),
    ]
}

fn standings(events: &[Event]) -> Vec<&'static str> {
    let (_, lines) = delivery().after(events, at(1)).unwrap();
    lines.iter().map(|line| line.to.name()).collect()
}

#[test]
fn a_message_goes_through_every_state_in_turn() {
    let events = [
        Event::Rendered {
            digest: "d".to_owned(),
        },
        Event::Claimed(hold(10)),
        submitted(),
        told(Fate::Accepted),
        told(Fate::Delivered),
    ];
    let expected = ["RENDERED", "CLAIMED", "SUBMITTING", "ACCEPTED", "DELIVERED"];
    assert_eq!(standings(&events), expected);
}

#[test]
fn every_line_of_the_table_can_happen_and_nothing_else() {
    for from in Standing::ALL {
        for event in every_event() {
            let trigger = event.trigger();
            if trigger == Trigger::Tell {
                continue;
            }
            let before = Delivery {
                state: state(from),
                ..delivery()
            };
            let by_table = TRANSITIONS.iter().find(|(f, t, _)| (*f, *t) == (from, trigger));
            let after = before.after(std::slice::from_ref(&event), at(1));
            assert_eq!(
                after.map(|(after, _)| after.standing()).ok(),
                by_table.map(|(_, _, to)| *to),
                "{from} {trigger:?}"
            );
        }
    }
}

fn state(standing: Standing) -> State {
    match standing {
        Standing::Planned => State::Planned,
        Standing::Rendered => State::Rendered,
        Standing::Claimed => State::Claimed(hold(10)),
        Standing::Submitting => State::Submitting(hold(10)),
        Standing::Accepted => State::Accepted,
        Standing::Delivered => State::Delivered,
        Standing::Bounced => State::Bounced {
            is_permanent: true,
            why: why(),
        },
        Standing::Complained => State::Complained,
        Standing::HeldQuiet => State::HeldQuiet { until: at(30) },
        Standing::Suppressed => State::Suppressed { why: why() },
        Standing::Expired => State::Expired,
        Standing::Failed => State::Failed { why: why() },
        Standing::Unknown => State::Unknown { why: why() },
    }
}

#[test]
fn no_state_leads_back_to_sending_once_a_message_may_be_on_its_way() {
    // From these a sender could begin to send.
    let before_sending = [
        Standing::Planned,
        Standing::Rendered,
        Standing::Claimed,
        Standing::HeldQuiet,
    ];
    let may_be_on_its_way = [
        Standing::Submitting,
        Standing::Accepted,
        Standing::Delivered,
        Standing::Complained,
        Standing::Unknown,
    ];
    for (from, trigger, to) in TRANSITIONS {
        if may_be_on_its_way.contains(from) && before_sending.contains(to) {
            // What was certainly not sent, or the operator's own word.
            assert!(
                matches!(trigger, Trigger::Release | Trigger::Replan),
                "{from} {trigger:?} {to}"
            );
        }
    }
}

#[test]
fn feedback_that_comes_before_the_answer_is_kept() {
    let events = [
        Event::Rendered {
            digest: "d".to_owned(),
        },
        Event::Claimed(hold(10)),
        submitted(),
        told(Fate::Delivered),
        told(Fate::Accepted),
    ];
    assert_eq!(standings(&events)[3..], ["DELIVERED"]);
}

#[test]
fn feedback_resolves_what_was_unknown() {
    let unknown = Delivery {
        state: state(Standing::Unknown),
        ..delivery()
    };
    let (after, _) = unknown.after(&[told(Fate::Delivered)], at(1)).unwrap();
    assert_eq!(after.standing(), Standing::Delivered);
    assert_eq!(after.message_id.as_deref(), Some("m-1"));
    assert_eq!(after.look_at, None);
}

#[test]
fn a_sender_keeps_its_name_while_it_sends() {
    let events = [
        Event::Rendered {
            digest: "d".to_owned(),
        },
        Event::Claimed(hold(10)),
        submitted(),
    ];
    let (after, _) = delivery().after(&events, at(1)).unwrap();
    assert_eq!(
        after.state,
        State::Submitting(Hold {
            until: at(20),
            ..hold(0)
        })
    );
    assert_eq!(after.look_at, Some(at(20)));
}

#[test]
fn two_contacts_with_one_address_have_one_delivery_and_two_bookings_two() {
    let occurrence = Occurrence {
        campaign: "blast".to_owned(),
        batch: "x".to_owned(),
        key: "k".to_owned(),
    };
    let id = |text: &str, booking| DeliveryId::new(&occurrence, &Address::email(text).unwrap(), booking);
    assert_eq!(id("alex@example.com", None), id("ALEX@example.com ", None));
    assert_ne!(
        id("alex@example.com", Some("a")),
        id("alex@example.com", Some("b"))
    );
}

#[test]
fn an_id_is_read_back_and_fits_a_tag_of_ses() {
    let id = delivery().id;
    let read: DeliveryId = id.as_str().parse().unwrap();
    assert_eq!(read, id);
    assert_eq!((read.campaign(), read.batch()), ("blast", "20261201T0900"));
    assert!(
        id.as_str()
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    );
    for bad in [
        "",
        "a_b",
        "a_b_c",
        "a__0123456789abcdef0123456789abcdef",
        "a_b_0123456789ABCDEF0123456789abcdef",
    ] {
        assert!(bad.parse::<DeliveryId>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn the_order_and_repetition_of_feedback_do_not_matter(
        order in Just(every_event().split_off(11)).prop_shuffle(),
        count in 1..6_usize,
        repeated in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        from in prop::sample::select(Standing::ALL.to_vec()),
    ) {
        let some: Vec<Event> = order.into_iter().take(count).collect();
        let mut other: Vec<Event> = some.iter().rev().cloned().collect();
        other.extend(repeated.iter().map(|index| index.get(&some).clone()));
        let before = Delivery { state: state(from), ..delivery() };
        let end = |events: &[Event]| before.after(events, at(1)).unwrap().0.state;
        prop_assert_eq!(end(&some), end(&other));
    }

    #[test]
    fn any_events_leave_a_trail_without_gaps(
        chosen in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let all = every_event();
        let (mut now, mut trail) = (delivery(), vec![delivery().made()]);
        for event in chosen.iter().map(|index| index.get(&all)) {
            if let Ok((after, lines)) = now.after(std::slice::from_ref(event), at(1)) {
                trail.extend(lines);
                now = after;
            }
        }
        for pair in trail.windows(2) {
            prop_assert_eq!(pair[0].version + 1, pair[1].version);
            prop_assert_eq!(Some(pair[0].to), pair[1].from);
        }
        prop_assert_eq!(trail.last().map(|line| (line.version, line.to)), Some((now.version, now.standing())));
        prop_assert_eq!(now.look_at.is_some(), now.standing().is_open());
    }
}
