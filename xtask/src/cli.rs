//! The command line: what can be asked, and who answers.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::environment::StageArg;
use crate::exit::Exit;
use crate::workspace::Workspace;
use crate::{
    apply, audience, bench, bookings, bootstrap, build, campaign, check, deploy, destroy, doctor, drift,
    feed, github, inbound_mail, inbox, local, lock, manifest_file, outputs, partner_secrets, planning,
    recover, release, report, rollback, screen, smoke, sync, synth, templates, test, tidy, token_store,
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
  LANDFALL_NO_SAMPLE        with 1 the local stage is deployed without sample data
  NO_COLOR                  no colour";

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
    /// Show what this checkout would change in a stage, and what was changed there by other means.
    ///
    /// Changes nothing. With --out the plan is kept for `apply`, which carries out exactly that or refuses.
    Plan(planning::Args),
    /// Carry out a plan that `plan --out` kept, exactly as it was shown. A plan that is stale ends with 3.
    Apply(apply::Args),
    /// Build, plan, apply exactly that plan, upload templates and manifest, and smoke-test the result.
    ///
    /// Shows the plan before it carries it out. Asks first on every stage but `local`. A smoke test that fails rolls
    /// the runtime back to the last good release and ends with 6.
    Deploy(deploy::Args),
    /// Apply an earlier release's runtime and code again, without building. Storage, manifest and token stay.
    Rollback(rollback::Args),
    /// Look into the release ledger.
    #[command(subcommand)]
    Release(release::Command),
    /// Look for what was changed behind CloudFormation's back.
    Drift(drift::Args),
    /// Mend stacks that are stuck.
    Recover(recover::Args),
    /// Take the deploy lock away from somebody who is no longer at work. Names whose it is, and asks.
    Unlock(lock::UnlockArgs),
    /// Delete a stage's stacks. Names what it destroys, and asks.
    Destroy(destroy::Args),
    /// Print the deployed stacks' outputs.
    Outputs(outputs::Args),
    /// Test what is deployed: health, authentication, routes, code hashes and one direct invocation.
    Smoke(smoke::Args),
    /// Make an AWS account ready for deploys from GitHub Actions: bucket, trust and roles. Once, by an administrator.
    Bootstrap(bootstrap::Args),
    /// Write the template of the stack that receives mails, and say how to bring it about.
    InboundMail(inbound_mail::Args),
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
    /// Check, see and upload the mails and text messages in `templates/`.
    #[command(subcommand)]
    Templates(templates::Command),
    /// Put feed URLs and credentials into Secrets Manager: the only way they get there.
    #[command(subcommand)]
    Secrets(partner_secrets::Command),
    /// Look after the dashboard token.
    #[command(subcommand)]
    Token(token_store::Command),
    /// Bring platforms and calendar together, and see why anything was decided.
    #[command(subcommand)]
    Sync(sync::Command),
    /// List what is in each other's way and what there is to do, or say who keeps the time.
    #[command(args_conflicts_with_subcommands = true)]
    Conflicts(sync::ConflictsArgs),
    /// List the requests that wait for your answer, or answer one.
    #[command(subcommand)]
    Bookings(bookings::Command),
    /// See what guests wrote, answer them, and see what rules answered and why.
    #[command(subcommand)]
    Inbox(inbox::Command),
    /// Tell how many bookings there are, were cancelled, or came of inquiries: by week, asset and platform.
    Report(report::Args),
    /// See to whom campaigns would go, send them, and watch, stop or mend what is being sent.
    #[command(subcommand)]
    Campaign(campaign::Command),
    /// Keep the people whom campaigns go to.
    #[command(subcommand)]
    Audience(audience::Command),
    /// Measure what is claimed of speed and size, beside a peer in the same run.
    #[command(subcommand)]
    Bench(bench::Command),
    /// Run every test, the end-to-end ones against a local cloud of their own.
    Test {
        /// Handed to `cargo test`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<String>,
    },
    /// Run formatting, lints and the offline judges: clippy, cargo-deny, cfn-lint, checkov, typos, zizmor, actionlint,
    /// tidy.
    Check,
    /// Check the house rules: which crate may use which, names, sizes.
    Tidy,
    /// See a booking platform's feed as Landfall reads it.
    #[command(subcommand)]
    Feed(feed::Command),
    /// Tell GitHub what a job of GitHub Actions has found.
    #[command(subcommand)]
    Github(github::Command),
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
            Self::Plan(args) => planning::run(workspace, &args).await,
            Self::Apply(args) => apply::run(workspace, &args).await,
            Self::Rollback(args) => rollback::run(workspace, &args).await,
            Self::Release(command) => release::run(workspace, command).await,
            Self::Drift(args) => drift::run(workspace, &args).await,
            Self::Recover(args) => recover::run(workspace, &args).await,
            Self::Unlock(args) => lock::unlock(workspace, args).await,
            Self::Deploy(args) => deploy::run(workspace, &args).await,
            Self::Destroy(args) => destroy::run(workspace, &args).await,
            Self::Outputs(args) => outputs::run(workspace, &args).await,
            Self::Smoke(args) => smoke::run(workspace, &args).await,
            Self::Bootstrap(args) => bootstrap::run(&args).await,
            Self::InboundMail(args) => inbound_mail::run(&args),
            Self::Local(command) => local::run(workspace, command).await,
            Self::Doctor { json } => doctor::run(workspace, json),
            Self::Manifest(command) => manifest_file::run(workspace, command),
            Self::Templates(command) => templates::run(workspace, command).await,
            Self::Secrets(command) => partner_secrets::run(workspace, command).await,
            Self::Token(command) => token_store::run(workspace, command).await,
            Self::Sync(command) => sync::run(workspace, command).await,
            Self::Conflicts(args) => sync::conflicts(workspace, args).await,
            Self::Bookings(command) => bookings::run(workspace, command).await,
            Self::Inbox(command) => inbox::run(workspace, command).await,
            Self::Report(args) => report::run(workspace, args).await,
            Self::Campaign(command) => campaign::run(workspace, command).await,
            Self::Audience(command) => audience::run(workspace, command).await,
            Self::Bench(command) => bench::run(workspace, command),
            Self::Test { arguments } => test::run(workspace, &arguments),
            Self::Check => check::run(workspace),
            Self::Tidy => tidy::run(workspace),
            Self::Feed(command) => feed::run(workspace, command).await,
            Self::Github(command) => github::run(command).await,
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
