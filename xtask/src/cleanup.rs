//! Clean-up of the artifact bucket: functions' archives that nothing can need any more. Nothing that is not ours.
//!
//! Invariant: what a deployed stack, a kept release or a saved plan names stays; and when one of those cannot be read,
//! everything stays.

mod decide;
mod facts;

#[cfg(test)]
mod tests;

use std::fmt;

use anyhow::Result;
use chrono::TimeDelta;

use crate::aws::s3::Object;
use crate::environment::Environment;
use crate::screen;

/// What goes. Its `Display` is what the operator reads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CleanUp {
    /// Archives to delete, by key.
    pub gone: Vec<Object>,
    /// How many archives stay.
    pub kept: usize,
    /// Why nothing goes although something might.
    pub doubts: Vec<String>,
}

/// Looks what would go, and deletes nothing.
pub(crate) async fn look(environment: &Environment) -> Result<CleanUp> {
    let facts = facts::load(environment, chrono::Utc::now()).await?;
    Ok(decide::decide(&facts))
}

/// Shows what goes, and deletes it. To be called under the stage's lock. A failure is told, and is no reason to fail:
/// the next deploy tries again.
pub(crate) async fn run(environment: &Environment) {
    let tidied = async {
        let clean_up = look(environment).await?;
        if !clean_up.is_empty() {
            screen::step(&clean_up.to_string());
        }
        carry_out(environment, &clean_up).await?;
        drop_change_sets(environment).await
    };
    if let Err(error) = tidied.await {
        screen::step(&format!("old artifacts were not cleaned up: {error:#}"));
    }
}

/// Drops the change sets that our commands made and nobody executed for a day: a plan is stale long before. Of others'
/// change sets nothing is known, so that they stay.
async fn drop_change_sets(environment: &Environment) -> Result<()> {
    let cloud = environment.aws.cloudformation();
    let oldest = chrono::Utc::now() - TimeDelta::days(1);
    for stack in stacks::stacks(environment.stage)? {
        let own = cloud.own_change_sets(&stack.name).await?.into_iter();
        for change_set in own.filter(|it| it.created.is_some_and(|created| created < oldest)) {
            cloud.discard(&change_set.arn).await?;
        }
    }
    Ok(())
}

async fn carry_out(environment: &Environment, clean_up: &CleanUp) -> Result<()> {
    let (s3, bucket) = (environment.aws.s3(), environment.artifact_bucket());
    for object in &clean_up.gone {
        s3.delete(&bucket, &object.key).await?;
    }
    Ok(())
}

impl CleanUp {
    fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.doubts.is_empty()
    }
}

impl fmt::Display for CleanUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: u64 = self.gone.iter().map(|object| object.bytes).sum();
        write!(
            f,
            "clean-up: {} old artifacts go ({:.1} MB), {} stay",
            self.gone.len(),
            bytes as f64 / 1e6,
            self.kept
        )?;
        for doubt in &self.doubts {
            write!(f, "\n  nothing goes, because {doubt}")?;
        }
        for object in &self.gone {
            write!(
                f,
                "\n  - {}  written {}",
                object.key,
                object.modified.format("%Y-%m-%d")
            )?;
        }
        Ok(())
    }
}
