//! Which resources hold data.

use serde_json::Value;

use crate::model::Fate;

/// Types that hold what cannot be made anew.
const STATEFUL: &[&str] = &[
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
];

/// Whether a template's resource holds data that a new one would not have: by its type, or because its template wants
/// it kept.
#[must_use]
pub fn is_stateful(resource: &Value) -> bool {
    let text = |key: &str| resource.get(key).and_then(Value::as_str);
    let kept = ["DeletionPolicy", "UpdateReplacePolicy"]
        .into_iter()
        .filter_map(text)
        .any(|policy| policy.starts_with("Retain") || policy == "Snapshot");
    kept || text("Type").is_some_and(is_stateful_type)
}

/// Whether resources of this type hold data.
pub(crate) fn is_stateful_type(kind: &str) -> bool {
    STATEFUL.contains(&kind)
}

/// What becomes of the old resource when it is replaced. The safe answer needs both templates to say it, because they
/// are not exchanged in the same moment.
pub(crate) fn fate(old: Option<&Value>, new: Option<&Value>) -> Fate {
    let policy = |resource: Option<&Value>| match resource
        .and_then(|resource| resource.get("UpdateReplacePolicy")?.as_str())
    {
        Some("Retain") => Fate::Kept,
        Some("Snapshot") => Fate::Snapshot,
        _ => Fate::Deleted,
    };
    if policy(old) == policy(new) {
        policy(new)
    } else {
        Fate::Deleted
    }
}
