//! Each judge still bites: what it must find is shown to it. A judge's executable comes by environment, from `cargo
//! xtask test`; without it these tests are skipped by name.

use std::fs;
use std::path::PathBuf;

use super::templates::{Files, by_cfn_lint, by_checkov};
use super::*;

/// A workflow that runs anybody's code and words with the repository's rights, and misspells a context.
const BAD_WORKFLOW: &str = "\
name: bad
on: pull_request_target
jobs:
  bad:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: echo ${{ github.event.pull_request.title }}
      - run: echo ${{ githb.sha }}
";

/// A bucket that everybody may read, of a kind that does not exist, and a function that is not traced.
const BAD_TEMPLATE: &str = r#"{"Resources": {
    "Open": {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead", "Colour": "red"}},
    "Untraced": {"Type": "AWS::Lambda::Function", "Properties": {"Role": "arn:aws:iam::000000000000:role/x",
        "Runtime": "provided.al2023", "Handler": "x", "Code": {"S3Bucket": "bucket", "S3Key": "key"}}}
}}"#;

/// A file with this text, and the judge, if there is one.
fn shown(variable: &str, name: &str, text: &str) -> Option<(tempfile::TempDir, PathBuf, PathBuf)> {
    let test = thread::current().name().unwrap_or("a judge's test").to_owned();
    let judge = testkit::need(&test, variable)?;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    Some((folder, file, judge.into()))
}

/// The template in the only file of a folder.
fn template(folder: &tempfile::TempDir) -> Files {
    Files {
        folder: folder.path().to_owned(),
        paths: vec!["bad.json".into()],
    }
}

#[test]
fn zizmor_finds_a_dangerous_trigger_an_injection_and_an_unpinned_action() {
    let Some((_folder, file, zizmor)) = shown("LANDFALL_ZIZMOR", ".github/workflows/bad.yml", BAD_WORKFLOW)
    else {
        return;
    };
    let told = told(&mut by_zizmor(&zizmor, &file)).unwrap().join("\n");
    for rule in [
        "dangerous-triggers",
        "template-injection",
        "unpinned-uses",
        "excessive-permissions",
    ] {
        assert!(told.contains(rule), "{rule}: {told}");
    }
}

#[test]
fn actionlint_finds_an_injection_and_a_misspelt_context() {
    let Some((_folder, file, actionlint)) =
        shown("LANDFALL_ACTIONLINT", ".github/workflows/bad.yml", BAD_WORKFLOW)
    else {
        return;
    };
    let told = told(&mut by_actionlint(&actionlint, &[file])).unwrap().join("\n");
    for finding in ["potentially untrusted", "undefined variable \"githb\""] {
        assert!(told.contains(finding), "{finding}: {told}");
    }
}

#[test]
fn checkov_finds_a_public_bucket() {
    let Some((folder, _, checkov)) = shown("LANDFALL_CHECKOV", "bad.json", BAD_TEMPLATE) else {
        return;
    };
    let findings = by_checkov(&checkov, &template(&folder)).unwrap();
    let public = |finding: &finding::Finding| finding.rule == "CKV_AWS_20" && finding.logical_id == "Open";
    assert!(findings.iter().any(public), "{findings:?}");
}

#[test]
fn cfn_lint_finds_an_unknown_property_and_what_the_serverless_rules_ask_for() {
    let Some((folder, _, cfn_lint)) = shown("LANDFALL_CFN_LINT", "bad.json", BAD_TEMPLATE) else {
        return;
    };
    let findings = by_cfn_lint(&cfn_lint, &template(&folder)).unwrap();
    for (rule, id) in [("E3002", "Open"), ("WS1000", "Untraced")] {
        let found = |finding: &finding::Finding| finding.rule == rule && finding.logical_id == id;
        assert!(findings.iter().any(found), "{rule}: {findings:?}");
    }
}
