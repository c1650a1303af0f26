//! Rendering a mail beside Jinja2, inlining it beside juice, and inlining and checking it beside juice and html-validate.
//!
//! The mails are published ones where `LANDFALL_CORPUS` says where some are, and our own otherwise.
//!
//! Each program does its task many times in one process and says how long one took: what starting it costs is no part
//! of it.

use std::fs;
use std::path::{Path, PathBuf};
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
/// So many mails each program inlines in one run, be they few mails often or many mails seldom.
const MAILS: usize = 120;
/// How often each goes through all of them at the least.
const LEAST_ROUNDS: usize = 3;

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
const [task, validateFrom, juiceFrom, runs, ...files] = process.argv.slice(2);
const { HtmlValidate } = createRequire(validateFrom + '/x.js')('html-validate');
const loaded = createRequire(juiceFrom + '/x.js')('juice');
const juice = loaded.default ?? loaded;

const validator = new HtmlValidate({ extends: ['html-validate:recommended'] });
const texts = files.map((file) => readFileSync(file, 'utf8'));
const work = {
  inline: (text) => juice(text).length,
  check: (text) => validator.validateStringSync(juice(text)).results.flatMap((result) => result.messages).length,
}[task];
const warm = Math.max(1, Math.floor(Number(runs) / 10));
let began, made;
for (let run = 0; run < Number(runs) + warm; run += 1) {
  if (run === warm) began = performance.now();
  made = 0;
  for (const text of texts) made += work(text);
}
const ms = (performance.now() - began) / (Number(runs) * texts.length);
console.log(JSON.stringify({ ms, letters: made, sum: 0 }));
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
    let runs = runs.max(1);
    let mut rows = render(workspace, &folder, &ours, runs)?;
    let (which, files) = mails(workspace, &folder)?;
    let named = format!("{} {which} mails", files.len());
    for (task, name, peer) in [
        ("inline", "inline one", "juice"),
        ("check", "inline and check one", "juice+hv"),
    ] {
        let times = inline(workspace, &folder, &ours, (task, &files), runs)?;
        rows.extend(both(
            &format!("{named}: {name}"),
            ("ms", 1e3),
            times,
            peer,
            (">= 10x", 10.0),
        ));
    }
    Ok(rows)
}

/// The mails that are inlined and checked, and whose they are.
fn mails(workspace: &Workspace, folder: &Path) -> Result<(&'static str, Vec<PathBuf>)> {
    if let Some(corpus) = std::env::var_os("LANDFALL_CORPUS") {
        return Ok(("published", published(&Path::new(&corpus).join("mail"))?));
    }
    let mut files = Vec::new();
    for (name, html) in templates::rendered(workspace)? {
        let file = folder.join(format!("{name}.html"));
        fs::write(&file, html)?;
        files.push(file);
    }
    Ok(("own", files))
}

/// A file of the corpus, as its manifest tells of it.
#[derive(Debug, Deserialize)]
struct Published {
    file: String,
    mutation: Option<String>,
}

/// The HTML mails of the corpus that nobody broke and that are no templates of another language.
fn published(folder: &Path) -> Result<Vec<PathBuf>> {
    let manifest =
        fs::read_to_string(folder.join("MANIFEST.json")).context("cannot read the corpus's manifest")?;
    let entries: Vec<Published> = serde_json::from_str(&manifest)?;
    let is_mail = |entry: &Published| {
        let is_html = Path::new(&entry.file)
            .extension()
            .is_some_and(|ending| ending == "html");
        is_html && entry.mutation.is_none() && !entry.file.starts_with("jinja2_")
    };
    let files = entries
        .into_iter()
        .filter(is_mail)
        .map(|entry| folder.join(entry.file));
    // The manifest names the files that are kept back, too, and Rust reads UTF-8 only.
    Ok(files.filter(|file| fs::read_to_string(file).is_ok()).collect())
}

fn build(workspace: &Workspace) -> Result<PathBuf> {
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

fn render(workspace: &Workspace, folder: &Path, ours: &Path, runs: usize) -> Result<Vec<Row>> {
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
    let name = format!("{MAIL}: one rendering");
    Ok(both(&name, ("us", 1e6), microseconds, "Jinja2", (">= 6x", 6.0)))
}

/// What inlining, or inlining and checking, one mail takes us and the peer, in milliseconds.
fn inline(
    workspace: &Workspace,
    folder: &Path,
    ours: &Path,
    (task, files): (&str, &[PathBuf]),
    runs: usize,
) -> Result<(f64, f64)> {
    let rounds = (MAILS / files.len().max(1)).max(LEAST_ROUNDS).to_string();
    let script = folder.join("inline.mjs");
    fs::write(&script, JAVASCRIPT)?;
    let mut rust = Command::new(ours);
    rust.args([task, &rounds]).args(files);
    let mut node = Command::new("node");
    node.arg(&script)
        .arg(task)
        .arg(HTML_VALIDATE.install(workspace)?)
        .arg(JUICE.install(workspace)?)
        .arg(&rounds)
        .args(files);
    // Each has rules of its own, and writes styles in its own way, so that what they make is not compared.
    alternating(&mut rust, &mut node, runs, |_, _| true)
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

/// A row of the time that one takes, in which less is better, and one of how many are done in a second.
fn both(
    name: &str,
    (unit, in_a_second): (&'static str, f64),
    (ours, peer): (f64, f64),
    peer_name: &'static str,
    (expected, least): (&'static str, f64),
) -> Vec<Row> {
    let row = |row, unit, (ours, peer)| Row {
        bench: "campaign",
        row,
        unit,
        ours,
        peer,
        peer_name,
        ratio: 0.0,
        expected,
        holds: false,
    };
    let judged = |row, ratio| Row {
        ratio,
        holds: ratio >= least,
        ..row
    };
    let ratio = peer / ours;
    vec![
        judged(row(name.to_owned(), unit, (ours, peer)), ratio),
        judged(
            row(
                format!("{name}, per second"),
                "1/s",
                (in_a_second / ours, in_a_second / peer),
            ),
            ratio,
        ),
    ]
}
