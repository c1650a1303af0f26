//! `destroy`: delete a stage's stacks, after showing what goes with them. What holds data goes only if it is named.

use std::collections::BTreeSet;

use ::plan::facts::{Basis, Facts, Raw, StackFacts};
use ::plan::plan;
use anyhow::Result;

use crate::aws::cloudformation::{CloudFormation, Resource};
use crate::environment::{Environment, StageArg};
use crate::execution::delete;
use crate::exit::Exit;
use crate::workspace::Workspace;
use crate::{lock, planning, screen};

/// What `destroy` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stage: StageArg,
    /// Destroy this stateful resource, too. Once for each; without it nothing of the stage is destroyed.
    #[arg(long, value_name = "LOGICAL_ID")]
    allow_destroy: Vec<String>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// A stack that is there.
struct Found {
    name: String,
    protected: bool,
    resources: Vec<Resource>,
}

/// Deletes the stage's stacks, the dependent one first.
pub(crate) async fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let environment = &Environment::connect(workspace, args.stage.stage).await?;
    let cloud = environment.aws.cloudformation();
    let mut found = Vec::new();
    let mut facts = Vec::new();
    for stack in stacks::stacks(environment.stage)?.into_iter().rev() {
        let Some(deployed) = cloud.describe(&stack.name).await? else {
            continue;
        };
        facts.push(facts_of(&cloud, &stack.name).await?);
        found.push(Found {
            resources: cloud.resources(&stack.name).await?,
            name: stack.name,
            protected: deployed.protected,
        });
    }
    if found.is_empty() {
        screen::answer(&format!(
            "{} has no stacks: nothing to destroy",
            environment.stage
        ));
        return Ok(Exit::Ok);
    }
    let made = plan(&Facts {
        stage: environment.stage.to_string(),
        basis: Basis::Deployed,
        stacks: facts,
    });
    screen::step(&planning::text(&made));
    let allowed: BTreeSet<String> = args.allow_destroy.iter().cloned().collect();
    if let Some(refused) = planning::refused(&made, &[], &allowed, "--allow-destroy") {
        return Err(refused.into());
    }
    if !args.yes && !screen::confirm(&format!("Destroy the stage {}?", environment.stage))? {
        screen::answer("nothing was destroyed");
        return Ok(Exit::Error);
    }
    lock::while_held(environment, "destroy", async |lock| {
        for stack in &found {
            lock.still_ours().await?;
            destroy(environment, &cloud, stack, &allowed).await?;
        }
        Ok(Exit::Ok)
    })
    .await
}

async fn facts_of(cloud: &CloudFormation, name: &str) -> Result<StackFacts> {
    // A stack that never lived has no template worth showing: it goes with whatever is left of it.
    let template = serde_json::from_str(&cloud.template(name).await?).unwrap_or_default();
    Ok(StackFacts {
        name: name.to_owned(),
        deployed: Some(Raw(template)),
        ..StackFacts::default()
    })
}

async fn destroy(
    environment: &Environment,
    cloud: &CloudFormation,
    stack: &Found,
    allowed: &BTreeSet<String>,
) -> Result<()> {
    // CloudFormation does not delete a bucket that holds anything.
    let buckets = stack
        .resources
        .iter()
        .filter(|resource| resource.kind == "AWS::S3::Bucket");
    for bucket in buckets.filter(|bucket| allowed.contains(&bucket.logical_id)) {
        environment.aws.s3().empty(&bucket.physical_id).await?;
    }
    if stack.protected {
        cloud.protect(&stack.name, false).await?;
    }
    delete(cloud, &stack.name, &[]).await?;
    screen::step(&format!("deleted {}", stack.name));
    Ok(())
}
