//! The ledger while a plan is made: every line as it will be, and why.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};

use super::fingerprint::fingerprint;
use super::identity::Told;
use super::inbound::seen;
use super::lines::Lines;
use super::{
    Content, Entry, Facts, GoogleEvent, Link, ListingConfig, Missing, Seen, Side, Tombstone, Touch, google_id,
};
use crate::{Booking, Kind, Origin};

/// Nobody books longer ahead; a feed that says so tells a default.
const LONGEST_AHEAD: TimeDelta = TimeDelta::days(3 * 366);

pub(crate) struct Ledger<'f> {
    pub(crate) facts: &'f Facts,
    pub(crate) links: Lines<'f>,
    /// What a feed made of its events, by link; what is not here is the same or unknown.
    pub(crate) told: BTreeMap<String, Seen>,
    /// Lines whose feed changed what the operator had changed before.
    pub(crate) overruled: BTreeSet<String>,
    /// Why a line changes, by link; the first reason counts.
    pub(crate) why: BTreeMap<String, String>,
}

impl<'f> Ledger<'f> {
    pub(crate) fn new(facts: &'f Facts) -> Self {
        Self {
            facts,
            links: Lines::new(&facts.state.links),
            told: BTreeMap::new(),
            overruled: BTreeSet::new(),
            why: BTreeMap::new(),
        }
    }

    /// Every line that comes from this listing's feed.
    pub(crate) fn of(&self, listing: &str) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(move |link| link.is_from(listing))
    }

    pub(crate) fn live_of(&self, listing: &str) -> impl Iterator<Item = &Link> {
        self.of(listing).filter(|link| link.is_live())
    }

    pub(crate) fn because(&mut self, id: &str, reason: &str) {
        self.why.entry(id.to_owned()).or_insert_with(|| reason.to_owned());
    }

    /// The feed no longer has it.
    pub(crate) fn cancel(&mut self, id: &str, reason: &str) {
        self.told.insert(id.to_owned(), Seen::Gone);
        self.because(id, reason);
    }

    pub(crate) fn note_missing(&mut self, id: &str, absence: Missing) {
        if let Some(link) = self.links.edit(id) {
            link.missing = Some(absence);
        }
    }

    /// The feed has it.
    pub(crate) fn tell(&mut self, id: &str, told: &Told<'_>, listing: &str, touch: &mut Touch) {
        let key = &told.booking.id;
        if self.links.get(id).is_some_and(|link| link.key != *key) {
            touch.keys.insert(id.to_owned(), key.clone());
        }
        self.take(id, (&told.content, &told.hash), listing, touch);
    }

    /// The feed blocks this time.
    pub(crate) fn tell_block(&mut self, id: &str, period: Period, listing: &str, touch: &mut Touch) {
        let content = Content::block(period);
        self.take(id, (&content, &content.hash()), listing, touch);
    }

    fn take(&mut self, id: &str, (content, told): (&Content, &str), listing: &str, touch: &mut Touch) {
        let now = self.facts.now;
        if self.links.get(id).is_none_or(|link| link.says(content, told)) {
            return;
        }
        let Some(link) = self.links.edit(id) else {
            return;
        };
        if link.missing.take().is_some() {
            touch.missing.insert(id.to_owned(), None);
        }
        if link.is_live() && link.told == told {
            // A value that becomes known is no change of the event; one that is no longer told stays.
            link.content.value = content.value.or(link.content.value);
            return;
        }
        if !link.is_live() {
            if content.face.period.end <= now {
                return;
            }
            revive(self.facts, link);
            link.content = content.clone();
            self.told
                .insert(id.to_owned(), Seen::Changed(content.face.clone()));
            self.why
                .insert(id.to_owned(), format!("{listing} tells of it again"));
        } else {
            let seen = seen(link, content);
            if link.is_overridden() && seen != Seen::Same {
                self.overruled.insert(id.to_owned());
            }
            let face = link.content.face.clone();
            link.content = Content {
                face,
                ..content.clone()
            };
            let reason = match &seen {
                Seen::Changed(face) if face.period != link.told_face.period => "has moved it",
                _ => "has changed it",
            };
            self.told.insert(id.to_owned(), seen);
            self.why.insert(id.to_owned(), format!("{listing} {reason}"));
        }
        told.clone_into(&mut link.told);
        link.told_face = content.face.clone();
        if link.weight() == Kind::Reservation {
            link.confirmed_at.get_or_insert(now);
        }
    }

    /// A new event in a feed.
    pub(crate) fn add(&mut self, told: &Told<'_>, place: (&str, &ListingConfig)) {
        let Booking { id, uid, made_at, .. } = told.booking;
        let first_seen = made_at.map_or(self.facts.now, |made_at| believed(made_at, self.facts.now));
        self.add_told(told.content.clone(), place, (id, uid), first_seen);
    }

    /// Time that a feed blocks newly.
    pub(crate) fn add_block(&mut self, period: Period, place: (&str, &ListingConfig)) {
        let start = period.start.timestamp().to_string();
        let now = self.facts.now;
        self.add_told(
            Content::block(period),
            place,
            (&format!("block {start}"), ""),
            now,
        );
    }

    fn add_told(
        &mut self,
        content: Content,
        (listing, config): (&str, &ListingConfig),
        (key, uid): (&str, &str),
        first_seen: DateTime<Utc>,
    ) {
        let mut id = fingerprint(&[listing, key]);
        // A line of the same name that is another event's by now keeps its id.
        while self.links.get(&id).is_some() {
            id = fingerprint(&[&id]);
        }
        let origin = Origin::Platform {
            platform: config.platform.clone(),
            listing: listing.to_owned(),
        };
        let link = Link {
            key: key.to_owned(),
            uid: uid.to_owned(),
            first_seen,
            ..new_link(self.facts, id, &config.asset, origin, content)
        };
        self.because(&link.id, &format!("{listing} tells of it"));
        self.links.insert(link);
    }

    /// An entry that the operator made with us.
    pub(crate) fn add_own(&mut self, entry: &Entry) {
        let (id, content) = (entry.id.clone(), entry.content.clone());
        let mut link = new_link(self.facts, id, &entry.asset, entry.origin.clone(), content);
        link.first_seen = entry.created_at;
        link.confirmed_at = link.confirmed_at.map(|_| entry.created_at);
        link.calendar.written = Some(entry.content.face.hash());
        self.because(&link.id, "you made it");
        self.links.insert(link);
    }

    /// An event that the operator made in Google.
    pub(crate) fn add_google(&mut self, asset: &str, event: &GoogleEvent) {
        let id = fingerprint(&["google", asset, &event.id]);
        let content = Content {
            face: event.face.clone(),
            kind: Kind::Reservation,
            is_opaque: true,
            code: None,
            value: None,
        };
        let mut link = new_link(self.facts, id, asset, Origin::Google, content);
        if let Some(before) = self.links.get(&link.id) {
            link.generation = before.generation;
        }
        link.google = Side {
            id: event.id.clone(),
            written: Some(event.face.hash()),
            writing: None,
        };
        self.because(&link.id, "you made it in Google");
        self.links.insert(link);
    }
}

