//! Cargo, called from a program that cargo runs.

use std::path::PathBuf;
use std::process::Command;

/// The cargo that runs this program.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

/// A cargo command that starts as from a shell.
pub(crate) fn command() -> Command {
    let mut command = Command::new(program());
    forget_outer_package(&mut command);
    command
}

/// `cargo run` tells its program which package it is. A build script that watches these names (ring's does) would
/// be run again by an inner cargo, and everything above it compiled anew, at each turn.
pub(crate) fn forget_outer_package(command: &mut Command) {
    let set_by_run = |name: &str| {
        name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_BIN_")
            || name.starts_with("CARGO_MANIFEST_")
    };
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(set_by_run) {
            command.env_remove(name);
        }
    }
    for name in ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"] {
        command.env_remove(name);
    }
}
