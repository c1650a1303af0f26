//! What protects a stack, and what frees one that is stuck.

use anyhow::{Context, Result};

use super::CloudFormation;
use super::refusal::refused;

impl CloudFormation {
    /// Sets the stack policy.
    pub(crate) async fn set_policy(&self, stack: &str, body: &str) -> Result<()> {
        let answer = self
            .client
            .set_stack_policy()
            .stack_name(stack)
            .stack_policy_body(body)
            .send()
            .await;
        answer
            .map_err(refused("SetStackPolicy"))
            .with_context(|| format!("cannot set the stack policy of {stack}"))?;
        Ok(())
    }

    /// Turns termination protection on or off.
    pub(crate) async fn protect(&self, stack: &str, on: bool) -> Result<()> {
        let request = self
            .client
            .update_termination_protection()
            .stack_name(stack)
            .enable_termination_protection(on);
        let answer = request
            .send()
            .await
            .map_err(refused("UpdateTerminationProtection"));
        answer.with_context(|| format!("cannot change the termination protection of {stack}"))?;
        Ok(())
    }

    /// Tries a failed rollback again, leaving the named resources as they are.
    pub(crate) async fn continue_rollback(&self, stack: &str, skip: &[String]) -> Result<()> {
        let skip = (!skip.is_empty()).then(|| skip.to_vec());
        let request = self
            .client
            .continue_update_rollback()
            .stack_name(stack)
            .set_resources_to_skip(skip);
        let answer = request.send().await.map_err(refused("ContinueUpdateRollback"));
        answer.with_context(|| format!("cannot continue the rollback of {stack}"))?;
        Ok(())
    }

    /// Starts deleting the stack, but for the resources to retain.
    pub(crate) async fn delete(&self, stack: &str, retain: &[String]) -> Result<()> {
        let retain = (!retain.is_empty()).then(|| retain.to_vec());
        let request = self
            .client
            .delete_stack()
            .stack_name(stack)
            .set_retain_resources(retain);
        let answer = request.send().await.map_err(refused("DeleteStack"));
        answer.with_context(|| format!("cannot delete the stack {stack}"))?;
        Ok(())
    }
}
