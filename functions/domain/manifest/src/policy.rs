//! How to decide where facts alone do not.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::text::PlatformId;

/// The operator's policies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policies {
    /// Who keeps the time when two bookings of one asset overlap.
    #[serde(default)]
    #[schemars(with = "ConflictWire")]
    pub conflict: ConflictPolicy,
    /// When a feed is believed.
    #[serde(default)]
    pub feeds: FeedPolicy,
}

/// When a feed is believed. What is not given has the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FeedPolicy {
    /// A booking counts as cancelled when its feed has not told of it for so many minutes, in at least two readings. 0 to
    /// 10080, by default 30.
    #[schemars(with = "u32", range(max = 10_080))]
    pub min_absence_minutes: Limited<10_080>,
    /// So many bookings may disappear at once before the feed is quarantined: the larger one of this and `breaker_percent`
    /// counts. 0 to 1000, by default 3.
    #[schemars(with = "u32", range(max = 1_000))]
    pub breaker_removals: Limited<1_000>,
    /// So many percent of the bookings to come may disappear at once. 0 to 100, by default 30.
    #[schemars(with = "u32", range(max = 100))]
    pub breaker_percent: Limited<100>,
    /// A feed that was last read so many minutes ago raises an alarm. 0 to 10080, by default 360.
    #[schemars(with = "u32", range(max = 10_080))]
    pub stale_after_minutes: Limited<10_080>,
}

/// A whole number from 0 to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Limited<const MAX: u32>(u32);

impl<const MAX: u32> Limited<MAX> {
    /// This number, which the code gives and which is within the limit.
    pub(crate) const fn of(number: u32) -> Self {
        assert!(number <= MAX, "the default is within its limit");
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const MAX: u32> TryFrom<u32> for Limited<MAX> {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        if number <= MAX {
            Ok(Self(number))
        } else {
            Err(format!("this is at most {MAX}"))
        }
    }
}

impl Default for FeedPolicy {
    fn default() -> Self {
        Self {
            min_absence_minutes: Limited(30),
            breaker_removals: Limited(3),
            breaker_percent: Limited(30),
            stale_after_minutes: Limited(360),
        }
    }
}

/// Who keeps the time when two bookings of one asset overlap. Kind comes before policy: a reservation wins over a
/// hold, and a hold over a block.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "ConflictWire")]
pub enum ConflictPolicy {
    /// Whoever was seen confirmed first.
    #[default]
    FirstConfirmed,
    /// The platform that stands first in this list, which names every platform once.
    PlatformPriority(Vec<PlatformId>),
    /// Whoever pays more.
    HighestValue,
    /// Nobody, until the operator has decided.
    Manual,
}

/// Who keeps the time when two bookings of one asset overlap.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ConflictPolicy")]
struct ConflictWire {
    /// The rule by which the winner is found.
    rule: ConflictRule,
    /// Only with `platform-priority`: every platform's id, the strongest first.
    #[serde(default)]
    #[schemars(with = "Vec<PlatformId>")]
    platforms: Option<Vec<PlatformId>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ConflictRule {
    /// Whoever was seen confirmed first.
    FirstConfirmed,
    /// The platform that stands first in `platforms`.
    PlatformPriority,
    /// Whoever pays more.
    HighestValue,
    /// Nobody, until the operator has decided.
    Manual,
}

impl TryFrom<ConflictWire> for ConflictPolicy {
    type Error = &'static str;

    fn try_from(wire: ConflictWire) -> Result<Self, Self::Error> {
        match (wire.rule, wire.platforms) {
            (ConflictRule::PlatformPriority, Some(platforms)) => Ok(Self::PlatformPriority(platforms)),
            (ConflictRule::PlatformPriority, None) => Err("the rule `platform-priority` needs `platforms`"),
            (_, Some(_)) => Err("only the rule `platform-priority` takes `platforms`"),
            (ConflictRule::FirstConfirmed, None) => Ok(Self::FirstConfirmed),
            (ConflictRule::HighestValue, None) => Ok(Self::HighestValue),
            (ConflictRule::Manual, None) => Ok(Self::Manual),
        }
    }
}
