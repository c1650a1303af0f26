//! A runner of one job: what GitHub Actions gives a job's commands, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::workflow::{Job, Step, Workflow, root};

/// What the job's token is here.
pub(super) const TOKEN: &str = "ghs_canary7d41f0";

/// A machine that runs jobs.
pub(super) struct Runner {
    folder: TempDir,
    /// What the workflow's expressions come to.
    values: BTreeMap<String, String>,
    /// Variables of every step beside those of Actions.
    more: BTreeMap<String, String>,
    /// What `cargo xtask plan` and `drift` print, instead of doing it. `None`: they do it.
    canned: Option<Result<String, i32>>,
}

/// What a job has done.
#[derive(Debug)]
pub(super) struct Ran {
    /// The names of the commands that have run.
    pub(super) steps: Vec<String>,
    /// Whether all of them ended well.
    pub(super) succeeded: bool,
    /// All that they printed.
    pub(super) output: String,
    /// The steps' summaries, one after the other.
    pub(super) summary: String,
}

impl Runner {
    /// A runner for a pull request's or another event, with GitHub's interface at an address.
    pub(super) fn new(event: &Value, github: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("event.json"), event.to_string()).unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        let cargo = folder.path().join("bin/cargo");
        fs::write(&cargo, cargo_script()).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        let mut runner = Self {
            folder,
            values: BTreeMap::new(),
            more: BTreeMap::new(),
            canned: None,
        };
        for (name, pointer) in [
            ("github.event.pull_request.base.sha", "/pull_request/base/sha"),
            (
                "github.event.pull_request.head.repo.full_name",
                "/pull_request/head/repo/full_name",
            ),
        ] {
            if let Some(value) = event.pointer(pointer) {
                runner.set(name, value.as_str().unwrap());
            }
        }
        runner.set("github.repository", "octo/landfall");
        runner.set("github.token", TOKEN);
        runner.more.insert("GITHUB_API_URL".to_owned(), github.to_owned());
        runner
            .more
            .insert("GITHUB_GRAPHQL_URL".to_owned(), format!("{github}/graphql"));
        runner
    }

    /// What an expression comes to.
    pub(super) fn set(&mut self, expression: &str, value: &str) {
        self.values.insert(expression.to_owned(), value.to_owned());
    }

    /// The stage, in a matrix and as an input.
    pub(super) fn stage(mut self, stage: &str) -> Self {
        self.set("matrix.stage", stage);
        self.set("inputs.stage", stage);
        self
    }

    /// A variable of every step.
    pub(super) fn variable(&mut self, name: &str, value: &str) {
        self.more.insert(name.to_owned(), value.to_owned());
    }

    /// What `plan` and `drift` print from now on, or the code with which they fail.
    pub(super) fn can(&mut self, canned: Result<String, i32>) {
        self.canned = Some(canned);
    }

    /// Runs a job's steps. `None`: its condition does not hold.
    pub(super) fn run(&self, workflow: &str, job: &str) -> Option<Ran> {
        let workflow = Workflow::read(workflow);
        let job = &workflow.jobs[job];
        if job
            .condition
            .as_deref()
            .is_some_and(|condition| !self.holds(condition))
        {
            return None;
        }
        assert_eq!(workflow.defaults["run"]["shell"], "bash");
        let mut ran = Ran {
            steps: Vec::new(),
            succeeded: true,
            output: String::new(),
            summary: String::new(),
        };
        let checkout = self.folder.path().join("checkout");
        for step in &job.steps {
            let wanted = match step.condition.as_deref() {
                None => ran.succeeded,
                Some("failure()") => !ran.succeeded,
                Some(other) => panic!("unknown condition {other}"),
            };
            match (&step.run, &step.uses) {
                _ if !wanted => {}
                (Some(command), None) => self.command(command, job, step, &checkout, &mut ran),
                (None, Some(action)) => self.action(action, step, &checkout),
                _ => panic!("{} is neither a command nor an action", step.name),
            }
        }
        assert!(
            !ran.output.contains(TOKEN) && !ran.summary.contains(TOKEN),
            "{ran:?}"
        );
        Some(ran)
    }

    fn command(&self, command: &str, job: &Job, step: &Step, checkout: &Path, ran: &mut Ran) {
        assert!(
            !command.contains("${{"),
            "{} has an expression in its command",
            step.name
        );
        let summary = self.folder.path().join("summary.md");
        fs::write(&summary, "").unwrap();
        let path = format!(
            "{}:{}",
            self.folder.path().join("bin").display(),
            std::env::var("PATH").unwrap()
        );
        let mut bash = Command::new("bash");
        // As a runner calls it for `shell: bash`.
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", command])
            .current_dir(checkout)
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", path)
            .env("HOME", std::env::var_os("HOME").unwrap_or_default())
            // What the toolchain's own `cargo` is found by.
            .env("CARGO", "true")
            .env("NO_COLOR", "1")
            .env("GITHUB_ACTIONS", "true")
            .env("CI", "true")
            .env("GITHUB_REPOSITORY", "octo/landfall")
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_RUN_ID", "4711")
            .env("GITHUB_EVENT_PATH", self.folder.path().join("event.json"))
            .env("GITHUB_STEP_SUMMARY", &summary)
            .envs(&self.more);
        for (name, value) in job.env.iter().chain(&step.env) {
            bash.env(name, self.resolved(value));
        }
        match &self.canned {
            None => {}
            Some(Ok(printed)) => {
                let file = self.folder.path().join("canned.json");
                fs::write(&file, printed).unwrap();
                bash.env("CANNED", file);
            }
            Some(Err(code)) => {
                bash.env("CANNED_CODE", code.to_string());
            }
        }
        let output = bash.output().unwrap();
        ran.steps.push(step.name.clone());
        ran.succeeded &= output.status.success();
        ran.output.push_str(&String::from_utf8(output.stdout).unwrap());
        ran.output.push_str(&String::from_utf8(output.stderr).unwrap());
        ran.summary.push_str(&fs::read_to_string(&summary).unwrap());
    }

    /// What the actions that we use leave behind.
    fn action(&self, action: &str, step: &Step, checkout: &Path) {
        let (name, commit) = action.split_once('@').unwrap();
        assert_eq!(commit.len(), 40, "{action} is not pinned to a commit");
        let kept = |step: &Step| {
            let name = self.resolved(step.with["name"].as_str().unwrap());
            self.folder.path().join(format!("artifact-{name}"))
        };
        match name {
            "actions/checkout" => {
                assert_eq!(step.with["persist-credentials"], false);
                // Each job has its own: nothing but artifacts goes from one to another.
                let _ = fs::remove_dir_all(checkout);
                let clone = Command::new("git")
                    .args(["clone", "--quiet", "--shared"])
                    .arg(root())
                    .arg(checkout)
                    .output()
                    .unwrap();
                assert!(clone.status.success(), "{clone:?}");
            }
            "aws-actions/configure-aws-credentials" => {
                assert_eq!(step.with["role-to-assume"], "${{ vars.AWS_ROLE_ARN }}");
            }
            "actions/upload-artifact" => {
                fs::create_dir_all(kept(step)).unwrap();
                let file = step.with["path"].as_str().unwrap();
                fs::copy(checkout.join(file), kept(step).join(file)).unwrap();
            }
            "actions/download-artifact" => {
                for file in fs::read_dir(kept(step)).unwrap().flatten() {
                    fs::copy(file.path(), checkout.join(file.file_name())).unwrap();
                }
            }
            other => panic!("unknown action {other}"),
        }
    }

    /// A text whose expressions are replaced by what they come to.
    pub(super) fn resolved(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (expression, after) = after.split_once("}}").unwrap();
            out.push_str(before);
            out.push_str(self.value(expression));
            rest = after;
        }
        out + rest
    }

    fn holds(&self, condition: &str) -> bool {
        if let Some((left, right)) = condition.split_once("==") {
            return self.value(left) == self.value(right);
        }
        let (left, right) = condition.split_once("!=").unwrap();
        self.value(left) != self.value(right)
    }

    fn value(&self, expression: &str) -> &str {
        let expression = expression.trim();
        let value = self.values.get(expression);
        value.unwrap_or_else(|| panic!("no value of {expression}"))
    }

    /// The folder of the job's files.
    pub(super) fn checkout(&self) -> PathBuf {
        self.folder.path().join("checkout")
    }
}

/// A pull request's event, from a branch of a repository.
pub(super) fn pull_request(number: u64, from: &str) -> Value {
    let base = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .current_dir(root())
        .output()
        .unwrap();
    let base = String::from_utf8(base.stdout).unwrap();
    let head = json!({"sha": "0123456789abcdef0123456789abcdef01234567", "repo": {"full_name": from}});
    json!({"pull_request": {"number": number, "head": head, "base": {"sha": base.trim()}}})
}

/// `cargo xtask` is the program that cargo has built; there is no other `cargo` for a step to call.
fn cargo_script() -> String {
    format!(
        r#"#!/bin/sh
[ "$1" = xtask ] || {{ echo "a step calls cargo $1" >&2; exit 1; }}
shift
case "$*" in
*" plan "*|*" drift "*)
    [ -z "$CANNED_CODE" ] || exit "$CANNED_CODE"
    [ -z "$CANNED" ] || exec cat "$CANNED";;
esac
exec "{}" "$@"
"#,
        env!("CARGO_BIN_EXE_xtask")
    )
}
