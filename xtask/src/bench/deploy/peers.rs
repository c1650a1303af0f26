//! The tools that are measured beside ours, each pinned.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use stacks::StackSpec;

use super::Task;
use super::stage::{BenchStage, Code};
use crate::npm::AWS_CDK;
use crate::venv::{AWS_CLI, SAM_CLI};
use crate::workspace::Workspace;

/// A tool.
pub(super) enum Peer {
    /// `aws cloudformation deploy`.
    Aws(PathBuf),
    /// `sam deploy`.
    Sam(PathBuf),
    /// `cdk diff` and `cdk deploy`, on an assembly that is synthesized already.
    Cdk { program: PathBuf, assembly: PathBuf },
}

impl Peer {
    pub(super) fn install_all(workspace: &Workspace, stage: &BenchStage) -> Result<Vec<Self>> {
        Ok(vec![
            Self::Aws(AWS_CLI.install(workspace)?),
            Self::Sam(SAM_CLI.install(workspace)?),
            Self::Cdk {
                program: AWS_CDK.install(workspace)?,
                assembly: assembly(stage)?,
            },
        ])
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Aws(_) => "aws",
            Self::Sam(_) => "sam",
            Self::Cdk { .. } => "cdk",
        }
    }

    /// The commands of a task, one after the other: the first two tools deploy one stack at a time.
    pub(super) fn commands(&self, task: Task, stage: &BenchStage, code: Code) -> Vec<Command> {
        let stacks = BenchStage::stacks().unwrap_or_default();
        let commands = match self {
            Self::Aws(program) => {
                let one = |stack: &StackSpec| {
                    one_stack(stage, program, &["cloudformation", "deploy"], task, stack, code)
                };
                stacks.iter().map(one).collect::<Result<Vec<_>>>()
            }
            Self::Sam(program) => {
                let one = |stack: &StackSpec| {
                    let mut command = one_stack(
                        stage,
                        program,
                        &["deploy", "--no-confirm-changeset"],
                        task,
                        stack,
                        code,
                    )?;
                    command.env("SAM_CLI_TELEMETRY", "0");
                    Ok(command)
                };
                stacks.iter().map(one).collect()
            }
            Self::Cdk { program, assembly } => {
                cdk(stage, program, assembly, task, &stacks, code).map(|it| vec![it])
            }
        };
        // No command, no task done: that is found when the outcome is held against the task.
        commands.unwrap_or_default()
    }
}

fn one_stack(
    stage: &BenchStage,
    program: &PathBuf,
    verb: &[&str],
    task: Task,
    stack: &StackSpec,
    code: Code,
) -> Result<Command> {
    let mut command = Command::new(program);
    command
        .args(verb)
        .args(["--stack-name", &stack.name])
        .arg("--template-file")
        .arg(stage.template(stack))
        .args(["--capabilities", "CAPABILITY_NAMED_IAM"])
        .args(["--tags", "landfall:stage=local"])
        .arg("--no-fail-on-empty-changeset")
        .envs(stage.environment());
    let parameters = stage.parameters(stack, code)?;
    if !parameters.is_empty() {
        command.arg("--parameter-overrides");
        command.args(parameters.iter().map(|(name, value)| format!("{name}={value}")));
    }
    if task == Task::Plan {
        command.arg("--no-execute-changeset");
    }
    Ok(command)
}

fn cdk(
    stage: &BenchStage,
    program: &PathBuf,
    assembly: &PathBuf,
    task: Task,
    stacks: &[StackSpec],
    code: Code,
) -> Result<Command> {
    let mut command = Command::new(program);
    command
        .arg(if task == Task::Plan { "diff" } else { "deploy" })
        .arg("--app")
        .arg(assembly)
        .args(["--all", "--no-version-reporting", "--no-notices", "--ci"])
        .env("CDK_DISABLE_VERSION_CHECK", "1")
        .envs(stage.environment());
    if task != Task::Plan {
        command.args(["--require-approval", "never"]);
        for stack in stacks {
            for (name, value) in stage.parameters(stack, code)? {
                command.args(["--parameters", &format!("{}:{name}={value}", stack.name)]);
            }
        }
    }
    Ok(command)
}

/// A cloud assembly of the same templates, as `cdk synth` would leave it.
fn assembly(stage: &BenchStage) -> Result<PathBuf> {
    let folder = stage.folder().join("cdk.out");
    fs::create_dir_all(&folder)?;
    let mut artifacts = serde_json::Map::new();
    for stack in BenchStage::stacks()? {
        let file = format!("{}.template.json", stack.name);
        fs::copy(stage.template(&stack), folder.join(&file)).context("cannot copy a template")?;
        let artifact: Value = json!({
            "type": "aws:cloudformation:stack",
            "environment": "aws://000000000000/us-east-1",
            "properties": {"templateFile": file, "tags": {"landfall:stage": "local"}},
            "displayName": stack.name,
        });
        artifacts.insert(stack.name.clone(), artifact);
    }
    let manifest = json!({"version": "36.0.0", "artifacts": artifacts});
    fs::write(folder.join("manifest.json"), manifest.to_string())?;
    Ok(folder)
}
