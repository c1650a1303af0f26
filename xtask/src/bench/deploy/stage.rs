//! A local stage of the benchmark's own, with two versions of its code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use stacks::{StackKind, StackSpec, Stage};

use super::Task;
use crate::aws::Aws;
use crate::aws::cloudformation::Deployed;
use crate::screen;
use crate::workspace::Workspace;
use crate::{cargo, synth};

/// One of two archives of the same code, which differ by a byte that no loader minds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    First,
    Second,
}

/// The benchmark's own local cloud, in which the stage is deployed.
pub(super) struct BenchStage {
    root: PathBuf,
    folder: PathBuf,
    program: PathBuf,
    ports: (u16, u16),
    /// The key of each archive.
    keys: [String; 2],
}

impl Code {
    pub(super) fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl BenchStage {
    /// Builds our program as it would be released, and deploys both versions with it.
    pub(super) fn prepare(workspace: &Workspace) -> Result<Self> {
        screen::step("building xtask and the functions in the release profile");
        build(workspace, &["build", "--release", "--package", "xtask"])?;
        for function in stacks::functions() {
            build(
                workspace,
                &["build", "--release", "--package", function.package()],
            )?;
        }
        let folder = workspace.target().join("bench/deploy");
        let mut stage = Self {
            root: workspace.root().to_owned(),
            program: workspace.target().join("release/xtask"),
            ports: (
                testkit::free_port().context("no free port")?,
                testkit::free_port().context("no free port")?,
            ),
            keys: [String::new(), String::new()],
            folder,
        };
        stage.run(&["local", "reset"])?;
        stage.lay_out(workspace)?;
        for code in [Code::First, Code::Second] {
            stage.choose(code)?;
            stage.run(&["deploy"])?;
            stage.keys[code as usize] = stage.key()?;
        }
        synth::write(Stage::Local, &stage.folder.join("templates"))?;
        Ok(stage)
    }

    /// Where the benchmark keeps its files.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The stage's stacks, in the order in which they are deployed.
    pub(super) fn stacks() -> Result<Vec<StackSpec>> {
        Ok(stacks::stacks(Stage::Local)?)
    }

    /// A stack's template as a file.
    pub(super) fn template(&self, stack: &StackSpec) -> PathBuf {
        self.folder.join("templates").join(format!("{}.json", stack.name))
    }

    /// A stack's parameters, with this code.
    pub(super) fn parameters(&self, stack: &StackSpec, code: Code) -> Result<BTreeMap<String, String>> {
        let mut parameters = self.describe(&stack.name)?.parameters;
        // Those that are left to their defaults, which not every tool can say.
        parameters.retain(|_, value| !value.is_empty());
        for function in stacks::functions() {
            if let Some(value) = parameters.get_mut(&function.artifact_parameter()) {
                value.clone_from(&self.keys[code as usize]);
            }
        }
        Ok(parameters)
    }

    /// What makes the AWS tools call the local cloud.
    pub(super) fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.ports.0)),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
        ]
    }

    /// Our own command for a task.
    pub(super) fn ours(&self, task: Task, code: Code) -> Vec<Command> {
        // A failure shows when the outcome is held against the task.
        let _ = self.choose(code);
        let mut command = self.command();
        command.args(if task == Task::Plan {
            &["plan"]
        } else {
            &["deploy"]
        });
        command
            .arg("--manifest")
            .arg(self.folder.join("campaign_schedule.json"));
        vec![command]
    }

    /// The code that is deployed now.
    pub(super) fn deployed(&self) -> Result<Code> {
        Ok(if self.key()? == self.keys[0] {
            Code::First
        } else {
            Code::Second
        })
    }

    /// Holds that a tool did its task and nothing else.
    pub(super) fn hold(&self, task: Task, before: Code, wanted: Code) -> Result<()> {
        let expected = if task == Task::OneChange { wanted } else { before };
        if self.deployed()? != expected {
            bail!(
                "the tool has not done its task ({}): other code is deployed",
                task.words()
            );
        }
        Ok(())
    }

    fn key(&self) -> Result<String> {
        let runtime = Stage::Local.stack_name(StackKind::Runtime);
        let parameter = stacks::functions()
            .first()
            .map(stacks::Function::artifact_parameter)
            .context("there is no function")?;
        let mut parameters = self.describe(&runtime)?.parameters;
        parameters
            .remove(&parameter)
            .context("the runtime stack names no code")
    }

    fn describe(&self, stack: &str) -> Result<Deployed> {
        let aws = Aws::at_endpoint(&format!("http://127.0.0.1:{}", self.ports.0));
        let describe = async { aws.cloudformation().describe(stack).await };
        let handle = tokio::runtime::Handle::current();
        let found = tokio::task::block_in_place(|| handle.block_on(describe))?;
        found.with_context(|| format!("there is no stack {stack}"))
    }

    /// A target folder of the stage's own, so that code can change without a compiler.
    fn lay_out(&self, workspace: &Workspace) -> Result<()> {
        let target = self.folder.join("target");
        fs::create_dir_all(target.join("debug"))?;
        let tools = target.join("tools");
        if !tools.exists() {
            std::os::unix::fs::symlink(workspace.tools(), tools)?;
        }
        let manifest = fs::read_to_string(workspace.root().join("campaign_schedule.json"))?;
        let manifest = manifest.replace("127.0.0.1:4611", &format!("127.0.0.1:{}", self.ports.1));
        fs::write(self.folder.join("campaign_schedule.json"), manifest)?;
        for function in stacks::functions() {
            let code = fs::read(workspace.target().join("release").join(function.package()))?;
            for (version, more) in [(Code::First, &[][..]), (Code::Second, &[0][..])] {
                fs::write(self.version(&function, version), [&code[..], more].concat())?;
            }
        }
        Ok(())
    }

    fn version(&self, function: &stacks::Function, code: Code) -> PathBuf {
        self.folder.join(format!("{}.{code:?}", function.package()))
    }

    fn choose(&self, code: Code) -> Result<()> {
        for function in stacks::functions() {
            let binary = self.folder.join("target/debug").join(function.package());
            fs::copy(self.version(&function, code), &binary)
                .with_context(|| format!("cannot write {}", binary.display()))?;
        }
        Ok(())
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        let mut command = self.command();
        command.args(arguments);
        if arguments == ["deploy"] {
            command
                .arg("--manifest")
                .arg(self.folder.join("campaign_schedule.json"));
        }
        let output = command
            .stdin(Stdio::null())
            .output()
            .context("cannot start xtask")?;
        if !output.status.success() {
            bail!(
                "xtask {arguments:?} failed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.root)
            .env_remove("AWS_ENDPOINT_URL")
            // The functions are built: what is measured is the deploy.
            .env("CARGO", "true")
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("LANDFALL_LOCAL_DIR", self.folder.join("cloud"))
            .env("LANDFALL_LOCAL_PORT", self.ports.0.to_string())
            .env("LANDFALL_SIMULATOR_PORT", self.ports.1.to_string())
            // Its functions answer nobody, and the deploy alone is measured.
            .env("LANDFALL_NO_SAMPLE", "1");
        command
    }
}

impl Drop for BenchStage {
    fn drop(&mut self) {
        if let Err(error) = self.run(&["local", "reset"]) {
            screen::error(&error);
        }
    }
}

fn build(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let mut cargo = cargo::command();
    let status = cargo
        .args(arguments)
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .status();
    if !status.context("cannot start cargo")?.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
}
