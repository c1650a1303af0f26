//! The part of the plan that comes from one stack.

mod properties;
mod rest;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::stateful::{fate, is_stateful, is_stateful_type};
use crate::{
    certainty::{self, Certainty},
    condition::Conditions,
    difference::references,
    exposure,
    facts::{Basis, Cause, ChangeAction, Evaluation, Raw, ResourceChange, StackFacts},
    iam::{self, IamChange},
    model::{Action, Change, Danger, Plan, Touched},
    redact::Redactor,
};

pub(super) struct Stack<'a> {
    facts: &'a StackFacts,
    basis: Basis,
    redactor: Redactor,
    old: Map<String, Value>,
    new: Map<String, Value>,
    told: BTreeMap<&'a str, &'a ResourceChange>,
    /// Parameters, then also resources, that stand for another value afterwards.
    moved: BTreeSet<String>,
    /// Resources before and after, with the condition that decides whether they are there at all.
    depends: [BTreeMap<String, String>; 2],
}

impl<'a> Stack<'a> {
    pub(super) fn new(facts: &'a StackFacts, basis: Basis) -> Self {
        let resources = |template: &Option<Raw<Value>>, parameters: &BTreeMap<String, Raw<String>>| {
            template
                .as_ref()
                .map(|raw| Conditions::of(&raw.0, parameters, basis).resources(&raw.0))
                .unwrap_or_default()
        };
        let old = resources(&facts.deployed, &facts.deployed_parameters);
        let new = resources(&facts.new, &facts.new_parameters);
        let told = facts.change_set.iter().flat_map(|set| &set.changes);
        let mut stack = Self {
            facts,
            basis,
            redactor: Redactor::of(facts),
            told: told.map(|change| (change.logical_id.as_str(), change)).collect(),
            moved: BTreeSet::new(),
            depends: [old.depends, new.depends],
            old: old.all,
            new: new.all,
        };
        if facts.deployed.is_some() && facts.new.is_some() {
            stack.moved.extend(stack.changed_parameters());
        }
        stack.spread();
        stack
    }

    pub(super) fn add_to(&self, plan: &mut Plan) {
        self.add_gaps(plan);
        self.add_order(plan);
        let (touched, ids): (Vec<String>, Vec<String>) = self
            .ids()
            .into_iter()
            .partition(|id| self.only_refers(id) || self.only_waits(id));
        plan.touched.extend((!touched.is_empty()).then(|| Touched {
            stack: self.facts.name.clone(),
            logical_ids: touched.iter().map(|id| self.redactor.scrub(id)).collect(),
        }));
        for id in ids {
            let Some(change) = self.change(&id) else { continue };
            if let Some(code) = self.code_only(&change) {
                plan.code.push(code);
            } else if change.dangers.is_empty() {
                plan.changes.push(change);
            } else {
                plan.danger.push(change);
            }
        }
        self.add_drift(plan);
        self.add_settings(plan);
    }

    fn ids(&self) -> BTreeSet<String> {
        let told = self.told.keys().map(|id| (*id).to_owned());
        self.old
            .keys()
            .chain(self.new.keys())
            .cloned()
            .chain(told)
            .collect()
    }

    fn changed_parameters(&self) -> Vec<String> {
        let (old, new) = (&self.facts.deployed_parameters, &self.facts.new_parameters);
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        names
            .into_iter()
            .filter(|name| old.get(*name) != new.get(*name))
            .cloned()
            .collect()
    }

    /// A replaced resource has another name and ARN, so that what refers to it changes too, and so on.
    fn spread(&mut self) {
        loop {
            let more: Vec<String> = self
                .ids()
                .into_iter()
                .filter(|id| !self.moved.contains(id) && self.old.contains_key(id))
                .filter(|id| self.certainty(id).is_some_and(|found| found.action.replaces()))
                .collect();
            if more.is_empty() {
                return;
            }
            self.moved.extend(more);
        }
    }

    /// Whether the change set lists the resource only because it refers to others that stay what they are as far as
    /// anybody knows: it is touched only if one of them gets another name.
    fn only_refers(&self, id: &str) -> bool {
        let Some(told) = self.told.get(id) else {
            return false;
        };
        let stays = |cause: &Cause| {
            let entity = cause.causing_entity.as_deref().unwrap_or_default();
            let entity = entity.split('.').next().unwrap_or_default();
            cause.evaluation == Evaluation::Dynamic
                && self.old.contains_key(entity)
                && self.new.contains_key(entity)
                && !self.moved.contains(entity)
        };
        told.action == ChangeAction::Modify
            && !told.causes.is_empty()
            && told.causes.iter().all(stays)
            && self.old.get(id).is_some_and(|old| self.new.get(id) == Some(old))
    }

