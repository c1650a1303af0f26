//! Synchronising beside vdirsyncer, finding conflicts, and reading a feed beside icalendar and ical.js, in one run.

mod parse;
mod planner;
mod sweep;
mod trace;

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::Row;
use super::measure::Measured;
use crate::cargo;
use crate::screen;
use crate::workspace::Workspace;

/// Measures all three.
pub(super) fn rows(workspace: &Workspace, runs: usize) -> Result<Vec<Row>> {
    let runs = runs.max(1);
    let mut rows = planner::rows(workspace, runs)?;
    rows.extend(sweep::rows(workspace)?);
    rows.extend(parse::rows(workspace, runs)?);
    Ok(rows)
}

/// One of our programs that do a task as a process of their own, in the release profile.
fn build(workspace: &Workspace, package: &str, example: &str) -> Result<PathBuf> {
    screen::step(&format!("building {example} of {package} in the release profile"));
    let status = cargo::command()
        .args(["build", "--release", "--package", package, "--example", example])
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("{example} of {package} does not build");
    }
    Ok(workspace.target().join("release/examples").join(example))
}

/// What is measured of a process, over its runs.
#[derive(Default)]
struct Figures {
    walls_s: Vec<f64>,
    cpus_s: Vec<f64>,
    peak_mib: f64,
}

impl Figures {
    fn add(&mut self, measured: &Measured) {
        self.walls_s.push(measured.wall_s);
        self.cpus_s.push(measured.cpu_s);
        self.peak_mib = self.peak_mib.max(measured.rss_kib as f64 / 1024.0);
    }
}

/// A row of this benchmark, where less is better.
fn row(
    row: String,
    unit: &'static str,
    (ours, peer): (f64, f64),
    peer_name: &'static str,
    expected: &'static str,
    holds: bool,
) -> Row {
    // Nothing is as much as nothing.
    let ratio = if ours == peer { 1.0 } else { peer / ours };
    Row {
        bench: "sync",
        row,
        unit,
        ours,
        peer,
        peer_name,
        ratio,
        expected,
        holds,
    }
}
