//! What is sent to whom, and when.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::policy::Limited;
use crate::text::{
    AssetId, AudienceId, CampaignId, ClockTime, LocalTime, Name, PlatformId, RecurrenceRule, SiteId,
    TemplateName, ZoneChoice,
};

/// One kind of message: a template, whom it is to, and when it is due.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Unique among the campaigns. Keep it: who has got a message is known under it.
    pub id: CampaignId,
    /// What people call it; by default its id.
    #[serde(default)]
    #[schemars(with = "Name")]
    pub name: Option<Name>,
    /// How it travels.
    pub channel: MessageChannel,
    /// What it is for.
    pub purpose: MessagePurpose,
    /// The template: of an e-mail a folder in `templates/`, of an SMS a file in `templates/sms/`.
    pub template: TemplateName,
    /// Whom it is to.
    pub to: Recipients,
    /// When it is due.
    pub when: When,
    /// Which bookings it is about; by default all.
    #[serde(default)]
    pub only: Only,
    /// When it could not be sent for so many minutes after it was due, it is not sent at all. 1 to 43200, by default 720.
    #[serde(default = "half_a_day")]
    #[schemars(with = "u32", range(min = 1, max = 43_200))]
    pub max_lateness_minutes: Limited<43_200>,
    /// What the template is given as `extra`.
    #[serde(default)]
    pub variables: BTreeMap<String, Value>,
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MessageChannel {
    /// By e-mail.
    Email,
    /// By SMS.
    Sms,
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MessagePurpose {
    /// The recipient's own booking, or a member of the crew's work. Nobody unsubscribes from it.
    Transactional,
    /// Everything else: with a way to unsubscribe, a frequency cap, and less of the sending rate.
    Marketing,
}

/// Whom a campaign is to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Recipients {
    /// The contacts of the booking that it is about.
    Guest {},
    /// The contacts of the crew that cleans the asset.
    Crew {},
    /// Everybody in an audience.
    Audience {
        /// The audience, as it was imported.
        name: AudienceId,
    },
}

/// When a campaign is due.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum When {
    /// Once.
    At {
        /// The time on the wall: `2026-12-01T09:00`.
        local: LocalTime,
        /// Whose wall: an IANA zone, or `recipient` for each recipient's own.
        zone: ZoneChoice,
    },
    /// Again and again.
    Every {
        /// A recurrence rule (RFC 5545, 3.3.10): `FREQ=WEEKLY;BYDAY=FR`.
        rule: RecurrenceRule,
        /// The first time on the wall.
        from: LocalTime,
        /// Whose wall: an IANA zone, or `recipient` for each recipient's own.
        zone: ZoneChoice,
    },
    /// So long before a confirmed booking begins.
    BeforeBooking {
        /// In minutes, 0 to 525600.
        #[schemars(with = "u32", range(max = 525_600))]
        minutes: Limited<525_600>,
    },
    /// So long after a confirmed booking has ended.
    AfterBooking {
        /// In minutes, 0 to 525600.
        #[schemars(with = "u32", range(max = 525_600))]
        minutes: Limited<525_600>,
    },
    /// As soon as something has happened.
    On {
        /// What.
        event: Happening,
    },
}

/// What a campaign can follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Happening {
    /// A booking was seen confirmed for the first time.
    BookingConfirmed,
    /// A confirmed booking is gone.
    BookingCancelled,
    /// Two bookings are in each other's way.
    Conflict,
    /// A crew has to clean, at another time than it knew, or not any more.
    Turnover,
}

/// Which bookings a campaign is about. What is not given takes all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Only {
    /// These sites.
    pub sites: Vec<SiteId>,
    /// These assets.
    pub assets: Vec<AssetId>,
    /// These platforms. The operator's own entries are of none.
    pub platforms: Vec<PlatformId>,
}

/// Hours in which nobody is written to, on the recipient's own wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// Their begin: `21:00`.
    #[schemars(with = "ClockTime")]
    from: ClockTimeOfDay,
    /// Their end, on the next day when it is not after the begin.
    #[schemars(with = "ClockTime")]
    to: ClockTimeOfDay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ClockTime")]
struct ClockTimeOfDay(NaiveTime);

impl TryFrom<ClockTime> for ClockTimeOfDay {
    type Error = &'static str;

    fn try_from(text: ClockTime) -> Result<Self, Self::Error> {
        let time = NaiveTime::parse_from_str(text.as_str(), "%H:%M");
        time.map(Self).map_err(|_| "a time of day is `HH:MM`")
    }
}

impl QuietHours {
    /// Their begin and end on the wall.
    #[must_use]
    pub const fn bounds(self) -> (NaiveTime, NaiveTime) {
        (self.from.0, self.to.0)
    }
}

impl Campaign {
    /// How late it may be sent.
    #[must_use]
    pub fn max_lateness(&self) -> TimeDelta {
        TimeDelta::minutes(self.max_lateness_minutes.get().max(1).into())
    }

    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        self.name.as_ref().map_or(self.id.as_str(), Name::as_str)
    }
}

impl LocalTime {
    /// The time on the wall.
    #[must_use]
    pub fn wall(&self) -> Option<NaiveDateTime> {
        NaiveDateTime::parse_from_str(self.as_str(), "%Y-%m-%dT%H:%M").ok()
    }
}

impl ZoneChoice {
    /// The zone that is named; `None` for each recipient's own.
    #[must_use]
    pub fn zone(&self) -> Option<Tz> {
        self.as_str().parse().ok()
    }
}

const fn half_a_day() -> Limited<43_200> {
    Limited::of(720)
}
