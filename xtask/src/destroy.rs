//! `destroy`: delete a stage's stacks, after naming what goes with them.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;
use stacks::StackSpec;

use crate::deploy;
use crate::environment::{Environment, StageArg};
use crate::exit::Exit;
use crate::screen;
use crate::workspace::Workspace;

/// What `destroy` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stage: StageArg,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// Deletes the stage's stacks, the dependent one first.
pub(crate) async fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let environment = &Environment::connect(workspace, args.stage.stage).await?;
    let cloud = environment.aws.cloudformation();
    let mut found = Vec::new();
    for stack in stacks::stacks(environment.stage)?.into_iter().rev() {
        if cloud.describe(&stack.name).await?.is_some() {
            let resources = cloud.resources(&stack.name).await?;
            found.push((stack, resources));
        }
    }
    if found.is_empty() {
        screen::answer(&format!(
            "{} has no stacks: nothing to destroy",
            environment.stage
        ));
        return Ok(Exit::Ok);
    }
    let retained = retained_types(found.iter().map(|(stack, _)| stack))?;
    for (stack, resources) in &found {
        screen::step(&format!("{} will be deleted with", screen::bold(&stack.name)));
        for (kind, id) in resources {
            let kept = if retained.contains(kind) {
                "  (kept: it holds data)"
            } else {
                ""
            };
            screen::step(&format!("  - {kind:<34} {id}{kept}"));
        }
    }
    if !args.yes && !screen::confirm(&format!("Destroy the stage {}?", environment.stage))? {
        screen::answer("nothing was destroyed");
        return Ok(Exit::Error);
    }
    for (stack, resources) in &found {
        for (_, bucket) in resources
            .iter()
            .filter(|(kind, _)| kind == "AWS::S3::Bucket" && !retained.contains(kind))
        {
            // CloudFormation does not delete a bucket that holds anything.
            environment.aws.s3().empty(bucket).await?;
        }
        deploy::delete_stack(environment, &stack.name).await?;
        screen::step(&format!("deleted {}", stack.name));
    }
    Ok(Exit::Ok)
}

/// The types of the resources that outlive their stack: those that the templates say hold data.
fn retained_types<'a>(stacks: impl Iterator<Item = &'a StackSpec>) -> Result<BTreeSet<String>> {
    let mut retained = BTreeSet::new();
    for stack in stacks {
        let template: Value = serde_json::from_str(&stack.template.to_json())?;
        let resources = template["Resources"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, resource)| resource);
        let kept = resources.filter(|resource| resource["DeletionPolicy"] == "Retain");
        retained.extend(kept.filter_map(|resource| resource["Type"].as_str().map(str::to_owned)));
    }
    Ok(retained)
}
