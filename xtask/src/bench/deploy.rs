//! Deploys beside other tools: the same templates, on one endpoint, in one run, process by process.
//!
//! Each tool brings the same two stacks to the same state. A change is the key of the function's code, back and forth
//! between two archives, so that every tool has the same change to make each time.

mod peers;
mod stage;

use std::time::Duration;

use anyhow::Result;

use super::Row;
use super::measure::{Measured, measure, median};
use crate::screen;
use crate::workspace::Workspace;
use peers::Peer;
use stage::{BenchStage, Code};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    /// Show one change, and change nothing.
    Plan,
    /// Deploy what is deployed.
    NoChange,
    /// Deploy one change.
    OneChange,
}

const TASKS: [Task; 3] = [Task::Plan, Task::NoChange, Task::OneChange];

/// A tool's figures for one task.
struct Figures {
    wall_s: f64,
    cpu_s: f64,
    rss_mib: f64,
}

/// Measures every tool at every task.
pub(super) fn rows(workspace: &Workspace, runs: usize) -> Result<Vec<Row>> {
    let stage = BenchStage::prepare(workspace)?;
    let peers = Peer::install_all(workspace, &stage)?;
    let bar = screen::bar("deploys", 3 * (peers.len() + 1));
    // Tool by tool and ours first: `sam` stores its templates as YAML, which ours does not take for its own.
    let mut ours = Vec::new();
    for task in TASKS {
        ours.push(repeat(runs, task, &stage, |code| stage.ours(task, code))?);
        bar.inc(1);
    }
    let mut beside: [Vec<(&'static str, Figures)>; TASKS.len()] = Default::default();
    for peer in &peers {
        for (task, figures) in TASKS.into_iter().zip(&mut beside) {
            let measured = repeat(runs, task, &stage, |code| peer.commands(task, &stage, code))?;
            figures.push((peer.name(), measured));
            bar.inc(1);
        }
    }
    let each = TASKS.into_iter().zip(&ours).zip(&beside);
    let rows = each
        .flat_map(|((task, ours), beside)| task_rows(task, ours, beside))
        .collect();
    bar.finish_and_clear();
    Ok(rows)
}

/// Does a task some times, and takes the median of each figure (of memory the largest). Each change starts from where
/// the one before it ended.
fn repeat(
    runs: usize,
    task: Task,
    stage: &BenchStage,
    commands: impl Fn(Code) -> Vec<std::process::Command>,
) -> Result<Figures> {
    let mut walls = Vec::new();
    let mut cpus = Vec::new();
    let mut peak: f64 = 0.0;
    for _ in 0..runs {
        let deployed = stage.deployed()?;
        let code = if task == Task::NoChange {
            deployed
        } else {
            deployed.other()
        };
        let mut sum = Measured::default();
        for command in commands(code) {
            sum.add(&measure(&stage.folder().join("said.log"), &command)?);
        }
        stage.hold(task, deployed, code)?;
        // `aws` names its change sets by the second and fails on a name that it has taken already.
        std::thread::sleep(Duration::from_secs(1));
        walls.push(sum.wall_s);
        cpus.push(sum.cpu_s);
        peak = peak.max(sum.rss_kib as f64 / 1024.0);
    }
    Ok(Figures {
        wall_s: median(walls),
        cpu_s: median(cpus),
        rss_mib: peak,
    })
}

fn task_rows(task: Task, ours: &Figures, peers: &[(&'static str, Figures)]) -> Vec<Row> {
    let words = task.words();
    let mut rows = Vec::new();
    for (name, peer) in peers {
        let row = |what: &str, unit, ours: f64, peer: f64, expected, holds| Row {
            bench: "deploy",
            row: format!("{words}: {what}"),
            unit,
            ours,
            peer,
            peer_name: name,
            ratio: peer / ours,
            expected,
            holds,
        };
        let fast = peer.wall_s >= 3.0 * ours.wall_s;
        rows.push(row("wall", "s", ours.wall_s, peer.wall_s, ">= 3x", fast));
        let (cpu, cpu_holds) = match task {
            Task::Plan => (
                "<= 0.1 s and >= 3x",
                ours.cpu_s <= 0.1 && peer.cpu_s >= 3.0 * ours.cpu_s,
            ),
            _ => (">= 3x", peer.cpu_s >= 3.0 * ours.cpu_s),
        };
        rows.push(row("CPU", "s", ours.cpu_s, peer.cpu_s, cpu, cpu_holds));
        let (rss, rss_holds) = match task {
            Task::Plan => ("<= 40 MiB", ours.rss_mib <= 40.0),
            _ => ("less", ours.rss_mib < peer.rss_mib),
        };
        rows.push(row(
            "peak memory",
            "MiB",
            ours.rss_mib,
            peer.rss_mib,
            rss,
            rss_holds,
        ));
    }
    rows
}

impl Task {
    fn words(self) -> &'static str {
        match self {
            Self::Plan => "plan of one change",
            Self::NoChange => "deploy, no change",
            Self::OneChange => "deploy, one change",
        }
    }
}
