//! `test`: every test, the end-to-end ones against a local cloud of their own.

mod failures;

use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _, stdout};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::exit::Exit;
use crate::npm::{AXE, PLAYWRIGHT, PRISM, TWILIO, TWILIO_OPENAPI};
use crate::screen;
use crate::templates;
use crate::venv::{ACTIONLINT, BOTO3, CFN_LINT, CHECKOV, MINISTACK, SCHEMATHESIS, ZIZMOR};
use crate::workspace::Workspace;
use failures::Failures;

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
        ("LANDFALL_SCHEMATHESIS", SCHEMATHESIS.install(workspace)?),
    ];
    let mut cargo = cargo::command();
    cargo
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(arguments);
    cloud
        .apply(&mut cargo)
        .envs(judges)
        .envs(node(workspace)?)
        .current_dir(workspace.root())
        .stdin(Stdio::null());
    let (status, failures) = watch(&mut cargo)?;
    if !status.success() {
        bail!("tests failed ({status})\n{failures}");
    }
    if arguments.is_empty() {
        ask_google_calendar3(workspace)?;
        ask_botocore(workspace, &cloud)?;
    }
    Ok(Exit::Ok)
}

/// Runs the tests. Where nobody watches them, what failed is gathered, so that a log of thousands of lines ends with it.
fn watch(cargo: &mut Command) -> Result<(ExitStatus, Failures)> {
    let mut failures = Failures::default();
    if stdout().is_terminal() {
        return Ok((cargo.status().context("cannot start cargo")?, failures));
    }
    let mut running = cargo
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    if let Some(written) = running.stdout.take() {
        for line in BufReader::new(written).split(b'\n') {
            let line = line.context("cannot read what the tests write")?;
            failures.read(&String::from_utf8_lossy(&line));
            let mut stdout = stdout().lock();
            stdout.write_all(&line)?;
            stdout.write_all(b"\n")?;
        }
    }
    Ok((running.wait().context("cannot wait for cargo")?, failures))
}

/// Where tests find Node and what they need from npm, if this machine has both: without them these tests are skipped by
/// name, or fail where nothing may be skipped.
fn node(workspace: &Workspace) -> Result<Vec<(&'static str, PathBuf)>> {
    let is_there = |program: &str| {
        let asked = Command::new(program)
            .arg("--version")
            .stdin(Stdio::null())
            .output();
        asked.is_ok_and(|answer| answer.status.success())
    };
    let mut found = Vec::new();
    if is_there("node") {
        found.push(("LANDFALL_NODE", PathBuf::from("node")));
    }
    if is_there("node") && is_there("npm") {
        let description = TWILIO.install(workspace)?.join(TWILIO_OPENAPI);
        found.push(("LANDFALL_PRISM", PRISM.install(workspace)?));
        found.push(("LANDFALL_TWILIO_OPENAPI", description));
        found.push(("LANDFALL_PLAYWRIGHT", PLAYWRIGHT.install(workspace)?));
        found.push((
            "LANDFALL_AXE",
            AXE.install(workspace)?.join("axe-core/axe.min.js"),
        ));
    }
    if let Some(browser) = templates::browser() {
        found.push(("LANDFALL_CHROMIUM", browser));
    }
    Ok(found)
}

/// Runs the tests by which the generated client of Google's API judges the simulator. They are a workspace of their own, so that
/// what they need is not in ours.
fn ask_google_calendar3(workspace: &Workspace) -> Result<()> {
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

/// Runs the checks by which Amazon's own client judges the simulator's SES. They change what the simulator knows, so that
/// they come last.
fn ask_botocore(workspace: &Workspace, cloud: &TestCloud) -> Result<()> {
    let status = Command::new(BOTO3.install(workspace)?)
        .arg(workspace.root().join("oracles/botocore/sesv2.py"))
        .arg(format!("http://127.0.0.1:{}", cloud.ports.1))
        .stdin(Stdio::null())
        .status()
        .context("cannot start Python")?;
    if !status.success() {
        bail!("botocore does not agree with the simulator ({status})");
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
            // The tests count what is there.
            .env("LANDFALL_NO_SAMPLE", "1")
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
