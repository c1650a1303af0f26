//! Rendering a mail beside Jinja2, and inlining and checking it beside juice and html-validate.
//!
//! Each program does its task many times in one process and says how long one took: what starting it costs is no part
//! of it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::bench::Row;
use crate::bench::measure::median;
use crate::cargo;
use crate::npm::{HTML_VALIDATE, JUICE};
use crate::screen;
use crate::templates;
use crate::venv::JINJA2;
use crate::workspace::Workspace;

/// The mail that is rendered: the one that is sent most.
const MAIL: &str = "booking-confirmation";
/// How often each program does its task in one run.
const RENDERS: usize = 2_000;
/// How often each program goes through all mails in one run.
const CHECKS: usize = 20;

/// `local` is our own filter, so that Python needs one, too.
const PYTHON: &str = "\
import json, sys, time
from datetime import datetime
from zoneinfo import ZoneInfo
from jinja2 import Environment, FileSystemLoader, StrictUndefined

folder, mail, context, runs = sys.argv[1:]
env = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
env.filters['local'] = lambda text, zone, form: datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).strftime(form)
context, runs = json.load(open(context)), int(runs)
for run in range(runs + runs // 10):
    if run == runs // 10:
        began = time.monotonic()
    text = env.get_template(mail + '/body.html.j2').render(**context)
ms = (time.monotonic() - began) * 1e3 / runs
print(json.dumps({'ms': ms, 'letters': len(text), 'sum': sum(text.encode())}))
";

const JAVASCRIPT: &str = "\
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const [validateFrom, juiceFrom, runs, ...files] = process.argv.slice(2);
const { HtmlValidate } = createRequire(validateFrom + '/x.js')('html-validate');
const loaded = createRequire(juiceFrom + '/x.js')('juice');
const juice = loaded.default ?? loaded;

const validator = new HtmlValidate({ extends: ['html-validate:recommended'] });
const texts = files.map((file) => readFileSync(file, 'utf8'));
const warm = Math.floor(Number(runs) / 10);
let began, findings;
for (let run = 0; run < Number(runs) + warm; run += 1) {
  if (run === warm) began = performance.now();
  findings = 0;
  for (const text of texts) {
    const report = validator.validateStringSync(juice(text));
    findings += report.results.flatMap((result) => result.messages).length;
  }
}
const ms = (performance.now() - began) / (Number(runs) * texts.length);
console.log(JSON.stringify({ ms, letters: findings, sum: 0 }));
";

/// What each program says.
#[derive(Debug, Deserialize)]
struct Said {
    /// Milliseconds that one rendering, or one file, took.
    ms: f64,
    /// Characters of the rendered text, or findings.
    letters: usize,
    /// The bytes of the rendered text, added up.
    sum: u64,
}

/// Measures both.
pub(in crate::bench) fn rows(workspace: &Workspace, runs: usize) -> Result<Vec<Row>> {
    let folder = workspace.target().join("bench/templates");
    fs::create_dir_all(&folder).context("cannot make the benchmark's folder")?;
    let ours = build(workspace)?;
    Ok(vec![
        render(workspace, &folder, &ours, runs.max(1))?,
        check(workspace, &folder, &ours, runs.max(1))?,
    ])
}

fn build(workspace: &Workspace) -> Result<std::path::PathBuf> {
    screen::step("building measure of template in the release profile");
    let status = cargo::command()
        .args([
            "build",
            "--release",
            "--package",
            "template",
            "--example",
            "measure",
        ])
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("measure of template does not build");
    }
    Ok(workspace.target().join("release/examples/measure"))
}

fn render(workspace: &Workspace, folder: &Path, ours: &Path, runs: usize) -> Result<Row> {
    let context = folder.join("context.json");
    fs::write(&context, templates::sample(workspace, MAIL)?.to_string())?;
    let script = folder.join("render.py");
    fs::write(&script, PYTHON)?;
    let arguments = |command: &mut Command| {
        command
            .arg(workspace.root().join("templates"))
            .arg(MAIL)
            .arg(&context)
            .arg(RENDERS.to_string());
    };
    let mut rust = Command::new(ours);
    rust.arg("render");
    arguments(&mut rust);
    let mut python = Command::new(JINJA2.install(workspace)?);
    python.arg(&script);
    arguments(&mut python);
    let (mine, theirs) = alternating(&mut rust, &mut python, runs, |mine, theirs| {
        (mine.letters, mine.sum) == (theirs.letters, theirs.sum)
    })?;
    let microseconds = (mine * 1e3, theirs * 1e3);
    Ok(row(
        format!("{MAIL}: one rendering"),
        "us",
        microseconds,
        "Jinja2",
        (">= 6x", 6.0),
    ))
}

fn check(workspace: &Workspace, folder: &Path, ours: &Path, runs: usize) -> Result<Row> {
    let mut files = Vec::new();
    for (name, html) in templates::rendered(workspace)? {
        let file = folder.join(format!("{name}.html"));
        fs::write(&file, html)?;
        files.push(file);
    }
    let script = folder.join("check.mjs");
    fs::write(&script, JAVASCRIPT)?;
    let mut rust = Command::new(ours);
    rust.arg("check").arg(CHECKS.to_string()).args(&files);
    let mut node = Command::new("node");
    node.arg(&script)
        .arg(HTML_VALIDATE.install(workspace)?)
        .arg(JUICE.install(workspace)?)
        .arg(CHECKS.to_string())
        .args(&files);
    // Each has rules of its own, so that their findings are not compared.
    let (mine, theirs) = alternating(&mut rust, &mut node, runs, |_, _| true)?;
    let name = format!("{} mails: inline and check one", files.len());
    Ok(row(name, "ms", (mine, theirs), "juice+hv", (">= 10x", 10.0)))
}

/// The medians of both, in milliseconds, after each has done its task as often as the other.
fn alternating(
    ours: &mut Command,
    peer: &mut Command,
    runs: usize,
    are_same: impl Fn(&Said, &Said) -> bool,
) -> Result<(f64, f64)> {
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let (one, other) = (said(ours)?, said(peer)?);
        if !are_same(&one, &other) {
            bail!("the programs made different things: {one:?} and {other:?}");
        }
        mine.push(one.ms);
        theirs.push(other.ms);
    }
    Ok((median(mine), median(theirs)))
}

fn said(command: &mut Command) -> Result<Said> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        bail!(
            "{program} failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("{program} said something else"))
}

/// A row in which less is better.
fn row(
    name: String,
    unit: &'static str,
    (ours, peer): (f64, f64),
    peer_name: &'static str,
    (expected, least): (&'static str, f64),
) -> Row {
    Row {
        bench: "campaign",
        row: name,
        unit,
        ours,
        peer,
        peer_name,
        ratio: peer / ours,
        expected,
        holds: peer >= least * ours,
    }
}
