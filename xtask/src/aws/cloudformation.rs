//! Stacks and change sets.

mod change;
mod event;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, OnStackFailure, Parameter, StackStatus, Tag,
};

use super::explain;
pub(crate) use change::{Action, Change};

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
}

/// What a change set is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Whether the stack is new.
    pub create: bool,
    /// The template's text.
    pub template: &'a str,
    /// Parameter values.
    pub parameters: &'a BTreeMap<String, String>,
    /// The stage, as the stack's tag.
    pub stage: &'a str,
}

/// A change set that can be executed.
#[derive(Debug, Clone)]
pub(crate) struct ChangeSet {
    /// Its ARN: all that executing needs.
    pub arn: String,
    /// What it will do, in CloudFormation's order.
    pub changes: Vec<Change>,
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

    /// Makes a change set and waits until it is ready. `None` when there is nothing to change.
    pub(crate) async fn propose(&self, wish: &Wish<'_>, name: &str) -> Result<Option<ChangeSet>> {
        let parameters = wish.parameters.iter().map(|(key, value)| {
            Parameter::builder()
                .parameter_key(key)
                .parameter_value(value)
                .build()
        });
        let kind = if wish.create {
            ChangeSetType::Create
        } else {
            ChangeSetType::Update
        };
        let made = self
            .client
            .create_change_set()
            .stack_name(wish.stack)
            .change_set_name(name)
            .change_set_type(kind)
            .template_body(wish.template)
            .set_parameters(Some(parameters.collect()))
            .capabilities(Capability::CapabilityNamedIam)
            .tags(Tag::builder().key("landfall:stage").value(wish.stage).build())
            .on_stack_failure(OnStackFailure::Rollback)
            .send()
            .await
            .map_err(explain)
            .with_context(|| format!("cannot make a change set for {}", wish.stack))?;
        let arn = made.id.context("the change set has no ARN")?;
        self.await_ready(arn).await
    }

    async fn await_ready(&self, arn: String) -> Result<Option<ChangeSet>> {
        let mut pause = Duration::from_millis(200);
        loop {
            let (status, reason, changes) = self.read_change_set(&arn).await?;
            if status == ChangeSetStatus::CreateComplete {
                return Ok(Some(ChangeSet { arn, changes }));
            }
            if status == ChangeSetStatus::Failed {
                if reason.contains("didn't contain changes") || reason.contains("No updates") {
                    self.client
                        .delete_change_set()
                        .change_set_name(&arn)
                        .send()
                        .await
                        .map_err(explain)?;
                    return Ok(None);
                }
                bail!("the change set failed: {reason}");
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_secs(1));
        }
    }

    async fn read_change_set(&self, arn: &str) -> Result<(ChangeSetStatus, String, Vec<Change>)> {
        let mut changes = Vec::new();
        let mut next = None;
        loop {
            let request = self
                .client
                .describe_change_set()
                .change_set_name(arn)
                .set_next_token(next);
            let page = request
                .send()
                .await
                .map_err(explain)
                .context("cannot read the change set")?;
            let resources = page
                .changes
                .unwrap_or_default()
                .into_iter()
                .filter_map(|change| change.resource_change);
            changes.extend(resources.map(Change::from));
            next = page.next_token;
            if next.is_none() {
                let status = page.status.context("the change set has no status")?;
                return Ok((status, page.status_reason.unwrap_or_default(), changes));
            }
        }
    }

    /// Starts what the change set says.
    pub(crate) async fn execute(&self, arn: &str) -> Result<()> {
        self.client
            .execute_change_set()
            .change_set_name(arn)
            .send()
            .await
            .map_err(explain)
            .context("cannot execute the change set")?;
        Ok(())
    }

    /// Drops a change set that will not be executed.
    pub(crate) async fn discard(&self, arn: &str) -> Result<()> {
        self.client
            .delete_change_set()
            .change_set_name(arn)
            .send()
            .await
            .map_err(explain)
            .context("cannot delete the change set")?;
        Ok(())
    }

    /// Starts deleting the stack.
    pub(crate) async fn delete(&self, stack: &str) -> Result<()> {
        let answer = self
            .client
            .delete_stack()
            .stack_name(stack)
            .send()
            .await
            .map_err(explain);
        answer.with_context(|| format!("cannot delete the stack {stack}"))?;
        Ok(())
    }

    /// Physical ids and types of the stack's resources.
    pub(crate) async fn resources(&self, stack: &str) -> Result<Vec<(String, String)>> {
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
                    .filter_map(|resource| resource.resource_type.zip(resource.physical_resource_id)),
            );
        }
        Ok(found)
    }
}
