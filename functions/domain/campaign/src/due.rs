//! What is due now: a campaign's times for an audience, or a booking's for its guest.

use calendar::{Budget, Calendar, Event, EventTime, Period, Rule, expand, resolve_local};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use manifest::{Campaign, Happening, Recipients, When};
use serde::{Deserialize, Serialize};

use crate::Occurrence;

/// A campaign's message that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Tells it apart from the campaign's other times.
    pub occurrence: Occurrence,
    /// When.
    pub at: DueAt,
    /// From here on it is not sent, even if it is not late by the campaign's own measure: the booking has begun.
    pub not_after: Option<DateTime<Utc>>,
    /// Whom it is to, and what about.
    pub subject: Subject,
}

/// When a message is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DueAt {
    /// For everybody at once.
    Instant(DateTime<Utc>),
    /// At this time on each recipient's own wall.
    Local(NaiveDateTime),
}

/// Whom a message is to, and what about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Everybody in this audience, about nothing of their own.
    Audience(String),
    /// An audience, about this booking: the operator's own people, about a conflict.
    AudienceAbout(String, BookingFact),
    /// The contacts of this booking.
    Guest(BookingFact),
    /// The contacts of this crew, about what they clean up after.
    Crew(String, BookingFact),
}

/// What is known of a booking, a conflict or a turnover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingFact {
    /// Its id, or the decision's or the slot's.
    pub id: String,
    /// What else its guests may be known by: the platform's reservation code.
    pub code: Option<String>,
    /// The asset's id.
    pub asset: String,
    /// The site's id.
    pub site: String,
    /// The platform; none for the operator's own.
    pub platform: Option<String>,
    /// When it is.
    pub period: Period,
    /// What has happened, and when; none: nothing but that it is there.
    pub news: Option<(Happening, DateTime<Utc>)>,
    /// The crew that cleans afterwards.
    pub crew: Option<String>,
    /// What has become of it, in words for a message.
    pub note: Option<String>,
    /// Whether it is confirmed and there.
    pub is_live: bool,
}

/// The zone that is furthest ahead of UTC, and the one that is furthest behind.
const FURTHEST: (TimeDelta, TimeDelta) = (TimeDelta::hours(14), TimeDelta::hours(12));

/// The times at which a campaign for an audience is due now, or was at most its lateness ago. Of one with the recipients'
/// own walls, also those that are due for somebody else soon: their deliveries wait.
#[must_use]
pub fn occurrences(campaign: &Campaign, now: DateTime<Utc>) -> Vec<Due> {
    let Recipients::Audience { name } = &campaign.to else {
        return Vec::new();
    };
    let (walls, zone) = match &campaign.when {
        When::At { local, zone } => (local.wall().into_iter().collect(), zone.zone()),
        When::Every { rule, from, zone } => {
            let around = now - campaign.max_lateness() - TimeDelta::days(2);
            let from = from.wall();
            let walls = from.map_or_else(Vec::new, |from| recurrences(rule.as_str(), from, around, now));
            (walls, zone.zone())
        }
        _ => return Vec::new(),
    };
    let lateness = campaign.max_lateness();
    let is_due = |wall: &NaiveDateTime| match zone {
        Some(zone) => {
            let at = resolve_local(zone, *wall);
            at <= now && now < at + lateness
        }
        None => {
            let wall = wall.and_utc();
            wall - FURTHEST.0 <= now && now < wall + FURTHEST.1 + lateness
        }
    };
    walls
        .into_iter()
        .filter(is_due)
        .map(|wall| Due {
            occurrence: Occurrence {
                campaign: campaign.id.as_str().to_owned(),
                batch: wall.format("%Y%m%dT%H%M").to_string(),
                key: wall.format("%Y-%m-%dT%H:%M").to_string(),
            },
            at: zone.map_or(DueAt::Local(wall), |zone| {
                DueAt::Instant(resolve_local(zone, wall))
            }),
            not_after: None,
            subject: Subject::Audience(name.as_str().to_owned()),
        })
        .collect()
}

