//! One synchronisation as a process: our planner over a feed and its state, vdirsyncer over two folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::super::Row;
use super::super::measure::{Measured, measure, median};
use super::trace::Trace;
use super::{Figures, build, row};
use crate::screen;
use crate::venv::VDIRSYNCER;
use crate::workspace::Workspace;

const BOOKINGS: usize = 10_000;

/// How much has changed since the run before: the name, and the first of every how many bookings.
const CHANGES: [(&str, Option<usize>); 4] = [
    ("0 changed", None),
    ("1 changed", Some(BOOKINGS)),
    ("1 % changed", Some(100)),
    ("all changed", Some(1)),
];

/// What our program says at its end.
#[derive(Deserialize)]
struct Said {
    writes: usize,
    entries: usize,
    plan_s: f64,
}

/// One program's figures for one amount of change.
#[derive(Default)]
struct Task {
    figures: Figures,
    /// The planner alone, of ours.
    plans_s: Vec<f64>,
    /// In every run.
    writes: Vec<usize>,
}

/// Measures both at every amount of change, alternating.
pub(super) fn rows(workspace: &Workspace, runs: usize) -> Result<Vec<Row>> {
    let mut desk = Desk::prepare(workspace)?;
    let bar = screen::bar("synchronisations", CHANGES.len() * runs);
    let mut rows = Vec::new();
    for (name, step) in CHANGES {
        let (mut ours, mut peer) = (Task::default(), Task::default());
        let mut changes = 0;
        for _ in 0..runs {
            changes = desk.change(step)?;
            desk.run_ours(&mut ours)?;
            desk.run_peer(&mut peer)?;
            bar.inc(1);
        }
        rows.extend(task_rows(name, changes, ours, peer));
    }
    bar.finish_and_clear();
    Ok(rows)
}

fn task_rows(name: &str, changes: usize, ours: Task, peer: Task) -> Vec<Row> {
    let exact = ours.writes.iter().all(|writes| *writes == changes);
    let most = |writes: &[usize]| writes.iter().max().copied().unwrap_or_default() as f64;
    let writes = (most(&ours.writes), most(&peer.writes));
    let [our_wall, our_cpu, plan] =
        [ours.figures.walls_s, ours.figures.cpus_s, ours.plans_s].map(|values| median(values) * 1e3);
    let [peer_wall, peer_cpu] =
        [peer.figures.walls_s, peer.figures.cpus_s].map(|values| median(values) * 1e3);
    let peaks = (ours.figures.peak_mib, peer.figures.peak_mib);
    let row = |what, unit, pair, expected, holds| {
        row(
            format!("{name}: {what}"),
            unit,
            pair,
            "vdirsyncer",
            expected,
            holds,
        )
    };
    let fifty = |(ours, peer): (f64, f64)| peer >= 50.0 * ours;
    let [wall, cpu, planner] = [(our_wall, peer_wall), (our_cpu, peer_cpu), (plan, peer_cpu)];
    vec![
        row("wall", "ms", wall, ">= 50x", fifty(wall)),
        row("CPU", "ms", cpu, ">= 50x", fifty(cpu)),
        row(
            "planner alone, beside all its CPU",
            "ms",
            planner,
            ">= 50x",
            fifty(planner),
        ),
        row("writes", "", writes, "ours = changes exactly", exact),
        row("peak memory", "MiB", peaks, "less", peaks.0 < peaks.1),
    ]
}

/// A folder with what both programs read and write.
struct Desk {
    folder: PathBuf,
    trace: Trace,
    ours: PathBuf,
    peer: PathBuf,
    /// What vdirsyncer's copy was after its last run, by file.
    copied: BTreeMap<String, Vec<u8>>,
}

