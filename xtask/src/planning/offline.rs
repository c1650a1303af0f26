//! What a checkout would change, without asking AWS or needing credentials.
//!
//! The templates that the checkout synthesizes are compared with the snapshots that the base revision committed.

use ::plan::facts::{Basis, Facts, Raw, StackFacts};
use anyhow::{Context, Result};
use serde_json::Value;
use stacks::Stage;

use crate::exit::Invalid;
use crate::git;
use crate::workspace::Workspace;

/// Where the templates of every stage are committed.
const SNAPSHOTS: &str = "stacks/tests/snapshots/snapshots__";

/// The facts that a revision's snapshots and this checkout give.
pub(super) fn facts(workspace: &Workspace, stage: Stage, base: &str) -> Result<Facts> {
    check_revision(workspace, base)?;
    let mut compared = Vec::new();
    for spec in stacks::stacks(stage)? {
        let new = serde_json::from_str(&spec.template.to_json())?;
        let deployed = committed(workspace, base, &spec.name)?.map(Raw);
        compared.push(StackFacts {
            name: spec.name,
            deployed,
            new: Some(Raw(new)),
            ..StackFacts::default()
        });
    }
    Ok(Facts {
        stage: stage.to_string(),
        basis: Basis::Offline,
        stacks: compared,
    })
}

/// The template that a revision committed for a stack; `None` when it had no such stack.
fn committed(workspace: &Workspace, revision: &str, stack: &str) -> Result<Option<Value>> {
    let object = format!("{revision}:{SNAPSHOTS}{stack}.snap");
    if git::run(workspace, &["cat-file", "-e", &object])?.is_none() {
        return Ok(None);
    }
    let text =
        git::run(workspace, &["show", &object])?.with_context(|| format!("git cannot show {object}"))?;
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
        && git::run(workspace, &["rev-parse", "--verify", "--quiet", &named])?.is_some();
    if known {
        Ok(())
    } else {
        Err(Invalid(format!("git knows no revision {revision:?}")).into())
    }
}

#[cfg(test)]
mod tests {
    use ::plan::{Outcome, plan, verdict};

    use super::*;
    use crate::exit::Exit;

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
            let error = facts(&workspace, Stage::Production, base).unwrap_err();
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
