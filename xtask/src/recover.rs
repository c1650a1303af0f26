//! `recover`: the way out of each state in which a stack can be stuck.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::aws::cloudformation::CloudFormation;
use crate::environment::{Environment, StageArg};
use crate::execution::{delete, follow};
use crate::exit::Exit;
use crate::lock;
use crate::screen;
use crate::workspace::Workspace;

/// What `recover` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stage: StageArg,
    /// Leave this resource as it is, where its rollback cannot succeed. Once for each.
    #[arg(long, value_name = "LOGICAL_ID")]
    skip: Vec<String>,
    /// Keep this resource, where it cannot be deleted. Once for each.
    #[arg(long, value_name = "LOGICAL_ID")]
    retain: Vec<String>,
    /// Show what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// The way out of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is not stuck.
    None,
    /// Something is at work.
    Wait,
    /// Its update failed, and then its rollback: the rollback is tried again.
    ContinueRollback,
    /// Its creation or deletion failed: what is left can only be deleted.
    Delete,
    /// A change set was made for a new stack and never executed: what is left holds nothing.
    DeleteEmpty,
}

/// Mends every stuck stack of the stage.
pub(crate) async fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let environment = &Environment::connect(workspace, args.stage.stage).await?;
    let cloud = &environment.aws.cloudformation();
    let mut stuck = Vec::new();
    for spec in stacks::stacks(environment.stage)?.into_iter().rev() {
        let Some(deployed) = cloud.describe(&spec.name).await? else {
            continue;
        };
        let way = way(&deployed.status);
        if way != Way::None {
            let why = deployed
                .status_reason
                .map(|why| format!(" ({why})"))
                .unwrap_or_default();
            screen::step(&format!(
                "{} is {}{why}: {}",
                spec.name,
                deployed.status,
                way.words()
            ));
            stuck.push((spec.name, way));
        }
    }
    if stuck.is_empty() {
        screen::answer("nothing to recover: no stack is stuck");
        return Ok(Exit::Ok);
    }
    if args.dry_run {
        screen::answer("dry run: nothing was done");
        return Ok(Exit::Ok);
    }
    if !args.yes && !environment.is_local() && !screen::confirm("Do this?")? {
        screen::answer("nothing was done");
        return Ok(Exit::Error);
    }
    lock::while_held(environment, "recover", async |_| {
        for (name, way) in &stuck {
            take(cloud, name, *way, args).await?;
        }
        screen::answer("recovered: deploy again");
        Ok(Exit::Ok)
    })
    .await
}

/// Waits until no stack of the stage is being changed, by whomever.
pub(crate) async fn await_settled(environment: &Environment) -> Result<()> {
    let cloud = environment.aws.cloudformation();
    for spec in stacks::stacks(environment.stage)? {
        wait(&cloud, &spec.name).await?;
    }
    Ok(())
}

async fn take(cloud: &CloudFormation, name: &str, way: Way, args: &Args) -> Result<()> {
    match way {
        Way::None => Ok(()),
        Way::Wait => wait(cloud, name).await,
        Way::ContinueRollback => {
            let last = cloud.latest_event(name).await?;
            cloud.continue_rollback(name, &args.skip).await?;
            follow::rollback(cloud, name, last).await
        }
        Way::Delete => delete(cloud, name, &args.retain).await,
        Way::DeleteEmpty => delete(cloud, name, &[]).await,
    }
}

async fn wait(cloud: &CloudFormation, name: &str) -> Result<()> {
    const LONGEST: Duration = Duration::from_secs(3600);
    let began = std::time::Instant::now();
    let mut pause = Duration::from_millis(300);
    let mut told = false;
    while let Some(deployed) = cloud.describe(name).await? {
        if way(&deployed.status) != Way::Wait {
            break;
        }
        if !told {
            screen::step(&format!(
                "{name} is {}: waiting until that is over",
                deployed.status
            ));
            told = true;
        }
        if began.elapsed() > LONGEST {
            bail!("the stack {name} is {} for more than an hour", deployed.status);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_secs(3));
    }
    Ok(())
}

fn way(status: &str) -> Way {
    match status {
        "REVIEW_IN_PROGRESS" => Way::DeleteEmpty,
        "UPDATE_ROLLBACK_FAILED" => Way::ContinueRollback,
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED" => Way::Delete,
        status if status.ends_with("_IN_PROGRESS") => Way::Wait,
        _ => Way::None,
    }
}

impl Way {
    fn words(self) -> &'static str {
        match self {
            Self::None => "nothing to do",
            Self::Wait => "wait until it settles",
            Self::ContinueRollback => "try its rollback again (--skip ID leaves a resource as it is)",
            Self::Delete => "delete what is left of it (--retain ID keeps a resource that cannot be deleted)",
            Self::DeleteEmpty => "delete the empty stack",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stuck_state_has_its_way_out() {
        for (status, expected) in [
            ("CREATE_COMPLETE", Way::None),
            ("UPDATE_COMPLETE", Way::None),
            ("UPDATE_ROLLBACK_COMPLETE", Way::None),
            ("IMPORT_COMPLETE", Way::None),
            ("REVIEW_IN_PROGRESS", Way::DeleteEmpty),
            ("CREATE_IN_PROGRESS", Way::Wait),
            ("ROLLBACK_IN_PROGRESS", Way::Wait),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Way::Wait),
            ("UPDATE_ROLLBACK_FAILED", Way::ContinueRollback),
            ("ROLLBACK_COMPLETE", Way::Delete),
            ("ROLLBACK_FAILED", Way::Delete),
            ("CREATE_FAILED", Way::Delete),
            ("DELETE_FAILED", Way::Delete),
        ] {
            assert_eq!(way(status), expected, "{status}");
        }
    }
}
