//! The artifact bucket: what the deploying roles may put where. One per account and region, for all stages.

use crate::Stage;

/// Prefix of the bucket's name, `landfall-artifacts-<account>-<region>`.
pub const BUCKET_PREFIX: &str = "landfall-artifacts";
/// Prefix of the functions' archives, which stages share: their keys are hashes.
pub const FUNCTIONS_PREFIX: &str = "functions/";
/// Prefix of every stage's plans. What is below it expires.
pub const PLANS_PREFIX: &str = "plans/";
/// Prefix of every stage's release records. What is below it is never changed.
pub const RELEASES_PREFIX: &str = "releases/";

/// Prefix of a stage's saved plans, and of templates too large for a request.
#[must_use]
pub fn plans_prefix(stage: Stage) -> String {
    format!("{PLANS_PREFIX}{stage}/")
}

/// Prefix of a stage's release records.
#[must_use]
pub fn releases_prefix(stage: Stage) -> String {
    format!("{RELEASES_PREFIX}{stage}/")
}

/// Prefix of a stage's locks.
#[must_use]
pub fn locks_prefix(stage: Stage) -> String {
    format!("locks/{stage}/")
}
