//! A template's conditions: which resources and values it has, as far as its parameters are known.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::facts::{Basis, Raw};

/// Conditions may refer to each other. A deeper one is left undecided.
const DEEPEST: usize = 32;

/// The conditions of one template.
pub(crate) struct Conditions<'a> {
    declared: Option<&'a Map<String, Value>>,
    parameters: BTreeMap<&'a str, &'a str>,
}

/// A template's resources after its conditions.
#[derive(Default)]
pub(crate) struct Resources {
    /// Those that the stack has, or may have.
    pub(crate) all: Map<String, Value>,
    /// Those of which it is not known, with the condition that decides.
    pub(crate) depends: BTreeMap<String, String>,
}

impl<'a> Conditions<'a> {
    /// `given` are the parameter values of the stack. A default counts only where all values are known.
    pub(crate) fn of(template: &'a Value, given: &'a BTreeMap<String, Raw<String>>, basis: Basis) -> Self {
        let declared = template.get("Parameters").and_then(Value::as_object);
        let defaults = declared
            .into_iter()
            .flatten()
            .filter(|_| basis == Basis::Deployed)
            .filter_map(|(name, parameter)| Some((name.as_str(), parameter.get("Default")?.as_str()?)));
        let mut parameters: BTreeMap<&str, &str> = defaults.collect();
        parameters.extend(given.iter().map(|(name, raw)| (name.as_str(), raw.0.as_str())));
        Self {
            declared: template.get("Conditions").and_then(Value::as_object),
            parameters,
        }
    }

    /// The resources of the template, with each `Fn::If` that can be decided in the place of its answer.
    pub(crate) fn resources(&self, template: &Value) -> Resources {
        let mut found = Resources::default();
        let resources = template.get("Resources").and_then(Value::as_object);
        for (id, resource) in resources.into_iter().flatten() {
            if let Some(name) = resource.get("Condition").and_then(Value::as_str) {
                match self.holds(name, 0) {
                    Some(false) => continue,
                    Some(true) => {}
                    None => {
                        found.depends.insert(id.clone(), name.to_owned());
                    }
                }
            }
            let decided = self.decide(resource).unwrap_or(Value::Null);
            found.all.insert(id.clone(), decided);
        }
        found
    }

    fn holds(&self, name: &str, depth: usize) -> Option<bool> {
        self.is_true(self.declared?.get(name)?, depth)
    }

    fn is_true(&self, condition: &Value, depth: usize) -> Option<bool> {
        if depth > DEEPEST {
            return None;
        }
        let (name, argument) = condition
            .as_object()
            .filter(|fields| fields.len() == 1)?
            .iter()
            .next()?;
        let each = || {
            argument
                .as_array()
                .into_iter()
                .flatten()
                .map(|one| self.is_true(one, depth + 1))
        };
        match name.as_str() {
            "Condition" => self.holds(argument.as_str()?, depth + 1),
            "Fn::Not" => each().next()?.map(|holds| !holds),
            "Fn::And" if each().any(|holds| holds == Some(false)) => Some(false),
            "Fn::And" if each().all(|holds| holds == Some(true)) => Some(true),
            "Fn::Or" if each().any(|holds| holds == Some(true)) => Some(true),
            "Fn::Or" if each().all(|holds| holds == Some(false)) => Some(false),
            "Fn::Equals" => Some(self.text(argument.get(0)?)? == self.text(argument.get(1)?)?),
            _ => None,
        }
    }

    fn text<'v>(&'v self, value: &'v Value) -> Option<&'v str> {
        match value {
            Value::String(text) => Some(text),
            _ => self.parameters.get(value.get("Ref")?.as_str()?).copied(),
        }
    }

    /// `None` stands for `AWS::NoValue`: the property is not there.
    fn decide(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Object(fields) => match fields.get("Fn::If") {
                Some(branches) => self.branch(value, branches),
                None if fields.get("Ref").is_some_and(|target| target == "AWS::NoValue") => None,
                None => {
                    let decided = fields
                        .iter()
                        .filter_map(|(name, field)| Some((name.clone(), self.decide(field)?)));
                    Some(Value::Object(decided.collect()))
                }
            },
            Value::Array(items) => Some(items.iter().filter_map(|item| self.decide(item)).collect()),
            _ => Some(value.clone()),
        }
    }

    /// An `Fn::If` that cannot be decided stays as it is.
    fn branch(&self, whole: &Value, branches: &Value) -> Option<Value> {
        let condition = branches.get(0).and_then(Value::as_str);
        match condition.and_then(|name| self.holds(name, 0)) {
            Some(true) => self.decide(branches.get(1)?),
            Some(false) => self.decide(branches.get(2)?),
            None => Some(whole.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(condition: &Value, expected: Option<bool>) {
        let template = json!({
            "Parameters": {"Stage": {"Type": "String", "Default": "local"}, "Free": {"Type": "String"}},
            "Conditions": {
                "C": condition,
                "Local": {"Fn::Equals": [{"Ref": "Stage"}, "local"]},
                "Open": {"Fn::Equals": [{"Ref": "Free"}, "x"]},
                "Loop": {"Condition": "Loop"},
            },
            "Resources": {"R": {"Type": "T", "Condition": "C", "Properties": {
                "V": {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}, "L": [{"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}, 2]}}},
        });
        let none = BTreeMap::new();
        let found = Conditions::of(&template, &none, Basis::Deployed).resources(&template);
        assert_eq!(found.depends.contains_key("R"), expected.is_none(), "{condition}");
        match expected {
            Some(true) => assert_eq!(
                found.all["R"]["Properties"],
                json!({"V": 1, "L": [1, 2]}),
                "{condition}"
            ),
            Some(false) => assert!(found.all.is_empty(), "{condition}"),
            None => assert_eq!(found.all["R"], template["Resources"]["R"], "{condition}"),
        }
    }

    #[test]
    fn a_condition_is_decided_as_far_as_its_parameters_are_known() {
        let (local, open) = (json!({"Condition": "Local"}), json!({"Condition": "Open"}));
        check(&local, Some(true));
        check(&open, None);
        check(&json!({"Fn::Not": [local]}), Some(false));
        check(&json!({"Fn::Not": [open]}), None);
        check(&json!({"Fn::And": [local, open]}), None);
        check(&json!({"Fn::And": [{"Fn::Not": [local]}, open]}), Some(false));
        check(&json!({"Fn::And": [local, local]}), Some(true));
        check(&json!({"Fn::Or": [open, local]}), Some(true));
        check(&json!({"Fn::Or": [{"Fn::Not": [local]}, open]}), None);
        check(
            &json!({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}),
            None,
        );
        check(&json!({"Condition": "Loop"}), None);
        check(&json!("nonsense"), None);
    }

    #[test]
    fn a_default_is_no_value_where_parameters_are_not_known() {
        let template = json!({
            "Parameters": {"Stage": {"Type": "String", "Default": "local"}},
            "Conditions": {"Local": {"Fn::Equals": [{"Ref": "Stage"}, "local"]}},
            "Resources": {"R": {"Type": "T", "Condition": "Local"}},
        });
        let none = BTreeMap::new();
        let found = Conditions::of(&template, &none, Basis::Offline).resources(&template);
        assert_eq!(found.depends["R"], "Local");
    }
}
