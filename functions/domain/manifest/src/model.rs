//! The manifest as its readers use it.

use std::borrow::Cow;

use chrono::TimeDelta;
use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::campaign::Campaign;
use crate::google::GoogleCalendar;
use crate::message::{Messages, SiteMessages};
use crate::platform::Platform;
use crate::policy::Policies;
use crate::replies::Replies;
use crate::text::{AssetId, EventTypeId, ListingId, LocalUrl, Name, PlatformId, SecretName, SiteId};

/// What the operator runs: sites with their assets, and where these are offered.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "campaign_schedule.json")]
pub struct Manifest {
    /// Where an editor finds this schema.
    #[serde(rename = "$schema", default)]
    #[schemars(with = "String")]
    pub json_schema: Option<String>,
    /// The format's version.
    pub version: Version,
    /// The places, each with what is booked there.
    #[schemars(length(min = 1))]
    pub sites: Vec<Site>,
    /// The booking platforms, and how to read their feeds.
    #[serde(default)]
    pub platforms: Vec<Platform>,
    /// Each asset's offer on each platform.
    #[serde(default)]
    pub listings: Vec<Listing>,
    /// How to decide where facts alone do not.
    #[serde(default)]
    pub policies: Policies,
    /// Who sends messages, and within what limits.
    #[serde(default)]
    pub messages: Messages,
    /// What is sent to whom, and when.
    #[serde(default)]
    pub campaigns: Vec<Campaign>,
    /// What guests are answered by rules.
    #[serde(default)]
    pub replies: Replies,
}

/// One place, in one time zone.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Unique among the sites.
    pub id: SiteId,
    /// What people call it.
    pub name: Name,
    /// The IANA time zone of the place, such as `America/New_York`. All-day and floating times of its assets are
    /// meant in this zone.
    #[schemars(with = "String")]
    pub time_zone: Tz,
    /// What can be booked here: a boat, a hall, a cabin.
    #[schemars(length(min = 1))]
    pub assets: Vec<Asset>,
    /// What is said in and of its messages.
    #[serde(default)]
    pub messages: SiteMessages,
}

/// One thing that one party at a time can book.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Unique in the whole manifest.
    pub id: AssetId,
    /// What people call it.
    pub name: Name,
    /// Minutes that must lie between two neighbours, for cleaning and handing over; 0 when none are needed.
    pub turnover_minutes: TurnoverMinutes,
    /// Who cleans it in that time. Without a crew no cleaning is planned.
    #[serde(default)]
    #[schemars(with = "Name")]
    pub crew: Option<Name>,
    /// The kinds of events that it is booked for, such as `sunset-cruise`. Rules of answers can ask for them.
    #[serde(default)]
    pub event_types: Vec<EventTypeId>,
    /// Its Google calendar.
    #[serde(default)]
    #[schemars(with = "GoogleCalendar")]
    pub google_calendar: Option<GoogleCalendar>,
}

/// Minutes between two bookings of an asset, at most a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct TurnoverMinutes(u32);

impl TurnoverMinutes {
    /// A week. A longer pause between bookings is a block in the calendar, not a turnover.
    pub const MAX: u32 = 7 * 24 * 60;

    /// The minutes as a length of time.
    #[must_use]
    pub fn duration(self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.0))
    }
}

impl TryFrom<u32> for TurnoverMinutes {
    type Error = &'static str;

    fn try_from(minutes: u32) -> Result<Self, Self::Error> {
        if minutes <= Self::MAX {
            Ok(Self(minutes))
        } else {
            Err("a turnover is at most 10080 minutes, which is a week")
        }
    }
}

impl JsonSchema for TurnoverMinutes {
    fn schema_name() -> Cow<'static, str> {
        "TurnoverMinutes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "minimum": 0,
            "maximum": Self::MAX,
            "description": "a turnover is 0 to 10080 minutes, which is a week",
        })
    }
}

/// The version of the manifest's format: 1 is the only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Version(u32);

impl TryFrom<u32> for Version {
    type Error = &'static str;

