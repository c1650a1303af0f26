//! `sync` and `conflicts`: asks platform-sync, which alone changes what a synchronisation remembers.

mod show;

use std::io::IsTerminal as _;

use anyhow::Result;
use contract::sync::{AssetAnswer, FUNCTION, Outcome, SyncAnswer, SyncRequest};

use crate::environment::{Environment, StageArg};
use crate::exit::{Exit, Invalid, Refused};
use crate::function;
use crate::screen;
use crate::workspace::Workspace;

/// Platforms and calendar, brought together.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show what a run would do now, and do nothing.
    Plan(What),
    /// Read the feeds, decide, and carry it out: what the schedule does every 15 minutes.
    ///
    /// Ends with 3 when another run is at work on an asset (it starts over by itself), and with 1 when a run stopped; the
    /// next one goes on from there.
    Run(What),
    /// Tell a decision, a booking or a task, by its id, with the reasons.
    Explain {
        /// The id, from `sync plan --json`, `conflicts` or the API.
        id: String,
        #[command(flatten)]
        how: How,
    },
    /// Take a decision back. It is not made again while the facts stay the same.
    Undo {
        /// The decision's id.
        id: String,
        #[command(flatten)]
        how: How,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Believe a quarantined feed: what it does not tell of any more is cancelled.
    Accept {
        /// The listing's id.
        listing: String,
        #[command(flatten)]
        how: How,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Print the address of a listing's outbound feed, to be given to its platform. It is a secret: in the local stage, or
    /// on a terminal. Never into a CI log.
    Feed {
        /// The listing's id.
        listing: String,
        /// Make another address. The platform that reads the old one is refused from then on.
        #[arg(long)]
        rotate: bool,
        #[command(flatten)]
        how: How,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// What `conflicts` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct ConflictsArgs {
    #[command(subcommand)]
    command: Option<ConflictsCommand>,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Subcommand)]
enum ConflictsCommand {
    /// Say who keeps the time.
    Resolve {
        /// The decision's id.
        id: String,
        /// The id of the one of the two that keeps the time.
        #[arg(long, value_name = "ID")]
        winner: String,
        #[command(flatten)]
        how: How,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// Of which listings.
#[derive(Debug, clap::Args)]
pub(crate) struct What {
    /// Only this platform's listings.
    #[arg(long, value_name = "ID")]
    platform: Option<String>,
    /// Only this listing. May be given many times.
    #[arg(long, value_name = "ID")]
    listing: Vec<String>,
    #[command(flatten)]
    how: How,
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

/// Asks platform-sync, and shows its answer.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::Plan(what) => what.ask(workspace, true).await,
        Command::Run(what) => what.ask(workspace, false).await,
        Command::Explain { id, how } => how.ask(workspace, &SyncRequest::Explain { id }).await,
        Command::Undo { id, how, yes } => {
            let question = format!("Take the decision {id} back?");
            how.change(workspace, yes, &question, &SyncRequest::Undo { id })
                .await
        }
        Command::Accept { listing, how, yes } => {
            let question =
                format!("Believe the feed of {listing}, and cancel what it does not tell of any more?");
            let request = SyncRequest::Accept { listing };
            how.change(workspace, yes, &question, &request).await
        }
        Command::Feed {
            listing,
            rotate,
            how,
            yes,
        } => {
            how.may_show_secrets()?;
            let question = format!("End the address of {listing}'s feed that is in use now?");
            let request = SyncRequest::Feed { listing, rotate };
            if rotate {
                how.change(workspace, yes, &question, &request).await
            } else {
                how.ask(workspace, &request).await
            }
        }
    }
}

/// Lists what is in each other's way, or says who keeps the time.
pub(crate) async fn conflicts(workspace: &Workspace, args: ConflictsArgs) -> Result<Exit> {
    match args.command {
        None => args.how.ask(workspace, &SyncRequest::Conflicts).await,
        Some(ConflictsCommand::Resolve { id, winner, how, yes }) => {
            let question = format!("Let {winner} keep the time?");
            let request = SyncRequest::Resolve { id, winner };
            how.change(workspace, yes, &question, &request).await
        }
    }
}

impl What {
    async fn ask(self, workspace: &Workspace, dry_run: bool) -> Result<Exit> {
        let request = SyncRequest::Sync {
            platform: self.platform,
            listings: self.listing,
            assets: Vec::new(),
            dry_run,
        };
        self.how.ask(workspace, &request).await
    }
}

impl How {
    pub(crate) const fn stage(self) -> stacks::Stage {
        self.stage.stage
    }

    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    async fn ask(self, workspace: &Workspace, request: &SyncRequest) -> Result<Exit> {
        let environment = Environment::connect(workspace, self.stage.stage).await?;
        self.put(&environment, request).await
    }

    /// Asks first on every stage but `local`.
    pub(crate) async fn change(
        self,
        workspace: &Workspace,
        yes: bool,
        question: &str,
        request: &SyncRequest,
    ) -> Result<Exit> {
        let environment = Environment::connect(workspace, self.stage.stage).await?;
        if !yes && !environment.is_local() && !screen::confirm(question)? {
            screen::answer("nothing was changed");
            return Ok(Exit::Error);
        }
        self.put(&environment, request).await
    }

    async fn put(self, environment: &Environment, request: &SyncRequest) -> Result<Exit> {
        let answer: SyncAnswer = function::ask(environment, FUNCTION, request).await?;
        let exit = exit(&answer)?;
        if self.json {
            screen::answer(&serde_json::to_string_pretty(&answer)?);
        } else {
            show::show(&answer, &crate::outputs::read(environment).await?)?;
        }
        Ok(exit)
    }

    fn may_show_secrets(self) -> Result<()> {
        if self.stage.stage != stacks::Stage::Local && !std::io::stdout().is_terminal() {
            return Err(Refused(
                "a feed's address is a secret: it is shown on a terminal only, and never kept in a log"
                    .to_owned(),
            )
            .into());
        }
        Ok(())
    }
}

/// How the command ends by this answer.
///
/// # Errors
/// When the function has refused.
fn exit(answer: &SyncAnswer) -> Result<Exit> {
    match answer {
        SyncAnswer::Refused { is_unknown, reason } if *is_unknown => Err(Invalid(reason.clone()).into()),
        SyncAnswer::Refused { reason, .. } => Err(Refused(reason.clone()).into()),
        SyncAnswer::Synced { assets } => {
            let any = |is: fn(&Outcome) -> bool| assets.iter().any(|asset: &AssetAnswer| is(&asset.outcome));
            Ok(if any(|outcome| matches!(outcome, Outcome::Stopped { .. })) {
                Exit::Error
            } else if any(|outcome| matches!(outcome, Outcome::Busy)) {
                Exit::Stale
            } else {
                Exit::Ok
            })
        }
        _ => Ok(Exit::Ok),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(outcomes: &[Outcome], expected: Exit) {
        let asset = |outcome: &Outcome| AssetAnswer {
            asset: "a".to_owned(),
            outcome: outcome.clone(),
            rows: Vec::new(),
            text: String::new(),
            feeds: Vec::new(),
            google_failure: None,
        };
        let assets = outcomes.iter().map(asset).collect();
        assert_eq!(exit(&SyncAnswer::Synced { assets }).unwrap(), expected);
    }

    #[test]
    fn a_run_ends_with_the_worst_of_its_assets() {
        let stopped = Outcome::Stopped {
            reason: "r".to_owned(),
            writes: 0,
        };
        check(&[], Exit::Ok);
        check(&[Outcome::Done { writes: 1 }, Outcome::Planned], Exit::Ok);
        check(&[Outcome::Done { writes: 1 }, Outcome::Busy], Exit::Stale);
        check(&[Outcome::Busy, stopped], Exit::Error);
    }

    #[test]
    fn a_refusal_is_an_error_with_its_own_end() {
        for (is_unknown, expected) in [(true, Exit::Invalid), (false, Exit::Refused)] {
            let reason = "why".to_owned();
            let error = exit(&SyncAnswer::Refused { is_unknown, reason }).unwrap_err();
            assert_eq!(Exit::of(&error), expected);
        }
    }
}
