//! `build`: the functions' binaries, and their zips.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use stacks::{Architecture, Function, Stage, StageSettings};

use crate::artifact::{Artifact, pack};
use crate::cargo;
use crate::exit::Exit;
use crate::screen;
use crate::venv::CARGO_LAMBDA;
use crate::workspace::Workspace;

/// Builds and says what was built.
pub(crate) fn run(workspace: &Workspace, stage: Stage) -> Result<Exit> {
    for artifact in artifacts(workspace, stage)? {
        screen::answer(&format!("{artifact}"));
    }
    Ok(Exit::Ok)
}

/// Builds every function of the stage with one cargo invocation, and packs each.
pub(crate) fn artifacts(workspace: &Workspace, stage: Stage) -> Result<Vec<Artifact>> {
    let functions = stacks::functions();
    let folder = match stage {
        Stage::Local => build_here(workspace, &functions)?,
        Stage::Staging | Stage::Production => build_for_lambda(workspace, stage, &functions)?,
    };
    functions
        .into_iter()
        .map(|function| {
            let binary = match stage {
                Stage::Local => folder.join(function.package()),
                Stage::Staging | Stage::Production => folder.join(function.package()).join("bootstrap"),
            };
            pack(workspace, function, &binary)
        })
        .collect()
}

/// For this machine's own emulator: the development profile, quick to build.
fn build_here(workspace: &Workspace, functions: &[Function]) -> Result<PathBuf> {
    let mut cargo = cargo::command();
    cargo.arg("build");
    run_cargo(workspace, cargo, functions)?;
    Ok(workspace.target().join("debug"))
}

/// For Lambda: the release profile, linked against the runtime's C library by cargo-lambda.
fn build_for_lambda(workspace: &Workspace, stage: Stage, functions: &[Function]) -> Result<PathBuf> {
    let tool = CARGO_LAMBDA.install(workspace)?;
    let bin = tool.parent().context("the tool has no folder")?;
    let path = std::env::join_paths(std::iter::once(bin.to_owned()).chain(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    )))?;
    let folder = workspace.target().join("lambda").join(stage.as_str());
    let mut cargo = Command::new(&tool);
    cargo::forget_outer_package(&mut cargo);
    cargo
        .env("PATH", path)
        .args(["lambda", "build", "--release", "--lambda-dir"])
        .arg(&folder);
    cargo.arg(match StageSettings::of(stage).architecture {
        Architecture::Arm64 => "--arm64",
        Architecture::X86_64 => "--x86-64",
    });
    run_cargo(workspace, cargo, functions)?;
    Ok(folder)
}

fn run_cargo(workspace: &Workspace, mut cargo: Command, functions: &[Function]) -> Result<()> {
    for function in functions {
        cargo.args(["--package", function.package()]);
    }
    screen::step("building the functions");
    // Cargo reports its own progress on stderr; stdout stays for our answers.
    let status = cargo
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("the functions do not build ({status}): see the compiler's messages above");
    }
    Ok(())
}
