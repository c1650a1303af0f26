//! A process that can be told dead or alive by others on its machine.

use std::fs;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// One process of one boot of one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    /// The boot and the pid namespace: containers of one machine share the boot, but not their pids.
    pub(super) machine: String,
    /// Its pid.
    pub(super) pid: i32,
    /// When it was born, in ticks since the boot: a pid that was given again has another one.
    pub(super) born: u64,
}

/// What is known of a holder's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It has ended on this machine.
    Dead,
    /// It runs, or it is another machine's.
    Unknown,
}

impl Process {
    /// This process. `None` where the system has no `/proc`: then only expiry tells that a holder is gone.
    pub(super) fn of_this() -> Option<Self> {
        let pid = i32::try_from(std::process::id()).ok()?;
        Some(Self {
            machine: machine()?,
            pid,
            born: born(pid)?,
        })
    }

    /// Whether it is known to have ended.
    pub(super) fn life(&self) -> Life {
        if machine().as_ref() != Some(&self.machine) {
            return Life::Unknown;
        }
        // Another user's process may be hidden in `/proc`, but it answers to signals with another error than "no such".
        let is_gone = kill(Pid::from_raw(self.pid), None) == Err(Errno::ESRCH);
        let is_another = || stat(self.pid).is_some_and(|stat| is_other(&stat, self.born));
        if is_gone || is_another() {
            Life::Dead
        } else {
            Life::Unknown
        }
    }
}

/// Whether a process's line is a zombie's, which acts no more, or of a process that was born at another time.
fn is_other(stat: &str, born: u64) -> bool {
    state_and_birth(stat).is_some_and(|(state, other)| state == "Z" || other != born)
}

fn machine() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), namespace.to_str()?))
}

fn born(pid: i32) -> Option<u64> {
    state_and_birth(&stat(pid)?).map(|(_, born)| born)
}

fn stat(pid: i32) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/stat")).ok()
}

/// Fields 3 and 22, counted after the command's name, which may hold anything up to the last parenthesis.
fn state_and_birth(stat: &str) -> Option<(&str, u64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    Some((fields.first()?, fields.get(19)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn this_process_is_not_dead() {
        assert_eq!(Process::of_this().unwrap().life(), Life::Unknown);
    }

    #[test]
    fn a_process_that_was_killed_is_dead_also_before_it_is_reaped() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let process = Process {
            pid,
            born: born(pid).unwrap(),
            ..Process::of_this().unwrap()
        };
        assert_eq!(process.life(), Life::Unknown);
        child.kill().unwrap();
        while stat(pid).is_some_and(|stat| !stat.contains(") Z")) {
            std::thread::yield_now();
        }
        assert_eq!(process.life(), Life::Dead);
        child.wait().unwrap();
        assert_eq!(process.life(), Life::Dead);
    }

    #[test]
    fn a_pid_that_was_given_again_is_another_process() {
        let us = Process::of_this().unwrap();
        let older = Process {
            born: us.born - 1,
            ..us
        };
        assert_eq!(older.life(), Life::Dead);
    }

    #[test]
    fn nothing_is_known_of_another_machine() {
        let us = Process::of_this().unwrap();
        let elsewhere = Process {
            machine: "another boot".to_owned(),
            pid: i32::MAX,
            ..us
        };
        assert_eq!(elsewhere.life(), Life::Unknown);
    }

    #[test]
    fn a_command_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4242 0";
        assert_eq!(state_and_birth(stat), Some(("S", 4242)));
    }
}
