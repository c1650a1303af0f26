//! What a stack adds besides its resources' changes: gaps, drift and settings.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Stack;
use crate::{
    difference::{self, PropertyChange},
    facts::{ArtifactFacts, Basis, DriftState, First, Later, Raw, Remnant},
    model::{
        Action, Change, CodeChange, Drift, Gap, NotChecked, Plan, SettingChange, StackFirst, StackLater,
    },
};

impl Stack<'_> {
    /// What is done before, and what is known only later.
    pub(super) fn add_order(&self, plan: &mut Plan) {
        let scrub = |names: &[String]| names.iter().map(|name| self.redactor.scrub(name)).collect();
        let stack = &self.facts.name;
        plan.later
            .extend(self.facts.later.as_ref().map(|later| StackLater {
                stack: stack.clone(),
                later: Later {
                    reason: later.reason,
                    waits_for: scrub(&later.waits_for),
                    parameters: scrub(&later.parameters),
                },
            }));
        plan.first
            .extend(self.facts.first.as_ref().map(|first| StackFirst {
                stack: stack.clone(),
                first: self.first(first),
            }));
    }

    fn first(&self, first: &First) -> First {
        let scrub = |remnants: &[Remnant]| {
            let mut remnants: Vec<Remnant> = remnants
                .iter()
                .map(|remnant| Remnant {
                    logical_id: self.redactor.scrub(&remnant.logical_id),
                    resource_type: self.redactor.scrub(&remnant.resource_type),
                })
                .collect();
            remnants.sort_by(|a, b| a.logical_id.cmp(&b.logical_id));
            remnants
        };
        match first {
            First::DeleteFailedCreation { status, left } => First::DeleteFailedCreation {
                status: self.redactor.scrub(status),
                left: scrub(left),
            },
            First::Recover { status, stuck } => First::Recover {
                status: self.redactor.scrub(status),
                stuck: scrub(stuck),
            },
        }
    }

    /// The condition that decides whether the stack has the resource, if it cannot be evaluated here.
    pub(super) fn condition(&self, id: &str) -> Option<String> {
        let [old, new] = &self.depends;
        let undecided = new.get(id).or_else(|| old.get(id))?;
        // What the change set says, it says after the condition.
        (!self.told.contains_key(id)).then(|| self.redactor.scrub(undecided))
    }

    /// Resources that stay in the template, and of which a condition that may have another answer decides.
    fn undecided(&self) -> Vec<String> {
        let (Some(old), Some(new)) = (&self.facts.deployed, &self.facts.new) else {
            return Vec::new();
        };
        let (old, new) = (old.0.get("Conditions"), new.0.get("Conditions"));
        let moved = new.is_some_and(|new| {
            difference::references(new)
                .iter()
                .any(|(_, target)| self.moved.contains(target))
        });
        let [before, after] = &self.depends;
        let may_differ = |id: &String| old != new || moved || before.get(id) != after.get(id);
        let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        ids.into_iter()
            .filter(|id| self.old.contains_key(*id) && self.new.contains_key(*id) && may_differ(id))
            .filter_map(|id| {
                let condition = self.condition(id)?;
                let id = self.redactor.scrub(id);
                Some(format!(
                    "whether the stack has {id} depends on condition {condition}"
                ))
            })
            .collect()
    }

    fn lacks_change_set(&self) -> bool {
        let facts = self.facts;
        let (Some(old), Some(new)) = (&facts.deployed, &facts.new) else {
            return false;
        };
        self.basis == Basis::Deployed
            && facts.change_set.is_none()
            && facts.later.is_none()
            && (old != new || facts.deployed_parameters != facts.new_parameters)
    }

    pub(super) fn add_gaps(&self, plan: &mut Plan) {
        let set = self.facts.change_set.as_ref();
        let mut gap = |reason: String| {
            plan.gaps.push(Gap {
                stack: self.facts.name.clone(),
                reason,
            });
        };
        if let Some(reason) = set.and_then(|set| set.incomplete.as_ref()) {
            gap(format!(
                "the change set is incomplete: {}",
                self.redactor.scrub(reason)
            ));
        }
        if self.lacks_change_set() {
            gap("there is no change set: what follows is predicted".to_owned());
        }
        if set.is_none() {
            self.undecided().into_iter().for_each(&mut gap);
        }
        let templates = [("deployed", &self.facts.deployed), ("new", &self.facts.new)];
        for (which, template) in templates {
            let readable = |value: &Value| value.get("Resources").is_some_and(Value::is_object);
            if template.as_ref().is_some_and(|template| !readable(&template.0)) {
                gap(format!("the {which} template has no readable resources"));
            }
        }
    }

    pub(super) fn add_drift(&self, plan: &mut Plan) {
        let mut rows: Vec<_> = self.facts.drift.iter().collect();
        rows.sort_by(|a, b| a.logical_id.cmp(&b.logical_id));
        for row in rows {
            let (stack, logical_id) = (self.facts.name.clone(), self.redactor.scrub(&row.logical_id));
            let resource_type = row.resource_type.clone();
            let (deleted, differences) = match &row.state {
                DriftState::InSync => continue,
                DriftState::NotChecked(reason) => {
                    let reason = self.redactor.scrub(reason);
                    plan.drift_not_checked.push(NotChecked {
                        stack,
                        logical_id,
                        resource_type,
                        reason,
                    });
                    continue;
                }
                DriftState::Deleted => (true, [].as_slice()),
                DriftState::Drifted(differences) => (false, differences.as_slice()),
            };
            let show = |path: &str, text: &str| self.redactor.show_text(path, Some(text));
            let properties = differences.iter().map(|difference| PropertyChange {
                path: self.redactor.scrub(&difference.path),
                before: show(&difference.path, &difference.expected.0),
                after: show(&difference.path, &difference.actual.0),
                lines: Vec::new(),
                follows: None,
            });
            let properties = properties.collect();
            plan.drift.push(Drift {
                stack,
                logical_id,
                resource_type,
                deleted,
                properties,
            });
        }
    }

    pub(super) fn add_settings(&self, plan: &mut Plan) {
        let (Some(old), Some(new)) = (&self.facts.deployed, &self.facts.new) else {
            return;
        };
        for difference in difference::differences(&old.0, &new.0) {
            let path = &difference.path;
            if path.is_empty() || path == "Resources" || path.starts_with("Resources.") {
                continue;
            }
            let shown = difference.show(&self.redactor);
            plan.settings.push(SettingChange {
                stack: self.facts.name.clone(),
                path: format!("Template.{}", shown.path),
                before: shown.before,
                after: shown.after,
            });
        }
        for name in self.changed_parameters() {
            if self
                .facts
                .artifacts
                .iter()
                .any(|artifact| artifact.parameter == name)
            {
                continue;
            }
            let show = |values: &BTreeMap<String, Raw<String>>| {
                let value = values.get(&name).map(|raw| Value::from(raw.0.as_str()));
                self.redactor.show(&name, value.as_ref())
            };
            plan.settings.push(SettingChange {
                stack: self.facts.name.clone(),
                path: format!("Parameters.{name}"),
                before: show(&self.facts.deployed_parameters),
                after: show(&self.facts.new_parameters),
            });
        }
    }

    fn artifact(&self, function: &str) -> Option<&ArtifactFacts> {
        self.facts
            .artifacts
            .iter()
            .find(|artifact| artifact.function == function)
    }

    pub(super) fn code_only(&self, change: &Change) -> Option<CodeChange> {
        let only = change.action == Action::Change
            && change.resource_type == "AWS::Lambda::Function"
            && change.dangers.is_empty()
            && !change.properties.is_empty()
            && change
                .properties
                .iter()
                .all(|property| property.path.starts_with("Properties.Code"));
        let artifact = self.artifact(&change.logical_id).filter(|_| only)?;
        let new = artifact.new.as_ref()?;
        Some(CodeChange {
            stack: change.stack.clone(),
            logical_id: change.logical_id.clone(),
            before_bytes: artifact.old.as_ref().and_then(|old| old.bytes),
            after_bytes: new.bytes,
            sha256: new.sha256.chars().take(12).collect(),
        })
    }
}
