//! What policy does not let through: exit code 4.

use std::{collections::BTreeSet, fmt};

use crate::model::{Change, Danger, Plan};

/// What else the caller does not want, besides the guard of stateful resources that always holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOn {
    /// Any resource that goes.
    Destroy,
    /// Any resource that is or may be replaced.
    Replace,
    /// Rights that come or cannot be judged.
    IamBroadened,
    /// Something that becomes open to everybody.
    PublicExposure,
    /// Something that was changed by other means.
    Drift,
    /// Something that is not known.
    Incomplete,
}

/// One reason not to apply the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stack.
    pub stack: String,
    /// The logical id, unless the reason is about the stack.
    pub logical_id: Option<String>,
    /// Why.
    pub reason: String,
    /// Whether naming the resource lifts it: it is the guard of what holds data.
    pub lifted_by_name: bool,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.logical_id {
            Some(id) => write!(f, "{} in {}: {}", id, self.stack, self.reason),
            None => write!(f, "{}: {}", self.stack, self.reason),
        }
    }
}

/// All reasons, in the order of the plan. `allow_replace` holds logical ids, as given to `--allow-replace`; it
/// lifts only the guard of stateful resources.
#[must_use]
pub fn refusals(plan: &Plan, fail_on: &BTreeSet<FailOn>, allow_replace: &BTreeSet<String>) -> Vec<Refusal> {
    let mut found = Vec::new();
    for change in plan.danger.iter().chain(&plan.changes) {
        for (reason, lifted_by_name) in reasons(change, fail_on, allow_replace) {
            found.push(Refusal {
                stack: change.stack.clone(),
                logical_id: Some(change.logical_id.clone()),
                reason,
                lifted_by_name,
            });
        }
    }
    if fail_on.contains(&FailOn::Drift) {
        found.extend(plan.drift.iter().map(|drift| Refusal {
            stack: drift.stack.clone(),
            logical_id: Some(drift.logical_id.clone()),
            reason: "it was changed by other means".to_owned(),
            lifted_by_name: false,
        }));
    }
    if fail_on.contains(&FailOn::Incomplete) {
        found.extend(plan.gaps.iter().map(|gap| Refusal {
            stack: gap.stack.clone(),
            logical_id: None,
            reason: gap.reason.clone(),
            lifted_by_name: false,
        }));
    }
    found
}

fn reasons(change: &Change, fail_on: &BTreeSet<FailOn>, allowed: &BTreeSet<String>) -> Vec<(String, bool)> {
    let words = change.action.words();
    let mut reasons = Vec::new();
    let guarded = change
        .dangers
        .iter()
        .any(|danger| matches!(danger, Danger::StatefulDestroy | Danger::StatefulReplace));
    if guarded && !allowed.contains(&change.logical_id) {
        reasons.push((format!("it holds data: {words}"), true));
    }
    if fail_on.contains(&FailOn::Destroy) && change.action.destroys() {
        reasons.push((format!("it is to go or be another: {words}"), false));
    }
    if fail_on.contains(&FailOn::Replace) && change.action.replaces() {
        reasons.push((format!("it is to go or be another: {words}"), false));
    }
    if fail_on.contains(&FailOn::IamBroadened) && change.iam.broadens() {
        reasons.push(("it broadens rights".to_owned(), false));
    }
    if fail_on.contains(&FailOn::PublicExposure) {
        reasons.extend(change.dangers.iter().filter_map(|danger| match danger {
            Danger::PublicExposure(way) => Some((format!("it opens to everybody: {way}"), false)),
            _ => None,
        }));
    }
    reasons
}
