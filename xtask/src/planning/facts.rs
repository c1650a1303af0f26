//! From what was loaded to the facts of a plan.

use std::collections::BTreeMap;

use ::plan::facts::{
    Artifact, ArtifactFacts, Basis, ChangeSet, DriftState, Facts, First, Later, LaterReason, Raw, Remnant,
    StackFacts,
};
use anyhow::Result;
use futures_util::future::try_join_all;
use serde_json::Value;

use super::bound::digest;
use super::load::Loaded;
use super::need::Need;
use super::wanted::Code;
use crate::aws::cloudformation::DriftFound;
use crate::environment::Environment;

/// The facts of one plan.
pub(super) async fn facts(environment: &Environment, stacks: &[Loaded], code: &[Code]) -> Result<Facts> {
    let made = stacks
        .iter()
        .enumerate()
        .map(|(at, stack)| stack_facts(environment, &stacks[..at], stack, code));
    let stacks = try_join_all(made).await?;
    Ok(Facts {
        stage: environment.stage.to_string(),
        basis: Basis::Deployed,
        stacks,
    })
}

async fn stack_facts(
    environment: &Environment,
    earlier: &[Loaded],
    stack: &Loaded,
    code: &[Code],
) -> Result<StackFacts> {
    let is_there = !stack.template.is_null();
    let deployed_parameters = match &stack.deployed {
        Some(deployed) if is_there => deployed.parameters.clone(),
        _ => BTreeMap::new(),
    };
    let mut new_parameters = stack.filled.parameters.clone();
    if stack.need == Need::Follow {
        // What is not known yet is taken to stay: applying refuses what goes beyond the plan.
        for name in &stack.filled.missing {
            if let Some(value) = deployed_parameters.get(name) {
                new_parameters.insert(name.clone(), value.clone());
            }
        }
    }
    let mut artifacts = Vec::new();
    for code in code
        .iter()
        .filter(|code| new_parameters.contains_key(&code.parameter))
    {
        artifacts.push(artifact(environment, code, &deployed_parameters).await?);
    }
    let raw = |parameters: BTreeMap<String, String>| {
        parameters
            .into_iter()
            .map(|(name, value)| (name, Raw(value)))
            .collect()
    };
    let new: Value = serde_json::from_str(&stack.wanted.template)?;
    let drift = match &stack.drift {
        Some(found) => found.rows.clone(),
        None => Vec::new(),
    };
    let change_set = match (&stack.change_set, stack.need) {
        (Some(proposed), _) => Some(proposed.changes.clone()),
        // CloudFormation was asked, and finds nothing to do.
        (None, Need::Update) => Some(ChangeSet::default()),
        (None, _) => None,
    };
    Ok(StackFacts {
        name: stack.wanted.name.clone(),
        deployed: is_there.then(|| Raw(stack.template.clone())),
        new: Some(Raw(new)),
        deployed_parameters: raw(defaults_left_out(deployed_parameters, &new_parameters)),
        new_parameters: raw(new_parameters),
        change_set,
        drift,
        artifacts,
        later: later(earlier, stack)?,
        first: first(environment, stack).await?,
    })
}

/// Why the stack's change set is made only while the plan is applied, if it is.
fn later(earlier: &[Loaded], stack: &Loaded) -> Result<Option<Later>> {
    let reason = match stack.need {
        Need::Create | Need::ClearThenCreate => LaterReason::NewStack,
        Need::Follow => LaterReason::Parameters,
        Need::Nothing | Need::Update => return Ok(None),
    };
    let parameters = stack.filled.missing.clone();
    let mut waits_for = Vec::new();
    for stack in earlier {
        let template: Value = serde_json::from_str(&stack.wanted.template)?;
        let gives = |name: &String| template["Outputs"].get(name).is_some();
        if parameters.iter().any(gives) {
            waits_for.push(stack.wanted.name.clone());
        }
    }
    Ok(Some(Later {
        reason,
        waits_for,
        parameters,
    }))
}

/// What is left of a creation that failed.
async fn first(environment: &Environment, stack: &Loaded) -> Result<Option<First>> {
    let (Need::ClearThenCreate, Some(deployed)) = (stack.need, &stack.deployed) else {
        return Ok(None);
    };
    let left = environment
        .aws
        .cloudformation()
        .resources(&stack.wanted.name)
        .await?;
    let left = left.into_iter().map(|resource| Remnant {
        logical_id: resource.logical_id,
        resource_type: resource.kind,
    });
    Ok(Some(First::DeleteFailedCreation {
        status: deployed.status.clone(),
        left: left.collect(),
    }))
}

/// A parameter that is left to its default is reported with it, which is no change.
fn defaults_left_out(
    deployed: BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    deployed
        .into_iter()
        .filter(|(name, _)| new.contains_key(name))
        .collect()
}

async fn artifact(
    environment: &Environment,
    code: &Code,
    deployed: &BTreeMap<String, String>,
) -> Result<ArtifactFacts> {
    let old = match deployed.get(&code.parameter) {
        Some(key) if *key == code.key => Some(Artifact {
            sha256: code.sha256.clone(),
            bytes: Some(code.bytes),
        }),
        Some(key) => Some(Artifact {
            sha256: sha256_of(key).to_owned(),
            bytes: environment
                .aws
                .s3()
                .size(&environment.artifact_bucket(), key)
                .await?,
        }),
        None => None,
    };
    Ok(ArtifactFacts {
        function: code.function.clone(),
        parameter: code.parameter.clone(),
        old,
        new: Some(Artifact {
            sha256: code.sha256.clone(),
            bytes: Some(code.bytes),
        }),
    })
}

/// An artifact's key holds its hash: `functions/<sha256>.zip`.
fn sha256_of(key: &str) -> &str {
    let name = key.rsplit('/').next().unwrap_or(key);
    name.strip_suffix(".zip").unwrap_or(name)
}

/// A hash of what was drifted, so that more drift is noticed. What could not be checked is not in it.
pub(super) fn drift_digest(found: &DriftFound) -> String {
    let mut lines: Vec<String> = found
        .rows
        .iter()
        .filter_map(|row| match &row.state {
            DriftState::InSync | DriftState::NotChecked(_) => None,
            DriftState::Deleted => Some(format!("{} deleted", row.logical_id)),
            DriftState::Drifted(differences) => {
                let told: Vec<String> = differences
                    .iter()
                    .map(|it| format!("{} {} {}", it.path, it.expected.0, it.actual.0))
                    .collect();
                Some(format!("{} {}", row.logical_id, told.join("\n")))
            }
        })
        .collect();
    lines.sort();
    digest(lines.join("\n").as_bytes())
}
