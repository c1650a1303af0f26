//! The jobs that need AWS, against a local cloud of their own.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use super::github::GitHub;
use super::job::{Ran, Runner, pull_request};

/// A local cloud that goes with the test.
struct Cloud {
    program: PathBuf,
    dir: PathBuf,
    ports: [u16; 2],
}

impl Cloud {
    /// Deploys what cargo has built. `None`: there is nothing to run it with.
    fn start(name: &str) -> Option<Self> {
        let program: PathBuf = testkit::need(name, "LANDFALL_TEST_CLOUD")?.into();
        let target = program.ancestors().nth(2).unwrap().to_owned();
        let cloud = Self {
            dir: target.join(format!("test-cloud-{name}")),
            ports: [testkit::free_port().unwrap(), testkit::free_port().unwrap()],
            program,
        };
        cloud.xtask(&["local", "reset"]);
        let own = cloud.dir.join("target");
        fs::create_dir_all(own.join("debug")).unwrap();
        // What an earlier run left behind is as good.
        let _ = symlink(target.join("tools"), own.join("tools"));
        for function in stacks::functions() {
            let binary = own.join("debug").join(function.package());
            let _ = fs::remove_file(&binary);
            fs::copy(target.join("debug").join(function.package()), &binary).unwrap();
        }
        cloud.xtask(&["deploy"]);
        Some(cloud)
    }

    /// Where a command finds this cloud.
    fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("CARGO_TARGET_DIR", self.dir.join("target").display().to_string()),
            ("LANDFALL_LOCAL_DIR", self.dir.display().to_string()),
            ("LANDFALL_LOCAL_PORT", self.ports[0].to_string()),
            ("LANDFALL_SIMULATOR_PORT", self.ports[1].to_string()),
        ]
    }

    fn xtask(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .env_remove("AWS_ENDPOINT_URL")
            .env("CARGO", "true");
        let output = command.envs(self.variables()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Another code of the function, by a byte that no loader minds.
    fn change_code(&self) {
        let broker = self.dir.join("target/debug/event-broker");
        let mut code = fs::read(&broker).unwrap();
        code.push(0);
        fs::write(&broker, code).unwrap();
    }

    fn runner(&self, github: &GitHub) -> Runner {
        let mut runner = Runner::new(&pull_request(12, "octo/landfall"), &github.url()).stage("local");
        for (name, value) in self.variables() {
            runner.variable(name, &value);
        }
        runner
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let mut command = Command::new(&self.program);
        let _ = command.args(["local", "reset"]).envs(self.variables()).output();
    }
}

/// Runs a job to a good end.
#[track_caller]
fn check(runner: &Runner, workflow: &str, job: &str, steps: &[&str]) -> Ran {
    let ran = runner.run(workflow, job).unwrap();
    assert!(ran.succeeded, "{}", ran.output);
    assert_eq!(ran.steps, steps);
    ran
}

#[test]
fn a_change_is_planned_on_its_pull_request_and_its_merge_applies_exactly_the_merges_plan() {
    let Some(cloud) = Cloud::start("workflow-land") else {
        return;
    };
    let github = GitHub::start();
    let runner = cloud.runner(&github);
    cloud.change_code();

    check(&runner, "plan", "plan", &["Plan", "Write the summary", "Comment"]);
    let [comment] = &github.ours()[..] else {
        panic!("{:?}", github.ours())
    };
    assert!(
        comment
            .body
            .starts_with("<!-- landfall-plan:local -->\n### Plan: 1 change"),
        "{}",
        comment.body
    );

    let planned = check(&runner, "land", "plan", &["Plan", "Write the summary"]);
    assert!(planned.summary.contains("EventBroker"), "{}", planned.summary);
    check(&runner, "land", "deploy", &["Apply exactly that plan"]);

    // Applied once more, it is stale: what is deployed is no longer what it was made from.
    let again = runner.run("land", "deploy").unwrap();
    assert!(
        !again.succeeded && again.output.contains("the plan is stale"),
        "{}",
        again.output
    );

    check(&runner, "plan", "plan", &["Plan", "Write the summary", "Comment"]);
    assert!(
        github.ours()[0].body.contains("### Plan: no changes"),
        "{}",
        github.ours()[0].body
    );
}

#[test]
fn the_token_is_rotated_and_the_stage_looked_at_for_drift() {
    let Some(cloud) = Cloud::start("workflow-duties") else {
        return;
    };
    let github = GitHub::start();
    let runner = cloud.runner(&github);
    let token = cloud.xtask(&["-q", "token", "show"]);

    let rotated = check(&runner, "rotate-token", "rotate", &["Rotate"]);
    let new = cloud.xtask(&["-q", "token", "show"]);
    assert_ne!(new, token);
    assert!(!rotated.output.contains(new.trim()) && !rotated.output.contains(token.trim()));

    check(&runner, "drift", "drift", &["Look for drift", "Keep the issue"]);
    assert_eq!(github.writes(), 0, "nothing is drifted");
    let found = fs::read_to_string(runner.checkout().join("drift.json")).unwrap();
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!((&found["stage"], &found["drift"]), (&json!("local"), &json!([])));
}
