//! The Apps Script client, run by Node with what Apps Script would give it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::cloud::{Cloud, free_day};
use super::landfall::{Said, need, root};

#[test]
fn the_apps_script_client_bears_whatever_an_api_may_do() {
    let Some(node) = need("LANDFALL_NODE") else { return };
    for (file, count) in [("faults", 25), ("manifest", 3)] {
        passes(&node, file, count, &[]);
    }
}

#[test]
fn the_apps_script_client_does_its_work_on_the_live_api() {
    let Some(node) = need("LANDFALL_NODE") else { return };
    let Some(cloud) = Cloud::shared() else { return };
    let environment = [
        ("LANDFALL_API_URL", cloud.outputs["ApiUrl"].as_str().unwrap()),
        ("LANDFALL_API_TOKEN", cloud.token.as_str()),
        ("LANDFALL_FREE_DAY", &free_day()),
    ];
    let said = passes(&node, "live", 5, &environment);
    assert!(!said.all().contains(&cloud.token), "the token was told");
}

/// Runs one file of tests, of which so many must pass and none may be left out.
#[track_caller]
fn passes(node: &str, file: &str, count: usize, environment: &[(&str, &str)]) -> Said {
    let said = Command::new(node)
        .args(["--test", "--test-reporter=tap"])
        .arg(folder().join(format!("{file}.test.mjs")))
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = Said::of(said).succeeded();
    let line = format!("# pass {count}");
    assert!(said.stdout.lines().any(|told| told == line), "{}", said.stdout);
    said
}

fn folder() -> PathBuf {
    root().join("functions/lambdas/event-broker/tests/apps-script")
}
