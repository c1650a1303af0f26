//! A background process of the local cloud, remembered by a pid file.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long a process may take to save its state before it is killed.
const GRACE: Duration = Duration::from_secs(20);

/// How long what was killed may take to be gone.
const END: Duration = Duration::from_secs(5);

/// A process that outlives this command.
pub(super) struct Process {
    /// What it is, for the reader.
    pub name: &'static str,
    /// The stem of its pid and log files.
    pub file: &'static str,
    /// Where those are.
    pub dir: PathBuf,
}

/// Whether it runs.
pub(super) enum State {
    /// It runs, with this pid.
    Running(i32),
    /// It does not.
    Stopped,
}

impl Process {
    /// Where its output goes.
    pub(super) fn log(&self) -> PathBuf {
        self.dir.join(format!("{}.log", self.file))
    }

    fn pid_file(&self) -> PathBuf {
        self.dir.join(format!("{}.pid", self.file))
    }

    /// Starts the command detached: it keeps running when this command ends or is interrupted.
    pub(super) fn spawn(&self, command: &mut Command) -> Result<()> {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log())?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start the {}", self.name))?;
        let pid = i32::try_from(child.id()).context("the pid is out of range")?;
        fs::write(
            self.pid_file(),
            format!("{pid} {}", birth(pid).unwrap_or_default()),
        )?;
        Ok(())
    }

    /// Whether the process that `spawn` started still runs. A pid that another process has got since is not it.
    pub(super) fn state(&self) -> State {
        let Ok(text) = fs::read_to_string(self.pid_file()) else {
            return State::Stopped;
        };
        let (pid, born) = text.split_once(' ').unwrap_or((&text, ""));
        match pid.parse() {
            Ok(pid) if birth(pid).is_some_and(|now| now == born) => State::Running(pid),
            _ => State::Stopped,
        }
    }

    /// Whether it was started and has ended without being asked to.
    pub(super) fn was_killed(&self) -> bool {
        self.pid_file().exists() && matches!(self.state(), State::Stopped)
    }

    /// Asks the process to end, waits until it has, and says which pid it was.
    pub(super) fn stop(&self) -> Result<Option<i32>> {
        let State::Running(pid) = self.state() else {
            let _ = fs::remove_file(self.pid_file());
            return Ok(None);
        };
        // The whole group, so that functions which the emulator runs end with it.
        kill(Pid::from_raw(pid), Signal::SIGTERM)
            .with_context(|| format!("cannot stop the {}", self.name))?;
        let asked = Instant::now();
        while matches!(self.state(), State::Running(_)) && asked.elapsed() < GRACE {
            sleep(Duration::from_millis(50));
        }
        // What is left of the group: a process that did not listen, or its children.
        let _ = kill(Pid::from_raw(-pid), Signal::SIGKILL);
        // The signal is sent, not obeyed yet.
        let killed = Instant::now();
        while lives(pid) && killed.elapsed() < END {
            sleep(Duration::from_millis(20));
        }
        fs::remove_file(self.pid_file())?;
        Ok(Some(pid))
    }

    /// The last lines of the log, to explain a start that failed.
    pub(super) fn last_words(&self) -> String {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }
}

/// When the process was born, as the system tells it: together with the pid it names one process for good.
/// `None` when there is no such process, or only its unreaped remains.
fn birth(pid: i32) -> Option<String> {
    let text = match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => proc_stat(&stat)?,
        // A system without /proc has ps.
        Err(_) => {
            let mut ps = Command::new("ps");
            let output = ps.args(["-o", "stat=,lstart=", "-p", &pid.to_string()]).output();
            String::from_utf8_lossy(&output.ok()?.stdout).trim().to_owned()
        }
    };
    let (state, born) = text.split_once(char::is_whitespace)?;
    (!state.starts_with('Z')).then(|| born.trim().to_owned())
}

/// Whether a process of the group runs. Its unreaped remains do not, where the system can tell them apart.
fn lives(group: i32) -> bool {
    if kill(Pid::from_raw(-group), None).is_err() {
        return false;
    }
    let Ok(processes) = fs::read_dir("/proc") else {
        return true;
    };
    let runs = |stat: &str| {
        let (_, rest) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        Some(*fields.first()? != "Z" && *fields.get(2)? == group.to_string())
    };
    processes
        .flatten()
        .filter_map(|process| fs::read_to_string(process.path().join("stat")).ok())
        .any(|stat| runs(&stat) == Some(true))
}

/// State and start time (clock ticks since boot) of a `/proc/<pid>/stat` line: fields 3 and 22, counted after
/// the command's name, which may hold anything up to the last parenthesis.
fn proc_stat(stat: &str) -> Option<String> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    Some(format!("{} {}", fields.first()?, fields.get(19)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(dir: &std::path::Path) -> Process {
        Process {
            name: "sleeper",
            file: "sleeper",
            dir: dir.to_owned(),
        }
    }

    #[test]
    fn a_started_process_runs_until_it_is_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let process = process(dir.path());
        process.spawn(Command::new("sleep").arg("60")).unwrap();
        assert!(matches!(process.state(), State::Running(_)));
        assert!(process.stop().unwrap().is_some());
        assert!(matches!(process.state(), State::Stopped));
        assert!(process.stop().unwrap().is_none());
    }

    #[test]
    fn what_a_process_has_started_is_gone_when_it_is_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let process = process(dir.path());
        let script = "for number in 1 2 3 4 5 6 7 8; do sleep 60 & done; wait";
        process.spawn(Command::new("sh").args(["-c", script])).unwrap();
        sleep(Duration::from_millis(200));
        let group = process.stop().unwrap().unwrap();
        assert!(!lives(group));
    }

    #[test]
    fn a_pid_that_another_process_has_got_is_not_ours() {
        let dir = tempfile::tempdir().unwrap();
        let process = process(dir.path());
        fs::write(process.pid_file(), format!("{} long ago", std::process::id())).unwrap();
        assert!(matches!(process.state(), State::Stopped));
        assert!(process.stop().unwrap().is_none());
    }

    #[test]
    fn a_command_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4242 0";
        assert_eq!(proc_stat(stat).as_deref(), Some("S 4242"));
    }
}
