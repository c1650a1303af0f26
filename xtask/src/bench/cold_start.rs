//! Cold start: a program is started as Lambda starts it, and timed until it asks the runtime API for work.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use contract::env;

use super::Row;
use crate::artifact;
use crate::cargo;
use crate::screen;
use crate::venv::BOTO3;
use crate::workspace::Workspace;

/// A function is given up when it has not asked for work by then.
const LIMIT: Duration = Duration::from_secs(20);

/// The peer: the same clients, and the runtime API's first call by the standard library alone, which is less work
/// than Lambda's own Python runtime does.
const PYTHON_HANDLER: &str = "\
import os, urllib.request
import boto3

config = {'region_name': 'us-east-1', 'aws_access_key_id': 'bench', 'aws_secret_access_key': 'bench'}
dynamodb = boto3.client('dynamodb', **config)
s3 = boto3.client('s3', **config)
secrets = boto3.client('secretsmanager', **config)

api = os.environ['AWS_LAMBDA_RUNTIME_API']
urllib.request.urlopen(f'http://{api}/2018-06-01/runtime/invocation/next').read()
";

/// One start.
#[derive(Clone, Copy)]
struct Start {
    time: Duration,
    peak_kib: u64,
}

/// Measures both programs, alternating, so that what else the machine does meets both.
pub(super) fn rows(workspace: &Workspace, runs: usize) -> Result<Vec<Row>> {
    let ours = build(workspace)?;
    let (python, script) = peer(workspace)?;
    let mut our_starts = Vec::new();
    let mut peer_starts = Vec::new();
    let bar = screen::bar("cold starts", runs * 2);
    // The first start of each warms the page cache and is not counted.
    for run in 0..=runs {
        let ours = start(&mut Command::new(&ours))?;
        let peer = start(Command::new(&python).arg(&script))?;
        if run > 0 {
            our_starts.push(ours);
            peer_starts.push(peer);
            bar.inc(2);
        }
    }
    bar.finish_and_clear();
    let our_zip = artifact::zip_size(&ours)?;
    let peer_zip = peer_zip(workspace, &python)?;
    let (our_time, peer_time) = (median_ms(&our_starts), median_ms(&peer_starts));
    let (our_peak, peer_peak) = (peak_mib(&our_starts), peak_mib(&peer_starts));
    let row = |row: &str, unit, ours: f64, peer: f64, expected, holds| Row {
        bench: "cold-start",
        row: row.to_owned(),
        unit,
        ours,
        peer,
        peer_name: "boto3",
        ratio: peer / ours,
        expected,
        holds,
    };
    let fast = our_time <= 12.0 && peer_time >= 20.0 * our_time;
    Ok(vec![
        row(
            "exec to first call, median",
            "ms",
            our_time,
            peer_time,
            "<= 12 ms and >= 20x",
            fast,
        ),
        row("zip", "MB", our_zip, peer_zip, "<= 5 MB", our_zip <= 5.0),
        row(
            "peak memory",
            "MiB",
            our_peak,
            peer_peak,
            "less",
            our_peak < peer_peak,
        ),
    ])
}

fn build(workspace: &Workspace) -> Result<PathBuf> {
    screen::step("building event-broker in the release profile");
    let status = cargo::command()
        .args(["build", "--release", "--package", "event-broker"])
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("event-broker does not build");
    }
    Ok(workspace.target().join("release/event-broker"))
}

fn peer(workspace: &Workspace) -> Result<(PathBuf, PathBuf)> {
    let python = BOTO3.install(workspace)?;
    let folder = workspace.target().join("bench");
    fs::create_dir_all(&folder)?;
    let script = folder.join("handler.py");
    fs::write(&script, PYTHON_HANDLER)?;
    Ok((python, script))
}

/// The peer's package as one deploys it: the handler's pinned dependencies beside it, zipped by Python itself.
fn peer_zip(workspace: &Workspace, python: &Path) -> Result<f64> {
    let zip = workspace.target().join("bench/python.zip");
    let packages = "import boto3, os, shutil, sys, tempfile\n\
        site = os.path.dirname(os.path.dirname(boto3.__file__))\n\
        with tempfile.TemporaryDirectory() as folder:\n\
        \x20   for name in ('boto3', 'botocore', 's3transfer', 'jmespath', 'dateutil', 'urllib3'):\n\
        \x20       shutil.copytree(os.path.join(site, name), os.path.join(folder, name), ignore=shutil.ignore_patterns('__pycache__'))\n\
        \x20   shutil.make_archive(sys.argv[1].removesuffix('.zip'), 'zip', folder)\n";
    let status = Command::new(python)
        .args(["-c", packages])
        .arg(&zip)
        .stdin(Stdio::null())
        .status()?;
    if !status.success() {
        bail!("cannot pack the Python peer");
    }
    Ok(fs::metadata(&zip)?.len() as f64 / 1e6)
}

/// Starts the program against a runtime API of our own, and takes the time until its first call.
fn start(command: &mut Command) -> Result<Start> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    environment(command, &address);
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let called = first_call(&listener, began);
    let peak_kib = peak(&child);
    stop(&mut child)?;
    let (time, _open) = called?;
    Ok(Start {
        time,
        peak_kib: peak_kib?,
    })
}

/// The call stays open, so that the program waits in it while its memory is read.
fn first_call(listener: &TcpListener, began: Instant) -> Result<(Duration, TcpStream)> {
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                let mut line = String::new();
                BufReader::new(&stream).read_line(&mut line)?;
                if line.contains("/runtime/invocation/next") {
                    return Ok((began.elapsed(), stream));
                }
                bail!("the program's first call was {line:?}");
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                if began.elapsed() > LIMIT {
                    bail!("the program made no call in {} s", LIMIT.as_secs());
                }
                std::thread::sleep(Duration::from_micros(50));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn environment(command: &mut Command, api: &str) {
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_LAMBDA_RUNTIME_API", api)
        .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "bench")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "bench")
        .env("AWS_SECRET_ACCESS_KEY", "bench")
        .env(env::STAGE, "local")
        .env(env::EVENTS_TABLE, "bench")
        .env(env::CONTENT_BUCKET, "bench")
        .env(
            env::PARTNER_SECRETS_PREFIX,
            stacks::Stage::Local.partner_secrets_prefix(),
        );
}

/// The largest resident set so far, in KiB, as the kernel counts it.
fn peak(child: &Child) -> Result<u64> {
    let status =
        fs::read_to_string(format!("/proc/{}/status", child.id())).context("this benchmark needs /proc")?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .context("the kernel does not tell the peak")?;
    line.split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse().ok())
        .context("the peak is not a number")
}

fn stop(child: &mut Child) -> Result<()> {
    child.kill()?;
    child.wait()?;
    Ok(())
}

fn median_ms(starts: &[Start]) -> f64 {
    let mut times: Vec<f64> = starts
        .iter()
        .map(|start| start.time.as_secs_f64() * 1e3)
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn peak_mib(starts: &[Start]) -> f64 {
    starts.iter().map(|start| start.peak_kib).max().unwrap_or(0) as f64 / 1024.0
}
