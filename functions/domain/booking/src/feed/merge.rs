//! Several events of one stay as one booking, when that is certain.
//!
//! Some platforms tell a stay as arrival, stay and departure, and some tell it twice. Two events are one stay when they
//! are alike in all that is shown, or when they carry the same reservation's code and together cover one period. A code
//! that stands on events apart from each other proves nothing: it may be the operator's account.

use std::collections::HashMap;

use calendar::Period;

use crate::{Booking, Kind, Status};

/// The bookings with each certain stay told once.
pub(super) fn stays(bookings: Vec<Booking>) -> Vec<Booking> {
    let groups = groups(&bookings);
    if groups.len() == bookings.len() {
        return bookings;
    }
    let mut left: Vec<Option<Booking>> = bookings.into_iter().map(Some).collect();
    let mut take = |at: usize| left.get_mut(at).and_then(Option::take);
    groups
        .into_iter()
        .flat_map(|group| one_if_certain(group.into_iter().filter_map(&mut take).collect()))
        .collect()
}

/// Positions of bookings that may be one stay, in the order of each one's first.
fn groups(bookings: &[Booking]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut index: HashMap<Stay<'_>, usize> = HashMap::with_capacity(bookings.len());
    for (at, booking) in bookings.iter().enumerate() {
        let next = groups.len();
        let group = *index.entry(Stay::of(booking)).or_insert(next);
        match groups.get_mut(group) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups
}

/// What events of one stay have in common.
#[derive(PartialEq, Eq, Hash)]
struct Stay<'b> {
    kind: Kind,
    status: Status,
    is_opaque: bool,
    told: Told<'b>,
}

#[derive(PartialEq, Eq, Hash)]
enum Told<'b> {
    ByCode(&'b str),
    Alike(Period, Option<&'b str>),
}

impl<'b> Stay<'b> {
    fn of(booking: &'b Booking) -> Self {
        let code = booking.reservation_code.as_deref();
        let code = code.filter(|_| booking.kind == Kind::Reservation);
        Self {
            kind: booking.kind,
            status: booking.status,
            is_opaque: booking.is_opaque,
            told: code.map_or_else(
                || Told::Alike(booking.period, booking.summary.as_deref()),
                Told::ByCode,
            ),
        }
    }
}

fn one_if_certain(mut told: Vec<Booking>) -> Vec<Booking> {
    if told.len() < 2 || has_gap(&told) {
        return told;
    }
    // The longest event is the stay itself; the others are its edges.
    told.sort_by(|a, b| {
        let length = |booking: &Booking| booking.period.end - booking.period.start;
        length(b)
            .cmp(&length(a))
            .then_with(|| (a.period, &a.id).cmp(&(b.period, &b.id)))
    });
    let start = told.iter().map(|booking| booking.period.start).min();
    let end = told.iter().map(|booking| booking.period.end).max();
    let made_at = told.iter().filter_map(|booking| booking.made_at).min();
    let stay = told.into_iter().next();
    stay.zip(start.zip(end))
        .map(|(stay, (start, end))| Booking {
            period: Period::new(start, end),
            made_at,
            ..stay
        })
        .into_iter()
        .collect()
}

fn has_gap(told: &[Booking]) -> bool {
    let mut periods: Vec<Period> = told.iter().map(|booking| booking.period).collect();
    periods.sort_unstable();
    let mut end = periods.first().map(|first| first.end);
    periods.iter().any(|period| {
        let is_apart = end.is_some_and(|end| end < period.start);
        end = end.max(Some(period.end));
        is_apart
    })
}
