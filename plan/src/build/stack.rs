//! The part of the plan that comes from one stack.

mod rest;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::stateful::is_stateful;
use crate::{
    certainty::{self, Certainty},
    difference::{self, PropertyChange},
    exposure,
    facts::{Cause, ChangeAction, Evaluation, Raw, ResourceChange, StackFacts},
    iam::{self, IamChange},
    model::{Action, Change, Danger, Plan, Touched},
    redact::Redactor,
};

pub(super) struct Stack<'a> {
    facts: &'a StackFacts,
    redactor: Redactor,
    old: Map<String, Value>,
    new: Map<String, Value>,
    told: BTreeMap<&'a str, &'a ResourceChange>,
    /// Parameters, then also resources, that stand for another value afterwards.
    moved: BTreeSet<String>,
}

impl<'a> Stack<'a> {
    pub(super) fn new(facts: &'a StackFacts) -> Self {
        let resources = |template: Option<&Value>| {
            let resources = template.and_then(|template| template.get("Resources")?.as_object());
            resources.cloned().unwrap_or_default()
        };
        let told = facts.change_set.iter().flat_map(|set| &set.changes);
        let mut stack = Self {
            facts,
            redactor: Redactor::of(facts),
            old: resources(facts.deployed.as_ref().map(|raw| &raw.0)),
            new: resources(facts.new.as_ref().map(|raw| &raw.0)),
            told: told.map(|change| (change.logical_id.as_str(), change)).collect(),
            moved: BTreeSet::new(),
        };
        if facts.deployed.is_some() && facts.new.is_some() {
            stack.moved.extend(stack.changed_parameters());
        }
        stack.spread();
        stack
    }

    pub(super) fn add_to(&self, plan: &mut Plan) {
        self.add_gaps(plan);
        let (touched, ids): (Vec<String>, Vec<String>) =
            self.ids().into_iter().partition(|id| self.only_refers(id));
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

    fn properties(&self, id: &str) -> Vec<PropertyChange> {
        let empty = Value::Object(Map::new());
        let (old, new) = (self.old.get(id), self.new.get(id));
        let mut found: Vec<PropertyChange> = match (old, new) {
            (Some(old), Some(new)) => difference::differences(old, new),
            (None, Some(new)) => difference::differences(&empty, new),
            _ => Vec::new(),
        }
        .iter()
        .map(|difference| difference.show(&self.redactor))
        .collect();
        if let (Some(_), Some(new)) = (old, new) {
            for (path, entity) in difference::references(new) {
                if self.moved.contains(&entity)
                    && entity != id
                    && !found.iter().any(|known| known.path == path)
                {
                    let value = new.pointer(&format!("/{}", path.replace('.', "/")));
                    let shown = self.redactor.show(&path, value);
                    found.push(PropertyChange {
                        path: self.redactor.scrub(&path),
                        before: shown.clone(),
                        after: shown,
                        lines: Vec::new(),
                        follows: Some(entity),
                    });
                }
            }
        }
        self.add_told(id, &mut found);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    /// What the change set names and the templates do not show.
    fn add_told(&self, id: &str, found: &mut Vec<PropertyChange>) {
        for cause in self.told.get(id).into_iter().flat_map(|told| &told.causes) {
            let known = |change: &PropertyChange| {
                change.path == cause.path || change.path.starts_with(&format!("{}.", cause.path))
            };
            if found.iter().any(known) {
                continue;
            }
            let show = |value: &Option<Raw<String>>| {
                self.redactor
                    .show_text(&cause.path, value.as_ref().map(|raw| raw.0.as_str()))
            };
            found.push(PropertyChange {
                path: self.redactor.scrub(&cause.path),
                before: show(&cause.before),
                after: show(&cause.after),
                lines: Vec::new(),
                follows: cause
                    .causing_entity
                    .as_ref()
                    .map(|entity| self.redactor.scrub(entity)),
            });
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
        let stateful = [old, new].into_iter().flatten().any(is_stateful);
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
