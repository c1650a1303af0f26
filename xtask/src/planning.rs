//! `plan --offline`: what a checkout would change, without asking AWS or needing credentials.
//!
//! The templates that the checkout synthesizes are compared with the snapshots that the base revision committed.

use std::process::{Command, Stdio};

use ::plan::facts::{Basis, Facts, Raw, StackFacts};
use ::plan::{Outcome, markdown, plan, verdict};
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde_json::Value;

use crate::environment::StageArg;
use crate::exit::{Exit, Invalid};
use crate::screen;
use crate::workspace::Workspace;

/// Where the stacks' tests commit what they synthesize.
const SNAPSHOTS: &str = "stacks/tests/snapshots/snapshots__";

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a person at a terminal.
    Text,
    /// For a program: a versioned schema.
    Json,
    /// For a pull request's comment, under 60,000 characters.
    Markdown,
}

/// What `plan` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stage: StageArg,
    /// Compare with the templates that a revision committed: no credentials, no drift, no parameters.
    #[arg(long, required = true)]
    offline: bool,
    /// The revision.
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    base: String,
    /// How the plan is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// End with 2 when there are changes.
    #[arg(long)]
    detailed_exitcode: bool,
}

/// Plans and tells.
pub(crate) fn run(workspace: &Workspace, request: &Args) -> Result<Exit> {
    let made = plan(&facts(workspace, request)?);
    match request.format {
        Format::Text => screen::answer(made.to_string().trim_end()),
        Format::Json => screen::answer(&serde_json::to_string_pretty(&made)?),
        Format::Markdown => screen::answer(markdown(&made, "the job's log").trim_end()),
    }
    Ok(match verdict(&made) {
        Outcome::Changes if request.detailed_exitcode => Exit::Changes,
        _ => Exit::Ok,
    })
}

fn facts(workspace: &Workspace, request: &Args) -> Result<Facts> {
    check_revision(workspace, &request.base)?;
    let mut compared = Vec::new();
    for spec in stacks::stacks(request.stage.stage)? {
        let new = serde_json::from_str(&spec.template.to_json())?;
        let deployed = committed(workspace, &request.base, &spec.name)?.map(Raw);
        compared.push(StackFacts {
            name: spec.name,
            deployed,
            new: Some(Raw(new)),
            ..StackFacts::default()
        });
    }
    Ok(Facts {
        stage: request.stage.stage.to_string(),
        basis: Basis::Offline,
        stacks: compared,
    })
}

/// The template that a revision committed for a stack; `None` when it had no such stack.
fn committed(workspace: &Workspace, revision: &str, stack: &str) -> Result<Option<Value>> {
    let object = format!("{revision}:{SNAPSHOTS}{stack}.snap");
    if git(workspace, &["cat-file", "-e", &object])?.is_none() {
        return Ok(None);
    }
    let text = git(workspace, &["show", &object])?.with_context(|| format!("git cannot show {object}"))?;
    template_of(&text)
        .with_context(|| format!("{object} holds no template"))
        .map(Some)
}

/// A snapshot is a head between two lines of dashes, then the template.
fn template_of(snapshot: &str) -> Result<Value> {
    let mut parts = snapshot.splitn(3, "---\n");
    let body = parts.nth(2).context("the snapshot has no body")?;
    Ok(serde_json::from_str(body)?)
}

/// A revision that is not there would read as a stage without stacks, and so as a plan that adds everything.
fn check_revision(workspace: &Workspace, revision: &str) -> Result<()> {
    // A leading dash would be read as an option.
    let named = format!("{revision}^{{commit}}");
    let known = !revision.starts_with('-')
        && git(workspace, &["rev-parse", "--verify", "--quiet", &named])?.is_some();
    if known {
        Ok(())
    } else {
        Err(Invalid(format!("git knows no revision {revision:?}")).into())
    }
}

/// What git prints; `None` when it says no.
fn git(workspace: &Workspace, arguments: &[&str]) -> Result<Option<String>> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .output()
        .context("cannot start git")?;
    if output.status.code().is_none() {
        bail!("git was stopped");
    }
    Ok(output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[cfg(test)]
mod tests {
    use stacks::Stage;

    use super::*;

    fn request(base: &str) -> Args {
        Args {
            stage: StageArg {
                stage: Stage::Production,
            },
            offline: true,
            base: base.to_owned(),
            format: Format::Text,
            detailed_exitcode: true,
        }
    }

    #[test]
    fn a_snapshot_gives_its_template() {
        let snapshot = "---\nsource: a.rs\nexpression: b\n---\n{\"Resources\": {\"A\": \"---\\n\"}}\n";
        assert_eq!(
            template_of(snapshot).unwrap(),
            serde_json::json!({"Resources": {"A": "---\n"}})
        );
        assert!(template_of("{}").is_err());
    }

    #[test]
    fn a_revision_that_is_not_there_is_not_an_empty_stage() {
        let workspace = Workspace::find().unwrap();
        for base in ["no-such-revision", "--help", ""] {
            let error = run(&workspace, &request(base)).unwrap_err();
            assert_eq!(Exit::of(&error), Exit::Invalid, "{base}");
        }
    }

    #[test]
    fn templates_compared_with_themselves_are_no_changes() {
        let made: Vec<StackFacts> = stacks::stacks(Stage::Production)
            .unwrap()
            .into_iter()
            .map(|spec| {
                let template: Value = serde_json::from_str(&spec.template.to_json()).unwrap();
                let same = || Some(Raw(template.clone()));
                StackFacts {
                    name: spec.name,
                    deployed: same(),
                    new: same(),
                    ..StackFacts::default()
                }
            })
            .collect();
        let facts = Facts {
            stage: "production".to_owned(),
            basis: Basis::Offline,
            stacks: made,
        };
        assert_eq!(verdict(&plan(&facts)), Outcome::NoChanges);
    }
}
