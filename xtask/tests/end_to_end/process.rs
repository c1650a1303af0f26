//! The function's processes, as the system tells of them.

use std::fs;
use std::path::Path;

/// A running `bootstrap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// The most memory that it has had, in kibibytes.
    pub(super) peak_kib: u64,
}

/// The functions that the emulator of a cloud runs now, by pid.
pub(super) fn functions(dir: &Path) -> Vec<Process> {
    let mut found: Vec<Process> = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            fs::read_link(format!("/proc/{pid}/exe"))
                .is_ok_and(|exe| exe.starts_with(dir) && exe.ends_with("bootstrap"))
        })
        .filter_map(|pid| {
            Some(Process {
                pid,
                peak_kib: peak_kib(pid)?,
            })
        })
        .collect();
    found.sort();
    found
}

/// Whether a process is one of this function's, by what Lambda tells it.
pub(super) fn is_of(process: &Process, function: &str) -> bool {
    let environment = fs::read(format!("/proc/{}/environ", process.pid)).unwrap_or_default();
    let line = format!("AWS_LAMBDA_FUNCTION_NAME={function}");
    environment
        .split(|byte| *byte == 0)
        .any(|found| found == line.as_bytes())
}

fn peak_kib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The pid in a pid file of the local cloud.
pub(super) fn pid_of(dir: &Path, file: &str) -> i32 {
    let text = fs::read_to_string(dir.join(file)).unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// Whether a process of this pid runs.
pub(super) fn runs(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    // Its remains, which nobody has asked for yet, are still listed.
    stat.is_ok_and(|stat| {
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| !rest.starts_with('Z'))
    })
}
