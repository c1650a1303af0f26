//! Which release a rollback goes to: decided from the ledger and from what is deployed. Nothing else.

use std::collections::BTreeMap;

use serde_json::Value;
use stacks::StackKind;

use super::ledger::Entry;
use super::record::{Id, Kind, Outcome, Record};

/// A runtime stack, deployed or recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runtime<'a> {
    /// The template's text.
    pub template: &'a str,
    /// The parameters that were given, or that CloudFormation tells, with the defaults among them.
    pub parameters: &'a BTreeMap<String, String>,
}

/// Why a rollback has nowhere to go.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoTarget {
    /// Nothing older was ever healthy.
    #[error("no earlier release was healthy: there is nothing to roll back to")]
    NoneHealthy,
    /// The release has never passed a smoke test.
    #[error("{id} was not healthy ({outcome}): choose another release")]
    NotHealthy {
        /// Which.
        id: Id,
        /// How it went.
        outcome: Outcome,
    },
    /// The release is what is deployed.
    #[error("{id} is what is deployed: there is nothing to roll back")]
    Deployed {
        /// Which.
        id: Id,
    },
    /// The record names no runtime stack.
    #[error("{id} has no runtime stack: it cannot be applied again")]
    NoRuntime {
        /// Which.
        id: Id,
    },
}

/// The newest healthy release whose runtime differs from what is deployed, among those that are older than it.
///
/// A rollback stands where the release stands that it went to, so that a second one goes further back and not forth to
/// what the first one left. Records that cannot be read are passed over: the caller names them.
pub(crate) fn rollback_target<'a>(
    newest_first: &'a [Entry],
    deployed: Runtime<'_>,
) -> Result<&'a Record, NoTarget> {
    newest_healthy(&newest_first[position(newest_first, deployed)..], deployed)
}

/// The newest healthy release whose runtime differs from what is deployed: where to go back to from a release that has
/// just failed and is not in the ledger yet.
pub(crate) fn newest_healthy<'a>(
    newest_first: &'a [Entry],
    deployed: Runtime<'_>,
) -> Result<&'a Record, NoTarget> {
    readable(newest_first)
        .find(|record| judge_target(record, deployed).is_ok())
        .ok_or(NoTarget::NoneHealthy)
}

/// Whether a release can be rolled back to.
pub(crate) fn judge_target(record: &Record, deployed: Runtime<'_>) -> Result<(), NoTarget> {
    let id = || record.id.clone();
    let outcome = record.draft.outcome;
    if outcome != Outcome::Healthy {
        return Err(NoTarget::NotHealthy { id: id(), outcome });
    }
    match record.runtime() {
        None => Err(NoTarget::NoRuntime { id: id() }),
        Some(runtime) if runtime.is(deployed) => Err(NoTarget::Deployed { id: id() }),
        Some(_) => Ok(()),
    }
}

/// Where what is deployed stands in the ledger; at the top when no record is it.
fn position(newest_first: &[Entry], deployed: Runtime<'_>) -> usize {
    let is_deployed = |record: &&Record| record.runtime().is_some_and(|runtime| runtime.is(deployed));
    let Some(mut now) = readable(newest_first).find(is_deployed) else {
        return 0;
    };
    let place = |id: &Id| newest_first.iter().position(|entry| entry.id() == id);
    // A rollback goes to an older release, so that this ends; one that claims otherwise is not followed.
    while let Kind::Rollback { to } = &now.draft.kind {
        let target = readable(newest_first).find(|record| record.id == *to && record.id < now.id);
        match target {
            Some(target) => now = target,
            None => break,
        }
    }
    place(&now.id).unwrap_or(0)
}

fn readable(entries: &[Entry]) -> impl Iterator<Item = &Record> {
    entries.iter().filter_map(|entry| match entry {
        Entry::Readable(record) => Some(&**record),
        Entry::Unreadable { .. } => None,
    })
}

impl Record {
    /// The runtime stack as this release applied it.
    pub(crate) fn runtime(&self) -> Option<Runtime<'_>> {
        let kind = StackKind::Runtime.to_string();
        let stack = self.draft.stacks.iter().find(|stack| stack.kind == kind)?;
        Some(Runtime {
            template: &stack.template,
            parameters: &stack.parameters,
        })
    }
}

impl Runtime<'_> {
    /// Whether both mean the same, however the template is written and whether or not defaults are told.
    fn is(self, other: Runtime<'_>) -> bool {
        let ours: Option<Value> = serde_json::from_str(self.template).ok();
        let theirs: Option<Value> = serde_json::from_str(other.template).ok();
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => {
                ours == theirs && effective(&ours, self.parameters) == effective(&theirs, other.parameters)
            }
            _ => self.template == other.template && self.parameters == other.parameters,
        }
    }
}

/// The values that a stack works with: the given ones, and the template's defaults.
fn effective<'a>(template: &'a Value, given: &'a BTreeMap<String, String>) -> BTreeMap<&'a str, &'a str> {
    let declared = template["Parameters"].as_object().into_iter().flatten();
    let defaults =
        declared.filter_map(|(name, declared)| Some((name.as_str(), declared["Default"].as_str()?)));
    let given = given.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    defaults.chain(given).collect()
}

impl Entry {
    /// The release's name.
    pub(crate) fn id(&self) -> &Id {
        match self {
            Self::Readable(record) => &record.id,
            Self::Unreadable { id, .. } => id,
        }
    }
}
