use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::sync::{Content, Face, Side, Tombstone};
use crate::{Reason, Status};

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(hour)
}

fn period(from: i64, to: i64) -> Period {
    Period::new(at(from), at(to))
}

fn feed(listing: &str) -> Origin {
    Origin::Platform {
        platform: "p".to_owned(),
        listing: listing.to_owned(),
    }
}

fn line(origin: Origin) -> Link {
    let content = Content {
        face: Face {
            title: None,
            period: period(10, 20),
            is_tentative: false,
        },
        kind: Kind::Reservation,
        is_opaque: true,
        code: Some("R-1".to_owned()),
        value: None,
    };
    Link {
        id: "line".to_owned(),
        asset: "a".to_owned(),
        origin,
        key: "key".to_owned(),
        uid: String::new(),
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

fn booking() -> Booking {
    Booking {
        id: "another".to_owned(),
        platform: "p".to_owned(),
        listing: "l".to_owned(),
        asset: "a".to_owned(),
        kind: Kind::Reservation,
        reason: Reason::Otherwise,
        status: Status::Confirmed,
        period: period(50, 60),
        made_at: None,
        is_all_day: false,
        is_opaque: true,
        summary: None,
        reservation_code: None,
        uid: String::new(),
    }
}

#[track_caller]
fn check(line: Link, told: &[Booking], is_read: bool, counts: bool) {
    assert_eq!(untold(vec![line], told, |_| is_read).len(), usize::from(counts));
}

#[test]
fn what_a_feed_has_stopped_telling_of_keeps_its_time() {
    check(line(feed("l")), &[], true, true);
    check(line(feed("l")), &[booking()], true, true);
    check(line(feed("l")), &[], false, true);
}

#[test]
fn what_the_feed_tells_of_counts_once_wherever_it_is_now() {
    let told = |change: fn(&mut Booking)| {
        let mut told = booking();
        change(&mut told);
        [told]
    };
    check(
        line(feed("l")),
        &told(|b| "key".clone_into(&mut b.id)),
        true,
        false,
    );
    let code = told(|b| b.reservation_code = Some("R-1".to_owned()));
    check(line(feed("l")), &code, true, false);
    check(line(feed("l")), &told(|b| b.period = period(10, 20)), true, false);
    let elsewhere = told(|b| {
        b.period = period(10, 20);
        "m".clone_into(&mut b.listing);
    });
    check(line(feed("l")), &elsewhere, true, true);
}

#[test]
fn a_line_without_a_code_is_not_any_booking_without_one() {
    let mut without = line(feed("l"));
    without.content.code = None;
    check(without, &[booking()], true, true);
}

#[test]
fn a_block_ends_with_its_feeds_word_and_stays_without_it() {
    let mut block = line(feed("l"));
    block.content.kind = Kind::Block;
    check(block.clone(), &[], true, false);
    check(block, &[], false, true);
}

#[test]
fn googles_events_count_and_our_own_and_what_is_gone_do_not() {
    check(line(Origin::Google), &[], true, true);
    check(line(Origin::Own), &[], true, false);
    let mut gone = line(feed("l"));
    gone.tombstone = Some(Tombstone { at: at(0) });
    check(gone, &[], true, false);
    let mut transparent = line(Origin::Google);
    transparent.content.is_opaque = false;
    check(transparent, &[], true, false);
}
