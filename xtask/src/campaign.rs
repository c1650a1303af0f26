//! `campaign`: asks campaign-scheduler, which alone plans and changes what is sent.

mod brakes;
mod context;
mod control;
mod naming;
mod outcome;
mod progress;
mod scheduler;
mod send;
mod sending;
mod show;
mod word;
mod words;

use anyhow::Result;

use crate::environment::StageArg;
use crate::exit::Exit;
use crate::workspace::Workspace;

pub(crate) use outcome::Outcome;
pub(crate) use scheduler::{Scheduler, other_release};
use word::Operator;

/// What can be done with campaigns.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Sending(sending::Command),
    #[command(flatten)]
    Brakes(brakes::Command),
}

/// Where, and how the answer is written.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct How {
    #[command(flatten)]
    stage: StageArg,
    /// Print the function's answer as JSON.
    #[arg(long)]
    json: bool,
}

/// The operator's word in advance.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct WordArg {
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// Runs a `campaign` command.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::Sending(command) => sending::run(workspace, command).await,
        Command::Brakes(command) => brakes::run(workspace, command).await,
    }
}

impl How {
    /// Connects to the stage's function.
    pub(crate) async fn scheduler(self, workspace: &Workspace) -> Result<Scheduler> {
        Scheduler::connect(workspace, self.stage.stage).await
    }

    /// Whether the answer is written as JSON.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Writes how the command went.
    pub(crate) fn tell(self, outcome: Outcome) -> Result<Exit> {
        outcome.tell(self.json)
    }
}

impl WordArg {
    fn operator(self) -> Operator {
        Operator::here(self.yes)
    }
}

#[cfg(test)]
pub(crate) mod tests;
