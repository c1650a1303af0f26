//! Who may do what: two policies compared by action, not by statement.
//!
//! Splitting, joining or reordering statements changes nothing here; a wider action, resource or condition does.

mod document;
mod glob;

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::redact::Redactor;
use document::Document;

/// What happens to rights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IamVerdict {
    /// The same may do the same.
    #[default]
    Same,
    /// Rights go, and none come.
    Narrowed,
    /// Rights come, whether or not others go.
    Broadened,
    /// It cannot be judged, so it counts as broadened.
    Unknown,
}

impl IamVerdict {
    /// Whether somebody has to look.
    #[must_use]
    pub fn broadens(self) -> bool {
        matches!(self, Self::Broadened | Self::Unknown)
    }
}

/// One right: one action on one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    /// Allowed or denied.
    pub effect: Effect,
    /// Who, where the policy says it: a trust policy and a policy of a resource do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The action, such as `s3:GetObject`.
    pub action: String,
    /// The resource, with references as `${LogicalId.Arn}`.
    pub resource: String,
    /// The condition as JSON, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Whether the statement excludes (`NotAction`, `NotResource`, `NotPrincipal`) or cannot be read, so
    /// that its reach is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unbounded: bool,
}

/// The effect of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Allowed.
    Allow,
    /// Denied, whatever allows it.
    Deny,
}

/// How rights change with one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct IamChange {
    pub(crate) verdict: IamVerdict,
    pub(crate) broadened: Vec<Grant>,
    pub(crate) narrowed: Vec<Grant>,
}

/// Compares the rights that a resource gives before and after. `changed` are the parameters and resources
/// that stand for another value afterwards.
pub(crate) fn compare(
    before: Option<&Value>,
    after: Option<&Value>,
    changed: &BTreeSet<String>,
) -> IamChange {
    let none = BTreeSet::new();
    let old = before
        .map(|resource| document::grants(resource, &none))
        .unwrap_or_default();
    let new = after
        .map(|resource| document::grants(resource, changed))
        .unwrap_or_default();
    let (mut broadened, mut narrowed) = (Vec::new(), Vec::new());
    for grant in uncovered(&new, &old) {
        match grant.effect {
            Effect::Allow => broadened.push(grant),
            Effect::Deny => narrowed.push(grant),
        }
    }
    for grant in uncovered(&old, &new) {
        match grant.effect {
            Effect::Allow => narrowed.push(grant),
            Effect::Deny => broadened.push(grant),
        }
    }
    broadened.sort();
    narrowed.sort();
    // An exclusion that comes or goes can reach further than it reads: nobody can call it narrower.
    let unknown = broadened.iter().chain(&narrowed).any(|grant| grant.unbounded);
    let verdict = if unknown {
        IamVerdict::Unknown
    } else if !broadened.is_empty() {
        IamVerdict::Broadened
    } else if !narrowed.is_empty() {
        IamVerdict::Narrowed
    } else {
        IamVerdict::Same
    };
    IamChange {
        verdict,
        broadened,
        narrowed,
    }
}

/// The rights that a resource gives to everybody.
pub(crate) fn public(resource: &Value) -> Vec<Grant> {
    document::grants(resource, &BTreeSet::new())
        .grants
        .into_iter()
        .filter(|grant| {
            grant.effect == Effect::Allow
                && grant.condition.is_none()
                && grant
                    .principal
                    .as_deref()
                    .is_some_and(|principal| principal == "*" || principal == "AWS:*")
        })
        .collect()
}

fn uncovered(grants: &Document, by: &Document) -> Vec<Grant> {
    grants
        .grants
        .iter()
        .filter(|grant| !by.grants.iter().any(|other| other.covers(grant)))
        .cloned()
        .collect()
}

impl Grant {
    /// Whether everything that `other` says is already said here.
    fn covers(&self, other: &Self) -> bool {
        if self.unbounded || other.unbounded {
            return self == other;
        }
        self.effect == other.effect
            && (self.principal == other.principal || self.principal.as_deref() == Some("*"))
            && (self.condition.is_none() || self.condition == other.condition)
            && glob::covers(
                &self.action.to_ascii_lowercase(),
                &other.action.to_ascii_lowercase(),
            )
            && glob::covers(&self.resource, &other.resource)
    }

    pub(crate) fn scrubbed(mut self, redactor: &Redactor) -> Self {
        self.action = redactor.scrub(&self.action);
        self.resource = redactor.scrub(&self.resource);
        self.principal = self.principal.map(|principal| redactor.scrub(&principal));
        self.condition = self.condition.map(|condition| redactor.scrub(&condition));
        self
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.effect {
            Effect::Allow => "allow ",
            Effect::Deny => "deny ",
        })?;
        if let Some(principal) = &self.principal {
            write!(f, "{principal} ")?;
        }
        write!(f, "{} on {}", self.action, self.resource)?;
        if let Some(condition) = &self.condition {
            write!(f, " if {condition}")?;
        }
        if self.unbounded {
            f.write_str(" (reach unknown)")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
