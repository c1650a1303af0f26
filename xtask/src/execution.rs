//! Carrying a plan out: the stacks, one after the other, exactly as they were shown.

pub(crate) mod follow;
mod guard;

use std::collections::{BTreeMap, BTreeSet};

use ::plan::facts::{ChangeAction, ChangeSet, Replacement};
use ::plan::{Change, Plan};
use anyhow::{Context, Result};

use crate::aws::cloudformation::{CloudFormation, Proposed};
use crate::environment::Environment;
use crate::exit::Stale;
use crate::lock::Lock;
use crate::milestone;
use crate::planning::bound::{Bound, BoundStack, Step, fingerprint};
use crate::planning::load::propose;
use crate::planning::wanted::{Filled, Wanted, WantedStack};
use crate::screen;

/// What came of the stacks.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    /// All stacks' outputs.
    pub outputs: BTreeMap<String, String>,
    /// Whether any of them was changed.
    pub changed: bool,
}

/// Where and for whom stacks are changed.
struct Work<'a> {
    environment: &'a Environment,
    cloud: CloudFormation,
    plan: &'a Plan,
    allowed: &'a BTreeSet<String>,
}

/// Brings each stack to what the plan says, in the plan's order. `allowed` holds the logical ids of the stateful
/// resources that may be replaced or destroyed.
///
/// # Errors
/// [`Stale`] when what would be done is not what was planned, or the lock was lost. A stack that fails ends on its
/// last good state, and the error says which resource failed first.
pub(crate) async fn carry_out(
    environment: &Environment,
    bound: &Bound,
    wanted: &Wanted,
    allowed: &BTreeSet<String>,
    lock: &Lock,
) -> Result<Carried> {
    let work = Work {
        environment,
        cloud: environment.aws.cloudformation(),
        plan: &bound.plan,
        allowed,
    };
    let mut carried = Carried::default();
    for (planned, wanted) in bound.stacks.iter().zip(&wanted.stacks) {
        lock.still_ours().await?;
        carried.changed |= work.stack(planned, wanted, &carried.outputs).await?;
        let settled = work.cloud.describe(&planned.name).await?;
        let settled = settled.with_context(|| format!("the stack {} is gone", planned.name))?;
        carried.outputs.extend(settled.outputs);
    }
    Ok(carried)
}

