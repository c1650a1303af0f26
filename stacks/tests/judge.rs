//! cfn-lint's judgement of every template, and the data that was taken from it. The executable's path comes by
//! `LANDFALL_CFN_LINT`; without it these tests are skipped by name.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in what its tests share"
)]

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value as Json;
use stacks::{
    Stage,
    bootstrap::{BootstrapSettings, Repository, bootstrap},
    inbound_mail, stacks,
};

fn cfn_lint(test: &str) -> Option<PathBuf> {
    testkit::need(test, "LANDFALL_CFN_LINT").map(PathBuf::from)
}

/// Lints the templates, informational rules included.
fn lint(judge: &Path, templates: &[(String, String)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = templates
        .iter()
        .map(|(name, json)| {
            let file = folder.path().join(name).with_extension("json");
            std::fs::write(&file, json).unwrap();
            file
        })
        .collect();
    Command::new(judge)
        .args(["--include-checks", "I", "--"])
        .args(files)
        .output()
        .unwrap()
}

fn templates() -> Vec<(String, String)> {
    let repository = Repository::new("octo", "landfall", None).unwrap();
    let shared = bootstrap(&BootstrapSettings::new(repository)).unwrap();
    let stacks = Stage::ALL.iter().flat_map(|stage| stacks(*stage).unwrap());
    let mails = [Stage::Staging, Stage::Production].map(|stage| inbound_mail(stage).unwrap());
    stacks
        .chain(mails)
        .chain([shared])
        .map(|stack| (stack.name, stack.template.to_json()))
        .collect()
}

#[test]
fn cfn_lint_finds_nothing_in_any_template() {
    let Some(judge) = cfn_lint("cfn_lint_finds_nothing_in_any_template") else {
        return;
    };
    let output = lint(&judge, &templates());
    let findings = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && findings.trim().is_empty(),
        "{findings}"
    );
}

#[test]
fn cfn_lint_does_find_a_mistake() {
    let Some(judge) = cfn_lint("cfn_lint_does_find_a_mistake") else {
        return;
    };
    let mut templates = templates();
    templates.truncate(1);
    let broken = templates[0].1.replace("PAY_PER_REQUEST", "FREE");
    assert_ne!(broken, templates[0].1);
    templates[0].1 = broken;
    let output = lint(&judge, &templates);
    let findings = String::from_utf8_lossy(&output.stdout);
    assert!(
        !output.status.success() && findings.contains("PAY_PER_REQUEST"),
        "{findings}"
    );
}

#[test]
fn the_create_only_data_is_what_this_cfn_lint_ships() {
    let Some(judge) = cfn_lint("the_create_only_data_is_what_this_cfn_lint_ships") else {
        return;
    };
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let committed: Json =
        serde_json::from_slice(&std::fs::read(data.join("create_only.json")).unwrap()).unwrap();
    let types = committed["types"].as_object().unwrap().keys();
    let python = judge.with_file_name("python3");
    let output = Command::new(python)
        .arg(data.join("create_only.py"))
        .args(types)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let extracted: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(extracted, committed);
}
