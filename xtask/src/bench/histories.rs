//! Random histories: the synchronisation in a world in which everything goes wrong, as often as one wants to wait for.

use std::process::Stdio;

use anyhow::{Context, Result};

use crate::cargo;
use crate::exit::Exit;
use crate::screen;
use crate::workspace::Workspace;

/// Lives so many histories from this seed on. The first that breaks an invariant ends it, and its seed is said.
pub(super) fn live(workspace: &Workspace, runs: u64, seed: u64) -> Result<Exit> {
    screen::step(&format!("living {runs} histories from seed {seed}"));
    let status = cargo::command()
        .args(["run", "--release", "--package", "booking"])
        .args(["--features", "histories", "--example", "histories", "--"])
        .args([runs.to_string(), seed.to_string()])
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    Ok(if status.success() { Exit::Ok } else { Exit::Error })
}
