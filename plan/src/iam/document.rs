//! Reads the rights out of a resource of a template.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Effect, Grant};

/// The rights that one resource gives.
#[derive(Default)]
pub(super) struct Document {
    pub(super) grants: Vec<Grant>,
}

/// Everything in a resource that gives or takes rights.
pub(super) fn grants(resource: &Value, changed: &BTreeSet<String>) -> Document {
    let mut reader = Reader {
        changed,
        grants: BTreeSet::new(),
    };
    let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
    if let Some(properties) = resource.get("Properties") {
        if kind == "AWS::Lambda::Permission" {
            reader.permission(properties);
        } else {
            reader.resource(properties);
        }
    }
    Document {
        grants: reader.grants.into_iter().collect(),
    }
}

struct Reader<'a> {
    changed: &'a BTreeSet<String>,
    grants: BTreeSet<Grant>,
}

impl Reader<'_> {
    fn resource(&mut self, properties: &Value) {
        for name in [
            "AssumeRolePolicyDocument",
            "PolicyDocument",
            "ResourcePolicy",
            "KeyPolicy",
        ] {
            if let Some(document) = properties.get(name) {
                self.document(document);
            }
        }
        for policy in list(properties.get("Policies")) {
            if let Some(document) = policy.get("PolicyDocument") {
                self.document(document);
            }
        }
        // What is in another's policy is not known, but that it is attached is a right.
        for managed in list(properties.get("ManagedPolicyArns")) {
            let action = format!("everything in {}", self.text(managed));
            self.grants.insert(plain(Effect::Allow, action));
        }
        if let Some(boundary) = properties.get("PermissionsBoundary") {
            let action = format!("everything outside of {}", self.text(boundary));
            self.grants.insert(plain(Effect::Deny, action));
        }
    }

    /// A Lambda permission is a statement in the function's own policy.
    fn permission(&mut self, properties: &Value) {
        let text = |name| properties.get(name).map(|value| self.text(value));
        let conditions: Vec<String> = [
            "SourceArn",
            "SourceAccount",
            "PrincipalOrgID",
            "FunctionUrlAuthType",
        ]
        .into_iter()
        .filter_map(|name| Some(format!("{name} = {}", text(name)?)))
        .collect();
        let grant = Grant {
            effect: Effect::Allow,
            principal: text("Principal"),
            action: text("Action").unwrap_or_else(|| "*".to_owned()),
            resource: text("FunctionName").unwrap_or_else(|| "*".to_owned()),
            condition: (!conditions.is_empty()).then(|| conditions.join(" and ")),
            unbounded: false,
        };
        self.grants.insert(grant);
    }

    fn document(&mut self, document: &Value) {
        match document.get("Statement") {
            Some(statements) if !crate::difference::is_function(Some(statements)) => {
                for statement in list(Some(statements)) {
                    self.statement(statement);
                }
            }
            // A document that a function makes cannot be read here.
            _ => {
                let mut grant = plain(Effect::Allow, self.text(document));
                grant.unbounded = true;
                self.grants.insert(grant);
            }
        }
    }

    fn statement(&mut self, statement: &Value) {
        let effect = match statement.get("Effect").and_then(Value::as_str) {
            Some("Deny") => Effect::Deny,
            _ => Effect::Allow,
        };
        let readable = matches!(
            statement.get("Effect").and_then(Value::as_str),
            Some("Allow" | "Deny")
        );
        let excludes = ["NotAction", "NotResource", "NotPrincipal"]
            .into_iter()
            .any(|name| statement.get(name).is_some());
        let condition = statement.get("Condition").map(|condition| self.text(condition));
        let actions = self.either(statement, "Action", "NotAction");
        let resources = self.either(statement, "Resource", "NotResource");
        let principals = self.principals(statement);
        for action in &actions {
            for resource in &resources {
                for principal in &principals {
                    self.grants.insert(Grant {
                        effect,
                        principal: principal.clone(),
                        action: action.clone(),
                        resource: resource.clone(),
                        condition: condition.clone(),
                        unbounded: excludes || !readable,
                    });
                }
            }
        }
    }

    fn either(&self, statement: &Value, name: &str, excluding: &str) -> Vec<String> {
        if let Some(value) = statement.get(name) {
            return list(Some(value)).map(|item| self.text(item)).collect();
        }
        match statement.get(excluding) {
            Some(value) => list(Some(value))
                .map(|item| format!("all but {}", self.text(item)))
                .collect(),
            // A trust policy has no resource: it is about the role itself.
            None => vec!["this".to_owned()],
        }
    }

    fn principals(&self, statement: &Value) -> Vec<Option<String>> {
        let (value, prefix) = match (statement.get("Principal"), statement.get("NotPrincipal")) {
            (Some(value), _) => (value, ""),
            (None, Some(value)) => (value, "all but "),
            (None, None) => return vec![None],
        };
        match value {
            Value::Object(kinds) if !crate::difference::is_function(Some(value)) => kinds
                .iter()
                .flat_map(|(kind, who)| {
                    list(Some(who)).map(move |who| Some(format!("{prefix}{kind}:{}", self.text(who))))
                })
                .collect(),
            _ => vec![Some(format!("{prefix}{}", self.text(value)))],
        }
    }

    /// A value as one line that is equal exactly when the value is: references as `${Name}`.
    fn text(&self, value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Object(fields) if fields.len() == 1 => {
                self.function(fields).unwrap_or_else(|| self.marked(value))
            }
            _ => self.marked(value),
        }
    }

    fn function(&self, fields: &serde_json::Map<String, Value>) -> Option<String> {
        let (name, argument) = fields.iter().next()?;
        match (name.as_str(), argument) {
            ("Ref", Value::String(target)) => Some(self.reference(target, target)),
            ("Fn::GetAtt", Value::Array(parts)) => {
                let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                Some(self.reference(parts.first()?, &parts.join(".")))
            }
            ("Fn::Join", Value::Array(parts)) => {
                let between = parts.first()?.as_str()?;
                let items = parts.get(1)?.as_array()?;
                let items: Vec<String> = items.iter().map(|item| self.text(item)).collect();
                Some(items.join(between))
            }
            ("Fn::Sub", Value::String(text)) => {
                let targets = crate::difference::references(&serde_json::json!({ "Fn::Sub": text }));
                let marks = targets.iter().filter(|(_, target)| self.changed.contains(target));
                Some(marks.fold(text.clone(), |text, (_, target)| {
                    text.replace(&format!("${{{target}"), &format!("${{{target} (new value)"))
                }))
            }
            _ => None,
        }
    }

    fn reference(&self, target: &str, shown: &str) -> String {
        if self.changed.contains(target) {
            format!("${{{shown} (new value)}}")
        } else {
            format!("${{{shown}}}")
        }
    }

    /// Any other value as JSON. `serde_json` keeps keys sorted unless it was told otherwise.
    fn marked(&self, value: &Value) -> String {
        let moved = crate::difference::references(value)
            .iter()
            .any(|(_, target)| self.changed.contains(target));
        let mark = if moved { " (new value)" } else { "" };
        format!("{value}{mark}")
    }
}

fn plain(effect: Effect, action: String) -> Grant {
    Grant {
        effect,
        principal: None,
        action,
        resource: "*".to_owned(),
        condition: None,
        unbounded: false,
    }
}

/// IAM takes one item for a list of one.
fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let items: Vec<&Value> = match value {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    };
    items.into_iter()
}
