//! Why something failed, in as much detail as CloudFormation has.

use anyhow::Result;
use aws_sdk_cloudformation::operation::describe_events::builders::DescribeEventsFluentBuilder;
use aws_sdk_cloudformation::types::{EventFilter, OperationEvent};

use super::CloudFormation;
use super::refusal::refused;

impl CloudFormation {
    /// What failed in the stack after the event with the given id, in order. What a validation found stands before the
    /// event that only says that there was one.
    pub(crate) async fn failures(&self, stack: &str, since: Option<&str>) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for event in self.events_after(stack, since).await? {
            let Some(failure) = event.failure() else { continue };
            if event.reason.as_deref().is_some_and(holds_details_back) {
                let request = self.client.describe_events().stack_name(stack);
                found.extend(self.details(request.set_operation_id(event.operation)).await);
            }
            found.push(failure);
        }
        let mut known = std::collections::BTreeSet::new();
        found.retain(|failure| known.insert(failure.clone()));
        Ok(found)
    }

    /// The reason why a change set failed, with what its validation found.
    pub(super) async fn explained(&self, change_set: &str, reason: String) -> String {
        if !holds_details_back(&reason) {
            return reason;
        }
        let request = self.client.describe_events().change_set_name(change_set);
        let details = self.details(request).await;
        if details.is_empty() {
            return reason;
        }
        format!("{} ({reason})", details.join("; "))
    }

    /// What the operation's events say. An endpoint that does not answer this is no reason to hide the failure itself.
    async fn details(&self, request: DescribeEventsFluentBuilder) -> Vec<String> {
        let failed = EventFilter::builder().failed_events(true).build();
        let mut pages = request.filters(failed).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            match page.map_err(refused("DescribeEvents")) {
                Ok(page) => {
                    let events = page.operation_events.unwrap_or_default();
                    found.extend(events.into_iter().filter_map(detail));
                }
                Err(error) => {
                    found.push(format!("the details cannot be read: {error:#}"));
                    break;
                }
            }
        }
        found
    }
}

/// Whether the reason is only that there is one: CloudFormation's validations name neither resource nor property.
fn holds_details_back(reason: &str) -> bool {
    reason.contains("DescribeEvents") || reason.contains("EarlyValidation")
}

fn detail(event: OperationEvent) -> Option<String> {
    let reasons = [
        event.validation_status_reason,
        event.hook_status_reason,
        event.resource_status_reason,
    ];
    let reason = reasons.into_iter().flatten().find(|reason| !reason.is_empty())?;
    if holds_details_back(&reason) {
        return None;
    }
    let place = [event.logical_resource_id, event.validation_path];
    let place: Vec<String> = place
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    Some(if place.is_empty() {
        reason
    } else {
        format!("{}: {reason}", place.join(" "))
    })
}
