//! What git knows of the checkout.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::workspace::Workspace;

/// The state of the checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revision {
    /// The commit's full SHA. `None` outside of git.
    pub sha: Option<String>,
    /// Whether files differ from that commit.
    pub dirty: bool,
}

impl Revision {
    /// The checkout's.
    pub(crate) fn of(workspace: &Workspace) -> Result<Self> {
        let sha = run(workspace, &["rev-parse", "--verify", "--quiet", "HEAD"])?;
        let changed = run(workspace, &["status", "--porcelain", "--untracked-files=no"])?;
        Ok(Self {
            sha: sha.map(|sha| sha.trim().to_owned()),
            dirty: changed.is_some_and(|files| !files.trim().is_empty()),
        })
    }

    /// The first characters of the SHA, as people name commits.
    pub(crate) fn short(&self) -> &str {
        self.sha.as_deref().and_then(|sha| sha.get(..7)).unwrap_or("no-git")
    }
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let dirty = if self.dirty { " with changes" } else { "" };
        write!(f, "{}{dirty}", self.short())
    }
}

/// What git prints; `None` when it says no.
pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<Option<String>> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .output()
        .context("cannot start git")?;
    if output.status.code().is_none() {
        bail!("git was stopped");
    }
    Ok(output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}
