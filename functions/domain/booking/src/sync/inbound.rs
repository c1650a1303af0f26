//! One listing's feed against the ledger.

use calendar::Period;
use chrono::{DateTime, Utc};

use super::echo::{echoes, is_own_uid, is_within};
use super::identity::{Told, match_blocks, match_events};
use super::ledger::Ledger;
use super::safety::{Quarantine, Suspicion};
use super::{Content, Facts, FeedReading, Link, ListingConfig, Missing, Seen, Source, Touch};
use crate::{Booking, Kind, Status};

/// So many complete readings must miss an event.
const ENOUGH_MISSES: u32 = 2;

/// Reads one listing's answer into the ledger, and says how the feed is doing.
pub(crate) fn read_feed(ledger: &mut Ledger<'_>, listing: &str, reading: &FeedReading) -> Option<Touch> {
    let facts = ledger.facts;
    let config = facts.config.listings.get(listing)?;
    let mut touch = Touch {
        listing: listing.to_owned(),
        source: facts.state.sources.get(listing).cloned().unwrap_or_default(),
        keys: Default::default(),
        missing: Default::default(),
    };
    match reading {
        FeedReading::Failed(_) => {
            touch.source.consecutive_failures = touch.source.consecutive_failures.saturating_add(1);
        }
        FeedReading::Unchanged => {
            note_success(&mut touch.source, facts.now);
            let missing: Vec<String> = ledger
                .live_of(listing)
                .filter(|link| link.missing.is_some())
                .map(|link| link.id.clone())
                .collect();
            miss(ledger, &mut touch, &missing, listing, false);
        }
        FeedReading::Complete {
            bookings,
            window,
            etag,
            last_modified,
            body_hash,
            basis,
        } => {
            note_success(&mut touch.source, facts.now);
            let missing = take_over(ledger, &mut touch, (listing, config), bookings, *window);
            let is_accepted = touch.source.accepted.as_ref() == Some(body_hash);
            let quarantine = doubt(ledger, listing, bookings, &missing)
                .filter(|_| !is_accepted)
                .map(|suspicion| Quarantine {
                    since: touch
                        .source
                        .quarantine
                        .as_ref()
                        .map_or(facts.now, |old| old.since),
                    suspicion,
                    body_hash: body_hash.clone(),
                });
            if quarantine.is_none() {
                miss(ledger, &mut touch, &missing, listing, is_accepted);
                touch.source.accepted = touch.source.accepted.take().filter(|_| is_accepted);
            }
            // While its removals are not believed, the body is asked for again and not only whether it changed.
            let is_believed = quarantine.is_none();
            touch.source.etag = etag.clone().filter(|_| is_believed);
            touch.source.last_modified = last_modified.clone().filter(|_| is_believed);
            touch.source.body_hash = Some(body_hash.clone());
            touch.source.basis = Some(basis.clone());
            touch.source.quarantine = quarantine;
        }
    }
    Some(touch)
}

fn note_success(source: &mut Source, now: DateTime<Utc>) {
    source.last_success = Some(now);
    source.consecutive_failures = 0;
}

/// Takes over what the feed tells, and gives the lines of which it tells nothing although it should.
fn take_over(
    ledger: &mut Ledger<'_>,
    touch: &mut Touch,
    (listing, config): (&str, &ListingConfig),
    bookings: &[Booking],
    window: Period,
) -> Vec<String> {
    let facts = ledger.facts;
    let (told, blocks) = told(facts, listing, bookings);
    // No other feed changes them, so they are still as they were stored.
    let lines = facts.state.links.values().filter(|link| link.is_from(listing));
    let (block_lines, event_lines): (Vec<&Link>, Vec<&Link>) =
        lines.partition(|link| link.content.kind == Kind::Block);
    let events = match_events(&event_lines, &told);
    let pieces = match_blocks(&block_lines, &blocks);

    for (line, event) in events.pairs {
        if let (Some(line), Some(event)) = (event_lines.get(line), told.get(event)) {
            if event.booking.status == Status::Cancelled {
                ledger.cancel(&line.id, &format!("{listing} says that it is cancelled"));
            } else if line.key != event.booking.id || !line.says(&event.content, &event.hash) {
                ledger.tell(&line.id, event, listing, touch);
            }
        }
    }
    for (line, piece) in pieces.pairs {
        if let (Some(line), Some(period)) = (block_lines.get(line), blocks.get(piece)) {
            ledger.tell_block(&line.id, *period, listing, touch);
        }
    }
    for event in events.new.into_iter().filter_map(|at| told.get(at)) {
        if event.booking.status != Status::Cancelled && event.booking.period.end > facts.now {
            ledger.add(event, (listing, config));
        }
    }
    for period in pieces.new.into_iter().filter_map(|at| blocks.get(at)) {
        if period.end > facts.now {
            ledger.add_block(*period, (listing, config));
        }
    }
    let absent = events.missing.into_iter().filter_map(|at| event_lines.get(at));
    let unblocked = pieces.missing.into_iter().filter_map(|at| block_lines.get(at));
    absent
        .chain(unblocked)
        .filter(|link| should_show(link, window, facts.now))
        .map(|link| link.id.clone())
        .collect()
}

