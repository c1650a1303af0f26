//! Change sets: proposed, read to the last page, executed or dropped.

mod own;
mod read;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ::plan::facts::ChangeSet;
use anyhow::{Context, Result, bail};
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, ExecutionStatus, OnStackFailure, Parameter, Tag,
};

use super::refusal::{Refusal, refused};
use super::{CloudFormation, Pauses};

/// Change sets of ours are named so.
const OUR_PREFIX: &str = "landfall-";
/// CloudFormation makes the largest change sets in a few minutes.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

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

/// The longest template that a request takes, in bytes: CloudFormation's limit.
pub(crate) const REQUEST_BYTES: usize = 51_200;

/// A template's text, or where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body<'a> {
    /// The text: at most 51,200 bytes, CloudFormation's limit for a request.
    Inline(&'a str),
    /// The URL of an object in S3.
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
    /// CloudFormation's word for how far making it is, such as `CREATE_COMPLETE`.
    pub status: String,
    /// CloudFormation's word for what can be done with it, such as `AVAILABLE` or `OBSOLETE`.
    pub execution_status: String,
}

impl ChangeSetState {
    /// Whether it can be executed.
    pub(crate) fn is_executable(&self) -> bool {
        self.execution_status == ExecutionStatus::Available.as_str()
    }
}

impl CloudFormation {
    /// Makes a change set and waits until it is ready. One that cannot be executed is dropped again.
    ///
    /// # Errors
    /// When the request itself is refused: a template that is none, or a stack that is at work.
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
        let request = self
            .client
            .create_change_set()
            .stack_name(wish.stack)
            .change_set_name(name)
            // So that a repeated request, after an answer that was lost, is not refused for its name.
            .client_token(name)
            .change_set_type(kind)
            .set_template_body(body)
            .set_template_url(url)
            .set_role_arn(wish.role.map(str::to_owned))
            .set_parameters(Some(parameters.collect()))
            .capabilities(Capability::CapabilityNamedIam)
            .tags(Tag::builder().key("landfall:stage").value(wish.stage).build())
            .on_stack_failure(OnStackFailure::Rollback);
        let made = request.send().await.map_err(refused("CreateChangeSet"));
        let made = made.with_context(|| format!("cannot make a change set for {}", wish.stack))?;
        let arn = made.id.context("the change set has no ARN")?;
        self.await_ready(arn).await
    }

    async fn await_ready(&self, arn: String) -> Result<Proposal> {
        let begun = Instant::now();
        let mut pauses = Pauses::brief();
        loop {
            let found = self.read(&arn).await?;
            match found.status.as_str() {
                "CREATE_COMPLETE" => {
                    return Ok(Proposal::Ready(Proposed {
                        arn,
                        changes: found.changes,
                    }));
                }
                "FAILED" if is_empty(&found.reason) => {
                    self.discard(&arn).await?;
                    return Ok(Proposal::Nothing);
                }
                "FAILED" => {
                    let reason = self.explained(&arn, found.reason).await;
                    // It cannot be executed: left behind it does no harm, and the reason counts.
                    let _ = self.discard(&arn).await;
                    return Ok(Proposal::Refused(reason));
                }
                "CREATE_PENDING" | "CREATE_IN_PROGRESS" | "" => {}
                other => bail!("the change set is {other}: somebody else is deleting it"),
            }
            if begun.elapsed() > LONGEST_WAIT {
                bail!(
                    "the change set is still {} after {} minutes",
                    found.status,
                    LONGEST_WAIT.as_secs() / 60
                );
            }
            pauses.wait().await;
        }
    }

    /// How far a change set is. `None`: it is gone.
    pub(crate) async fn change_set(&self, arn: &str) -> Result<Option<ChangeSetState>> {
        let answer = self
            .client
            .describe_change_set()
            .change_set_name(arn)
            .send()
            .await;
        let found = match answer.map_err(refused("DescribeChangeSet")) {
            Ok(found) => found,
            Err(error) => {
                return match Refusal::of(&error) {
                    Some(Refusal::Stale(_) | Refusal::Missing(_)) => Ok(None),
                    _ => Err(error.context("cannot read the change set")),
                };
            }
        };
        if found.status == Some(ChangeSetStatus::DeleteComplete) {
            return Ok(None);
        }
        Ok(Some(ChangeSetState {
            status: found.status.map(|it| it.as_str().to_owned()).unwrap_or_default(),
            execution_status: found
                .execution_status
                .map(|it| it.as_str().to_owned())
                .unwrap_or_default(),
        }))
    }

    /// Starts what the change set says. The token tells this start from any other of the same change set: see
    /// [`request_token`].
    ///
    /// # Errors
    /// [`Refusal::Stale`] when the change set is gone, or can no longer be executed.
    pub(crate) async fn execute(&self, arn: &str, token: &str) -> Result<()> {
        let request = self.client.execute_change_set().change_set_name(arn);
        let answer = request.client_request_token(token).send().await;
        let Err(error) = answer.map_err(refused("ExecuteChangeSet")) else {
            return Ok(());
        };
        let error = match Refusal::of(&error) {
            // The first answer may have been lost, and the repeated request met its own work.
            Some(Refusal::Stale(_)) if self.was_started(arn, token).await => return Ok(()),
            // Without its stack there is no change set either.
            Some(Refusal::Missing(said)) => Refusal::Stale(said.clone()).into(),
            _ => error,
        };
        Err(error.context("cannot execute the change set"))
    }

    async fn was_started(&self, arn: &str, token: &str) -> bool {
        let described = self
            .client
            .describe_change_set()
            .change_set_name(arn)
            .send()
            .await;
        let Some(stack) = described.ok().and_then(|found| found.stack_id) else {
            return false;
        };
        let events = self.latest_events(&stack).await.unwrap_or_default();
        events
            .iter()
            .any(|event| event.request_token.as_deref() == Some(token))
    }

    /// Drops a change set that will not be executed. One that is gone already is as good.
    pub(crate) async fn discard(&self, arn: &str) -> Result<()> {
        let answer = self.client.delete_change_set().change_set_name(arn).send().await;
        match answer.map_err(refused("DeleteChangeSet")) {
            Ok(_) => Ok(()),
            Err(error) => match Refusal::of(&error) {
                Some(Refusal::Missing(_)) => Ok(()),
                Some(Refusal::Stale(said))
                    if said.contains("NotFound") || said.contains("does not exist") =>
                {
                    Ok(())
                }
                _ => Err(error.context("cannot delete the change set")),
            },
        }
    }
}

/// A token for one start of a change set.
pub(crate) fn request_token() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gives no randomness: {error}"))?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{OUR_PREFIX}{digits}"))
}

/// Whether the change set failed only because there is nothing to do. CloudFormation says it in two ways.
fn is_empty(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}
