//! `rollback`: an earlier release's runtime stack and code, applied again without building.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use stacks::StackKind;

use crate::environment::{Environment, StageArg};
use crate::exit::{Exit, Invalid};
use crate::landing::{Landing, Source};
use crate::lock::{self, Lock};
use crate::planning::load::Look;
use crate::planning::wanted::{Code, Wanted, WantedStack, given};
use crate::release::{
    Id, Ledger, NoTarget, Record, ReleasedArtifact, ReleasedStack, Runtime, judge_target, newest_healthy,
    rollback_target,
};
use crate::workspace::Workspace;
use crate::{outputs, planning, recover, screen};

/// How many releases are looked through for a good one.
const DEPTH: usize = 100;

/// What `rollback` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stage: StageArg,
    /// The release, or the beginning of its name [default: the last good one before what is deployed].
    #[arg(long, value_name = "RELEASE")]
    to: Option<String>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// Where a rollback goes.
enum Target<'a> {
    /// To the release of this name.
    Named(&'a str),
    /// To the last good one before what is deployed.
    Before,
    /// To the last good one: what is deployed has just failed, and is not in the ledger.
    NewestHealthy,
}

/// Rolls back.
pub(crate) async fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let environment = &Environment::connect(workspace, args.stage.stage).await?;
    lock::while_held(environment, "rollback", async |lock| {
        recover::await_settled(environment).await?;
        let target = match &args.to {
            Some(to) => Target::Named(to),
            None => Target::Before,
        };
        let record = match choose(environment, target).await? {
            Ok(record) => record,
            Err(none) => return Err(Invalid(none.to_string()).into()),
        };
        screen::step(&format!("rolling back to {}", record.id));
        apply(environment, &record, lock, args.yes).await
    })
    .await
}

/// Rolls back to the last good release, after a deploy whose smoke test failed. `None`: there is no such release.
pub(crate) async fn automatic(environment: &Environment, lock: &Lock) -> Result<Option<Id>> {
    let Ok(record) = choose(environment, Target::NewestHealthy).await? else {
        return Ok(None);
    };
    screen::step(&format!("the smoke test failed: rolling back to {}", record.id));
    match Box::pin(apply(environment, &record, lock, true)).await? {
        Exit::Ok => Ok(Some(record.id)),
        _ => bail!("the smoke test fails after rolling back to {}, too", record.id),
    }
}

/// The release to go to, held against what is deployed.
async fn choose(environment: &Environment, target: Target<'_>) -> Result<Result<Record, NoTarget>> {
    let cloud = environment.aws.cloudformation();
    let name = environment.stage.stack_name(StackKind::Runtime);
    let deployed = cloud.describe(&name).await?;
    let deployed = deployed.with_context(|| format!("there is no stack {name} to roll back"))?;
    let template = cloud.template(&name).await?;
    let runtime = Runtime {
        template: &template,
        parameters: &deployed.parameters,
    };
    let ledger = Ledger::of(environment);
    Ok(match target {
        Target::Named(to) => {
            let record = ledger.get(to).await?;
            judge_target(&record, runtime).map(|()| record)
        }
        Target::Before => rollback_target(&ledger.choices(DEPTH).await?, runtime).cloned(),
        Target::NewestHealthy => newest_healthy(&ledger.choices(DEPTH).await?, runtime).cloned(),
    })
}

/// Shows what going to the release changes, and lands exactly that.
async fn apply(environment: &Environment, record: &Record, lock: &Lock, confirmed: bool) -> Result<Exit> {
    let wanted = wanted(environment, record).await?;
    let bound = planning::prepare(environment, &wanted, BTreeMap::new(), Look::WithoutDrift).await?;
    screen::step(&planning::text(&bound.plan));
    let allowed = BTreeSet::new();
    if let Some(refused) = planning::refused(&bound.plan, &[], &allowed, planning::ALLOW_REPLACE) {
        planning::discard(environment, &bound).await?;
        return Err(refused.into());
    }
    if !confirmed && !environment.is_local() && !screen::confirm("Apply this plan?")? {
        planning::discard(environment, &bound).await?;
        screen::answer("not rolled back: nothing was changed");
        return Ok(Exit::Error);
    }
    let landing = Landing {
        environment,
        bound: &bound,
        wanted: &wanted,
        source: Source::Release(&record.id),
        allowed: &allowed,
        lock,
    };
    landing.land().await
}

/// The release's runtime stack and code, on the storage that is there.
async fn wanted(environment: &Environment, record: &Record) -> Result<Wanted> {
    let kind = StackKind::Runtime;
    let runtime = record
        .draft
        .stacks
        .iter()
        .find(|stack| stack.kind == kind.to_string());
    let runtime = runtime.with_context(|| format!("{} has no runtime stack", record.id))?;
    let code = code(record, runtime)?;
    let (s3, bucket) = (environment.aws.s3(), environment.artifact_bucket());
    for code in &code {
        if !s3.exists(&bucket, &code.key).await? {
            bail!(
                "the code of {} in the release {} is not in the bucket any more",
                code.package,
                record.id
            );
        }
    }
    let mut inputs = runtime.parameters.clone();
    // Storage stays, so that what it gives now counts, not what it gave then.
    inputs.extend(outputs::of_stack(environment, StackKind::Storage).await?);
    inputs.extend(environment.inputs());
    Ok(Wanted {
        stacks: vec![WantedStack {
            kind,
            name: runtime.name.clone(),
            template: runtime.template.clone(),
            parameters: given(&inputs, &code),
        }],
        code,
    })
}

/// The release's code. Which function and which parameter it belongs to, its template says.
fn code(record: &Record, runtime: &ReleasedStack) -> Result<Vec<Code>> {
    let template: Value = serde_json::from_str(&runtime.template)
        .with_context(|| format!("the template of {} is not JSON", record.id))?;
    let resources = template["Resources"].as_object().into_iter().flatten();
    let places: Vec<(&String, &str)> = resources
        .filter_map(|(id, resource)| Some((id, resource["Properties"]["Code"]["S3Key"]["Ref"].as_str()?)))
        .collect();
    let code = |artifact: &ReleasedArtifact| {
        let is_its =
            |(_, parameter): &&(&String, &str)| runtime.parameters.get(*parameter) == Some(&artifact.key);
        let (function, parameter) = places.iter().find(is_its).with_context(|| {
            format!(
                "the template of {} does not use the code of {}",
                record.id, artifact.package
            )
        })?;
        Ok(Code {
            package: artifact.package.clone(),
            function: (*function).clone(),
            parameter: (*parameter).to_owned(),
            key: artifact.key.clone(),
            sha256: artifact.sha256.clone(),
            bytes: artifact.bytes,
        })
    };
    record.draft.artifacts.iter().map(code).collect()
}
