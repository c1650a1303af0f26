use chrono::TimeDelta;

use super::*;
use crate::sync::{Content, Face, Side, Tombstone};

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hour)
}

fn link(kind: Kind) -> Link {
    let content = Content {
        face: Face {
            title: Some("canary".to_owned()),
            period: Period::new(at(100), at(104)),
            is_tentative: false,
        },
        kind,
        is_opaque: true,
        code: Some("CANARY".to_owned()),
        value: None,
    };
    Link {
        id: "line".to_owned(),
        asset: "sloop".to_owned(),
        origin: Origin::Platform {
            platform: "alpha".to_owned(),
            listing: "alpha-sloop".to_owned(),
        },
        key: "canary".to_owned(),
        uid: "canary".to_owned(),
        told: content.hash(),
        told_face: content.face.clone(),
        content,
        first_seen: at(0),
        confirmed_at: None,
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

fn after(link: &Link, change: impl FnOnce(&mut Link)) -> Link {
    let mut link = link.clone();
    change(&mut link);
    link
}

/// What the log says of a booking that goes through these, one write after the other.
#[track_caller]
fn check(links: &[Link], expected: &[News]) -> Vec<LogLine> {
    let mut state = crate::sync::State::default();
    let mut log = Vec::new();
    for link in links {
        log.extend(lines(state.links.get(&link.id), link, at(1)));
        state.after(&crate::sync::Write::PutLink(Box::new(link.clone())));
        // The same write again.
        assert_eq!(lines(state.links.get(&link.id), link, at(2)), []);
    }
    let news: Vec<News> = log.iter().map(|line| line.news).collect();
    assert_eq!(news, expected);
    let numbers: Vec<u32> = log.iter().map(|line| line.number).collect();
    assert_eq!(numbers, (1..).take(log.len()).collect::<Vec<u32>>());
    log
}

#[test]
fn a_request_becomes_a_booking_and_is_cancelled_and_comes_back() {
    let asked = link(Kind::Hold);
    let booked = after(&asked, |link| link.content.kind = Kind::Reservation);
    let gone = after(&booked, |link| link.tombstone = Some(Tombstone { at: at(3) }));
    let log = check(
        &[asked, booked.clone(), gone, booked],
        &[News::Requested, News::Booked, News::Cancelled, News::Restored],
    );
    insta::assert_json_snapshot!(log.last());
}

#[test]
fn what_changes_together_is_a_line_each() {
    let asked = link(Kind::Hold);
    let changed = after(&asked, |link| {
        link.content.kind = Kind::Reservation;
        link.content.face.period = Period::new(at(200), at(204));
        link.content.value = Some(40_000);
        link.origin = Origin::Own;
    });
    check(
        &[asked, changed],
        &[
            News::Requested,
            News::Booked,
            News::Moved,
            News::Valued,
            News::Adopted,
        ],
    );
}

#[test]
fn the_operator_s_word_is_a_booking_and_taken_back_it_is_a_request() {
    let asked = link(Kind::Hold);
    let confirmed = after(&asked, |link| link.accepted = Some(at(1)));
    let firm = after(&confirmed, |link| link.content.kind = Kind::Reservation);
    check(
        &[asked.clone(), confirmed.clone(), asked, confirmed, firm],
        &[News::Requested, News::Booked, News::Withdrawn, News::Booked],
    );
}

#[test]
fn a_block_and_what_takes_up_no_time_are_no_bookings() {
    let transparent = after(&link(Kind::Reservation), |link| link.content.is_opaque = false);
    check(&[link(Kind::Block), transparent], &[]);
    check(
        &[link(Kind::Block), link(Kind::Reservation), link(Kind::Block)],
        &[News::Booked, News::Cancelled],
    );
    let buried = after(&link(Kind::Reservation), |link| {
        link.tombstone = Some(Tombstone { at: at(1) });
    });
    check(&[buried], &[]);
}

#[test]
fn no_line_says_what_only_the_platform_or_the_guest_may_know() {
    let log = check(&[link(Kind::Reservation)], &[News::Booked]);
    let text = serde_json::to_string(&log).unwrap().to_lowercase();
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn a_booking_that_was_withdrawn_before_it_was_cancelled_was_none() {
    let asked = link(Kind::Hold);
    let confirmed = after(&asked, |link| link.accepted = Some(at(1)));
    let gone = |link: &Link| after(link, |link| link.tombstone = Some(Tombstone { at: at(3) }));
    for (links, is_booked) in [
        (vec![asked.clone(), confirmed.clone(), gone(&confirmed)], true),
        (vec![asked.clone(), confirmed, asked.clone(), gone(&asked)], false),
        (vec![asked.clone(), gone(&asked)], false),
    ] {
        let mut state = crate::sync::State::default();
        let mut log = Vec::new();
        for link in links {
            log.extend(lines(state.links.get(&link.id), &link, at(1)));
            state.after(&crate::sync::Write::PutLink(Box::new(link)));
        }
        assert_eq!(fold(log)["line"].is_booked, is_booked);
    }
}
