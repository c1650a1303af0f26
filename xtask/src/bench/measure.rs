//! One process and all that it starts: wall time, CPU time and the largest peak of memory.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Runs a command and reports what the kernel counted for it and its children. Every tool is measured by this one.
const METER: &str = "\
import json, resource, subprocess, sys, time
# A launcher that became this interpreter may have had children of its own.
before = resource.getrusage(resource.RUSAGE_CHILDREN)
began = time.monotonic()
done = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=open(sys.argv[1], 'wb'), stderr=subprocess.STDOUT)
wall = time.monotonic() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({'wall_s': wall, 'cpu_s': cpu, 'rss_kib': used.ru_maxrss, 'code': done.returncode}))
";

/// What a process took.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Measured {
    pub(super) wall_s: f64,
    /// Of the process and what it started.
    pub(super) cpu_s: f64,
    /// The largest resident set of any of them.
    pub(super) rss_kib: u64,
    code: i32,
}

impl Measured {
    /// One process after the other.
    pub(super) fn add(&mut self, other: &Self) {
        self.wall_s += other.wall_s;
        self.cpu_s += other.cpu_s;
        self.rss_kib = self.rss_kib.max(other.rss_kib);
    }
}

/// Runs the command to its end. What it says goes into the file `said`.
///
/// # Errors
/// When it fails: a tool that did not do its task has no figures. The end of what it said is in the error.
pub(super) fn measure(said: &Path, command: &Command) -> Result<Measured> {
    let mut meter = Command::new("python3");
    meter
        .args(["-c", METER])
        .arg(said)
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => meter.env(name, value),
            None => meter.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        meter.current_dir(folder);
    }
    let output = meter
        .stdin(Stdio::null())
        .output()
        .context("cannot start python3")?;
    let measured: Measured = serde_json::from_slice(&output.stdout).with_context(|| {
        format!(
            "the meter failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )
    })?;
    if measured.code != 0 {
        let said = std::fs::read_to_string(said).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        let end = lines[lines.len().saturating_sub(15)..].join("\n");
        bail!(
            "{} ended with {}:\n{end}",
            command.get_program().to_string_lossy(),
            measured.code
        );
    }
    Ok(measured)
}

/// The middle one.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
