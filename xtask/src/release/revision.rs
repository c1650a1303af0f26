//! The checkout's commit.

use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

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
        let sha = git(workspace, &["rev-parse", "--verify", "HEAD"])?;
        let changes = git(workspace, &["status", "--porcelain", "--untracked-files=no"])?;
        Some(Self {
            sha,
            dirty: !changes.is_empty(),
        })
    }
}

fn git(workspace: &Workspace, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        // A look at the checkout must not wait for, or disturb, whoever works in it.
        .arg("--no-optional-locks")
        .args(arguments)
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| said.trim().to_owned())
}
