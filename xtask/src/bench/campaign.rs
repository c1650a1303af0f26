//! A campaign's way, measured: rendering and checking mails beside what others use, handing them over beside a bare loop, and
//! what memory an audience takes.

mod scene;
mod templates;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::Row;
use super::measure::median;
use crate::cargo;
use crate::screen;
use crate::venv::BOTO3;
use crate::workspace::Workspace;
use scene::Scene;

pub(super) use templates::rows as template_rows;

/// So many mails are handed over.
const MAILS: usize = 1_000;
/// So many go through another process, whose memory is what that of the first is held against.
const FEW: usize = 100;
/// So many of them are counted on their way to the store.
const COUNTED: usize = 100;
/// The queue brings so many to a sender at once.
const BATCH: usize = 10;
/// What the design says of one mail: itself and its trail, five changes with a line each, and once what its recipient got.
const DESIGNED_WRITES: f64 = 11.0;
/// A function has 128 MB at the least; half of it is its own.
const MOST_MEMORY: f64 = 64.0;
/// What grows by less than this while the work grows tenfold does not grow with the work.
const FLAT: f64 = 1.25;

/// What a campaign is without a memory: the same mail, sent in a loop by the SDK with its defaults.
const PYTHON: &str = "\
import json, sys, time
import boto3
from botocore.config import Config

url, mails = sys.argv[1], int(sys.argv[2])
ses = boto3.client('sesv2', region_name='us-east-1', endpoint_url=url,
    aws_access_key_id='bench', aws_secret_access_key='bench', config=Config(retries={'total_max_attempts': 1}))
html = open(sys.argv[3]).read()
began, busy = time.monotonic(), time.process_time()
for number in range(mails):
    ses.send_email(
        FromEmailAddress='Harbor <hello@harbor.example>',
        Destination={'ToAddresses': [f'peer{number}@example.com']},
        Content={'Simple': {'Subject': {'Data': 'Hello'}, 'Body': {'Html': {'Data': html}}}})
print(json.dumps({'wall_s': time.monotonic() - began, 'cpu_s': time.process_time() - busy}))
";

#[derive(Debug, Deserialize)]
struct Said {
    wall_s: f64,
    cpu_s: f64,
}

/// Measures everything of `bench campaign`. The largest audience is the one that is named.
pub(super) fn rows(workspace: &Workspace, runs: usize, largest: usize) -> Result<Vec<Row>> {
    let mut rows = templates::rows(workspace, runs)?;
    let functions = build(workspace)?;
    // The command's own thread drives a runtime already.
    let measured = std::thread::scope(|scope| {
        let measuring = scope.spawn(|| {
            tokio::runtime::Runtime::new()
                .context("cannot start the runtime")?
                .block_on(measure(workspace, &functions, runs.max(1), largest))
        });
        measuring.join()
    });
    match measured {
        Ok(measured) => rows.extend(measured?),
        Err(_) => bail!("the measurement panicked"),
    }
    Ok(rows)
}

/// The functions as they are deployed.
struct Functions {
    scheduler: PathBuf,
    sender: PathBuf,
}

fn build(workspace: &Workspace) -> Result<Functions> {
    let packages = ["campaign-scheduler", "campaign-sender"];
    screen::step(&format!(
        "building {} in the release profile",
        packages.join(" and ")
    ));
    for package in packages {
        let status = cargo::command()
            .args(["build", "--release", "--package", package])
            .current_dir(workspace.root())
            .stdin(Stdio::null())
            .status()
            .context("cannot start cargo")?;
        if !status.success() {
            bail!("{package} does not build");
        }
    }
    let [scheduler, sender] = packages.map(|package| workspace.target().join("release").join(package));
    Ok(Functions { scheduler, sender })
}

