//! Whether a change replaces its resource, said no more surely than it is known.

use serde_json::Value;

use crate::{
    difference::PropertyChange,
    facts::{Evaluation, Replacement, ResourceChange},
    model::Action,
};

/// What happens to a resource that stays in the template, and why.
pub(crate) struct Certainty {
    pub(crate) action: Action,
    pub(crate) because: Option<String>,
    pub(crate) predicted: bool,
}

/// What the endpoint says. `None`: it does not.
pub(crate) fn told(change: &ResourceChange) -> Option<Certainty> {
    let replacement = change.replacement?;
    let cause = change
        .causes
        .iter()
        .find(|cause| cause.recreation != Replacement::Never);
    let unknown = change
        .causes
        .iter()
        .find(|cause| cause.recreation == Replacement::Always && cause.evaluation == Evaluation::Dynamic);
    let (action, cause) = match (replacement, unknown) {
        (Replacement::Never, _) => return Some(Certainty::in_place(false)),
        (Replacement::Always, _) => (Action::WillReplace, cause),
        // The place does force a replacement, if its value turns out to be another one.
        (Replacement::Conditional, Some(unknown)) => (Action::UnknownUntilApply, Some(unknown)),
        (Replacement::Conditional, None) => (Action::MayReplace, cause),
    };
    let because = cause.map(|cause| match &cause.causing_entity {
        Some(entity) => format!("{} (from {entity})", cause.path),
        None => cause.path.clone(),
    });
    Some(Certainty {
        action,
        because,
        predicted: false,
    })
}

/// What the create-only lists say. `after` is the resource in the new template.
pub(crate) fn predict(resource_type: &str, properties: &[PropertyChange], after: &Value) -> Certainty {
    if properties.iter().any(|property| property.path == "Type") {
        return Certainty::predicted(Action::WillReplace, "its type");
    }
    if !properties
        .iter()
        .any(|property| property.path.starts_with("Properties"))
    {
        return Certainty::in_place(true);
    }
    let Some(lists) = stacks::create_only(resource_type) else {
        return Certainty::predicted(Action::UnknownUntilApply, "nothing is known about its type");
    };
    if let Some(property) = properties
        .iter()
        .find(|property| touches(&lists.always, &property.path))
    {
        // A reference may turn out to be the same value as before.
        if let Some(entity) = &property.follows {
            let because = format!("{} (from {entity})", property.path);
            return Certainty::predicted(Action::UnknownUntilApply, &because);
        }
        let action = if refers(after, &property.path) {
            Action::UnknownUntilApply
        } else {
            Action::WillReplace
        };
        return Certainty::predicted(action, &property.path);
    }
    match properties
        .iter()
        .find(|property| touches(&lists.conditional, &property.path))
    {
        Some(property) => Certainty::predicted(Action::MayReplace, &property.path),
        None => Certainty::in_place(true),
    }
}

/// Whether a change at `path` changes one of the listed properties: it, a part of it, or a group around it.
fn touches(listed: &[String], path: &str) -> bool {
    let Some(path) = path.strip_prefix("Properties") else {
        return false;
    };
    let path: Vec<&str> = path.split('.').filter(|part| !part.is_empty()).collect();
    listed.iter().any(|listed| {
        // The schemas write `*` for each item of a list.
        listed
            .split('/')
            .zip(&path)
            .all(|(listed, part)| listed == "*" || listed == *part)
    })
}

fn refers(resource: &Value, path: &str) -> bool {
    crate::difference::references(resource)
        .iter()
        .any(|(place, _)| place == path || place.starts_with(&format!("{path}.")))
}

impl Certainty {
    fn in_place(predicted: bool) -> Self {
        Self {
            action: Action::Change,
            because: None,
            predicted,
        }
    }

    fn predicted(action: Action, because: &str) -> Self {
        Self {
            action,
            because: Some(because.to_owned()),
            predicted: true,
        }
    }
}
