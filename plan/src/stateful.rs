//! Which resources hold data.

use serde_json::Value;

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
    let kept =
        text("DeletionPolicy").is_some_and(|policy| policy.starts_with("Retain") || policy == "Snapshot");
    kept || text("Type").is_some_and(|kind| STATEFUL.contains(&kind))
}
