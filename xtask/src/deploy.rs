//! `deploy`: build -> upload artifacts -> change sets -> templates and manifest -> token -> smoke.
//!
//! Each step compares what is there with what should be, and does nothing when they agree: a deploy that was
//! interrupted anywhere is finished by the next one.

mod apply;
mod follow;
mod upload;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use stacks::{Stage, outputs, parameters};

use crate::artifact::Artifact;
use crate::environment::{Environment, StageArg};
use crate::exit::Exit;
use crate::token_store::{self, Ensured};
use crate::workspace::Workspace;
use crate::{build, manifest_file, screen, smoke, templates};
use apply::Applied;

pub(crate) use apply::delete as delete_stack;

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
}

/// Deploys.
pub(crate) async fn run(workspace: &Workspace, request: &Args) -> Result<Exit> {
    let environment = &Environment::prepare(workspace, request.stage.stage).await?;
    let manifest = manifest_file::read_checked(&request.manifest, environment.stage)?;
    let artifacts = build::artifacts(&environment.workspace, environment.stage)?;
    upload::artifacts(environment, &artifacts).await?;
    let Some((mut outputs, mut changed)) = apply_stacks(environment, request, &artifacts).await? else {
        screen::answer("not deployed: nothing was changed");
        return Ok(Exit::Error);
    };
    environment.reach(&mut outputs);
    let bucket = output(&outputs, outputs::CONTENT_BUCKET_NAME)?;
    changed |= templates::push(environment, bucket).await? > 0;
    changed |= manifest_file::push(environment, bucket, &manifest).await?;
    let token = token_store::ensure(environment, &outputs).await?;
    changed |= matches!(token, Ensured::Created(_));
    let passed = smoke::check(environment, &outputs, &artifacts)
        .await?
        .print(false)?;
    if !passed {
        screen::step("the smoke test failed: the new version stays, for you to look at");
        return Ok(Exit::SmokeFailed);
    }
    report(environment, output(&outputs, outputs::API_URL)?, changed, &token);
    Ok(Exit::Ok)
}

/// Applies each stack in order; later ones take outputs of earlier ones as parameters. `None` when the
/// operator said no.
async fn apply_stacks(
    environment: &Environment,
    request: &Args,
    artifacts: &[Artifact],
) -> Result<Option<(BTreeMap<String, String>, bool)>> {
    let mut known: BTreeMap<String, String> = inputs(environment, artifacts);
    let mut changed = false;
    for stack in stacks::stacks(environment.stage)? {
        let wanted: BTreeMap<String, String> = stack
            .template
            .parameters()
            .into_iter()
            .filter_map(|name| known.get(name).map(|value| (name.to_owned(), value.clone())))
            .collect();
        match apply::stack(environment, &stack, &wanted, request.yes).await? {
            Applied::Unchanged(outputs) => known.extend(outputs),
            Applied::Changed(outputs) => {
                changed = true;
                known.extend(outputs);
            }
            Applied::Declined => return Ok(None),
        }
    }
    Ok(Some((known, changed)))
}

/// The parameters that come from us, not from another stack.
fn inputs(environment: &Environment, artifacts: &[Artifact]) -> BTreeMap<String, String> {
    let mut inputs: BTreeMap<String, String> = artifacts
        .iter()
        .map(|artifact| (artifact.function.artifact_parameter(), artifact.key()))
        .collect();
    inputs.insert(
        parameters::ARTIFACT_BUCKET.to_owned(),
        environment.artifact_bucket(),
    );
    if let Some(cloud) = &environment.local {
        inputs.insert(parameters::ALLOWED_ORIGINS.to_owned(), cloud.simulator_origin());
    }
    inputs
}

fn output<'a>(outputs: &'a BTreeMap<String, String>, name: &str) -> Result<&'a str> {
    outputs
        .get(name)
        .map(String::as_str)
        .with_context(|| format!("the stacks have no output {name}"))
}

/// Says where it is and what to try, with commands that can be pasted as they stand.
fn report(environment: &Environment, url: &str, changed: bool, token: &Ensured) {
    let url = url.trim_end_matches('/');
    let stage = environment.stage;
    if !changed {
        screen::answer(&format!("no changes: {stage} is up to date at {url}"));
        return;
    }
    screen::answer(&format!(
        "\n{} {url}",
        screen::bold(&format!("{stage} is deployed at"))
    ));
    if let Ensured::Created(token) = token {
        screen::answer(&format!(
            "The dashboard token, shown this once: {}",
            screen::bold(token.reveal())
        ));
    }
    let flag = if stage == Stage::Local {
        String::new()
    } else {
        format!(" --stage {stage}")
    };
    screen::answer(&format!(
        "\nTry next:\n  \
         TOKEN=$(cargo xtask -q token show{flag})\n  \
         curl -H \"Authorization: Bearer $TOKEN\" '{url}/platforms/bookings'\n  \
         curl -H \"Authorization: Bearer $TOKEN\" '{url}/calendar/events?site=harbor'\n  \
         cargo xtask smoke{flag}"
    ));
}
