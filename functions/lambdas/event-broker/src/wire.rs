//! What is sent: JSON shapes, and how domain values become them.

mod conflict;

use booking::sync::{Link, Slot};
use booking::{Booking, OwnEvent, OwnEventKind};
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use manifest::Site;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use conflict::Conflict;

/// One entry of the calendar: an event of the operator's own, or what a platform's feed says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Entry {
    /// Opaque; stays the same while the event does.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) source: Origin,
    /// The platform, if it comes from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) platform: Option<String>,
    /// The listing, if it comes from a platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listing: Option<String>,
    /// The site's id.
    pub(crate) site: String,
    /// The asset's id.
    pub(crate) asset: String,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether it stands.
    pub(crate) status: Status,
    /// What it is called; empty when its feed gives no title.
    pub(crate) title: String,
    /// The reservation's code on its platform, where the feed tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reservation_code: Option<String>,
    /// When it begins, with the offset of the site.
    #[schema(format = DateTime)]
    pub(crate) start: String,
    /// When it ends, with the offset of the site.
    #[schema(format = DateTime)]
    pub(crate) end: String,
    /// The site's IANA time zone.
    pub(crate) time_zone: String,
    /// Whether it was given as whole days.
    pub(crate) all_day: bool,
    /// Who cleans, of a turnover.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) crew: Option<String>,
    /// How many minutes a turnover lacks until the next one begins, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lacking_minutes: Option<i64>,
}

/// Where an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Origin {
    /// The operator's own calendar.
    Own,
    /// A booking platform's feed.
    Platform,
    /// The operator's Google calendar.
    Google,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A guest has booked on a platform.
    Reservation,
    /// Asked for or kept, and not yet confirmed.
    Hold,
    /// Not available, without a guest.
    Block,
    /// An event of the operator's own.
    Booking,
    /// The crew cleans.
    Turnover,
}

/// Whether an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// It stands.
    Confirmed,
    /// It may come to nothing.
    Tentative,
    /// It does not take place.
    Cancelled,
}

/// An instant as UTC.
pub(crate) fn utc(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// An instant with the offset that holds in the zone.
pub(crate) fn local(instant: DateTime<Utc>, zone: Tz) -> String {
    instant
        .with_timezone(&zone)
        .to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

impl Entry {
    /// An own event. It always stands: one that does not is removed.
    pub(crate) fn of_own(event: OwnEvent, site: &Site) -> Self {
        let zone = site.time_zone;
        Self {
            id: event.id,
            source: Origin::Own,
            platform: None,
            listing: None,
            site: site.id.to_string(),
            asset: event.asset,
            kind: match event.kind {
                OwnEventKind::Booking => Kind::Booking,
                OwnEventKind::Block => Kind::Block,
            },
            status: Status::Confirmed,
            title: event.title,
            reservation_code: None,
            start: local(event.period.start, zone),
            end: local(event.period.end, zone),
            time_zone: zone.name().to_owned(),
            all_day: false,
            crew: None,
            lacking_minutes: None,
        }
    }

    /// What the ledger alone tells of.
    pub(crate) fn of_line(line: Link, site: &Site) -> Self {
        let zone = site.time_zone;
        let (source, platform, listing) = origin(line.origin);
        let period = line.content.face.period;
        Self {
            id: line.id,
            source,
            platform,
            listing,
            site: site.id.to_string(),
            asset: line.asset,
            kind: kind(source, line.content.kind),
            status: if line.content.face.is_tentative {
                Status::Tentative
            } else {
                Status::Confirmed
            },
            title: line.content.face.title.unwrap_or_default(),
            reservation_code: line.content.code,
            start: local(period.start, zone),
            end: local(period.end, zone),
            time_zone: zone.name().to_owned(),
            all_day: false,
            crew: None,
            lacking_minutes: None,
        }
    }

    /// When the crew cleans.
    pub(crate) fn of_slot(slot: Slot, site: &Site) -> Self {
        let zone = site.time_zone;
        Self {
            id: format!("turnover-{}", slot.link),
            source: Origin::Own,
            platform: None,
            listing: None,
            site: site.id.to_string(),
            asset: slot.asset,
            kind: Kind::Turnover,
            status: Status::Confirmed,
            title: "Turnover".to_owned(),
            reservation_code: None,
            start: local(slot.period.start, zone),
            end: local(slot.period.end, zone),
            time_zone: zone.name().to_owned(),
            all_day: false,
            crew: Some(slot.crew),
            lacking_minutes: (slot.lacking_minutes > 0).then_some(slot.lacking_minutes),
        }
    }

    /// What a platform's feed says.
    pub(crate) fn of_booking(booking: Booking, site: &Site) -> Self {
        let zone = site.time_zone;
        Self {
            id: booking.id,
            source: Origin::Platform,
            platform: Some(booking.platform),
            listing: Some(booking.listing),
            site: site.id.to_string(),
            asset: booking.asset,
            kind: booking.kind.into(),
            status: booking.status.into(),
            title: booking.summary.unwrap_or_default(),
            reservation_code: booking.reservation_code,
            start: local(booking.period.start, zone),
            end: local(booking.period.end, zone),
            time_zone: zone.name().to_owned(),
            all_day: booking.is_all_day,
            crew: None,
            lacking_minutes: None,
        }
    }
}

/// Whose it is, with the platform and the listing if it comes from one.
fn origin(origin: booking::Origin) -> (Origin, Option<String>, Option<String>) {
    match origin {
        booking::Origin::Platform { platform, listing } => (Origin::Platform, Some(platform), Some(listing)),
        booking::Origin::Google => (Origin::Google, None, None),
        // Further calendars of the operator's own will join.
        _ => (Origin::Own, None, None),
    }
}

/// What the operator has made for somebody is a booking, wherever it was made.
fn kind(source: Origin, kind: booking::Kind) -> Kind {
    match (source, kind) {
        (Origin::Own | Origin::Google, booking::Kind::Reservation) => Kind::Booking,
        (_, kind) => kind.into(),
    }
}

impl From<booking::Kind> for Kind {
    fn from(kind: booking::Kind) -> Self {
        match kind {
            booking::Kind::Reservation => Self::Reservation,
            booking::Kind::Hold => Self::Hold,
            booking::Kind::Block => Self::Block,
        }
    }
}

impl From<booking::Status> for Status {
    fn from(status: booking::Status) -> Self {
        match status {
            booking::Status::Confirmed => Self::Confirmed,
            booking::Status::Tentative => Self::Tentative,
            booking::Status::Cancelled => Self::Cancelled,
        }
    }
}