/// When a booking was made, as far as its feed can be believed: not later than now, nor so long ago that it is a default.
fn believed(made_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    if made_at <= now && now - made_at <= LONGEST_AHEAD {
        made_at
    } else {
        now
    }
}

fn new_link(facts: &Facts, id: String, asset: &str, origin: Origin, content: Content) -> Link {
    let is_firm = content.weight() == Kind::Reservation;
    Link {
        asset: asset.to_owned(),
        origin,
        key: String::new(),
        uid: String::new(),
        told: content.hash(),
        told_face: content.face.clone(),
        first_seen: facts.now,
        confirmed_at: is_firm.then_some(facts.now),
        missing: None,
        tombstone: None,
        generation: 0,
        calendar: Side {
            id: id.clone(),
            ..Side::default()
        },
        google: Side {
            id: google_id(&facts.config.tenant, &id, 0),
            ..Side::default()
        },
        is_dismissed: false,
        accepted: None,
        logged: 0,
        content,
        id,
    }
}

/// Brings a line back. A copy in Google that was never deleted is taken up again; otherwise a new one needs a new id.
fn revive(facts: &Facts, link: &mut Link) {
    link.tombstone = None;
    link.is_dismissed = false;
    // The operator's word was about what is gone.
    link.accepted = None;
    link.calendar.written = None;
    if !link.google.is_ours() {
        renew_google(facts, link);
    }
}

/// Gives a line's copy in Google a new id: Google never takes one twice.
pub(crate) fn renew_google(facts: &Facts, link: &mut Link) {
    link.generation += 1;
    link.google = Side {
        id: google_id(&facts.config.tenant, &link.id, link.generation),
        ..Side::default()
    };
}

/// Marks a line as gone.
pub(crate) fn bury(facts: &Facts, link: &mut Link) {
    link.missing = None;
    link.tombstone.get_or_insert(Tombstone { at: facts.now });
}
