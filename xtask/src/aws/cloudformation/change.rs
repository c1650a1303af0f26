//! One resource's change, as a change set tells it.

use aws_sdk_cloudformation::types::{
    ChangeAction, ChangeSource, EvaluationType, Replacement, ResourceChange,
};

/// One resource's change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// What happens to it.
    pub action: Action,
    /// Its name in the template.
    pub logical_id: String,
    /// Its CloudFormation type.
    pub resource_type: String,
    /// The template's properties that cause the change, sorted.
    pub causes: Vec<String>,
    /// Whether it is listed only because it refers to something that changes: it is touched only if the value of
    /// the reference changes, which CloudFormation finds out while it works.
    pub only_refers: bool,
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Made.
    Add,
    /// Changed in place.
    Modify,
    /// Made anew, then the old one is deleted.
    Replace,
    /// Made anew or changed in place: CloudFormation knows only when it is done.
    MayReplace,
    /// Deleted.
    Remove,
}

impl From<ResourceChange> for Change {
    fn from(change: ResourceChange) -> Self {
        let action = match (change.action, change.replacement) {
            (Some(ChangeAction::Add), _) => Action::Add,
            (Some(ChangeAction::Remove), _) => Action::Remove,
            (_, Some(Replacement::True)) => Action::Replace,
            (_, Some(Replacement::Conditional)) => Action::MayReplace,
            _ => Action::Modify,
        };
        let details = change.details.unwrap_or_default();
        let only_refers = !details.is_empty()
            && details.iter().all(|detail| {
                let refers = matches!(
                    detail.change_source,
                    Some(ChangeSource::ResourceAttribute | ChangeSource::ResourceReference)
                );
                refers && detail.evaluation == Some(EvaluationType::Dynamic)
            });
        let mut causes: Vec<String> = details
            .into_iter()
            .filter_map(|detail| {
                let target = detail.target?;
                let attribute = target
                    .attribute
                    .map(|attribute| attribute.as_str().to_owned())
                    .unwrap_or_default();
                Some(target.name.unwrap_or(attribute))
            })
            .filter(|name| !name.is_empty())
            .collect();
        causes.sort();
        causes.dedup();
        Self {
            action,
            logical_id: change.logical_resource_id.unwrap_or_default(),
            resource_type: change.resource_type.unwrap_or_default(),
            causes,
            only_refers,
        }
    }
}
