//! Which line of the ledger an event of a feed belongs to.
//!
//! What says the same belongs together, whatever its `UID` is: some platforms make new ones with every fetch. Then the
//! `UID` and recurrence decide, then the reservation's code, then the exact time and kind where only one fits.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use calendar::Period;

use super::{Content, Link};
use crate::{Booking, Kind};

/// What belongs together, as positions in the two lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Matching {
    /// A line and an event.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// Lines without an event.
    pub(crate) missing: Vec<usize>,
    /// Events without a line.
    pub(crate) new: Vec<usize>,
}

/// What a feed tells of one event, with the hash of it.
pub(crate) struct Told<'b> {
    pub(crate) booking: &'b Booking,
    pub(crate) content: Content,
    pub(crate) hash: String,
}

impl<'b> Told<'b> {
    /// `values` says what bookings are worth, by their codes.
    pub(crate) fn new(booking: &'b Booking, values: &BTreeMap<String, u64>) -> Self {
        let mut content = Content::of(booking);
        content.value = content.code.as_ref().and_then(|code| values.get(code)).copied();
        Self {
            booking,
            hash: content.hash(),
            content,
        }
    }
}

/// Matches the lines of one listing with its feed's events; neither holds blocks.
pub(crate) fn match_events(links: &[&Link], told: &[Told<'_>]) -> Matching {
    let mut open = Open::new(links.len(), told.len());
    // A line whose event is gone takes part only where a name proves that it is back.
    let live = |at: usize| links.get(at).is_some_and(|link| link.is_live());
    let link = |at: usize| links.get(at).copied();
    let booking = |at: usize| told.get(at).map(|told| told.booking);
    let hash = |at: usize| told.get(at).map(|told| &told.hash);

    open.pair_same(links, told);
    open.pair(
        Fit::Any,
        |at| link(at).map(|link| (&link.key, &link.told)),
        |at| Some((&booking(at)?.id, hash(at)?)),
    );
    open.pair(
        Fit::Any,
        |at| link(at).filter(|_| live(at)).map(|link| &link.told),
        hash,
    );
    open.pair(
        Fit::Any,
        |at| link(at).map(|link| &link.key),
        |at| booking(at).map(|booking| &booking.id),
    );
    open.pair(
        Fit::Unique,
        |at| link(at).and_then(|link| link.content.code.as_ref()),
        |at| booking(at).and_then(|booking| booking.reservation_code.as_ref()),
    );
    let exact = |period: Period, kind: Kind| (period, kind);
    open.pair(
        Fit::Unique,
        |at| {
            link(at)
                .filter(|_| live(at))
                .map(|link| exact(link.told_face.period, link.content.kind))
        },
        |at| booking(at).map(|booking| exact(booking.period, booking.kind)),
    );
    open.finish(live)
}

/// Matches lines of blocks with the stretches of time that the feed blocks now: the same ones first, then the ones that
/// share time. How the feed cuts and names them does not matter.
pub(crate) fn match_blocks(links: &[&Link], pieces: &[Period]) -> Matching {
    let mut open = Open::new(links.len(), pieces.len());
    let live = |at: usize| links.get(at).is_some_and(|link| link.is_live());
    let period = |at: usize| {
        links
            .get(at)
            .filter(|_| live(at))
            .map(|link| link.told_face.period)
    };
    open.pair(Fit::Any, period, |at| pieces.get(at).copied());
    for piece in open.bookings.clone() {
        let Some(block) = pieces.get(piece) else { continue };
        let shared = |at: &usize| {
            period(*at).map(|old| (old.end.min(block.end) - old.start.max(block.start)).num_milliseconds())
        };
        let sharing = open
            .links
            .iter()
            .filter(|at| shared(at).is_some_and(|shared| shared > 0));
        if let Some(best) = sharing.max_by_key(|at| shared(at)).copied() {
            open.take(best, piece);
        }
    }
    open.finish(live)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Several that fit are interchangeable.
    Any,
    /// Several that fit prove nothing.
    Unique,
}

/// What has found no partner yet.
struct Open {
    links: Vec<usize>,
    bookings: Vec<usize>,
    pairs: Vec<(usize, usize)>,
}

impl Open {
    fn new(links: usize, bookings: usize) -> Self {
        Self {
            links: (0..links).collect(),
            bookings: (0..bookings).collect(),
            pairs: Vec::new(),
        }
    }

    fn take(&mut self, link: usize, booking: usize) {
        self.links.retain(|at| *at != link);
        self.bookings.retain(|at| *at != booking);
        self.pairs.push((link, booking));
    }

    /// Pairs a line and the event of its name that says the same: what nearly all of them are, and found quickly.
    fn pair_same(&mut self, links: &[&Link], told: &[Told<'_>]) {
        let mut by_key: HashMap<&str, (usize, &Link)> = HashMap::with_capacity(links.len());
        by_key.extend(
            links
                .iter()
                .enumerate()
                .map(|(at, link)| (link.key.as_str(), (at, *link))),
        );
        let (mut is_taken, mut open) = (vec![false; links.len()], Vec::new());
        for (at, event) in told.iter().enumerate() {
            // Removed, so that a second event of the name finds nothing.
            let known = by_key.remove(event.booking.id.as_str());
            match known.filter(|(_, link)| link.told == event.hash) {
                Some((link, _)) => {
                    is_taken[link] = true;
                    self.pairs.push((link, at));
                }
                None => open.push(at),
            }
        }
        self.bookings = open;
        self.links.retain(|at| !is_taken[*at]);
    }

    /// Pairs what has the same key.
    fn pair<K: Hash + Eq>(
        &mut self,
        fit: Fit,
        of_link: impl Fn(usize) -> Option<K>,
        of_booking: impl Fn(usize) -> Option<K>,
    ) {
        if self.links.is_empty() || self.bookings.is_empty() {
            return;
        }
        // What has the same key gets the same number, and is then found side by side.
        let mut numbers: HashMap<K, usize> = HashMap::with_capacity(self.links.len());
        let mut links = Vec::with_capacity(self.links.len());
        for at in &self.links {
            if let Some(key) = of_link(*at) {
                let next = numbers.len();
                links.push((*numbers.entry(key).or_insert(next), *at));
            }
        }
        let number = |at: &usize| Some((*numbers.get(&of_booking(*at)?)?, *at));
        let mut bookings: Vec<(usize, usize)> = self.bookings.iter().filter_map(number).collect();
        links.sort_unstable();
        bookings.sort_unstable();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for links in links.chunk_by(|a, b| a.0 == b.0) {
            let Some((number, _)) = links.first() else {
                continue;
            };
            let start = bookings.partition_point(|(other, _)| other < number);
            let fitting = bookings.iter().skip(start);
            let bookings: Vec<usize> = fitting
                .take_while(|(other, _)| other == number)
                .map(|(_, at)| *at)
                .collect();
            if fit == Fit::Any || (links.len() == 1 && bookings.len() == 1) {
                pairs.extend(links.iter().map(|(_, at)| *at).zip(bookings));
            }
        }
        pairs.sort_unstable();
        let taken = |all: &[usize], mut gone: Vec<usize>| {
            gone.sort_unstable();
            let is_left = |at: &usize| gone.binary_search(at).is_err();
            all.iter().copied().filter(is_left).collect()
        };
        self.links = taken(&self.links, pairs.iter().map(|(link, _)| *link).collect());
        self.bookings = taken(
            &self.bookings,
            pairs.iter().map(|(_, booking)| *booking).collect(),
        );
        self.pairs.extend(pairs);
    }

    fn finish(mut self, is_live: impl Fn(usize) -> bool) -> Matching {
        self.links.retain(|at| is_live(*at));
        Matching {
            pairs: self.pairs,
            missing: self.links,
            new: self.bookings,
        }
    }
}
