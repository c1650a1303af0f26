//! Asking git.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

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
