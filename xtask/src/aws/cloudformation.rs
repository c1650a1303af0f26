//! Stacks and change sets.
//!
//! An error of this room that CloudFormation itself gave has a [`Refusal`] in its chain.

mod change;
mod change_set;
mod drift;
mod event;
mod failure;
mod guard;
mod patience;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::config::retry::RetryConfig;
use aws_sdk_cloudformation::types::{ResourceStatus, Stack, StackResourceSummary, StackStatus};

pub(crate) use change_set::{Body, Proposal, Proposed, REQUEST_BYTES, Wish, request_token};
pub(crate) use drift::DriftFound;
pub(crate) use patience::Pauses;
pub(crate) use refusal::Refusal;
use refusal::refused;

/// Asks and tells CloudFormation.
pub(crate) struct CloudFormation {
    client: Client,
}

/// A stack as it is deployed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Deployed {
    /// Its ARN.
    pub id: String,
    /// CloudFormation's status word, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// Why it has that status, if CloudFormation says so.
    pub status_reason: Option<String>,
    /// Parameter values.
    pub parameters: BTreeMap<String, String>,
    /// Output values.
    pub outputs: BTreeMap<String, String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Whether it cannot be deleted before that is lifted.
    pub protected: bool,
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its CloudFormation type.
    pub kind: String,
    /// Its name in its service. Empty while it has none.
    pub physical_id: String,
    /// CloudFormation's status word, such as `DELETE_FAILED`.
    pub status: String,
}

impl CloudFormation {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self::retrying(config, patience::retries())
    }

    fn retrying(config: &SdkConfig, retries: RetryConfig) -> Self {
        let config = aws_sdk_cloudformation::config::Builder::from(config)
            .retry_config(retries)
            .retry_classifier(patience::OtherThrottling)
            .build();
        Self {
            client: Client::from_conf(config),
        }
    }

    /// The stack, unless there is none.
    pub(crate) async fn describe(&self, stack: &str) -> Result<Option<Deployed>> {
        let answer = self.client.describe_stacks().stack_name(stack).send().await;
        let answer = match answer.map_err(refused("DescribeStacks")) {
            Ok(answer) => answer,
            Err(error) if matches!(Refusal::of(&error), Some(Refusal::Missing(_))) => return Ok(None),
            Err(error) => return Err(error.context(format!("cannot describe the stack {stack}"))),
        };
        let found = answer.stacks.unwrap_or_default().into_iter().next();
        let is_there = |found: &Stack| found.stack_status != Some(StackStatus::DeleteComplete);
        Ok(found.filter(is_there).map(Deployed::from))
    }

    /// The text of the deployed template.
    pub(crate) async fn template(&self, stack: &str) -> Result<String> {
        let answer = self
            .client
            .get_template()
            .stack_name(stack)
            .send()
            .await
            .map_err(refused("GetTemplate"));
        let answer = answer.with_context(|| format!("cannot read the template of {stack}"))?;
        Ok(answer.template_body.unwrap_or_default())
    }

    /// The stack's resources.
    pub(crate) async fn resources(&self, stack: &str) -> Result<Vec<Resource>> {
        let mut pages = self
            .client
            .list_stack_resources()
            .stack_name(stack)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page
                .map_err(refused("ListStackResources"))
                .with_context(|| format!("cannot list the resources of {stack}"))?;
            let resources = page.stack_resource_summaries.unwrap_or_default().into_iter();
            // A stack that was rolled back still lists what it deleted.
            let there =
                resources.filter(|resource| resource.resource_status != Some(ResourceStatus::DeleteComplete));
            found.extend(there.map(Resource::from));
        }
        Ok(found)
    }
}

impl From<Stack> for Deployed {
    fn from(stack: Stack) -> Self {
        // The SDK fills in an empty text where an answer lacks what it should have.
        let pair = |key: Option<String>, value: Option<String>| key.filter(|key| !key.is_empty()).zip(value);
        let parameters = stack.parameters.unwrap_or_default().into_iter();
        let outputs = stack.outputs.unwrap_or_default().into_iter();
        let tags = stack.tags.unwrap_or_default().into_iter();
        Self {
            id: stack.stack_id.unwrap_or_default(),
            status: word(stack.stack_status.as_ref().map(StackStatus::as_str)),
            status_reason: stack.stack_status_reason.filter(|reason| !reason.is_empty()),
            parameters: parameters
                .filter_map(|it| pair(it.parameter_key, it.parameter_value))
                // Some endpoints list the pseudo parameters too, which nobody gives: `AWS::Region` and the like.
                .filter(|(name, _)| !name.contains("::"))
                .collect(),
            outputs: outputs
                .filter_map(|it| pair(it.output_key, it.output_value))
                .collect(),
            tags: tags.filter_map(|it| pair(it.key, it.value)).collect(),
            protected: stack.enable_termination_protection.unwrap_or_default(),
        }
    }
}

impl From<StackResourceSummary> for Resource {
    fn from(found: StackResourceSummary) -> Self {
        Self {
            logical_id: found.logical_resource_id.unwrap_or_default(),
            kind: found.resource_type.unwrap_or_default(),
            physical_id: found.physical_resource_id.unwrap_or_default(),
            status: word(found.resource_status.as_ref().map(ResourceStatus::as_str)),
        }
    }
}

/// A status word. Empty where the answer has none: the SDK fills in a sentence of its own.
fn word(said: Option<&str>) -> String {
    said.filter(|word| !word.contains(' '))
        .unwrap_or_default()
        .to_owned()
}
