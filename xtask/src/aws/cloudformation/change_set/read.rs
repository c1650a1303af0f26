//! Reading a change set: to its last page, and a second time when the first telling is not whole.

use ::plan::facts::{ChangeSet, ResourceChange};
use anyhow::{Context, Result};

use crate::aws::cloudformation::refusal::{Refusal, refused};
use crate::aws::cloudformation::{CloudFormation, change};

/// What CloudFormation says, in the reason of a change set that is otherwise complete, when it left resources out
/// because it could not make out their values.
const WARNING: &str = "can return incomplete ChangeSet data";

/// A change set as it was read.
pub(super) struct Read {
    /// CloudFormation's word for how far making it is.
    pub(super) status: String,
    /// Why it has this status. Empty: it does not say.
    pub(super) reason: String,
    /// What it would do.
    pub(super) changes: ChangeSet,
}

/// Whether the values before and after are asked for.
#[derive(Clone, Copy)]
enum Values {
    Told,
    LeftOut,
}

impl CloudFormation {
    /// Reads the change set with the values of properties, as far as the endpoint tells them.
    pub(super) async fn read(&self, arn: &str) -> Result<Read> {
        match self.tell(arn, Values::Told).await {
            Ok(told) if told.reason.contains(WARNING) => Ok(self.made_whole(arn, told).await),
            Ok(told) => Ok(told),
            // An endpoint may refuse the option.
            Err(error) => match Refusal::of(&error) {
                Some(Refusal::Other(_) | Refusal::Unsupported(_)) => self.tell(arn, Values::LeftOut).await,
                _ => Err(error),
            },
        }
    }

    async fn made_whole(&self, arn: &str, told: Read) -> Read {
        let plain = match self.tell(arn, Values::LeftOut).await {
            Ok(plain) => plain,
            Err(error) => {
                let incomplete = Some(format!(
                    "{}; without values it cannot be read: {error:#}",
                    told.reason
                ));
                let changes = told.changes.changes;
                return Read {
                    changes: ChangeSet { changes, incomplete },
                    ..told
                };
            }
        };
        let still = plain.reason.contains(WARNING).then(|| plain.reason.clone());
        Read {
            status: plain.status,
            // The real reason, where the warning stood before.
            reason: plain.reason,
            changes: ChangeSet {
                changes: change::with_dropped(told.changes.changes, plain.changes.changes),
                incomplete: still.or(told.changes.incomplete).or(plain.changes.incomplete),
            },
        }
    }

    async fn tell(&self, arn: &str, values: Values) -> Result<Read> {
        let request = self.client.describe_change_set().change_set_name(arn);
        let request = match values {
            Values::Told => request.include_property_values(true),
            Values::LeftOut => request,
        };
        let mut pages = request.into_paginator().send();
        let (mut status, mut reason) = (String::new(), String::new());
        let mut changes: Vec<ResourceChange> = Vec::new();
        let mut next = None;
        while let Some(page) = pages.next().await {
            let page = page
                .map_err(refused("DescribeChangeSet"))
                .context("cannot read the change set")?;
            if let Some(said) = page.status {
                said.as_str().clone_into(&mut status);
            }
            reason = page
                .status_reason
                .filter(|said| !said.is_empty())
                .unwrap_or(reason);
            next = page.next_token.filter(|token| !token.is_empty());
            let found = page.changes.unwrap_or_default().into_iter();
            changes.extend(
                found
                    .filter_map(|change| change.resource_change)
                    .map(change::resource_change),
            );
        }
        let incomplete = if next.is_some() {
            // The SDK stops, without a word, at a page whose next one is itself.
            Some("the endpoint repeats a page".to_owned())
        } else {
            let nameless = changes.iter().any(|change| change.logical_id.is_empty());
            nameless.then(|| "a change names no resource".to_owned())
        };
        Ok(Read {
            status,
            reason,
            changes: ChangeSet { changes, incomplete },
        })
    }
}
