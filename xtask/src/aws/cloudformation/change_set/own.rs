//! Change sets that our commands made and nobody executed.

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::OUR_PREFIX;
use crate::aws::cloudformation::CloudFormation;
use crate::aws::cloudformation::refusal::{Refusal, refused};

/// A change set that one of our commands made and did not execute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnChangeSet {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// When it was made, if the endpoint says so.
    pub created: Option<DateTime<Utc>>,
}

impl CloudFormation {
    /// The stack's change sets that our commands made. None when there is no such stack.
    pub(crate) async fn own_change_sets(&self, stack: &str) -> Result<Vec<OwnChangeSet>> {
        let mut pages = self
            .client
            .list_change_sets()
            .stack_name(stack)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page.map_err(refused("ListChangeSets")) {
                Ok(page) => page,
                Err(error) if matches!(Refusal::of(&error), Some(Refusal::Missing(_))) => return Ok(found),
                Err(error) => return Err(error.context(format!("cannot list the change sets of {stack}"))),
            };
            let summaries = page.summaries.unwrap_or_default().into_iter();
            found.extend(summaries.filter_map(|summary| {
                Some(OwnChangeSet {
                    arn: summary.change_set_id?,
                    name: summary
                        .change_set_name
                        .filter(|name| name.starts_with(OUR_PREFIX))?,
                    created: summary
                        .creation_time
                        .and_then(|time| DateTime::from_timestamp(time.secs(), time.subsec_nanos())),
                })
            }));
        }
        Ok(found)
    }
}
