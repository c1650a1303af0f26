//! `test`: every test, the end-to-end ones against a local cloud of their own.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::exit::Exit;
use crate::screen;
use crate::venv::{ACTIONLINT, CFN_LINT, CHECKOV, MINISTACK, ZIZMOR};
use crate::workspace::Workspace;

/// Runs `cargo test` over the workspace, with extra arguments handed through.
///
/// The end-to-end tests get a local cloud on free ports, so that one that the user runs is neither needed nor touched.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<Exit> {
    let cloud = TestCloud::prepare(workspace)?;
    let judges = [
        ("LANDFALL_CFN_LINT", CFN_LINT.install(workspace)?),
        ("LANDFALL_CHECKOV", CHECKOV.install(workspace)?),
        ("LANDFALL_ACTIONLINT", ACTIONLINT.install(workspace)?),
        ("LANDFALL_ZIZMOR", ZIZMOR.install(workspace)?),
    ];
    let mut cargo = cargo::command();
    cargo
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(arguments);
    let status = cloud
        .apply(&mut cargo)
        .envs(judges)
        .envs(node())
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("tests failed ({status})");
    }
    if arguments.is_empty() {
        ask_oracles(workspace)?;
    }
    Ok(Exit::Ok)
}

/// Where the tests of the Apps Script client find Node, if this machine has it.
fn node() -> Option<(&'static str, &'static str)> {
    let asked = Command::new("node")
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    asked
        .is_ok_and(|answer| answer.status.success())
        .then_some(("LANDFALL_NODE", "node"))
}

/// Runs the tests that others' clients judge us by. They are workspaces of their own, so that what they need is not in
/// ours.
fn ask_oracles(workspace: &Workspace) -> Result<()> {
    let status = cargo::command()
        .args([
            "test",
            "--locked",
            "--manifest-path",
            "oracles/google-calendar3/Cargo.toml",
        ])
        .arg("--target-dir")
        .arg(workspace.target().join("oracles"))
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("google-calendar3 does not agree with the simulator ({status})");
    }
    Ok(())
}

/// A local cloud that lives as long as the tests.
struct TestCloud {
    program: PathBuf,
    dir: PathBuf,
    ports: (u16, u16),
}

impl TestCloud {
    fn prepare(workspace: &Workspace) -> Result<Self> {
        MINISTACK.install(workspace)?;
        let program = std::env::current_exe().context("cannot find this program")?;
        let dir = workspace.target().join("test-cloud");
        let cloud = Self {
            program,
            dir,
            ports: (
                testkit::free_port().context("no free port")?,
                testkit::free_port().context("no free port")?,
            ),
        };
        // What an interrupted run left behind.
        cloud.xtask(&["local", "reset"])?;
        cloud.xtask(&["deploy"])?;
        screen::step("the tests' own cloud is up");
        Ok(cloud)
    }

    /// The environment in which the command line, and the tests, find this cloud.
    fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env_remove("AWS_ENDPOINT_URL")
            .env("LANDFALL_LOCAL_DIR", &self.dir)
            .env("LANDFALL_LOCAL_PORT", self.ports.0.to_string())
            .env("LANDFALL_SIMULATOR_PORT", self.ports.1.to_string())
            .env("LANDFALL_TEST_CLOUD", &self.program)
            .env(
                "LANDFALL_TEST_ENDPOINT",
                format!("http://127.0.0.1:{}", self.ports.0),
            )
    }

    fn xtask(&self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(&self.program);
        let status = self
            .apply(command.args(arguments))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()?;
        if !status.success() {
            bail!(
                "`cargo xtask {}` failed in the tests' own cloud",
                arguments.join(" ")
            );
        }
        Ok(())
    }
}

impl Drop for TestCloud {
    fn drop(&mut self) {
        if let Err(error) = self.xtask(&["--quiet", "local", "down"]) {
            screen::error(&error);
        }
    }
}