    /// Whether the resource stays as it is, unless a parameter that is known only later is another one then.
    fn only_waits(&self, id: &str) -> bool {
        let Some((later, new)) = self.facts.later.as_ref().zip(self.new.get(id)) else {
            return false;
        };
        let waits = |(_, target): &(String, String)| later.parameters.contains(target);
        self.old.contains_key(id) && self.certainty(id).is_none() && references(new).iter().any(waits)
    }

    fn certainty(&self, id: &str) -> Option<Certainty> {
        if self.only_refers(id) {
            return None;
        }
        let told = self.told.get(id);
        let plainly = |action| {
            Some(Certainty {
                action,
                because: None,
                predicted: told.is_none(),
            })
        };
        match told.map(|told| told.action) {
            Some(ChangeAction::Add) => return plainly(Action::Add),
            Some(ChangeAction::Remove) => return plainly(self.removal(id)),
            Some(ChangeAction::Dynamic) => {
                let because = Some("CloudFormation decides when it runs".to_owned());
                return Some(Certainty {
                    action: Action::UnknownUntilApply,
                    because,
                    predicted: false,
                });
            }
            Some(ChangeAction::Modify) | None => {}
        }
        if told.is_none() {
            match (self.old.contains_key(id), self.new.contains_key(id)) {
                (false, _) => return plainly(Action::Add),
                (true, false) => return plainly(self.removal(id)),
                (true, true) => {}
            }
        }
        let properties = self.properties(id);
        if told.is_none() && properties.is_empty() {
            return None;
        }
        told.and_then(|told| certainty::told(told)).or_else(|| {
            let after = self.new.get(id).unwrap_or(&Value::Null);
            Some(certainty::predict(&self.resource_type(id), &properties, after))
        })
    }

    fn removal(&self, id: &str) -> Action {
        match self
            .old
            .get(id)
            .and_then(|resource| resource.get("DeletionPolicy")?.as_str())
        {
            Some("Retain" | "RetainExceptOnCreate") => Action::LeaveBehind,
            _ => Action::Destroy,
        }
    }

    fn resource_type(&self, id: &str) -> String {
        let template = self.new.get(id).or_else(|| self.old.get(id));
        let named = template.and_then(|resource| resource.get("Type")?.as_str());
        let told = self.told.get(id).map(|told| told.resource_type.as_str());
        named.or(told).unwrap_or("(unknown type)").to_owned()
    }

    fn change(&self, id: &str) -> Option<Change> {
        let Certainty {
            action,
            because,
            predicted,
        } = self.certainty(id)?;
        let resource_type = self.resource_type(id);
        let (old, new) = (self.old.get(id), self.new.get(id));
        let templates = [old, new].into_iter().flatten();
        let stateful = is_stateful_type(&resource_type) || templates.into_iter().any(is_stateful);
        let rights = iam::compare(old, new, &self.moved);
        let mut dangers = dangers(action, stateful, &rights);
        let ways = exposure::opened(old, new).into_iter();
        dangers.extend(ways.map(|way| Danger::PublicExposure(self.redactor.scrub(&way))));
        let scrub =
            |grants: Vec<iam::Grant>| grants.into_iter().map(|it| it.scrubbed(&self.redactor)).collect();
        Some(Change {
            stack: self.facts.name.clone(),
            logical_id: self.redactor.scrub(id),
            resource_type,
            action,
            because: because.map(|because| self.redactor.scrub(&because)),
            predicted: predicted && action.replaces(),
            stateful,
            old_one: (stateful && action.replaces()).then(|| fate(old, new)),
            condition: self.condition(id),
            dangers,
            properties: if action == Action::Add {
                Vec::new()
            } else {
                self.properties(id)
            },
            iam: rights.verdict,
            broadened: scrub(rights.broadened),
            narrowed: scrub(rights.narrowed),
        })
    }
}

fn dangers(action: Action, stateful: bool, rights: &IamChange) -> Vec<Danger> {
    let mut dangers = Vec::new();
    if stateful && action.destroys() {
        dangers.push(Danger::StatefulDestroy);
    }
    if stateful && action.replaces() {
        dangers.push(Danger::StatefulReplace);
    }
    if rights.verdict.broadens() {
        dangers.push(Danger::IamBroadened);
    }
    dangers
}
