//! The command line: what can be asked, and who answers.

use std::path::PathBuf;

use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use stacks::Stage;

use crate::exit::Exit;
use crate::offline_plan::{self, Format};
use crate::{
    bench, build, check, deploy, destroy, doctor, environment::Environment, feed, local, lock, manifest_file,
    outputs, partner_secrets, release, screen, smoke, synth, templates, test, tidy, token_store,
    workspace::Workspace,
};

/// Builds Landfall, deploys it through CloudFormation, and looks after what is deployed.
///
/// With no stage everything happens on this machine: `cargo xtask deploy` starts a local AWS emulator and
/// a simulator of the booking platforms, and deploys the same stacks there that other stages get on AWS.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, propagate_version = true, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// Say only what failed and what was asked for.
    #[arg(short, long, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 error, 2 changes (plan --detailed-exitcode), 3 stale or locked, 4 refused by a guard, 5 invalid input or usage,
6 deployed but the smoke test failed.

Environment:
  AWS_ENDPOINT_URL          deploy the local stage to this endpoint instead of the emulator
  LANDFALL_LOCAL_DIR        where the local cloud keeps its state [default: target/local]
  LANDFALL_LOCAL_PORT       port of the local cloud [default: 4610]
  LANDFALL_SIMULATOR_PORT   port of the partner simulator [default: 4611]
  NO_COLOR                  no colour";

