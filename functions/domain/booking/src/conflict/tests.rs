use proptest::prelude::*;

use super::*;
use crate::{Reason, Status};

fn conflicts_with(candidate: &Candidate<'_>, bookings: &[Booking], own: &[OwnEvent]) -> Vec<Conflict> {
    super::conflicts_with(candidate, bookings, own, &[])
}

fn instant(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_900_000_000 + minute * 60, 0).unwrap()
}

fn period(start: i64, end: i64) -> Period {
    Period::new(instant(start), instant(end))
}

fn booking(id: &str, period: Period) -> Booking {
    Booking {
        id: id.to_owned(),
        platform: "alpha".to_owned(),
        listing: "alpha-pontoon".to_owned(),
        asset: "pontoon".to_owned(),
        kind: Kind::Reservation,
        reason: Reason::Otherwise,
        status: Status::Confirmed,
        period,
        made_at: None,
        is_all_day: false,
        is_opaque: true,
        summary: Some("Reserved - canary".to_owned()),
        reservation_code: None,
        uid: String::new(),
    }
}

fn own_event(id: &str, period: Period, kind: OwnEventKind) -> OwnEvent {
    OwnEvent {
        id: id.to_owned(),
        asset: "pontoon".to_owned(),
        title: "canary".to_owned(),
        period,
        kind,
        created_at: instant(0),
    }
}

fn candidate(start: i64, end: i64, turnover_minutes: i64) -> Candidate<'static> {
    Candidate {
        asset: "pontoon",
        period: period(start, end),
        turnover: TimeDelta::minutes(turnover_minutes),
    }
}

/// A booking at minutes 100 to 200 and its cause, if it stands in the candidate's way.
#[track_caller]
fn check(candidate: &Candidate<'_>, expected: Option<Cause>) {
    let found = conflicts_with(candidate, &[booking("b", period(100, 200))], &[]);
    assert_eq!(
        found.first().map(|conflict| conflict.cause),
        expected,
        "{candidate:?}"
    );
}

#[test]
fn what_shares_time_overlaps() {
    check(&candidate(150, 160, 0), Some(Cause::Overlap));
    check(&candidate(50, 101, 0), Some(Cause::Overlap));
    check(&candidate(199, 300, 30), Some(Cause::Overlap));
    check(&candidate(0, 1000, 0), Some(Cause::Overlap));
}

#[test]
fn touching_periods_do_not_conflict() {
    check(&candidate(50, 100, 0), None);
    check(&candidate(200, 300, 0), None);
}

#[test]
fn the_turnover_lies_between_neighbours_once() {
    check(&candidate(230, 300, 30), None);
    check(&candidate(229, 300, 30), Some(Cause::Turnover));
    check(&candidate(10, 70, 30), None);
    check(&candidate(10, 71, 30), Some(Cause::Turnover));
    check(&candidate(200, 300, 30), Some(Cause::Turnover));
}

#[test]
fn what_is_empty_cancelled_transparent_or_elsewhere_stands_in_nobodys_way() {
    check(&candidate(150, 150, 30), None);
    let taken = period(100, 200);
    let harmless = [
        booking("empty", period(150, 150)),
        Booking {
            status: Status::Cancelled,
            ..booking("cancelled", taken)
        },
        Booking {
            is_opaque: false,
            ..booking("transparent", taken)
        },
        Booking {
            asset: "sloop".to_owned(),
            ..booking("elsewhere", taken)
        },
    ];
    let elsewhere = OwnEvent {
        asset: "sloop".to_owned(),
        ..own_event("o", taken, OwnEventKind::Booking)
    };
    assert_eq!(
        conflicts_with(&candidate(100, 200, 30), &harmless, &[elsewhere]),
        []
    );
}

