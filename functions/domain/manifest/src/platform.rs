//! A platform and the tolerant mapping of its feed's events.
//!
//! No platform of ours describes its feed in public, so what its events mean is the operator's knowledge and stands
//! in the manifest, not in code.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::inbox::Inbox;
use crate::policy::Limited;
use crate::text::{Marker, Name, Pattern, PlatformId};
use crate::webhook::Webhook;

/// One booking platform.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Unique among the platforms.
    pub id: PlatformId,
    /// What people call it.
    pub name: Name,
    /// What the events in its feeds mean.
    #[serde(default)]
    pub events: EventMapping,
    /// How the platform tells us that something has changed, if it does.
    #[serde(default)]
    #[schemars(with = "Webhook")]
    pub webhook: Option<Webhook>,
    /// How its messages come and go, if they do.
    #[serde(default)]
    #[schemars(with = "Inbox")]
    pub inbox: Option<Inbox>,
    /// Within so many minutes a request wants to be confirmed or refused on the platform, 1 to 20160. It is shown
    /// as the deadline of requests that wait.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 20_160))]
    pub answer_within_minutes: Option<Limited<20_160>>,
}

/// What a platform's feed events mean.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventMapping {
    /// The first rule that matches decides. They come before the phrases that are known of most platforms
    /// ("Not available", "Blocked", "Reserved").
    #[serde(default)]
    pub rules: Vec<EventRule>,
    /// What an event is when nothing is known of it.
    #[serde(default)]
    pub otherwise: EventKind,
    /// Where to look for a reservation's code; the first place that holds one decides.
    #[serde(default)]
    pub reservation_code: Vec<CodePlace>,
    /// Where to look for what a booking pays, for the policy `highest-value`; the first place that holds an amount decides.
    /// It counts for bookings that have a code.
    #[serde(default)]
    pub value: Vec<CodePlace>,
}

/// One rule: when the field matches the pattern, the event is of this kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventRule {
    /// Which of the event's properties to read.
    pub field: EventField,
    /// The pattern that the whole property must match.
    pub matches: Pattern,
    /// What the event then is.
    pub kind: EventKind,
}

/// Where a reservation's code, or what it pays, stands: what follows a fixed text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodePlace {
    /// Which of the event's properties to read.
    pub field: EventField,
    /// The text directly before it, such as `/reservations/`, `Booking code:` or `Payout:`. Case does not matter.
    pub after: Marker,
}

/// A property of an iCalendar event (RFC 5545, 3.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventField {
    /// `SUMMARY`: the title.
    Summary,
    /// `DESCRIPTION`: the long text.
    Description,
    /// `LOCATION`: the place.
    Location,
    /// `URL`: the link.
    Url,
    /// `UID`: the event's identity in its feed.
    Uid,
    /// `CATEGORIES`: any one of them.
    Categories,
}

/// What an event in a platform's feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A guest has booked.
    #[default]
    Reservation,
    /// Not available, without a guest.
    Block,
    /// Asked for or kept, and not yet confirmed.
    Hold,
}