async fn measure(
    workspace: &Workspace,
    functions: &Functions,
    runs: usize,
    largest: usize,
) -> Result<Vec<Row>> {
    let mut rows = sending(workspace, functions, runs).await?;
    let sizes: Vec<usize> = [1_000, 10_000, 100_000]
        .into_iter()
        .filter(|size| *size <= largest.max(1_000))
        .collect();
    let mut smallest = None;
    for size in sizes {
        screen::step(&format!("planning for an audience of {size}"));
        let scene = Scene::new(workspace).await?;
        let began = Instant::now();
        let peak = scene.plan_for_later(&functions.scheduler, size).await?;
        let first = *smallest.get_or_insert(peak);
        let seconds = began.elapsed().as_secs();
        rows.push(row(
            format!("scheduler's memory, audience of {size} ({seconds} s)"),
            "MB",
            (peak, first),
            "10^3",
            "<= 64 MB and flat",
            peak <= MOST_MEMORY && peak <= first * FLAT,
        ));
    }
    Ok(rows)
}

/// What handing mails over takes: time beside the peer's, writes, and memory.
async fn sending(workspace: &Workspace, functions: &Functions, runs: usize) -> Result<Vec<Row>> {
    let scene = Scene::new(workspace).await?;
    screen::step(&format!("planning {} mails", MAILS + FEW + COUNTED));
    let mut mails = scene
        .plan_now(&functions.scheduler, MAILS + FEW + COUNTED)
        .await?;
    let counted = mails.split_off(MAILS + FEW);
    let few = mails.split_off(MAILS);
    let few = scene.send(&functions.sender, &few, BATCH).await?;
    let sent = scene.send(&functions.sender, &mails, BATCH).await?;
    if scene.accepted() != MAILS + FEW {
        bail!("{} of {} mails were handed over", scene.accepted(), MAILS + FEW);
    }
    let peer = peer(workspace, &scene, runs)?;
    let (ours, theirs) = (per_second(sent.wall), MAILS as f64 / peer.wall_s);
    let writes = scene.count_writes(&functions.sender, &counted, BATCH).await? as f64 / COUNTED as f64;
    Ok(vec![
        Row {
            // More is better here.
            ratio: ours / theirs,
            ..row(
                format!("{MAILS} mails through one sender, per second"),
                "1/s",
                (ours, theirs),
                "boto3 loop",
                "-",
                true,
            )
        },
        row(
            "sender's own CPU time for one mail".to_owned(),
            "ms",
            (sent.cpu_s * 1e3 / MAILS as f64, peer.cpu_s * 1e3 / MAILS as f64),
            "boto3 loop",
            // The loop keeps nothing: it says what remembering each mail costs.
            "-",
            true,
        ),
        row(
            "rows written for one mail".to_owned(),
            "rows",
            (writes, DESIGNED_WRITES),
            "design",
            "<= design",
            writes <= DESIGNED_WRITES,
        ),
        row(
            format!("sender's memory after {MAILS} mails"),
            "MB",
            (sent.peak_mb, few.peak_mb),
            "100 mails",
            "<= 64 MB and flat",
            sent.peak_mb <= MOST_MEMORY && sent.peak_mb <= few.peak_mb * FLAT,
        ),
    ])
}

fn per_second(wall: Duration) -> f64 {
    MAILS as f64 / wall.as_secs_f64()
}

/// What the peer takes for as many mails.
fn peer(workspace: &Workspace, scene: &Scene, runs: usize) -> Result<Said> {
    let folder = workspace.target().join("bench/campaign");
    std::fs::create_dir_all(&folder)?;
    let (script, html) = (folder.join("peer.py"), folder.join("peer.html"));
    std::fs::write(&script, PYTHON)?;
    std::fs::write(&html, scene::HTML)?;
    let python = BOTO3.install(workspace)?;
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let output = Command::new(&python)
            .arg(&script)
            .arg(scene.ses())
            .arg(MAILS.to_string())
            .arg(&html)
            .stdin(Stdio::null())
            .output()
            .context("cannot start Python")?;
        let said: Said = serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).trim().to_owned())?;
        walls.push(said.wall_s);
        cpus.push(said.cpu_s);
    }
    Ok(Said {
        wall_s: median(walls),
        cpu_s: median(cpus),
    })
}

fn row(
    name: String,
    unit: &'static str,
    (ours, peer): (f64, f64),
    peer_name: &'static str,
    expected: &'static str,
    holds: bool,
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
        holds,
    }
}
