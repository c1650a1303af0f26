//! `apply`: carries out a kept plan, exactly as it was shown, or refuses it as stale.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::aws::cloudformation::CloudFormation;
use crate::environment::{Environment, StageArg};
use crate::exit::{Exit, Invalid, Stale};
use crate::landing::{Landing, Source};
use crate::lock::{self, Lock};
use crate::planning::bound::{Bound, BoundStack, Step, VERSION, fingerprint};
use crate::planning::load::{Loaded, Look, load};
use crate::planning::stale::{Now, NowStack, reasons};
use crate::planning::wanted::Wanted;
use crate::release::Revision;
use crate::workspace::Workspace;
use crate::{artifact_store, content, manifest_file, milestone, planning, screen};

/// What `apply` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file that `plan --out` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    stage: StageArg,
    /// The operator's manifest, which must be the one that was planned.
    #[arg(long, value_name = "FILE", default_value = manifest_file::NAME)]
    manifest: PathBuf,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Let this stateful resource be replaced or destroyed. Once for each; there is no way to allow all.
    #[arg(long, value_name = "LOGICAL_ID")]
    allow_replace: Vec<String>,
}

/// Applies a kept plan.
pub(crate) async fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let bound = read(&args.file)?;
    let environment = &Environment::connect(workspace, args.stage.stage).await?;
    lock::while_held(environment, "apply", async |lock| {
        locked(environment, args, &bound, lock).await
    })
    .await
}

async fn locked(environment: &Environment, args: &Args, bound: &Bound, lock: &Lock) -> Result<Exit> {
    let manifest = manifest_file::read_deployable(&environment.workspace, &args.manifest, environment.stage)?;
    let wanted = Wanted::of_code(environment, &bound.code)?;
    let now = Now {
        stage: environment.stage.to_string(),
        account: environment.account.clone(),
        region: environment.aws.region().to_owned(),
        revision: Revision::of(&environment.workspace).map(|revision| revision.sha),
        stacks: stacks_now(environment, bound, &wanted).await?,
        content: content::digests(&environment.workspace, &manifest)?,
    };
    let reasons = reasons(bound, &now);
    if !reasons.is_empty() {
        return Err(Stale(format!("the plan is stale: {}; plan again", reasons.join("; "))).into());
    }
    screen::step(&planning::text(&bound.plan));
    let allowed = args.allow_replace.iter().cloned().collect();
    if let Some(refused) = planning::refused(&bound.plan, &[], &allowed, planning::ALLOW_REPLACE) {
        return Err(refused.into());
    }
    if !args.yes && !environment.is_local() && !screen::confirm("Apply this plan?")? {
        screen::answer("not applied: nothing was changed");
        return Ok(Exit::Error);
    }
    artifact_store::promote(environment, &bound.code).await?;
    milestone::reached("code-uploaded");
    let landing = Landing {
        environment,
        bound,
        wanted: &wanted,
        source: Source::Checkout(&manifest),
        allowed: &allowed,
        lock,
    };
    landing.land().await
}

fn read(file: &Path) -> Result<Bound> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    // The version first: a file of another version need not have the other fields.
    let version = serde_json::from_str::<serde_json::Value>(&text)
        .ok()
        .and_then(|file| file["version"].as_u64());
    match version {
        Some(version) if version == u64::from(VERSION) => serde_json::from_str(&text)
            .map_err(|error| Invalid(format!("{} is damaged: {error}", file.display())).into()),
        Some(version) => Err(Stale(format!(
            "the plan file has version {version}, this program reads {VERSION}: plan again"
        ))
        .into()),
        None => Err(Invalid(format!("{} is no plan file: see `plan --out`", file.display())).into()),
    }
}

/// The stacks as they are now, without making any change set.
async fn stacks_now(environment: &Environment, bound: &Bound, wanted: &Wanted) -> Result<Vec<NowStack>> {
    let cloud = environment.aws.cloudformation();
    let look = if bound.stacks.iter().any(|stack| stack.drift.is_some()) {
        Look::NoChangeSet
    } else {
        Look::OnlyStacks
    };
    let mut stacks = Vec::new();
    let loaded = load(environment, wanted, look).await?;
    for (found, planned) in loaded.iter().zip(&bound.stacks) {
        stacks.push(stack_now(environment, &cloud, found, planned).await?);
    }
    Ok(stacks)
}

async fn stack_now(
    environment: &Environment,
    cloud: &CloudFormation,
    found: &Loaded,
    planned: &BoundStack,
) -> Result<NowStack> {
    let change_set = match &planned.step {
        Step::Execute { change_set } => executable(cloud, change_set).await?,
        _ => Ok(()),
    };
    Ok(NowStack {
        deployed: found.found(),
        wanted: fingerprint(
            &serde_json::from_str(&found.wanted.template)?,
            &found.filled.parameters,
            &environment.tags(),
        ),
        drift: found.drift_digest(),
        change_set,
    })
}

/// Whether the change set can be executed; why not, if it cannot.
async fn executable(cloud: &CloudFormation, arn: &str) -> Result<Result<(), String>> {
    Ok(match cloud.change_set(arn).await? {
        None => Err("is gone".to_owned()),
        Some(state) if state.is_executable() => Ok(()),
        Some(state) => Err(format!("is {}", state.execution_status)),
    })
}
