//! `deploy`: build, plan, show, and land exactly that.
//!
//! Each step compares what is there with what should be, and does nothing when they agree: a deploy that was
//! interrupted anywhere is finished by the next one.

use std::path::PathBuf;

use ::plan::{Outcome, verdict};
use anyhow::Result;

use crate::environment::{Environment, StageArg};
use crate::exit::Exit;
use crate::landing::{Landing, Source};
use crate::local::sample;
use crate::lock::{self, Lock};
use crate::planning::load::Look;
use crate::planning::wanted::Wanted;
use crate::workspace::Workspace;
use crate::{artifact_store, build, content, manifest_file, milestone, planning, recover, screen};

/// What `deploy` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stage: StageArg,
    /// The operator's manifest.
    #[arg(long, value_name = "FILE", default_value = manifest_file::NAME)]
    manifest: PathBuf,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Let this stateful resource be replaced or destroyed. Once for each; there is no way to allow all.
    #[arg(long, value_name = "LOGICAL_ID")]
    allow_replace: Vec<String>,
    /// Look for what was changed behind CloudFormation's back, too. On AWS this takes some ten seconds.
    #[arg(long)]
    drift: bool,
    /// Leave the local stage without sample data, as LANDFALL_NO_SAMPLE=1 does.
    #[arg(long)]
    no_sample: bool,
}

/// Deploys.
pub(crate) async fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let environment = &Environment::prepare(workspace, args.stage.stage).await?;
    environment.ensure_artifact_bucket().await?;
    lock::while_held(environment, "deploy", async |lock| {
        locked(environment, args, lock).await
    })
    .await
}

async fn locked(environment: &Environment, args: &Args, lock: &Lock) -> Result<Exit> {
    milestone::reached("locked");
    let workspace = &environment.workspace;
    let manifest = manifest_file::read_deployable(workspace, &args.manifest, environment.stage)?;
    let artifacts = build::artifacts(workspace, environment.stage)?;
    recover::await_settled(environment).await?;
    let wanted = Wanted::of_checkout(environment, &artifacts)?;
    let look = if args.drift {
        Look::Whole
    } else {
        Look::WithoutDrift
    };
    let bound = planning::prepare(
        environment,
        &wanted,
        content::digests(workspace, &manifest)?,
        look,
    )
    .await?;
    let changes = verdict(&bound.plan) == Outcome::Changes;
    if changes {
        screen::step(&planning::text(&bound.plan));
    }
    let allowed = args.allow_replace.iter().cloned().collect();
    if let Some(refused) = planning::refused(&bound.plan, &[], &allowed, planning::ALLOW_REPLACE) {
        planning::discard(environment, &bound).await?;
        return Err(refused.into());
    }
    if changes && !args.yes && !environment.is_local() && !screen::confirm("Apply this plan?")? {
        planning::discard(environment, &bound).await?;
        screen::answer("not deployed: nothing was changed");
        return Ok(Exit::Error);
    }
    artifact_store::upload(environment, &artifacts).await?;
    milestone::reached("code-uploaded");
    let landing = Landing {
        environment,
        bound: &bound,
        wanted: &wanted,
        source: Source::Checkout(&manifest),
        allowed: &allowed,
        lock,
    };
    let exit = landing.land().await?;
    if exit == Exit::Ok && !args.no_sample {
        sample::after_deploy(environment, &manifest.manifest).await;
    }
    Ok(exit)
}
