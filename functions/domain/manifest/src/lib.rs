//! The operator's manifest, `campaign_schedule.json`: sites, assets, platforms, listings, policies and campaigns.
//!
//! Invariant: a [`Manifest`] that exists is whole. Every id is unique, every reference leads somewhere, every zone
//! is an IANA zone; so its readers look things up without checking again.
//!
//! There are two ways in. [`Manifest::parse`] is for the functions: plain serde, and the same judgement without
//! positions. `Manifest::check` (feature `check`) is for the operator: every finding at once, each with its line and
//! column.

mod campaign;
#[cfg(feature = "check")]
mod check;
mod google;
mod inbox;
mod judge;
mod message;
mod model;
mod parse;
mod platform;
mod policy;
mod replies;
mod schema;
mod text;
mod webhook;

pub use campaign::{Campaign, Happening, MessageChannel, MessagePurpose, Only, QuietHours, Recipients, When};
#[cfg(feature = "check")]
pub use check::{Finding, Findings};
pub use google::GoogleCalendar;
pub use inbox::{
    ApiToken, AttachmentFields, Confirm, ConfirmMethod, Inbox, MailPlace, MessageFields, MessageList,
    MessagingApi, NotificationMails, Passage, PostReply, SenderRoles,
};
pub use judge::Problem;
pub use message::{EmailSender, FrequencyCap, Messages, SiteMessages, SmsSender};
pub use model::{Asset, Feed, FeedSource, Listing, Manifest, Site, Stage, TurnoverMinutes, Version};
pub use parse::{MAX_BYTES, ParseError};
pub use platform::{CodePlace, EventField, EventKind, EventMapping, EventRule, Platform};
pub use policy::{ConflictPolicy, FeedPolicy, Limited, Policies};
pub use replies::{BookingIs, Replies, ReplyMode, ReplyOnly, ReplyRule, Then, ThreadCap, ToldCrew};
pub use schema::schema;
pub use text::{
    AssetId, AudienceId, CampaignId, ClockTime, EventTypeId, HeaderName, InvalidText, JsonPointer, ListingId,
    LocalTime, LocalUrl, MailAddress, Marker, Name, ParameterName, PathTemplate, Pattern, PhoneNumber,
    PlatformId, RecurrenceRule, RuleId, SecretName, SiteId, TemplateName, WebUrl, ZoneChoice,
};
pub use webhook::{Webhook, WebhookMeaning, WebhookScheme};