/// The messages that a campaign owes about these bookings now.
#[must_use]
pub fn about_bookings(campaign: &Campaign, facts: &[BookingFact], now: DateTime<Utc>) -> Vec<Due> {
    let due = facts.iter().filter(|fact| is_meant(campaign, fact));
    due.filter_map(|fact| {
        let (at, key, not_after) = moment(campaign, fact)?;
        let end = not_after.map_or(at + campaign.max_lateness(), |end| {
            end.min(at + campaign.max_lateness())
        });
        if at > now || end <= now {
            return None;
        }
        let subject = match &campaign.to {
            Recipients::Guest {} => Subject::Guest(fact.clone()),
            Recipients::Crew {} => Subject::Crew(fact.crew.clone()?, fact.clone()),
            Recipients::Audience { name } => Subject::AudienceAbout(name.as_str().to_owned(), fact.clone()),
        };
        Some(Due {
            occurrence: Occurrence {
                campaign: campaign.id.as_str().to_owned(),
                batch: at.format("%Y%m").to_string(),
                key,
            },
            at: DueAt::Instant(at),
            not_after,
            subject,
        })
    })
    .collect()
}

/// When it is due for a booking, what tells it apart, and when it makes no sense any more. A booking that moves is another
/// time; one that was told of and comes back unchanged is not.
fn moment(campaign: &Campaign, fact: &BookingFact) -> Option<(DateTime<Utc>, String, Option<DateTime<Utc>>)> {
    let Period { start, end } = fact.period;
    let id = &fact.id;
    match &campaign.when {
        When::BeforeBooking { minutes } if fact.is_live => {
            let at = start.checked_sub_signed(TimeDelta::minutes(minutes.get().into()))?;
            Some((at, format!("{id} before {}", start.timestamp()), Some(start)))
        }
        When::AfterBooking { minutes } if fact.is_live => {
            let at = end.checked_add_signed(TimeDelta::minutes(minutes.get().into()))?;
            Some((at, format!("{id} after {}", end.timestamp()), None))
        }
        When::On { event } => {
            let (happened, at) = fact.news?;
            let not_after = match event {
                Happening::BookingConfirmed | Happening::Conflict => Some(end),
                Happening::BookingCancelled | Happening::Turnover => None,
            };
            // A confirmation is told once; everything else each time that it happens.
            let key = match event {
                Happening::BookingConfirmed => format!("{id} confirmed"),
                _ => format!("{id} {event:?} {}", at.timestamp_millis()),
            };
            (happened == *event).then_some((at, key, not_after))
        }
        _ => None,
    }
}

fn is_meant(campaign: &Campaign, fact: &BookingFact) -> bool {
    let only = &campaign.only;
    let is_in = |ids: Vec<&str>, id: Option<&str>| ids.is_empty() || id.is_some_and(|id| ids.contains(&id));
    is_in(
        only.sites.iter().map(|id| id.as_str()).collect(),
        Some(&fact.site),
    ) && is_in(
        only.assets.iter().map(|id| id.as_str()).collect(),
        Some(&fact.asset),
    ) && is_in(
        only.platforms.iter().map(|id| id.as_str()).collect(),
        fact.platform.as_deref(),
    )
}

/// A rule's times on the wall in a window, without any zone: each recipient's or the campaign's comes later.
fn recurrences(
    rule: &str,
    from: NaiveDateTime,
    start: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Vec<NaiveDateTime> {
    let Ok(rule) = rule.parse::<Rule>() else {
        return Vec::new();
    };
    let event = Event {
        rules: vec![rule],
        ..Event::new("campaign", EventTime::Utc(from.and_utc()))
    };
    let calendar = Calendar {
        events: vec![event],
        ..Calendar::default()
    };
    let window = Period::new(start, now + TimeDelta::days(2));
    let budget = Budget {
        steps: 1_000_000,
        occurrences: 1_000,
    };
    let found = expand(&calendar, window, Tz::UTC, &budget);
    found
        .occurrences
        .iter()
        .map(|occurrence| occurrence.period.start.naive_utc())
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