impl Work<'_> {
    /// Says whether the stack was changed.
    async fn stack(
        &self,
        planned: &BoundStack,
        wanted: &WantedStack,
        outputs: &BTreeMap<String, String>,
    ) -> Result<bool> {
        let filled = wanted.fill(outputs)?;
        match &planned.step {
            Step::Nothing => {
                self.hold_to_plan(planned, wanted, &filled)?;
                return Ok(false);
            }
            Step::Execute { change_set } => {
                self.hold_to_plan(planned, wanted, &filled)?;
                guard::open(&self.cloud, wanted, self.allowed).await?;
                self.execute(wanted, change_set).await?;
            }
            Step::Create { clear } => {
                if *clear {
                    screen::step(&format!(
                        "{}: deleting what is left of a creation that failed",
                        wanted.name
                    ));
                    delete(&self.cloud, &wanted.name, &[]).await?;
                }
                let proposed = self.propose(wanted, &filled, true).await?;
                let proposed = proposed.with_context(|| format!("{} has nothing to create", wanted.name))?;
                self.within_plan(wanted, &proposed.changes)?;
                self.execute(wanted, &proposed.arn).await?;
            }
            Step::Follow { .. } => {
                let Some(proposed) = self.propose(wanted, &filled, false).await? else {
                    return Ok(false);
                };
                if let Err(beyond) = self.within_plan(wanted, &proposed.changes) {
                    self.cloud.discard(&proposed.arn).await?;
                    return Err(beyond);
                }
                guard::open(&self.cloud, wanted, self.allowed).await?;
                self.execute(wanted, &proposed.arn).await?;
            }
        }
        match guard::close(&self.cloud, wanted).await {
            // Not every endpoint knows how to protect a stack, and what the local stage holds can be made again.
            Err(error) if self.environment.is_local() => {
                screen::step(&format!("{} is not protected: {error:#}", wanted.name));
            }
            closed => closed?,
        }
        milestone::reached(&format!("{}-protected", wanted.kind));
        Ok(true)
    }

    /// An earlier stack may have got other outputs than the change set was made with.
    fn hold_to_plan(&self, planned: &BoundStack, wanted: &WantedStack, filled: &Filled) -> Result<()> {
        let template = serde_json::from_str(&wanted.template)?;
        let now = fingerprint(&template, &filled.parameters, &self.environment.tags());
        if now == planned.wanted {
            return Ok(());
        }
        let name = &wanted.name;
        Err(Stale(format!(
            "the stacks before {name} have other outputs now than it was planned with: plan again"
        ))
        .into())
    }

    async fn propose(&self, wanted: &WantedStack, filled: &Filled, create: bool) -> Result<Option<Proposed>> {
        if let [first, ..] = filled.missing.as_slice() {
            anyhow::bail!("no stack gives {} its parameter {first}", wanted.name);
        }
        let proposed = propose(self.environment, &self.cloud, wanted, filled, create).await?;
        milestone::reached(&format!("{}-proposed", wanted.kind));
        Ok(proposed)
    }

    /// A change set that was not there when the plan was shown may do nothing that was not shown.
    fn within_plan(&self, wanted: &WantedStack, changes: &ChangeSet) -> Result<()> {
        let shown: BTreeMap<&str, &Change> = self
            .plan
            .danger
            .iter()
            .chain(&self.plan.changes)
            .filter(|change| change.stack == wanted.name)
            .map(|change| (change.logical_id.as_str(), change))
            .collect();
        let beyond = beyond(&shown, changes);
        if beyond.is_empty() {
            return Ok(());
        }
        let (name, beyond) = (&wanted.name, beyond.join(", "));
        Err(Stale(format!(
            "CloudFormation would now do more with {name} than was planned: {beyond}; plan again"
        ))
        .into())
    }

    async fn execute(&self, wanted: &WantedStack, change_set: &str) -> Result<()> {
        let of_stack = |stack: &str| stack == wanted.name;
        let changes = self.plan.danger.iter().chain(&self.plan.changes);
        let resources = changes.filter(|change| of_stack(&change.stack)).count()
            + self.plan.code.iter().filter(|code| of_stack(&code.stack)).count();
        follow::execution(&self.cloud, &wanted.name, change_set, resources, || {
            milestone::reached(&format!("{}-executing", wanted.kind));
        })
        .await?;
        milestone::reached(&format!("{}-settled", wanted.kind));
        Ok(())
    }
}

/// What the change set would replace or destroy beyond what was shown.
fn beyond(shown: &BTreeMap<&str, &Change>, changes: &ChangeSet) -> Vec<String> {
    let mut beyond: Vec<String> = changes.incomplete.iter().cloned().collect();
    for change in &changes.changes {
        let shown = shown.get(change.logical_id.as_str());
        let (word, is_shown) = match (change.action, change.replacement) {
            (ChangeAction::Remove, _) => ("destroy", shown.is_some_and(|shown| shown.action.destroys())),
            (ChangeAction::Modify, Some(Replacement::Always)) => {
                ("replace", shown.is_some_and(|shown| shown.action.replaces()))
            }
            _ => continue,
        };
        if !is_shown {
            beyond.push(format!("{word} {}", change.logical_id));
        }
    }
    beyond
}

/// Deletes the stack, but for the resources to retain, and waits until it is gone.
pub(crate) async fn delete(cloud: &CloudFormation, name: &str, retain: &[String]) -> Result<()> {
    let last = cloud.latest_event(name).await?;
    cloud.delete(name, retain).await?;
    follow::deletion(cloud, name, last).await
}
