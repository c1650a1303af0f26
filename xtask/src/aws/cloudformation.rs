//! Stacks and change sets.

mod change;
mod change_set;
mod drift;
mod event;
mod guard;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::StackStatus;

use super::explain;
pub(crate) use change_set::{Body, Proposal, Proposed, Wish};
pub(crate) use drift::DriftFound;

/// Asks and tells CloudFormation.
pub(crate) struct CloudFormation {
    client: Client,
}

/// A stack as it is deployed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Deployed {
    /// CloudFormation's status word, such as `UPDATE_COMPLETE`.
    pub status: String,
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
    /// Its name in its service.
    pub physical_id: String,
}

impl CloudFormation {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }

    /// The stack, unless there is none.
    pub(crate) async fn describe(&self, stack: &str) -> Result<Option<Deployed>> {
        let answer = match self.client.describe_stacks().stack_name(stack).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let error = explain(error);
                // A missing stack is a ValidationError like any other: only the message tells.
                if error.to_string().contains("does not exist") {
                    return Ok(None);
                }
                return Err(error).with_context(|| format!("cannot describe the stack {stack}"));
            }
        };
        let Some(found) = answer.stacks.unwrap_or_default().into_iter().next() else {
            return Ok(None);
        };
        let status = found
            .stack_status
            .map(|status| status.as_str().to_owned())
            .unwrap_or_default();
        if status == StackStatus::DeleteComplete.as_str() {
            return Ok(None);
        }
        let pairs = |key: Option<String>, value: Option<String>| key.zip(value);
        Ok(Some(Deployed {
            status,
            protected: found.enable_termination_protection.unwrap_or_default(),
            tags: found
                .tags
                .unwrap_or_default()
                .into_iter()
                .filter_map(|it| pairs(it.key, it.value))
                .collect(),
            parameters: found
                .parameters
                .unwrap_or_default()
                .into_iter()
                .filter_map(|it| pairs(it.parameter_key, it.parameter_value))
                .collect(),
            outputs: found
                .outputs
                .unwrap_or_default()
                .into_iter()
                .filter_map(|it| pairs(it.output_key, it.output_value))
                .collect(),
        }))
    }

    /// The text of the deployed template.
    pub(crate) async fn template(&self, stack: &str) -> Result<String> {
        let answer = self
            .client
            .get_template()
            .stack_name(stack)
            .send()
            .await
            .map_err(explain);
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
                .map_err(explain)
                .with_context(|| format!("cannot list the resources of {stack}"))?;
            found.extend(
                page.stack_resource_summaries
                    .unwrap_or_default()
                    .into_iter()
                    .map(|resource| Resource {
                        logical_id: resource.logical_resource_id.unwrap_or_default(),
                        kind: resource.resource_type.unwrap_or_default(),
                        physical_id: resource.physical_resource_id.unwrap_or_default(),
                    }),
            );
        }
        Ok(found)
    }
}
