//! A stack's history, line by line.

use anyhow::{Context, Result};
use aws_sdk_cloudformation::types::StackEvent;

use super::CloudFormation;
use super::refusal::refused;

/// One line of a stack's history.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// CloudFormation's id.
    pub id: String,
    /// The resource, or the stack's own name.
    pub logical_id: String,
    /// The status word.
    pub status: String,
    /// Why, if it says so.
    pub reason: Option<String>,
    /// Whether the event is the stack's own.
    pub of_stack: bool,
    /// CloudFormation's id of the operation that the event belongs to, if the endpoint gives operations one.
    pub operation: Option<String>,
    /// The token with which the operation was asked for, if any.
    pub request_token: Option<String>,
}

impl Event {
    /// What failed and why; `None` for a success, and for what was only cancelled because something else failed.
    pub(crate) fn failure(&self) -> Option<String> {
        let cancelled = self
            .reason
            .as_deref()
            .is_some_and(|reason| reason.contains("cancelled"));
        (self.status.ends_with("_FAILED") && !cancelled).then(|| {
            format!(
                "{} {}: {}",
                self.logical_id,
                self.status,
                self.reason.as_deref().unwrap_or("no reason given")
            )
        })
    }
}

impl CloudFormation {
    /// The id of the stack's latest event: the first of the first page, however long its history is.
    pub(crate) async fn latest_event(&self, stack: &str) -> Result<Option<String>> {
        let latest = self.latest_events(stack).await?.into_iter().next();
        Ok(latest.map(|event| event.id))
    }

    /// The first page of the stack's events, latest first.
    pub(super) async fn latest_events(&self, stack: &str) -> Result<Vec<Event>> {
        let answer = self.client.describe_stack_events().stack_name(stack).send().await;
        let page = answer
            .map_err(refused("DescribeStackEvents"))
            .with_context(|| format!("cannot read the events of {stack}"))?;
        let events = page.stack_events.unwrap_or_default();
        Ok(events.into_iter().map(Event::from).collect())
    }

    /// The stack's events after the one with the given id, oldest first.
    pub(crate) async fn events_after(&self, stack: &str, last: Option<&str>) -> Result<Vec<Event>> {
        let mut found = Vec::new();
        let mut pages = self
            .client
            .describe_stack_events()
            .stack_name(stack)
            .into_paginator()
            .send();
        'pages: while let Some(page) = pages.next().await {
            let page = page
                .map_err(refused("DescribeStackEvents"))
                .with_context(|| format!("cannot read the events of {stack}"))?;
            for event in page.stack_events.unwrap_or_default() {
                let id = event.event_id.as_deref();
                if last.is_some() && id == last {
                    break 'pages;
                }
                found.push(Event::from(event));
            }
        }
        found.reverse();
        Ok(found)
    }
}

impl From<StackEvent> for Event {
    fn from(event: StackEvent) -> Self {
        Self {
            id: event.event_id.unwrap_or_default(),
            logical_id: event.logical_resource_id.unwrap_or_default(),
            status: event
                .resource_status
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            reason: event.resource_status_reason,
            of_stack: event.resource_type.as_deref() == Some("AWS::CloudFormation::Stack"),
            operation: event.operation_id,
            request_token: event.client_request_token,
        }
    }
}
