//! The judges of templates: every stage's stacks, and the account's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, anyhow};
use stacks::bootstrap::{BootstrapSettings, Repository, bootstrap};
use stacks::{StackSpec, Stage};

use super::Findings;
use super::finding::{Finding, of_cfn_lint, of_checkov};
use super::waivers::{Waiver, left};
use crate::workspace::Workspace;

/// Templates as files. Judges run in the folder: checkov takes a long path for a secret, so that what it says would
/// depend on where the checkout lies.
pub(super) struct Files {
    /// The folder.
    pub(super) folder: PathBuf,
    /// The files' paths below it.
    pub(super) paths: Vec<PathBuf>,
}

/// Holds the templates to the rules that no other judge has.
pub(super) fn by_our_own_rules() -> Findings {
    let mut told = Vec::new();
    for (_, stack) in every_stack()? {
        let findings = stacks::rules::judge_stack(&stack).findings;
        told.extend(
            findings
                .iter()
                .map(|finding| format!("{}: {finding}", stack.name)),
        );
    }
    Ok(told)
}

/// What the two judges find together, and nobody has waived.
pub(super) fn judged(cfn_lint: &Path, checkov: &Path, templates: &Files, waivers: &[Waiver]) -> Findings {
    let mut findings = by_cfn_lint(cfn_lint, templates)?;
    findings.extend(by_checkov(checkov, templates)?);
    Ok(left(&findings, waivers))
}

/// cfn-lint's findings, informational ones and those of the serverless rules included.
pub(super) fn by_cfn_lint(program: &Path, templates: &Files) -> Result<Vec<Finding>> {
    let mut command = Command::new(program);
    command
        .args(["--append-rules", "cfn_lint_serverless.rules"])
        .args(["--include-checks", "I", "--format", "json", "--"])
        .args(&templates.paths)
        .current_dir(&templates.folder);
    read("cfn-lint", &mut command, of_cfn_lint)
}

/// checkov's findings, by the rules that it brings along.
pub(super) fn by_checkov(program: &Path, templates: &Files) -> Result<Vec<Finding>> {
    let mut command = Command::new(program);
    command
        .args(["--skip-download", "--framework", "cloudformation"])
        .args(["--compact", "--quiet", "--output", "json", "--file"])
        .args(&templates.paths)
        .current_dir(&templates.folder);
    read("checkov", &mut command, of_checkov)
}

/// The exit code says only that there are findings: what counts is whether the answer can be read.
fn read(
    name: &str,
    command: &mut Command,
    findings: impl Fn(&str) -> Result<Vec<Finding>, String>,
) -> Result<Vec<Finding>> {
    let Output { stdout, stderr, .. } = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    findings(&String::from_utf8_lossy(&stdout)).map_err(|reason| {
        anyhow!(
            "{name} has not judged: {reason}: {}",
            String::from_utf8_lossy(&stderr).trim()
        )
    })
}

/// Writes every template, for judges that read files.
pub(super) fn synthesized(workspace: &Workspace) -> Result<Files> {
    let mut files = Files {
        folder: workspace.target().join("synth"),
        paths: Vec::new(),
    };
    for (folder, stack) in every_stack()? {
        let path = PathBuf::from(folder).join(format!("{}.json", stack.name));
        let file = files.folder.join(&path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(&file, stack.template.to_json())
            .with_context(|| format!("cannot write {}", file.display()))?;
        files.paths.push(path);
    }
    Ok(files)
}

/// Every stack with the name of its folder: the stages', those that receive mails, and the bootstrap stack of some repository.
fn every_stack() -> Result<Vec<(String, StackSpec)>> {
    let mut all = Vec::new();
    for stage in Stage::ALL {
        let stacks = stacks::stacks(*stage)?;
        all.extend(stacks.into_iter().map(|stack| (stage.to_string(), stack)));
        // The local stage has none.
        if *stage != Stage::Local {
            all.push((stage.to_string(), stacks::inbound_mail(*stage)?));
        }
    }
    let repository = Repository::new("owner", "landfall", None)?;
    let shared = bootstrap(&BootstrapSettings::new(repository))?;
    all.push(("account".to_owned(), shared));
    Ok(all)
}
