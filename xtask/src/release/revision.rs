//! The checkout's commit.

use serde::{Deserialize, Serialize};

use crate::git;
use crate::workspace::Workspace;

/// A commit, and whether files differ from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revision {
    /// The commit's hash.
    pub sha: String,
    /// Whether tracked files were changed since. New files do not count: a kept plan may be one.
    pub dirty: bool,
}

impl Revision {
    /// The checkout's revision. `None` where there is no git, or no commit yet.
    pub(crate) fn of(workspace: &Workspace) -> Option<Self> {
        // A look at the checkout must not wait for, or disturb, whoever works in it.
        let changes = ask(workspace, &["--no-optional-locks", "status", "--porcelain"])?;
        Some(Self {
            sha: head(workspace)?,
            dirty: !changes.is_empty(),
        })
    }
}

/// The checkout's commit, without a look at its files.
pub(crate) fn head(workspace: &Workspace) -> Option<String> {
    ask(workspace, &["rev-parse", "--verify", "HEAD"])
}

/// Where git cannot answer there is no revision, which is no error.
fn ask(workspace: &Workspace, arguments: &[&str]) -> Option<String> {
    let said = git::run(workspace, arguments).ok()??;
    Some(said.trim().to_owned())
}
