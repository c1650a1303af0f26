//! A workflow's file, as far as its jobs' steps go.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// A workflow.
#[derive(Debug, Deserialize)]
pub(super) struct Workflow {
    #[serde(default)]
    pub(super) defaults: Value,
    pub(super) jobs: BTreeMap<String, Job>,
}

/// A job: one with steps, or one that calls another workflow.
#[derive(Debug, Deserialize)]
pub(super) struct Job {
    #[serde(rename = "if")]
    pub(super) condition: Option<String>,
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) steps: Vec<Step>,
    pub(super) uses: Option<String>,
    pub(super) environment: Option<String>,
    #[serde(default)]
    pub(super) permissions: BTreeMap<String, String>,
}

/// A step: a command or an action.
#[derive(Debug, Deserialize)]
pub(super) struct Step {
    pub(super) name: String,
    #[serde(rename = "if")]
    pub(super) condition: Option<String>,
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    pub(super) run: Option<String>,
    pub(super) uses: Option<String>,
    #[serde(default)]
    pub(super) with: BTreeMap<String, Value>,
}

/// The checkout that this test was built from.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The names of all workflows.
pub(super) fn names() -> Vec<String> {
    let files = fs::read_dir(root().join(".github/workflows")).unwrap();
    let mut names: Vec<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".yml").unwrap().to_owned())
        .collect();
    names.sort();
    names
}

impl Workflow {
    /// Reads the workflow of this name.
    pub(super) fn read(name: &str) -> Self {
        let file = root().join(format!(".github/workflows/{name}.yml"));
        let text = fs::read_to_string(file).unwrap();
        serde_saphyr::from_str(&text).unwrap()
    }
}
