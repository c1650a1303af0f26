//! The dashboard token: the secret in Secrets Manager, its verifier in the content bucket.
//!
//! Invariant: the secret is written before its verifier, so that what the API accepts can always be shown again.

mod rotation;
mod status;
mod store;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use anyhow::{Context, Result, bail};
use chrono::{TimeDelta, Utc};
use clap::{Args, Subcommand};
use stacks::Stage;
use token::rotation::Goal;
use token::{Token, Verifier};

use crate::environment::{Environment, StageArg};
use crate::exit::Exit;
use crate::screen;
use crate::workspace::Workspace;
use rotation::{Manner, parse_overlap, reach};
use store::{Store, fresh};

/// Two deploys may make the first token at once; after so many lost races something else is wrong.
const MOST_ROUNDS: usize = 10;

/// What can be done to the token.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say which tokens are accepted, by their public key ids, and until when.
    Status {
        #[command(flatten)]
        stage: StageArg,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Print the current token: in the local stage, or on a terminal. Never into a CI log.
    Show {
        #[command(flatten)]
        stage: StageArg,
        /// Print it as a line of `repos.env`.
        #[arg(long)]
        env: bool,
    },
    /// Make a new token and let the old one be accepted for a while, so that no client is ever refused.
    ///
    /// Makes it, has the API accept it, waits until every function does (30 s), and only then makes it the current
    /// one. A rotation that was interrupted is finished by the next one.
    Rotate {
        #[command(flatten)]
        how: How,
        /// How long the old token is accepted from now on: minutes, hours or days, such as 36h.
        #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = parse_overlap)]
        overlap: TimeDelta,
    },
    /// Refuse tokens that became known to somebody: all, or one. For good.
    ///
    /// If the current token is among them, a new one replaces it at once. Every function refuses a revoked token 30 s
    /// later at the latest, and may refuse the new one for as long; the command ends when that time is over.
    Revoke {
        #[command(flatten)]
        how: How,
        /// Without any overlap: clients that have no other token are refused.
        #[arg(long, required = true)]
        now: bool,
        /// Only the token of this kid (see `token status`) [default: every token].
        #[arg(long)]
        kid: Option<String>,
    },
    /// Clear away what an interrupted rotation left behind. The current token stays.
    ///
    /// A rotation that Secrets Manager was told to do by itself is turned off first.
    Repair {
        #[command(flatten)]
        how: How,
    },
    /// Make the previous token the current one again, while it is still accepted.
    Rollback {
        #[command(flatten)]
        how: How,
    },
}

/// What all commands that change the token take.
#[derive(Debug, Args)]
pub(crate) struct How {
    #[command(flatten)]
    stage: StageArg,
    /// Show the steps and take none.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// Whether the first token had to be made.
pub(crate) enum Ensured {
    /// There was none: here it is, to be shown once.
    Created(Token),
    /// One is in force.
    Present,
}

/// Runs a `token` command.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::Status { stage, json } => {
            status::run(&Environment::connect(workspace, stage.stage).await?, json).await
        }
        Command::Show { stage, env } => show(&Environment::connect(workspace, stage.stage).await?, env).await,
        Command::Rotate { how, overlap } => {
            let (environment, manner) = how.prepare(workspace).await?;
            reach(&environment, &manner, |facts| Ok(Goal::rotate(facts, overlap))).await
        }
        // `--now` is there to be typed: it has no other value.
        Command::Revoke { how, now: _, kid } => {
            let (environment, manner) = how.prepare(workspace).await?;
            let goal = |facts: &_| rotation::revocation(facts, kid.as_deref());
            reach(&environment, &manner, goal).await
        }
        Command::Repair { how } => {
            let (environment, manner) = how.prepare(workspace).await?;
            reach(&environment, &manner, |_| Ok(Goal::Repair)).await
        }
        Command::Rollback { how } => {
            let (environment, manner) = how.prepare(workspace).await?;
            reach(&environment, &manner, |facts| Ok(Goal::roll_back(facts))).await
        }
    }
}

impl How {
    async fn prepare(&self, workspace: &Workspace) -> Result<(Environment, Manner)> {
        let environment = Environment::connect(workspace, self.stage.stage).await?;
        let (dry_run, confirmed) = (self.dry_run, self.yes);
        Ok((environment, Manner { dry_run, confirmed }))
    }
}

/// Makes the first token, or finishes making it if an earlier deploy was interrupted.
pub(crate) async fn ensure(environment: &Environment, outputs: &BTreeMap<String, String>) -> Result<Ensured> {
    let store = Store::of(environment, outputs)?;
    for _ in 0..MOST_ROUNDS {
        let (mut table, etag) = store.verifiers().await?;
        let token = match store.current().await? {
            // A row that has ended stays as it is: what was revoked on purpose stays revoked.
            Some(token) if table.find(&token.kid()).is_some() => return Ok(Ensured::Present),
            Some(token) => token,
            None => {
                let token = fresh()?;
                store.put_first(&token).await?;
                token
            }
        };
        table.verifiers.push(Verifier::of(&token, Utc::now()));
        if store.write_verifiers(&table, &etag).await? {
            return Ok(Ensured::Created(token));
        }
    }
    bail!("somebody else keeps changing the token: see `cargo xtask token status`")
}

/// The current token, to call the API with.
pub(crate) async fn current(
    environment: &Environment,
    outputs: &BTreeMap<String, String>,
) -> Result<Option<Token>> {
    Store::of(environment, outputs)?.current().await
}

async fn show(environment: &Environment, env: bool) -> Result<Exit> {
    if environment.stage != Stage::Local && !std::io::stdout().is_terminal() {
        bail!("a token is printed on a terminal only, never into a pipe or a log");
    }
    let outputs = crate::outputs::read(environment).await?;
    let token = current(environment, &outputs)
        .await?
        .context("there is no token yet: run `cargo xtask deploy`")?;
    let name = if env { "LANDFALL_TOKEN=" } else { "" };
    screen::answer(&format!("{name}{}", token.reveal()));
    Ok(Exit::Ok)
}
