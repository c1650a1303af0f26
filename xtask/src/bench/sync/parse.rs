//! Reading a feed as a process: the file's bytes to every event's identity, title and times.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::super::Row;
use super::super::measure::{measure, median};
use super::trace::Trace;
use super::{Figures, build, row};
use crate::npm::ICAL_JS;
use crate::screen;
use crate::venv::ICALENDAR;
use crate::workspace::Workspace;

const EVENTS: usize = 100_000;

const PYTHON: &str = "\
import json, sys
from icalendar import Calendar

calendar = Calendar.from_ical(open(sys.argv[1], 'rb').read())
events, letters, seconds = 0, 0, 0
for event in calendar.walk('VEVENT'):
    events += 1
    letters += len(str(event['UID'])) + len(str(event['SUMMARY']))
    seconds += int((event['DTEND'].dt - event['DTSTART'].dt).total_seconds())
print(json.dumps({'events': events, 'letters': letters, 'seconds': seconds}))
";

/// `ICAL.Event` looks through all others for each event's overrides, which takes minutes: this is the shorter way, which
/// knows of no overrides.
const JAVASCRIPT: &str = "\
import { readFileSync } from 'node:fs';
const { default: ICAL } = await import(process.argv[2]);

const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[3], 'utf8')));
let [events, letters, seconds] = [0, 0, 0];
for (const event of calendar.getAllSubcomponents('vevent')) {
  const value = (name) => event.getFirstPropertyValue(name);
  events += 1;
  letters += value('uid').length + value('summary').length;
  seconds += value('dtend').toUnixTime() - value('dtstart').toUnixTime();
}
console.log(JSON.stringify({ events, letters, seconds }));
";

/// What each program says that it read.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Said {
    events: usize,
    letters: usize,
    seconds: usize,
}

/// Measures all three, alternating, and holds what they read against each other.
pub(super) fn rows(workspace: &Workspace, runs: usize) -> Result<Vec<Row>> {
    let folder = workspace.target().join("bench/parse");
    fs::create_dir_all(&folder).context("cannot make the benchmark's folder")?;
    let feed = folder.join("feed.ics");
    fs::write(&feed, Trace::new(EVENTS).feed())?;
    let mut programs = programs(workspace, &folder)?;
    let said = folder.join("said.log");
    let bar = screen::bar("feeds read", runs * programs.len());
    for _ in 0..runs {
        let mut read: Vec<Said> = Vec::new();
        for (name, command, figures) in &mut programs {
            figures.add(&measure(&said, command)?);
            let said = fs::read(&said)?;
            read.push(serde_json::from_slice(&said).with_context(|| format!("{name} said something else"))?);
            bar.inc(1);
        }
        let first = read.first();
        if first.is_none_or(|first| first.events != EVENTS) || read.iter().any(|other| Some(other) != first) {
            bail!("the programs read different things: {read:?}");
        }
    }
    bar.finish_and_clear();
    let figures = programs.into_iter().map(|(name, _, figures)| {
        let [wall, cpu] = [figures.walls_s, figures.cpus_s].map(|values| median(values) * 1e3);
        (name, [wall, cpu, figures.peak_mib])
    });
    let all: Vec<(&'static str, [f64; 3])> = figures.collect();
    let Some(((_, ours), peers)) = all.split_first() else {
        return Ok(Vec::new());
    };
    Ok(peers
        .iter()
        .flat_map(|(name, peer)| peer_rows(name, *ours, *peer))
        .collect())
}

type Program = (&'static str, Command, Figures);

/// Ours first.
fn programs(workspace: &Workspace, folder: &Path) -> Result<Vec<Program>> {
    let feed = folder.join("feed.ics");
    let mut ours = Command::new(build(workspace, "calendar", "parse")?);
    ours.arg(&feed);
    let script = folder.join("parse.py");
    fs::write(&script, PYTHON)?;
    let mut python = Command::new(ICALENDAR.install(workspace)?);
    python.arg(script).arg(&feed);
    let script = folder.join("parse.mjs");
    fs::write(&script, JAVASCRIPT)?;
    let mut node = Command::new("node");
    node.arg(script)
        .arg(ICAL_JS.install(workspace)?.join("ical.js/dist/ical.js"))
        .arg(&feed);
    Ok(vec![
        ("ours", ours, Figures::default()),
        ("icalendar", python, Figures::default()),
        ("ical.js", node, Figures::default()),
    ])
}

fn peer_rows(name: &'static str, ours: [f64; 3], peer: [f64; 3]) -> Vec<Row> {
    let [wall, cpu, peak] = [0, 1, 2].map(|at| (ours[at], peer[at]));
    let row = |what: &str, unit, pair, expected, holds| {
        row(
            format!("100,000 events read: {what}"),
            unit,
            pair,
            name,
            expected,
            holds,
        )
    };
    let three = |(ours, peer): (f64, f64)| peer >= 3.0 * ours;
    vec![
        row("wall", "ms", wall, ">= 3x", three(wall)),
        row("CPU", "ms", cpu, ">= 3x", three(cpu)),
        row("peak memory", "MiB", peak, "less", peak.0 < peak.1),
    ]
}
