//! Change sets: proposed, read to the last page, executed or dropped.

use std::collections::BTreeMap;
use std::time::Duration;

use ::plan::facts::ChangeSet;
use anyhow::{Context, Result};
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, ExecutionStatus, OnStackFailure, Parameter, Tag,
};

use super::{CloudFormation, change};
use crate::aws::explain;

/// What a change set is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Whether the stack is new.
    pub create: bool,
    /// The template.
    pub template: Body<'a>,
    /// Parameter values.
    pub parameters: &'a BTreeMap<String, String>,
    /// The stage, as the stack's tag.
    pub stage: &'a str,
    /// The role with which CloudFormation works. `None`: the caller's rights.
    pub role: Option<&'a str>,
}

/// A template's text, or where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body<'a> {
    /// The text: at most 51,200 bytes, CloudFormation's limit for a request.
    Inline(&'a str),
    /// The URL of an object in S3.
    #[expect(dead_code, reason = "the stages' templates are small")]
    At(&'a str),
}

/// What came of proposing a change.
#[derive(Debug)]
pub(crate) enum Proposal {
    /// There is nothing to change.
    Nothing,
    /// It can be executed.
    Ready(Proposed),
    /// CloudFormation refuses it, and why.
    Refused(String),
}

/// A change set that can be executed.
#[derive(Debug, Clone)]
pub(crate) struct Proposed {
    /// Its ARN: all that executing needs.
    pub arn: String,
    /// What it will do, in CloudFormation's order.
    pub changes: ChangeSet,
}

/// How far a change set is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeSetState {
    /// CloudFormation's word, such as `AVAILABLE` or `OBSOLETE`.
    pub execution_status: String,
}

impl ChangeSetState {
    /// Whether it can be executed.
    pub(crate) fn is_executable(&self) -> bool {
        self.execution_status == ExecutionStatus::Available.as_str()
    }
}

impl CloudFormation {
    /// Makes a change set and waits until it is ready.
    pub(crate) async fn propose(&self, wish: &Wish<'_>, name: &str) -> Result<Proposal> {
        let (body, url) = match wish.template {
            Body::Inline(text) => (Some(text.to_owned()), None),
            Body::At(url) => (None, Some(url.to_owned())),
        };
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
            .set_template_body(body)
            .set_template_url(url)
            .set_role_arn(wish.role.map(str::to_owned))
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

    async fn await_ready(&self, arn: String) -> Result<Proposal> {
        let mut pause = Duration::from_millis(100);
        loop {
            let (status, reason, changes) = self.read_change_set(&arn).await?;
            if status == ChangeSetStatus::CreateComplete {
                return Ok(Proposal::Ready(Proposed { arn, changes }));
            }
            if status == ChangeSetStatus::Failed {
                self.discard(&arn).await?;
                let nothing = reason.contains("didn't contain changes") || reason.contains("No updates");
                return Ok(if nothing {
                    Proposal::Nothing
                } else {
                    Proposal::Refused(reason)
                });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_secs(1));
        }
    }

    /// How far a change set is. `None`: it is gone.
    pub(crate) async fn change_set(&self, arn: &str) -> Result<Option<ChangeSetState>> {
        match self
            .client
            .describe_change_set()
            .change_set_name(arn)
            .send()
            .await
        {
            Ok(found) => Ok(Some(ChangeSetState {
                execution_status: found
                    .execution_status
                    .map(|status| status.as_str().to_owned())
                    .unwrap_or_default(),
            })),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|said| said.is_change_set_not_found_exception()) =>
            {
                Ok(None)
            }
            Err(error) => {
                let error = explain(error);
                if error.to_string().contains("does not exist") {
                    return Ok(None);
                }
                Err(error).context("cannot read the change set")
            }
        }
    }

    async fn read_change_set(&self, arn: &str) -> Result<(ChangeSetStatus, String, ChangeSet)> {
        let mut changes = Vec::new();
        let mut next = None;
        loop {
            let request = self
                .client
                .describe_change_set()
                .change_set_name(arn)
                .include_property_values(true)
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
            changes.extend(resources.map(change::resource_change));
            next = page.next_token;
            if next.is_none() {
                let status = page.status.context("the change set has no status")?;
                let changes = ChangeSet {
                    changes,
                    incomplete: None,
                };
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
}
