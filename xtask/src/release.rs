//! The release ledger: one record a release in the artifact bucket, written once and never changed.
//!
//! Invariant: a record is written with the condition that none is there. One that cannot be read is named, neither
//! hidden nor chosen.

mod announce;
mod choice;
mod ledger;
mod record;
mod revision;
mod show;
mod tell;

#[cfg(test)]
mod tests;

use anyhow::Result;
use clap::Subcommand;

use crate::exit::Exit;
use crate::workspace::Workspace;

pub(crate) use announce::announce;
pub(crate) use choice::{NoTarget, Runtime, judge_target, newest_healthy, rollback_target};
pub(crate) use ledger::{Entry, Ledger, author};
pub(crate) use record::{Draft, Id, Kind, Outcome, Record, ReleasedArtifact, ReleasedStack};
pub(crate) use revision::{Revision, head};
pub(crate) use tell::tell;

/// What can be asked of the ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the releases of a stage, the newest first.
    List(show::ListArgs),
    /// Show one release: its stacks, artifacts and outcome.
    Show(show::ShowArgs),
}

/// Runs a `release` command.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::List(args) => show::list(workspace, args).await,
        Command::Show(args) => show::show(workspace, args).await,
    }
}
