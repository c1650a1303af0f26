//! `drift`: what was changed behind CloudFormation's back, and what could not be checked.

use ::plan::facts::{Basis, Facts, Raw, StackFacts};
use ::plan::plan;
use anyhow::{Result, bail};

use crate::environment::{Environment, StageArg};
use crate::exit::Exit;
use crate::planning::{self, Format};
use crate::workspace::Workspace;

/// What `drift` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stage: StageArg,
    /// How the answer is written: the same model as a plan's.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Print JSON: the same as `--format json`.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// End with 2 when anything has drifted.
    #[arg(long)]
    detailed_exitcode: bool,
}

/// Looks for drift in every stack of the stage.
pub(crate) async fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let environment = &Environment::connect(workspace, args.stage.stage).await?;
    let cloud = environment.aws.cloudformation();
    let mut stacks = Vec::new();
    for spec in stacks::stacks(environment.stage)? {
        if cloud.describe(&spec.name).await?.is_none() {
            continue;
        }
        let template: serde_json::Value = serde_json::from_str(&cloud.template(&spec.name).await?)?;
        stacks.push(StackFacts {
            drift: cloud.drift(&spec.name).await?.rows,
            name: spec.name,
            deployed: Some(Raw(template.clone())),
            new: Some(Raw(template)),
            ..StackFacts::default()
        });
    }
    if stacks.is_empty() {
        bail!("{} is not deployed", environment.stage);
    }
    let made = plan(&Facts {
        stage: environment.stage.to_string(),
        basis: Basis::Deployed,
        stacks,
    });
    planning::tell(&made, if args.json { Format::Json } else { args.format })?;
    Ok(if args.detailed_exitcode && !made.drift.is_empty() {
        Exit::Changes
    } else {
        Exit::Ok
    })
}
