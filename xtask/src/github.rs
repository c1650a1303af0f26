//! `github`: tells GitHub what a job of GitHub Actions has found: one comment a stage, the step summary, one issue of
//! drift.
//!
//! What is said where is decided from what stands there; the part that speaks HTTP decides nothing.

mod api;
mod comment;
mod issue;
mod job;
mod kept;
mod patience;
mod post;
mod settle;
mod summary;

use std::path::PathBuf;

use anyhow::Result;
use stacks::Stage;

use crate::exit::Exit;
use job::Job;
use settle::Manner;

/// What GitHub can be told. Each needs the environment of a job of GitHub Actions, and ends with 5 without it.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Keep the pull request's one comment of a stage true.
    Comment {
        /// The stage.
        #[arg(long, value_name = "local|staging|production")]
        stage: Stage,
        /// What `plan --format json` printed, or the file that `plan --out` wrote.
        #[arg(long, value_name = "FILE", required_unless_present = "failed")]
        plan: Option<PathBuf>,
        /// Say that there is no plan: an earlier one would be taken for this commit's.
        #[arg(long, conflicts_with = "plan")]
        failed: bool,
        /// Read, and print what would be sent.
        #[arg(long)]
        dry_run: bool,
    },
    /// Write the whole plan to the step's summary.
    Summary {
        /// What `plan --format json` printed, or the file that `plan --out` wrote.
        #[arg(long, value_name = "FILE")]
        plan: PathBuf,
        /// Print what would be written.
        #[arg(long)]
        dry_run: bool,
    },
    /// Keep the stage's one issue of drift true: opened with the first drift, closed with the last.
    DriftIssue {
        /// The stage.
        #[arg(long, value_name = "local|staging|production")]
        stage: Stage,
        /// What `drift --json` printed.
        #[arg(long, value_name = "FILE")]
        drift: PathBuf,
        /// Read, and print what would be sent.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Tells.
pub(crate) async fn run(command: Command) -> Result<Exit> {
    let job = Job::of(|name| std::env::var(name).ok())?;
    match command {
        Command::Comment {
            stage,
            plan,
            failed: _,
            dry_run,
        } => {
            let pull = job.pull_request()?;
            let body = match plan {
                Some(file) => comment::of_plan(&kept::read(&file, stage)?, &pull, &job)?,
                None => comment::of_failure(stage, &pull, &job),
            };
            let stands = post::Place::Comments { pull: pull.number };
            settle::settle(&job, &stands, Manner::of(dry_run), |facts| {
                comment::decide(facts, stage, pull.number, &body)
            })
            .await
        }
        Command::Summary { plan, dry_run } => {
            let plan = kept::read_any(&plan)?;
            summary::run(&job, &plan, Manner::of(dry_run))
        }
        Command::DriftIssue {
            stage,
            drift,
            dry_run,
        } => {
            let found = issue::Found::of(&kept::read(&drift, stage)?, &job);
            settle::settle(&job, &post::Place::Issues, Manner::of(dry_run), |facts| {
                issue::decide(facts, stage, &found)
            })
            .await
        }
    }
}