#[test]
fn tentative_bookings_holds_and_blocks_keep_their_time() {
    let taken = period(100, 200);
    let bookings = [
        Booking {
            status: Status::Tentative,
            ..booking("a", taken)
        },
        Booking {
            kind: Kind::Hold,
            ..booking("b", taken)
        },
        Booking {
            kind: Kind::Block,
            ..booking("c", taken)
        },
    ];
    assert_eq!(conflicts_with(&candidate(100, 200, 0), &bookings, &[]).len(), 3);
}

#[test]
fn conflicts_are_told_in_order_with_their_origin() {
    let bookings = [booking("b", period(150, 190)), booking("a", period(150, 190))];
    let own = [
        own_event("o", period(110, 120), OwnEventKind::Block),
        own_event("p", period(205, 210), OwnEventKind::Booking),
    ];
    let found = conflicts_with(&candidate(100, 200, 10), &bookings, &own);
    let told: Vec<(&str, Kind, bool, Cause)> = found
        .iter()
        .map(|conflict| {
            (
                conflict.id.as_str(),
                conflict.kind,
                conflict.origin == Origin::Own,
                conflict.cause,
            )
        })
        .collect();
    let expected = [
        ("o", Kind::Block, true, Cause::Overlap),
        ("a", Kind::Reservation, false, Cause::Overlap),
        ("b", Kind::Reservation, false, Cause::Overlap),
        ("p", Kind::Reservation, true, Cause::Turnover),
    ];
    assert_eq!(told, expected);
    assert_eq!(found[0].title.as_deref(), Some("canary"));
    assert!(!format!("{found:?}{bookings:?}{own:?}").contains("canary"));
}

#[test]
fn the_end_of_time_does_not_overflow() {
    let forever = Period::new(instant(0), DateTime::<Utc>::MAX_UTC);
    let candidate = Candidate {
        asset: "pontoon",
        period: forever,
        turnover: TimeDelta::MAX,
    };
    assert_eq!(conflicts_with(&candidate, &[booking("b", forever)], &[]).len(), 1);
    assert_eq!(candidate.window().end, DateTime::<Utc>::MAX_UTC);
}

fn periods() -> impl Strategy<Value = Period> {
    (0..60_i64, 0..20_i64).prop_map(|(start, length)| period(start, start + length))
}

proptest! {
    #[test]
    fn conflicting_is_mutual(a in periods(), b in periods(), turnover in 0..30_i64) {
        let conflict = |of: Period, with: Period| {
            let candidate = Candidate { period: of, ..candidate(0, 0, turnover) };
            conflicts_with(&candidate, &[booking("b", with)], &[]).first().map(|conflict| conflict.cause)
        };
        prop_assert_eq!(conflict(a, b), conflict(b, a));
    }

    #[test]
    fn neighbours_with_room_for_the_turnover_do_not_conflict(a in periods(), length in 1..20_i64, turnover in 0..30_i64) {
        let candidate = Candidate { period: a, ..candidate(0, 0, turnover) };
        let after = Period::new(a.end + candidate.turnover, a.end + candidate.turnover + TimeDelta::minutes(length));
        prop_assert_eq!(conflicts_with(&candidate, &[booking("b", after)], &[]), []);
    }

    #[test]
    fn a_cancelled_booking_never_conflicts(a in periods(), b in periods(), turnover in 0..30_i64) {
        let candidate = Candidate { period: a, ..candidate(0, 0, turnover) };
        let cancelled = Booking { status: Status::Cancelled, ..booking("b", b) };
        prop_assert_eq!(conflicts_with(&candidate, &[cancelled], &[]), []);
    }

    /// Loading only what shows in the window is enough.
    #[test]
    fn whatever_conflicts_shows_in_the_candidates_window(a in periods(), b in periods(), turnover in 0..30_i64) {
        let candidate = Candidate { period: a, ..candidate(0, 0, turnover) };
        if !conflicts_with(&candidate, &[booking("b", b)], &[]).is_empty() {
            prop_assert!(b.overlaps(&candidate.window()));
        }
    }
}