    fn try_from(version: u32) -> Result<Self, Self::Error> {
        if version == 1 {
            Ok(Self(version))
        } else {
            Err("version 1 is the only one that this release reads")
        }
    }
}

impl JsonSchema for Version {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": 1, "description": "version 1 is the only one that this release reads" })
    }
}

/// One asset's offer on one platform.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// Unique among the listings.
    pub id: ListingId,
    /// The platform's id.
    pub platform: PlatformId,
    /// The asset's id.
    pub asset: AssetId,
    /// The kind of event that is offered here, one of the asset's; without it, any of them.
    #[serde(default)]
    #[schemars(with = "EventTypeId")]
    pub event_type: Option<EventTypeId>,
    /// Where the platform publishes the listing's calendar.
    pub feed: Feed,
}

/// Where an iCalendar feed is found: `secret`, `local_url` or both.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// Name of the secret that holds the feed's URL. Platforms make such URLs unguessable instead of asking for a
    /// password, so the URL is a secret.
    #[serde(default)]
    #[schemars(with = "SecretName")]
    pub secret: Option<SecretName>,
    /// The feed's URL in the local stage, where it comes before the secret. Other stages ignore it.
    #[serde(default)]
    #[schemars(with = "LocalUrl")]
    pub local_url: Option<LocalUrl>,
}

/// Which kind of stage reads the manifest: that decides where feeds come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The stage on this machine: local URLs, else secrets.
    Local,
    /// A stage in the cloud: secrets only.
    Deployed,
}

/// Where to take a feed's URL from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedSource<'a> {
    /// From the manifest itself.
    LocalUrl(&'a LocalUrl),
    /// From the secret of this name.
    Secret(&'a SecretName),
}

impl Feed {
    /// Where this stage takes the feed's URL from; `None` when the manifest names only a local URL and the stage is
    /// deployed, which `Manifest::check` reports.
    #[must_use]
    pub fn source(&self, stage: Stage) -> Option<FeedSource<'_>> {
        let secret = self.secret.as_ref().map(FeedSource::Secret);
        match (stage, &self.local_url) {
            (Stage::Local, Some(url)) => Some(FeedSource::LocalUrl(url)),
            _ => secret,
        }
    }
}

impl Manifest {
    /// The site of this id.
    #[must_use]
    pub fn site(&self, id: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.id.as_str() == id)
    }

    /// The asset of this id, with the site where it lies.
    #[must_use]
    pub fn asset(&self, id: &str) -> Option<(&Site, &Asset)> {
        self.assets().find(|(_, asset)| asset.id.as_str() == id)
    }

    /// The platform of this id.
    #[must_use]
    pub fn platform(&self, id: &str) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.id.as_str() == id)
    }

    /// The campaign of this id.
    #[must_use]
    pub fn campaign(&self, id: &str) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.id.as_str() == id)
    }

    /// Every asset with its site, in the file's order.
    pub fn assets(&self) -> impl Iterator<Item = (&Site, &Asset)> {
        self.sites
            .iter()
            .flat_map(|site| site.assets.iter().map(move |asset| (site, asset)))
    }

    /// The kinds of events that something about this listing, or else this asset, can be about.
    #[must_use]
    pub fn event_types(&self, listing: Option<&str>, asset: Option<&str>) -> Vec<&EventTypeId> {
        let listing = listing.and_then(|id| self.listings.iter().find(|listing| listing.id.as_str() == id));
        if let Some(offered) = listing.and_then(|listing| listing.event_type.as_ref()) {
            return vec![offered];
        }
        let asset = asset.and_then(|id| self.asset(id));
        asset
            .map(|(_, asset)| asset.event_types.iter().collect())
            .unwrap_or_default()
    }

    /// The listings that offer this asset, in the file's order.
    pub fn listings_of<'a>(&'a self, asset: &'a AssetId) -> impl Iterator<Item = &'a Listing> {
        self.listings
            .iter()
            .filter(move |listing| listing.asset == *asset)
    }
}