impl Desk {
    /// Lays out the bookings, and brings both programs in step with them.
    fn prepare(workspace: &Workspace) -> Result<Self> {
        let (ours, peer) = (
            build(workspace, "booking", "trace")?,
            VDIRSYNCER.install(workspace)?,
        );
        let folder = workspace.target().join("bench/sync");
        if folder.exists() {
            fs::remove_dir_all(&folder).context("cannot clear the benchmark's folder")?;
        }
        for name in ["ours", "a/trace", "b/trace"] {
            fs::create_dir_all(folder.join(name)).context("cannot make the benchmark's folder")?;
        }
        fs::write(folder.join("vdirsyncer.conf"), configuration(&folder))?;
        let trace = Trace::new(BOOKINGS);
        let all: Vec<usize> = (0..BOOKINGS).collect();
        trace.lay(&folder.join("a/trace"), &all)?;
        fs::write(folder.join("ours/feed.ics"), trace.feed())?;
        let mut desk = Self {
            folder,
            trace,
            ours,
            peer,
            copied: BTreeMap::new(),
        };
        desk.measure(&desk.vdirsyncer("discover"))?;
        let (mut ours, mut peer) = (Task::default(), Task::default());
        desk.run_ours(&mut ours)?;
        desk.run_peer(&mut peer)?;
        if (ours.writes, peer.writes) != (vec![BOOKINGS], vec![BOOKINGS]) {
            bail!("the first run did not copy every booking once");
        }
        Ok(desk)
    }

    /// Moves some bookings, and says how many.
    fn change(&mut self, step: Option<usize>) -> Result<usize> {
        let Some(step) = step else { return Ok(0) };
        // Both tell a file that changed by its time of change.
        std::thread::sleep(Duration::from_millis(20));
        let moved = self.trace.move_every(step);
        self.trace.lay(&self.folder.join("a/trace"), &moved)?;
        fs::write(self.folder.join("ours/feed.ics"), self.trace.feed())?;
        Ok(moved.len())
    }

    fn run_ours(&self, task: &mut Task) -> Result<()> {
        let mut command = Command::new(&self.ours);
        command.arg(self.folder.join("ours"));
        task.figures.add(&self.measure(&command)?);
        let said = fs::read(self.said())?;
        let said: Said = serde_json::from_slice(&said).context("our program's last line cannot be read")?;
        if said.entries != BOOKINGS {
            bail!("our calendar has {} entries instead of {BOOKINGS}", said.entries);
        }
        task.plans_s.push(said.plan_s);
        task.writes.push(said.writes);
        Ok(())
    }

    /// Its writes are the files of its copy that are others afterwards.
    fn run_peer(&mut self, task: &mut Task) -> Result<()> {
        task.figures.add(&self.measure(&self.vdirsyncer("sync"))?);
        let copied = files(&self.folder.join("b/trace"))?;
        let source = files(&self.folder.join("a/trace"))?;
        if !source.values().eq(copied.values()) && sorted(&source) != sorted(&copied) {
            bail!("vdirsyncer's copy differs from what it copies");
        }
        let is_new = |(name, content): &(&String, &Vec<u8>)| self.copied.get(*name) != Some(content);
        task.writes.push(copied.iter().filter(is_new).count());
        self.copied = copied;
        Ok(())
    }

    fn vdirsyncer(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.peer);
        command
            .arg("--config")
            .arg(self.folder.join("vdirsyncer.conf"))
            .arg(verb);
        command
    }

    fn measure(&self, command: &Command) -> Result<Measured> {
        measure(&self.said(), command)
    }

    fn said(&self) -> PathBuf {
        self.folder.join("said.log")
    }
}

fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    let storage = |name: &str| {
        format!("[storage {name}]\ntype = \"filesystem\"\npath = \"{folder}/{name}\"\nfileext = \".ics\"\n")
    };
    format!(
        "[general]\nstatus_path = \"{folder}/status\"\n[pair trace]\na = \"a\"\nb = \"b\"\ncollections = [\"trace\"]\n{}{}",
        storage("a"),
        storage("b"),
    )
}

fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        files.insert(
            file.file_name().to_string_lossy().into_owned(),
            fs::read(file.path())?,
        );
    }
    Ok(files)
}

fn sorted(files: &BTreeMap<String, Vec<u8>>) -> Vec<&Vec<u8>> {
    let mut contents: Vec<&Vec<u8>> = files.values().collect();
    contents.sort();
    contents
}
