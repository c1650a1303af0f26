//! Finding conflicts among ever more intervals, beside sorting them, which costs n log n.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::super::Row;
use super::{build, row};
use crate::workspace::Workspace;

/// By so much an exponent differs from one run to the next.
const SPREAD: f64 = 0.02;

/// One size, as our program says it.
#[derive(Deserialize)]
struct Said {
    count: usize,
    pairs: usize,
    sweep_s: f64,
    sort_s: f64,
}

/// Measures every size in one process, so that starting it is no part of the growth.
pub(super) fn rows(workspace: &Workspace) -> Result<Vec<Row>> {
    let program = build(workspace, "calendar", "sweep")?;
    let output = Command::new(&program)
        .output()
        .context("cannot start the sweep")?;
    if !output.status.success() {
        bail!(
            "the sweep failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let lines = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let all: Vec<Said> = lines.map(serde_json::from_slice).collect::<Result<_, _>>()?;
    let mut rows: Vec<Row> = all.iter().map(size_row).collect();
    if let (Some(first), Some(last)) = (all.first(), all.last()) {
        let grown =
            |of: fn(&Said) -> f64| slope((first.count as f64, of(first)), (last.count as f64, of(last)));
        let ours = grown(|said| said.sweep_s);
        let theory = grown(|said| said.count as f64 * (said.count as f64).ln());
        let sort = grown(|said| said.sort_s);
        let what = "sweep: growth exponent".to_owned();
        rows.push(row(
            what.clone(),
            "",
            (ours, theory),
            "n log n",
            "<= in theory",
            ours <= theory,
        ));
        // No memory is as fast for a million as for ten thousand: what n log n is on this machine, a sort shows.
        let holds = ours <= sort + SPREAD;
        rows.push(row(what, "", (ours, sort), "sort", "<= measured + 0.02", holds));
    }
    Ok(rows)
}

fn size_row(said: &Said) -> Row {
    let what = format!("sweep of {} intervals, {} pairs", said.count, said.pairs);
    let times = (said.sweep_s * 1e3, said.sort_s * 1e3);
    row(what, "ms", times, "sort", "-", true)
}

/// How steep the line from one point to the other is on logarithmic axes.
fn slope((n, time): (f64, f64), (more, longer): (f64, f64)) -> f64 {
    (longer / time).ln() / (more / n).ln()
}
