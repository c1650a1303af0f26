//! One stack: load what is deployed, decide whether it differs, show how, and carry exactly that out.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use stacks::StackSpec;

use super::follow;
use crate::aws::cloudformation::{Action, Change, Deployed, Wish};
use crate::environment::Environment;
use crate::screen;

/// What became of the stack, with its outputs.
pub(super) enum Applied {
    /// It was as it should be.
    Unchanged(BTreeMap<String, String>),
    /// It was changed.
    Changed(BTreeMap<String, String>),
    /// The operator said no.
    Declined,
}

/// What a stack needs, judged by its status and content.
#[derive(Debug, PartialEq, Eq)]
enum Need {
    Nothing,
    Create,
    Update,
    /// It never came to life: CloudFormation allows nothing but deleting it.
    DeleteThenCreate,
}

/// Brings the stack to its template and parameters.
pub(super) async fn stack(
    environment: &Environment,
    spec: &StackSpec,
    parameters: &BTreeMap<String, String>,
    confirmed: bool,
) -> Result<Applied> {
    let cloud = environment.aws.cloudformation();
    let template = spec.template.to_json();
    let deployed = cloud.describe(&spec.name).await?;
    let deployed_template = match &deployed {
        Some(deployed) if is_alive(&deployed.status) => cloud.template(&spec.name).await?,
        _ => String::new(),
    };
    let need = decide(deployed.as_ref(), &deployed_template, &template, parameters)
        .with_context(|| format!("the stack {} cannot be changed now", spec.name))?;
    if need == Need::Nothing {
        return Ok(Applied::Unchanged(deployed.unwrap_or_default().outputs));
    }
    if need == Need::DeleteThenCreate {
        screen::step(&format!(
            "{}: an earlier creation failed; deleting what is left of it",
            spec.name
        ));
        delete(environment, &spec.name).await?;
    }
    let stage = environment.stage.to_string();
    let create = need != Need::Update;
    let wish = Wish {
        stack: &spec.name,
        create,
        template: &template,
        parameters,
        stage: &stage,
    };
    let name = format!("landfall-{}", chrono::Utc::now().format("%Y%m%dT%H%M%S%3fZ"));
    let Some(change_set) = cloud.propose(&wish, &name).await? else {
        return Ok(Applied::Unchanged(deployed.unwrap_or_default().outputs));
    };
    show(&spec.name, &change_set.changes);
    if !confirmed && !environment.is_local() && !screen::confirm("Execute these changes?")? {
        cloud.discard(&change_set.arn).await?;
        return Ok(Applied::Declined);
    }
    follow::execution(&cloud, &spec.name, &change_set).await?;
    let outputs = cloud
        .describe(&spec.name)
        .await?
        .context("the stack is gone")?
        .outputs;
    Ok(Applied::Changed(outputs))
}

/// Deletes the stack and waits until it is gone.
pub(crate) async fn delete(environment: &Environment, name: &str) -> Result<()> {
    let cloud = environment.aws.cloudformation();
    let last = cloud.latest_event(name).await?;
    cloud.delete(name).await?;
    follow::deletion(&cloud, name, last).await
}

fn decide(
    deployed: Option<&Deployed>,
    deployed_template: &str,
    template: &str,
    parameters: &BTreeMap<String, String>,
) -> Result<Need> {
    let Some(deployed) = deployed else {
        return Ok(Need::Create);
    };
    match deployed.status.as_str() {
        "REVIEW_IN_PROGRESS" => Ok(Need::Create),
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED" => {
            Ok(Need::DeleteThenCreate)
        }
        "UPDATE_ROLLBACK_FAILED" => bail!(
            "its last rollback failed: mend what the stack's events name, then run \
             `aws cloudformation continue-update-rollback` and deploy again"
        ),
        status if status.ends_with("_IN_PROGRESS") => {
            bail!("it is {status}: another deploy is at work; wait for it")
        }
        // A stack whose content is the same may still have rolled back an update: then it is as it was, which is what is wanted.
        _ if deployed_template == template && deployed.parameters == *parameters => Ok(Need::Nothing),
        _ => Ok(Need::Update),
    }
}

fn is_alive(status: &str) -> bool {
    status.ends_with("_COMPLETE") && status != "ROLLBACK_COMPLETE"
}

fn show(stack: &str, listed: &[Change]) {
    let (referring, changes): (Vec<&Change>, Vec<&Change>) =
        listed.iter().partition(|change| change.only_refers);
    let count = |actions: &[Action]| {
        changes
            .iter()
            .filter(|change| actions.contains(&change.action))
            .count()
    };
    screen::step(&format!(
        "{}: {} add · {} change · {} replace · {} destroy",
        screen::bold(stack),
        count(&[Action::Add]),
        count(&[Action::Modify]),
        count(&[Action::Replace, Action::MayReplace]),
        count(&[Action::Remove])
    ));
    for change in changes {
        screen::step(&line(change));
    }
    if !referring.is_empty() {
        let names: Vec<&str> = referring
            .iter()
            .map(|change| change.logical_id.as_str())
            .collect();
        screen::step(&format!(
            "      touched only if what they refer to gets another name: {}",
            names.join(", ")
        ));
    }
}

fn line(change: &Change) -> String {
    let sign = match change.action {
        Action::Add => "  + add        ",
        Action::Modify => "  ~ change     ",
        Action::Replace => "-/+ REPLACE    ",
        Action::MayReplace => "-/+ may replace",
        Action::Remove => "  - destroy    ",
    };
    let causes = if change.causes.is_empty() {
        String::new()
    } else {
        format!("  ({})", change.causes.join(", "))
    };
    format!(
        "  {sign} {:<28} {}{causes}",
        change.logical_id, change.resource_type
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployed(status: &str) -> Deployed {
        Deployed {
            status: status.to_owned(),
            ..Deployed::default()
        }
    }

    #[track_caller]
    fn check(status: &str, need: &Need) {
        assert_eq!(
            decide(Some(&deployed(status)), "old", "new", &BTreeMap::new()).unwrap(),
            *need
        );
    }

    #[test]
    fn a_missing_stack_is_created() {
        assert_eq!(decide(None, "", "new", &BTreeMap::new()).unwrap(), Need::Create);
    }

    #[test]
    fn a_stack_that_never_lived_is_made_anew() {
        check("ROLLBACK_COMPLETE", &Need::DeleteThenCreate);
        check("CREATE_FAILED", &Need::DeleteThenCreate);
        check("REVIEW_IN_PROGRESS", &Need::Create);
    }

    #[test]
    fn another_template_or_parameter_is_an_update() {
        check("CREATE_COMPLETE", &Need::Update);
        check("UPDATE_ROLLBACK_COMPLETE", &Need::Update);
        let parameters = BTreeMap::from([("Key".to_owned(), "new".to_owned())]);
        assert_eq!(
            decide(Some(&deployed("UPDATE_COMPLETE")), "t", "t", &parameters).unwrap(),
            Need::Update
        );
    }

    #[test]
    fn the_same_template_and_parameters_need_nothing() {
        assert_eq!(
            decide(Some(&deployed("UPDATE_COMPLETE")), "t", "t", &BTreeMap::new()).unwrap(),
            Need::Nothing
        );
    }

    #[test]
    fn a_busy_or_broken_stack_says_what_to_do() {
        for status in [
            "UPDATE_IN_PROGRESS",
            "UPDATE_ROLLBACK_FAILED",
            "DELETE_IN_PROGRESS",
        ] {
            assert!(
                decide(Some(&deployed(status)), "t", "t", &BTreeMap::new()).is_err(),
                "{status}"
            );
        }
    }
}
