//! What `cargo xtask` does: builds Landfall, deploys it, and looks after what is deployed.
//!
//! [`cli`] parses and dispatches; each command has a file of its own; `aws` holds the only SDK adapters.

mod api;
mod apply;
mod artifact;
mod artifact_store;
mod audience;
mod aws;
mod bench;
mod bookings;
mod bootstrap;
mod broker;
mod build;
mod campaign;
mod cargo;
mod check;
mod cleanup;
mod cli;
mod content;
mod deploy;
mod destroy;
mod doctor;
mod drift;
mod environment;
mod execution;
mod exit;
mod feed;
mod function;
mod git;
mod github;
mod inbound_mail;
mod inbox;
mod landing;
mod local;
mod lock;
mod manifest_file;
mod milestone;
mod npm;
mod outputs;
mod partner_secrets;
mod planning;
mod recover;
mod release;
mod report;
mod rollback;
mod screen;
mod smoke;
mod stage_inputs;
mod sync;
mod synth;
mod table;
mod templates;
mod test;
mod tidy;
mod token_store;
mod venv;
mod workspace;

use std::process::ExitCode;

/// Parses the command line, answers, and says how it went.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(exit) => return exit.into(),
    };
    match cli.run() {
        Ok(exit) => exit.into(),
        Err(error) => {
            screen::error(&error);
            exit::Exit::of(&error).into()
        }
    }
}
