//! What a stage should be: its stacks, with what is known of their parameters, and its functions' code.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stacks::StackKind;

use crate::artifact::Artifact;
use crate::environment::Environment;

/// What a stage should be: from the checkout, or from an earlier release.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The stacks, in the order in which they are applied: a later one takes outputs of earlier ones.
    pub stacks: Vec<WantedStack>,
    /// The functions' code.
    pub code: Vec<Code>,
}

/// One stack as it should be.
#[derive(Debug, Clone)]
pub(crate) struct WantedStack {
    /// What it holds.
    pub kind: StackKind,
    /// Its name.
    pub name: String,
    /// The template's text.
    pub template: String,
    /// The parameter values that come from us, not from another stack.
    pub parameters: BTreeMap<String, String>,
}

/// One function's code: an object in the artifact bucket, named by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Code {
    /// The function's package.
    pub package: String,
    /// The function's logical id.
    pub function: String,
    /// The parameter that holds the key.
    pub parameter: String,
    /// The object's key.
    pub key: String,
    /// SHA-256 of the archive, in hexadecimal.
    pub sha256: String,
    /// Size of the archive.
    pub bytes: u64,
}

/// A stack's parameters, as far as they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    /// The values that are known.
    pub parameters: BTreeMap<String, String>,
    /// The parameters that need a value which no stack gives yet.
    pub missing: Vec<String>,
}

impl Wanted {
    /// What the checkout declares for the stage, with code that was built from it.
    pub(crate) fn of_checkout(environment: &Environment, artifacts: &[Artifact]) -> Result<Self> {
        let code: Vec<Code> = artifacts.iter().map(Code::of).collect();
        Self::of_code(environment, &code)
    }

    /// What the checkout declares for the stage, with code that was built before.
    pub(crate) fn of_code(environment: &Environment, code: &[Code]) -> Result<Self> {
        let inputs = environment.inputs();
        let stacks = stacks::stacks(environment.stage)?
            .into_iter()
            .map(|spec| WantedStack {
                kind: spec.kind,
                name: spec.name,
                template: spec.template.to_json(),
                parameters: given(&inputs, code),
            })
            .collect();
        Ok(Self {
            stacks,
            code: code.to_vec(),
        })
    }
}

impl WantedStack {
    /// Gives each parameter of the template its value: ours, or an output of an earlier stack.
    pub(crate) fn fill(&self, outputs: &BTreeMap<String, String>) -> Result<Filled> {
        let template: Value = serde_json::from_str(&self.template)
            .with_context(|| format!("the template of {} is not JSON", self.name))?;
        let mut filled = Filled::default();
        for (name, declared) in template["Parameters"].as_object().into_iter().flatten() {
            match self.parameters.get(name).or_else(|| outputs.get(name)) {
                Some(value) => {
                    filled.parameters.insert(name.clone(), value.clone());
                }
                None if declared.get("Default").is_some() => {}
                None => filled.missing.push(name.clone()),
            }
        }
        Ok(filled)
    }
}

impl Code {
    fn of(artifact: &Artifact) -> Self {
        Self {
            package: artifact.function.package().to_owned(),
            function: artifact.function.logical_id(),
            parameter: artifact.function.artifact_parameter(),
            key: artifact.key(),
            sha256: artifact.sha256_hex(),
            bytes: artifact.bytes,
        }
    }
}

/// All parameter values that come from us. A stack takes those that its template declares.
pub(crate) fn given(inputs: &BTreeMap<String, String>, code: &[Code]) -> BTreeMap<String, String> {
    let keys = code.iter().map(|code| (code.parameter.clone(), code.key.clone()));
    inputs
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .chain(keys)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_ours_or_an_earlier_stacks_or_missing() {
        let stack = WantedStack {
            kind: StackKind::Runtime,
            name: "runtime".to_owned(),
            template: r#"{"Parameters": {"Ours": {}, "Theirs": {}, "Later": {}, "Free": {"Default": "x"}}}"#
                .to_owned(),
            parameters: BTreeMap::from([
                ("Ours".to_owned(), "1".to_owned()),
                ("Other".to_owned(), "2".to_owned()),
            ]),
        };
        let outputs = BTreeMap::from([("Theirs".to_owned(), "3".to_owned())]);
        let expected = Filled {
            parameters: BTreeMap::from([
                ("Ours".to_owned(), "1".to_owned()),
                ("Theirs".to_owned(), "3".to_owned()),
            ]),
            missing: vec!["Later".to_owned()],
        };
        assert_eq!(stack.fill(&outputs).unwrap(), expected);
    }
}
