//! What a deploy tells the stage of its newest releases, for the operator's page. The whole record stays in the ledger.

use serde::{Deserialize, Serialize};

/// How many are told of.
pub const MOST: usize = 10;

/// The newest releases, at most [`MOST`], the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Releases {
    /// Each.
    pub releases: Vec<Released>,
}

/// A release, without its templates and parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// Its name in the ledger.
    pub id: String,
    /// When it was recorded, RFC 3339 in UTC; `None` where its record cannot be read.
    pub at: Option<String>,
    /// `deploy`, or `rollback to` which; empty where its record cannot be read.
    pub what: String,
    /// The commit's hash, if it was made from a checkout under git.
    pub commit: Option<String>,
    /// Whether tracked files were changed since that commit.
    pub is_dirty: bool,
    /// The run of GitHub Actions, or the ARN of who made it; `None` where its record cannot be read.
    pub by: Option<String>,
    /// `healthy`, `smoke-failed`, `rolled-back` or `unreadable`.
    pub outcome: String,
}
