//! The operator's manifest, `campaign_schedule.json`: sites, assets, platforms, listings and policies.
//!
//! Invariant: a [`Manifest`] that exists is whole. Every id is unique, every reference leads somewhere, every zone
//! is an IANA zone; so its readers look things up without checking again.
//!
//! There are two ways in. [`Manifest::parse`] is for the functions: plain serde, and the same judgement without
//! positions. `Manifest::check` (feature `check`) is for the operator: every finding at once, each with its line and
//! column.

#[cfg(feature = "check")]
mod check;
mod google;
mod judge;
mod model;
mod parse;
mod platform;
mod policy;
mod schema;
mod text;
mod webhook;

#[cfg(feature = "check")]
pub use check::{Finding, Findings};
pub use google::GoogleCalendar;
pub use judge::Problem;
pub use model::{Asset, Feed, FeedSource, Listing, Manifest, Site, Stage, TurnoverMinutes, Version};
pub use parse::{MAX_BYTES, ParseError};
pub use platform::{CodePlace, EventField, EventKind, EventMapping, EventRule, Platform};
pub use policy::{ConflictPolicy, FeedPolicy, Limited, Policies};
pub use schema::schema;
pub use text::{
    AssetId, HeaderName, InvalidText, JsonPointer, ListingId, LocalUrl, Marker, Name, Pattern, PlatformId,
    SecretName, SiteId,
};
pub use webhook::{Webhook, WebhookMeaning, WebhookScheme};
