//! What is deployed, what CloudFormation would do about it, and what was changed behind its back.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use serde_json::Value;

use super::need::{Need, need};
use super::wanted::{Filled, Wanted, WantedStack};
use stacks::artifacts::plans_prefix;

use super::bound::digest;
use crate::aws::cloudformation::{
    Body, CloudFormation, Deployed, DriftFound, Proposal, Proposed, REQUEST_BYTES, Wish,
};
use crate::environment::Environment;
use crate::stage_inputs::not_bootstrapped;

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Everything.
    Whole,
    /// Everything but drift, which takes an account some ten seconds.
    WithoutDrift,
    /// What is deployed, and drift: no change set is made.
    NoChangeSet,
    /// What is deployed.
    OnlyStacks,
}

/// One stack as it is, beside what it should be.
pub(crate) struct Loaded {
    /// As it should be.
    pub wanted: WantedStack,
    /// Its parameters, as far as they are known.
    pub filled: Filled,
    /// As it is, if it is there.
    pub deployed: Option<Deployed>,
    /// Its template, `Null` if it is not there.
    pub template: Value,
    /// What it needs.
    pub need: Need,
    /// What CloudFormation would do. `None`: it was not asked, or finds nothing to do.
    pub change_set: Option<Proposed>,
    /// What was changed behind CloudFormation's back. `None`: it was not looked for.
    pub drift: Option<DriftFound>,
}

/// Loads every stack. Makes a change set for each that is to be changed; the caller owns them.
pub(crate) async fn load(environment: &Environment, wanted: &Wanted, look: Look) -> Result<Vec<Loaded>> {
    let cloud = &environment.aws.cloudformation();
    let found = try_join_all(wanted.stacks.iter().map(|stack| deployed(cloud, stack))).await?;
    let mut outputs = BTreeMap::new();
    let mut stacks = Vec::new();
    for (wanted, (deployed, template)) in wanted.stacks.iter().zip(found) {
        let filled = wanted.fill(&outputs)?;
        if let Some(deployed) = &deployed {
            outputs.extend(deployed.outputs.clone());
        }
        let need = need(wanted, &filled, deployed.as_ref(), &template)?;
        stacks.push(Loaded {
            wanted: wanted.clone(),
            filled,
            deployed,
            template,
            need,
            change_set: None,
            drift: None,
        });
    }
    try_join_all(
        stacks
            .into_iter()
            .map(|stack| ask(environment, cloud, stack, look)),
    )
    .await
}

async fn deployed(cloud: &CloudFormation, stack: &WantedStack) -> Result<(Option<Deployed>, Value)> {
    let deployed = cloud.describe(&stack.name).await?;
    let alive = deployed
        .as_ref()
        .is_some_and(|deployed| super::need::is_alive(&deployed.status));
    if !alive {
        return Ok((deployed, Value::Null));
    }
    let text = cloud.template(&stack.name).await?;
    let template = serde_json::from_str(&text).with_context(|| {
        format!(
            "the deployed template of {} is not JSON: it was not deployed by this program",
            stack.name
        )
    })?;
    Ok((deployed, template))
}

/// Asks for the change set and for drift, at the same time: both take CloudFormation seconds.
async fn ask(
    environment: &Environment,
    cloud: &CloudFormation,
    mut stack: Loaded,
    look: Look,
) -> Result<Loaded> {
    let proposal = async {
        match stack.need {
            Need::Update if matches!(look, Look::Whole | Look::WithoutDrift) => {
                propose(environment, cloud, &stack.wanted, &stack.filled, false).await
            }
            _ => Ok(None),
        }
    };
    let drift = async {
        let alive = !stack.template.is_null();
        if alive && matches!(look, Look::Whole | Look::NoChangeSet) {
            cloud.drift(&stack.wanted.name).await.map(Some)
        } else {
            Ok(None)
        }
    };
    let (proposal, drift) = tokio::join!(proposal, drift);
    stack.change_set = proposal?;
    stack.drift = drift?;
    Ok(stack)
}

/// Puts a template that no request takes beside the stage's plans, and says where it is.
async fn large_template(environment: &Environment, wanted: &WantedStack) -> Result<Option<String>> {
    if wanted.template.len() <= REQUEST_BYTES {
        return Ok(None);
    }
    let s3 = environment.aws.s3();
    let bucket = environment.artifact_bucket();
    let body = wanted.template.clone().into_bytes();
    let key = format!(
        "{}templates/{}.json",
        plans_prefix(environment.stage),
        digest(&body)
    );
    s3.put(&bucket, &key, body, "application/json").await?;
    Ok(Some(s3.url(&bucket, &key)))
}

/// Makes a change set of our own name. `None` when CloudFormation finds nothing to change.
///
/// # Errors
/// Also when CloudFormation refuses the template or the parameters.
pub(crate) async fn propose(
    environment: &Environment,
    cloud: &CloudFormation,
    wanted: &WantedStack,
    filled: &Filled,
    create: bool,
) -> Result<Option<Proposed>> {
    let role = environment.execution_role();
    let stage = environment.stage.to_string();
    let url = large_template(environment, wanted).await?;
    let wish = Wish {
        stack: &wanted.name,
        create,
        template: url.as_deref().map_or(Body::Inline(&wanted.template), Body::At),
        parameters: &filled.parameters,
        stage: &stage,
        role: role.as_deref(),
    };
    let name = format!("landfall-{}", chrono::Utc::now().format("%Y%m%dT%H%M%S%3fZ"));
    let proposal = cloud.propose(&wish, &name).await.map_err(|error| {
        match not_bootstrapped(&format!("{error:#}"), environment.stage) {
            Some(told) => error.context(told),
            None => error,
        }
    });
    match proposal? {
        Proposal::Nothing => Ok(None),
        Proposal::Ready(proposed) => Ok(Some(proposed)),
        Proposal::Refused(reason) => {
            anyhow::bail!("CloudFormation refuses the change of {}: {reason}", wanted.name)
        }
    }
}
