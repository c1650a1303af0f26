//! `outputs`: what the deployed stacks say of themselves.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use stacks::StackKind;

use crate::environment::{Environment, StageArg};
use crate::exit::Exit;
use crate::screen;
use crate::workspace::Workspace;

/// What `outputs` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stage: StageArg,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Prints every stack's outputs.
pub(crate) async fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let environment = Environment::connect(workspace, args.stage.stage).await?;
    let outputs = read(&environment).await?;
    if args.json {
        screen::answer(&serde_json::to_string_pretty(&outputs)?);
        return Ok(Exit::Ok);
    }
    for (name, value) in outputs {
        screen::answer(&format!("{name:<26} {value}"));
    }
    Ok(Exit::Ok)
}

/// The output of that name.
pub(crate) fn get<'a>(outputs: &'a BTreeMap<String, String>, name: &str) -> Result<&'a str> {
    outputs
        .get(name)
        .map(String::as_str)
        .with_context(|| format!("the stacks have no output {name}"))
}

/// One stack's outputs.
pub(crate) async fn of_stack(environment: &Environment, kind: StackKind) -> Result<BTreeMap<String, String>> {
    let name = environment.stage.stack_name(kind);
    let deployed = environment.aws.cloudformation().describe(&name).await?;
    Ok(deployed
        .with_context(|| format!("there is no stack {name}"))?
        .outputs)
}

/// The outputs of all of the stage's stacks. Their names do not repeat.
pub(crate) async fn read(environment: &Environment) -> Result<BTreeMap<String, String>> {
    let mut outputs = BTreeMap::new();
    for stack in stacks::stacks(environment.stage)? {
        if let Some(deployed) = environment.aws.cloudformation().describe(&stack.name).await? {
            outputs.extend(deployed.outputs);
        }
    }
    environment.reach(&mut outputs);
    if outputs.is_empty() {
        bail!(
            "{} is not deployed: run `cargo xtask deploy --stage {}`",
            environment.stage,
            environment.stage
        );
    }
    Ok(outputs)
}
