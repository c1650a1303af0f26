//! Which rule a message meets.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use manifest::{QuietHours, ReplyRule};

use super::{Facts, words, zone};
use crate::Private;

/// Why a rule does not fit a message: the first thing that is held against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// It is for other sites, or the message's is not known.
    Site,
    /// It is for other assets, or the message's is not known.
    Asset,
    /// It is for other platforms.
    Platform,
    /// It is for other kinds of events, or the message's is not known.
    EventType,
    /// It stands otherwise with the booking.
    Booking,
    /// It was written at another hour.
    Hours,
    /// It has none of the rule's words.
    Keywords,
}

impl Misfit {
    /// The same as a fragment.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::Site => "for other sites",
            Self::Asset => "for other assets",
            Self::Platform => "for other platforms",
            Self::EventType => "for other kinds of events",
            Self::Booking => "for another state of the booking",
            Self::Hours => "for other hours",
            Self::Keywords => "none of its keywords",
        }
    }
}

/// Every rule in its order, and what is held against it. The first with nothing against it decides.
pub fn fits<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (&'a ReplyRule, Option<Misfit>)> {
    let facts = *facts;
    let rules = facts.manifest.replies.rules.iter();
    rules.map(move |rule| (rule, misfit(&facts, rule)))
}

fn misfit(facts: &Facts<'_>, rule: &ReplyRule) -> Option<Misfit> {
    let message = facts.message;
    let is_of =
        |ids: Vec<&str>, known: Option<&str>| ids.is_empty() || known.is_some_and(|id| ids.contains(&id));
    let only = &rule.only;
    let sites = only.sites.iter().map(|id| id.as_str()).collect();
    let assets = only.assets.iter().map(|id| id.as_str()).collect();
    let platforms = only.platforms.iter().map(|id| id.as_str()).collect();
    let (listing, asset) = (message.listing.as_deref(), message.asset.as_deref());
    let event_types = facts.manifest.event_types(listing, asset);
    let keywords: Vec<&str> = rule.keywords.iter().map(|word| word.as_str()).collect();
    let subject = message.subject.as_ref().map_or("", Private::reveal);
    let texts = [subject, message.text.reveal()];
    let zone = zone(facts.manifest, message);
    if !is_of(sites, message.site.as_deref()) {
        Some(Misfit::Site)
    } else if !is_of(assets, message.asset.as_deref()) {
        Some(Misfit::Asset)
    } else if !is_of(platforms, Some(&message.platform)) {
        Some(Misfit::Platform)
    } else if !only.event_types.is_empty() && !only.event_types.iter().any(|one| event_types.contains(&one)) {
        Some(Misfit::EventType)
    } else if !rule.booking.is_empty() && !rule.booking.contains(&facts.booking) {
        Some(Misfit::Booking)
    } else if rule
        .hours
        .is_some_and(|hours| !is_within(hours, zone, message.sent_at))
    {
        Some(Misfit::Hours)
    } else if !keywords.is_empty() && !words::has_any(&texts, &keywords) {
        Some(Misfit::Keywords)
    } else {
        None
    }
}

/// Whether an instant lies in these hours of the wall.
fn is_within(hours: QuietHours, zone: Tz, at: DateTime<Utc>) -> bool {
    let (from, to) = hours.bounds();
    let time = at.with_timezone(&zone).time();
    if from < to {
        from <= time && time < to
    } else {
        time >= from || time < to
    }
}