/// What the feed tells apart from blocks, and the union of its blocks. What we told the platform ourselves is neither:
/// joined with a block of its own, it would make that grow with every round. A block that is known stays one, whatever
/// was told since then.
fn told<'b>(facts: &Facts, listing: &str, bookings: &'b [Booking]) -> (Vec<Told<'b>>, Vec<Period>) {
    let foreign = bookings
        .iter()
        .filter(|booking| !is_own_uid(&facts.config.tenant, booking));
    let (blocks, told): (Vec<&Booking>, Vec<&Booking>) =
        foreign.partition(|booking| booking.kind == Kind::Block);
    let links = facts.state.links.values();
    let known =
        links.filter(|link| link.content.kind == Kind::Block && link.is_live() && link.is_from(listing));
    let known = Period::union(known.map(|link| link.told_face.period));
    let echoes = echoes(facts.state.outbound.get(listing), facts.now);
    let taken = blocks.into_iter().filter(|block| block.takes_up_time());
    let own = taken
        .map(|block| block.period)
        .filter(|block| is_within(*block, &known) || !is_within(*block, &echoes));
    let told = told.into_iter().map(|booking| Told::new(booking, &facts.values));
    (told.collect(), Period::union(own))
}

/// Whether its absence means anything. What has begun falls out of many feeds, and what lies outside of the window was
/// not looked for. A block that has begun can still be lifted.
fn should_show(link: &Link, window: Period, now: DateTime<Utc>) -> bool {
    let period = link.told_face.period;
    let is_ahead = match link.content.kind {
        Kind::Block => period.end > now,
        Kind::Reservation | Kind::Hold => period.start > now,
    };
    is_ahead && period.shows_in(&window)
}

fn doubt(ledger: &Ledger<'_>, listing: &str, bookings: &[Booking], missing: &[String]) -> Option<Suspicion> {
    if missing.is_empty() {
        return None;
    }
    let facts = ledger.facts;
    let lines = facts.state.links.values().filter(|link| link.is_live());
    let known = lines
        .filter(|link| link.is_from(listing) && link.told_face.period.end > facts.now)
        .count();
    if !bookings.iter().any(|booking| booking.period.end > facts.now) {
        return Some(Suspicion::Empty { known });
    }
    let removals = missing.len();
    facts
        .config
        .breaker
        .trips(removals, known)
        .then_some(Suspicion::TooManyRemovals { removals, known })
}

/// Counts absences. One that was seen often and long enough, or that the operator accepted, is a cancellation.
fn miss(ledger: &mut Ledger<'_>, touch: &mut Touch, missing: &[String], listing: &str, is_accepted: bool) {
    let (now, min_absence) = (ledger.facts.now, ledger.facts.config.min_absence);
    for id in missing {
        let before = ledger.links.get(id).and_then(|link| link.missing);
        let absence = Missing {
            count: before.map_or(1, |before| (before.count + 1).min(ENOUGH_MISSES)),
            // A clock that ran ahead must not put the cancellation off for as long.
            since: before.map_or(now, |before| before.since.min(now)),
        };
        let is_long = absence.count >= ENOUGH_MISSES && now - absence.since >= min_absence;
        if is_accepted {
            ledger.cancel(id, &format!("you accepted that {listing} no longer tells of it"));
        } else if is_long {
            ledger.cancel(
                id,
                &format!(
                    "{listing} has not told of it since {}",
                    absence.since.format("%F %R")
                ),
            );
        } else if before != Some(absence) {
            touch.missing.insert(id.clone(), Some(absence));
            ledger.note_missing(id, absence);
        }
    }
}

/// What the ledger keeps of a booking that it has just been told of.
pub(crate) fn seen(link: &Link, told: &Content) -> Seen {
    if link.told_face == told.face {
        Seen::Same
    } else {
        Seen::Changed(told.face.clone())
    }
}
