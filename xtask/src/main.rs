//! `cargo xtask`: builds Landfall, deploys it, and looks after what is deployed.

mod api;
mod artifact;
mod aws;
mod bench;
mod build;
mod cargo;
mod check;
mod cli;
mod deploy;
mod destroy;
mod doctor;
mod environment;
mod exit;
mod feed;
mod local;
mod manifest_file;
mod outputs;
mod partner_secrets;
mod screen;
mod smoke;
mod synth;
mod templates;
mod test;
mod tidy;
mod token_store;
mod venv;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
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
