//! What the local cloud never answers, in the shape in which CloudFormation does.

mod change_set;
mod drift;
mod execution;
mod failure;
mod guard;
mod incomplete;
mod paging;
mod refusal;
mod stack;

use std::time::Duration;

use super::{CloudFormation, Refusal, patience};
use crate::aws::Aws;
use crate::aws::recorded::{Recorded, Script};

/// A client of an endpoint that answers by the script. It backs off as often as the real one, only not as long.
fn cloud(script: Script) -> (CloudFormation, Recorded) {
    let recorded = Recorded::new(script);
    let aws = Aws::at_endpoint(&recorded.url);
    let retries = patience::retries().with_initial_backoff(Duration::from_millis(1));
    (CloudFormation::retrying(&aws.config, retries), recorded)
}

/// Which refusal an error is, and the whole error.
fn told(error: &anyhow::Error) -> (&'static str, String) {
    let kind = match Refusal::of(error) {
        None => "no refusal",
        Some(Refusal::AccessDenied(_)) => "access denied",
        Some(Refusal::Throttled(_)) => "throttled",
        Some(Refusal::Missing(_)) => "missing",
        Some(Refusal::Stale(_)) => "stale",
        Some(Refusal::Unsupported(_)) => "unsupported",
        Some(Refusal::Other(_)) => "other",
    };
    (kind, format!("{error:#}"))
}