/// Where to: the stage's name.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct StageArg {
    /// The stage: `local` is this machine, the others are AWS through the standard credentials chain.
    #[arg(long, default_value = "local", value_name = "local|staging|production")]
    pub stage: Stage,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the functions' artifacts: reproducible zips under `target/artifacts`, named by their SHA-256.
    Build(StageArg),
    /// Generate the CloudFormation templates of a stage.
    Synth {
        #[command(flatten)]
        stage: StageArg,
        /// Write `<stack>.json` files here instead of printing them.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Show what this checkout would change in a stage. So far only against committed templates: --offline.
    Plan {
        #[command(flatten)]
        stage: StageArg,
        /// Compare with the templates that a revision committed: no credentials, no drift, no parameters.
        #[arg(long, required = true)]
        offline: bool,
        /// The revision.
        #[arg(long, value_name = "REV", default_value = "HEAD")]
        base: String,
        /// How the plan is written.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// End with 2 when there are changes.
        #[arg(long)]
        detailed_exitcode: bool,
    },
    /// Build, apply the stacks, upload templates and manifest, and smoke-test the result.
    ///
    /// Shows each stack's changes before it executes them. Asks first on every stage but `local`.
    Deploy {
        #[command(flatten)]
        stage: StageArg,
        /// The operator's manifest.
        #[arg(long, value_name = "FILE", default_value = manifest_file::NAME)]
        manifest: PathBuf,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Delete a stage's stacks. Names what it destroys, and asks.
    Destroy {
        #[command(flatten)]
        stage: StageArg,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Print the deployed stacks' outputs.
    Outputs {
        #[command(flatten)]
        stage: StageArg,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Test what is deployed: health, authentication, routes, code hashes and one direct invocation.
    Smoke {
        #[command(flatten)]
        stage: StageArg,
        /// Print one JSON object a check.
        #[arg(long)]
        json: bool,
    },
    /// Look into the release ledger.
    #[command(subcommand)]
    Release(release::Command),
    /// Take the deploy lock away from somebody who is no longer at work. Names whose it is, and asks.
    Unlock(lock::UnlockArgs),
    /// Look after the local cloud: the AWS emulator and the partner simulator.
    #[command(subcommand)]
    Local(local::Command),
    /// Say what this machine has of what Landfall needs, and what to do about the rest.
    Doctor {
        /// Print one JSON object a check.
        #[arg(long)]
        json: bool,
    },
    /// Check the operator's manifest, or print its JSON Schema.
    #[command(subcommand)]
    Manifest(manifest_file::Command),
    /// Upload the texts in `templates/`.
    #[command(subcommand)]
    Templates(templates::Command),
    /// Put feed URLs and credentials into Secrets Manager: the only way they get there.
    #[command(subcommand)]
    Secrets(partner_secrets::Command),
    /// Look after the dashboard token.
    #[command(subcommand)]
    Token(token_store::Command),
    /// Measure what is claimed of speed and size, beside a peer in the same run.
    #[command(subcommand)]
    Bench(bench::Command),
    /// Run every test, the end-to-end ones against a local cloud of their own.
    Test {
        /// Handed to `cargo test`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<String>,
    },
    /// Run formatting, lints and the offline judges: clippy, cargo-deny, cfn-lint, typos, zizmor, tidy.
    Check,
    /// Check the house rules: which crate may use which, names, sizes.
    Tidy,
    /// See a booking platform's feed as Landfall reads it.
    #[command(subcommand)]
    Feed(FeedCommand),
}

#[derive(Debug, Subcommand)]
enum FeedCommand {
    /// Read iCalendar files or feeds and say what was understood and what was not.
    Inspect(InspectArgs),
}

/// What `feed inspect` takes.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Files, or http(s) URLs (fetched as the functions fetch them: public addresses only).
    #[arg(required = true, value_name = "PATH|URL")]
    pub sources: Vec<String>,
    /// List the occurrences that start at or after this instant (RFC 3339).
    #[arg(long, value_name = "INSTANT", requires = "to")]
    pub from: Option<DateTime<Utc>>,
    /// List the occurrences that start before this instant (RFC 3339).
    #[arg(long, value_name = "INSTANT", requires = "from")]
    pub to: Option<DateTime<Utc>>,
    /// The zone of floating and all-day values, `utc` or an IANA name [default: the asset's zone for a feed that the
    /// manifest names, else UTC].
    #[arg(long, value_name = "ZONE", value_parser = feed::parse_zone)]
    pub floating: Option<chrono_tz::Tz>,
    /// Print one JSON object a line: file, status, note, events, starts, warnings.
    #[arg(long)]
    pub json: bool,
}

/// Parses the command line. Help and version end well; bad usage ends with [`Exit::Invalid`], because
/// clap's own 2 would read as "changes".
pub(crate) fn parse() -> Result<Cli, Exit> {
    Cli::try_parse().map_err(|error| {
        // A closed pipe is the reader's choice, so a failure to print is nobody's error.
        let _ = error.print();
        if error.use_stderr() {
            Exit::Invalid
        } else {
            Exit::Ok
        }
    })
}

impl Cli {
    /// Answers.
    pub(crate) fn run(self) -> Result<Exit> {
        screen::set_quiet(self.quiet);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let workspace = Workspace::find()?;
        runtime.block_on(self.command.run(&workspace))
    }
}

impl Command {
    async fn run(self, workspace: &Workspace) -> Result<Exit> {
        match self {
            Self::Build(StageArg { stage }) => build::run(workspace, stage),
            Self::Synth { stage, out } => synth::run(stage.stage, out.as_deref()),
            Self::Plan {
                stage,
                offline: _,
                base,
                format,
                detailed_exitcode,
            } => {
                let request = offline_plan::Request {
                    stage: stage.stage,
                    base,
                    format,
                    detailed_exitcode,
                };
                offline_plan::run(workspace, &request)
            }
            Self::Deploy { stage, manifest, yes } => {
                let environment = Environment::prepare(workspace, stage.stage).await?;
                deploy::run(
                    &environment,
                    &deploy::Request {
                        manifest,
                        confirmed: yes,
                    },
                )
                .await
            }
            Self::Destroy { stage, yes } => {
                destroy::run(&Environment::connect(workspace, stage.stage).await?, yes).await
            }
            Self::Outputs { stage, json } => {
                outputs::run(&Environment::connect(workspace, stage.stage).await?, json).await
            }
            Self::Smoke { stage, json } => {
                smoke::run(&Environment::connect(workspace, stage.stage).await?, json).await
            }
            Self::Release(command) => release::run(workspace, command).await,
            Self::Unlock(args) => lock::unlock(workspace, args).await,
            Self::Local(command) => local::run(workspace, command).await,
            Self::Doctor { json } => doctor::run(workspace, json),
            Self::Manifest(command) => manifest_file::run(workspace, command),
            Self::Templates(command) => templates::run(workspace, command).await,
            Self::Secrets(command) => partner_secrets::run(workspace, command).await,
            Self::Token(command) => token_store::run(workspace, command).await,
            Self::Bench(command) => bench::run(workspace, command),
            Self::Test { arguments } => test::run(workspace, &arguments),
            Self::Check => check::run(workspace),
            Self::Tidy => tidy::run(workspace),
            Self::Feed(FeedCommand::Inspect(args)) => feed::inspect_all(workspace, &args).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
