//! A change set's content, in the terms of the plan.

use std::collections::BTreeMap;

use ::plan::facts::{Cause, ChangeAction, Evaluation, Raw, Replacement, ResourceChange};
use aws_sdk_cloudformation::types;

/// One resource's change.
pub(super) fn resource_change(change: types::ResourceChange) -> ResourceChange {
    let action = match &change.action {
        Some(types::ChangeAction::Add | types::ChangeAction::Import) => ChangeAction::Add,
        Some(types::ChangeAction::Remove) => ChangeAction::Remove,
        Some(types::ChangeAction::Modify | types::ChangeAction::SyncWithActual) => ChangeAction::Modify,
        // What is not said, or has no name yet, is no more known than what CloudFormation calls dynamic.
        _ => ChangeAction::Dynamic,
    };
    ResourceChange {
        action,
        logical_id: change.logical_resource_id.unwrap_or_default(),
        resource_type: change.resource_type.unwrap_or_default(),
        replacement: match change.replacement {
            Some(types::Replacement::True) => Some(Replacement::Always),
            Some(types::Replacement::False) => Some(Replacement::Never),
            Some(types::Replacement::Conditional) => Some(Replacement::Conditional),
            _ => None,
        },
        causes: merged(change.details.unwrap_or_default().into_iter().filter_map(cause)),
    }
}

/// CloudFormation tells a change that comes from a reference twice: what it knows now, and what it will find out. Of
/// two tellings of one place the surer one counts, and no value is lost.
fn merged(causes: impl Iterator<Item = Cause>) -> Vec<Cause> {
    let mut by_place: BTreeMap<(String, Option<String>), Cause> = BTreeMap::new();
    for cause in causes {
        let place = (cause.path.clone(), cause.causing_entity.clone());
        match by_place.get_mut(&place) {
            None => {
                by_place.insert(place, cause);
            }
            Some(known) => {
                if cause.evaluation == Evaluation::Static {
                    known.evaluation = Evaluation::Static;
                }
                known.before = known.before.take().or(cause.before);
                known.after = known.after.take().or(cause.after);
            }
        }
    }
    by_place.into_values().collect()
}

/// The changes of a telling with property values, and what only the telling without them has: CloudFormation leaves out
/// of the former whole resources, or some of their causes, whose values it cannot make out.
pub(super) fn with_dropped(detailed: Vec<ResourceChange>, plain: Vec<ResourceChange>) -> Vec<ResourceChange> {
    let mut whole = detailed;
    for plain in plain {
        let known = whole
            .iter_mut()
            .find(|known| known.logical_id == plain.logical_id);
        let Some(known) = known else {
            whole.push(plain);
            continue;
        };
        known.replacement = known.replacement.or(plain.replacement);
        for cause in plain.causes {
            if !known.causes.iter().any(|known| covers(known, &cause)) {
                known.causes.push(cause);
            }
        }
    }
    whole
}

/// Whether a cause that was told with values is the plain one, or a part of it: only the former has a path, which goes
/// further into the property.
fn covers(detailed: &Cause, plain: &Cause) -> bool {
    let within = |place: &str| {
        detailed
            .path
            .strip_prefix(place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    detailed.causing_entity == plain.causing_entity
        && (within(&plain.path) || (plain.path == "Tags" && within("Properties.Tags")))
}

fn cause(detail: types::ResourceChangeDetail) -> Option<Cause> {
    let target = detail.target?;
    let attribute = target
        .attribute
        .map(|it| it.as_str().to_owned())
        .unwrap_or_default();
    let path = match (target.path, target.name) {
        // A path is a JSON pointer, such as `/Properties/Tags/0/Value`.
        (Some(path), _) if path.starts_with('/') => path.trim_start_matches('/').replace('/', "."),
        (Some(path), _) if !path.is_empty() => path,
        (_, Some(name)) if !name.is_empty() => format!("{attribute}.{name}"),
        _ => attribute.clone(),
    };
    if path.is_empty() {
        return None;
    }
    Some(Cause {
        path,
        evaluation: match detail.evaluation {
            Some(types::EvaluationType::Static) => Evaluation::Static,
            _ => Evaluation::Dynamic,
        },
        recreation: match target.requires_recreation {
            Some(types::RequiresRecreation::Always) => Replacement::Always,
            Some(types::RequiresRecreation::Never) => Replacement::Never,
            Some(_) => Replacement::Conditional,
            // Only properties can replace a resource: for a tag or a policy the field is left out.
            None if attribute == "Properties" => Replacement::Conditional,
            None => Replacement::Never,
        },
        causing_entity: detail.causing_entity,
        before: target.before_value.map(Raw),
        after: target.after_value.map(Raw),
    })
}
