//! What is meant to be so: findings that are let pass, each with its reason.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Finding, judge};
use crate::{StackKind, StackSpec};

/// The data.
static WAIVERS: LazyLock<Vec<Waiver>> =
    // The file is part of the binary and a test reads it, so there is no error that a caller could meet. A file that
    // could not be read would waive nothing.
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/waivers.json")).unwrap_or_default());

/// A rule that need not hold for certain things of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The kind of stack, as it displays.
    pub stack: String,
    /// The rule's name.
    pub rule: String,
    /// The logical ids.
    pub logical_ids: Vec<String>,
    /// Why.
    pub reason: String,
}

/// What the rules say of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What is let pass, and by which waiver.
    pub waived: Vec<(Finding, &'static Waiver)>,
}

/// Every waiver.
#[must_use]
pub fn waivers() -> &'static [Waiver] {
    &WAIVERS
}

/// Judges a stack's template, and lets pass what is waived.
#[must_use]
pub fn judge_stack(stack: &StackSpec) -> Judgement {
    // A template that could not be read back has no resources, and so no findings; a test reads all of them.
    let template = serde_json::from_str(&stack.template.to_compact_json()).unwrap_or_default();
    let mut judgement = Judgement {
        findings: Vec::new(),
        waived: Vec::new(),
    };
    for finding in judge(&template) {
        match waivers()
            .iter()
            .find(|waiver| waiver.covers(stack.kind, &finding))
        {
            Some(waiver) => judgement.waived.push((finding, waiver)),
            None => judgement.findings.push(finding),
        }
    }
    judgement
}

impl Waiver {
    fn covers(&self, stack: StackKind, finding: &Finding) -> bool {
        self.stack == stack.to_string()
            && self.rule == finding.rule.name()
            && self.logical_ids.contains(&finding.logical_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rule;

    #[test]
    fn a_waiver_lets_pass_its_own_rule_for_its_own_ids_in_its_own_stack() {
        let waiver = Waiver {
            stack: "bootstrap".to_owned(),
            rule: Rule::RoleWithoutBoundary.name().to_owned(),
            logical_ids: vec!["PlanRole".to_owned()],
            reason: String::new(),
        };
        let finding = |id: &str, rule| Finding {
            logical_id: id.to_owned(),
            rule,
            what: String::new(),
        };
        let meant = finding("PlanRole", Rule::RoleWithoutBoundary);
        assert!(waiver.covers(StackKind::Bootstrap, &meant));
        assert!(!waiver.covers(StackKind::Runtime, &meant));
        assert!(!waiver.covers(StackKind::Bootstrap, &finding("PlanRole", Rule::WildcardAction)));
        assert!(!waiver.covers(StackKind::Bootstrap, &finding("Other", Rule::RoleWithoutBoundary)));
    }
}
