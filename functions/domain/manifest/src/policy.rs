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
