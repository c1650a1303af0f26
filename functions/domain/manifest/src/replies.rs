//! What guests are answered without anybody's doing.

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::campaign::QuietHours;
use crate::policy::Limited;
use crate::text::{AssetId, EventTypeId, Name, PlatformId, RuleId, SiteId, TemplateName};

/// Answers to guests by rules. The first rule that fits a message decides; what none fits is a person's to answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Replies {
    /// What is done with an answer, where its rule says nothing else.
    pub mode: ReplyMode,
    /// The rules, in order.
    pub rules: Vec<ReplyRule>,
    /// How often one thread is answered by rules.
    pub per_thread: ThreadCap,
    /// So many messages in an hour are answered by rules, over all threads. 0 to 1000, by default 30.
    #[schemars(with = "u32", range(max = 1_000))]
    pub per_hour: Limited<1_000>,
    /// A message that was written so many hours ago is a person's to answer. 1 to 168, by default 12.
    #[schemars(with = "u32", range(min = 1, max = 168))]
    pub max_age_hours: Limited<168>,
}

/// What is done with an answer that a rule makes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyMode {
    /// It is noted what would have been answered, and the guest waits for a person.
    #[default]
    DryRun,
    /// It waits for the operator's word.
    Draft,
    /// It is sent.
    Send,
}

/// Which messages, and what becomes of them. What is not given takes all.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyRule {
    /// Unique among the rules.
    pub id: RuleId,
    /// These sites, assets, platforms and kinds of events.
    #[serde(default)]
    pub only: ReplyOnly,
    /// One of these words or phrases. Case and accents do not matter.
    #[serde(default)]
    pub keywords: Vec<Name>,
    /// Written in these hours on the site's wall.
    #[serde(default)]
    #[schemars(with = "QuietHours")]
    pub hours: Option<QuietHours>,
    /// How it stands with the booking that the message is about.
    #[serde(default)]
    pub booking: Vec<BookingIs>,
    /// Instead of `mode` above.
    #[serde(default)]
    #[schemars(with = "ReplyMode")]
    pub mode: Option<ReplyMode>,
    /// What becomes of it.
    pub then: Then,
}

/// Which messages a rule is for. What is not given takes all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplyOnly {
    /// These sites.
    pub sites: Vec<SiteId>,
    /// These assets.
    pub assets: Vec<AssetId>,
    /// These platforms.
    pub platforms: Vec<PlatformId>,
    /// These kinds of events: the listing's that the message is about, or else one of its asset's.
    pub event_types: Vec<EventTypeId>,
}

/// How it stands with a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BookingIs {
    /// None is known: the guest asks.
    None,
    /// It is requested and not confirmed.
    Hold,
    /// It is confirmed, and not over.
    Reservation,
    /// It is over.
    Past,
    /// It is cancelled.
    Cancelled,
}

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// It is answered with the template of this name, a file in `templates/replies/`.
    Reply(TemplateName),
    /// This person answers it.
    Person(Name),
    /// A crew is told of it by SMS.
    Sms(ToldCrew),
}

/// Who is told of a guest's message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToldCrew {
    /// The crew, as an asset names it.
    pub crew: Name,
    /// The SMS, a file in `templates/sms/`.
    pub template: TemplateName,
}

/// How often one thread is answered by rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ThreadCap {
    /// So often at most, 1 to 20, by default 3,
    #[schemars(with = "u32", range(min = 1, max = 20))]
    pub messages: Limited<20>,
    /// in so many hours, 1 to 720, by default 24.
    #[schemars(with = "u32", range(min = 1, max = 720))]
    pub hours: Limited<720>,
}

impl Replies {
    /// How old a message may be.
    #[must_use]
    pub fn max_age(&self) -> TimeDelta {
        TimeDelta::hours(self.max_age_hours.get().max(1).into())
    }
}

impl ThreadCap {
    /// In how long a time.
    #[must_use]
    pub fn window(self) -> TimeDelta {
        TimeDelta::hours(self.hours.get().max(1).into())
    }
}

impl Default for Replies {
    fn default() -> Self {
        Self {
            mode: ReplyMode::default(),
            rules: Vec::new(),
            per_thread: ThreadCap::default(),
            per_hour: Limited::of(30),
            max_age_hours: Limited::of(12),
        }
    }
}

impl Default for ThreadCap {
    fn default() -> Self {
        Self {
            messages: Limited::of(3),
            hours: Limited::of(24),
        }
    }
}
