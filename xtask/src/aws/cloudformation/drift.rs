//! Drift: what was changed behind CloudFormation's back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use ::plan::facts::{DriftDifference, DriftRow, DriftState, Raw};
use anyhow::{Context, Result};
use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types::{
    StackDriftDetectionStatus, StackResourceDrift, StackResourceDriftStatus,
};

use super::refusal::{Refusal, refused};
use super::{CloudFormation, Pauses};

/// Why a resource has no row of its own.
const UNSUPPORTED: &str = "CloudFormation does not check its type";
/// CloudFormation takes about a second a resource, many at once.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// What drift detection found.
#[derive(Debug, Clone, Default)]
pub(crate) struct DriftFound {
    /// One row a resource. What could not be checked has one too.
    pub rows: Vec<DriftRow>,
}

/// How a detection ended.
enum Detected {
    /// Every resource that can be checked was.
    Whole,
    /// Some were not, and why. What was checked before `since` is not known now.
    Partly { reason: String, since: Option<DateTime> },
}

impl CloudFormation {
    /// Detects the stack's drift and waits for the answer.
    ///
    /// An endpoint that cannot detect drift is no error: every resource is then named as not checked.
    ///
    /// # Errors
    /// When a right is missing, or the stack, or CloudFormation cannot be reached.
    pub(crate) async fn drift(&self, stack: &str) -> Result<DriftFound> {
        let answer = self.client.detect_stack_drift().stack_name(stack).send().await;
        let started = match answer.map_err(refused("DetectStackDrift")) {
            Ok(started) => started,
            Err(error) => return self.not_checked_because(stack, error).await,
        };
        let Some(id) = started.stack_drift_detection_id.filter(|id| !id.is_empty()) else {
            return self.not_checked(stack, "drift detection has no id").await;
        };
        let detected = match self.detected(&id).await {
            Ok(detected) => detected,
            Err(error) => return self.not_checked_because(stack, error).await,
        };
        let mut rows = match self.drift_rows(stack, &detected).await {
            Ok(rows) => rows,
            Err(error) => return self.not_checked_because(stack, error).await,
        };
        // Types that CloudFormation cannot check are not among the answer's rows: silence would read as "in sync".
        let reason = match &detected {
            Detected::Whole => UNSUPPORTED,
            Detected::Partly { reason, .. } => reason,
        };
        let known: BTreeSet<String> = rows.iter().map(|row| row.logical_id.clone()).collect();
        let others = self.not_checked(stack, reason).await?.rows.into_iter();
        rows.extend(others.filter(|row| !known.contains(&row.logical_id)));
        Ok(DriftFound { rows })
    }

    async fn detected(&self, id: &str) -> Result<Detected> {
        let begun = Instant::now();
        let mut pauses = Pauses::brief();
        loop {
            let request = self.client.describe_stack_drift_detection_status();
            let answer = request.stack_drift_detection_id(id).send().await;
            let answer = answer
                .map_err(refused("DescribeStackDriftDetectionStatus"))
                .context("cannot follow drift detection")?;
            let reason = match answer.detection_status {
                Some(StackDriftDetectionStatus::DetectionComplete) => return Ok(Detected::Whole),
                Some(StackDriftDetectionStatus::DetectionInProgress) if begun.elapsed() <= LONGEST_WAIT => {
                    None
                }
                Some(StackDriftDetectionStatus::DetectionInProgress) => {
                    Some("drift detection took too long".to_owned())
                }
                _ => answer
                    .detection_status_reason
                    .filter(|reason| !reason.is_empty())
                    .or_else(|| Some("drift detection failed".to_owned())),
            };
            if let Some(reason) = reason {
                let since = answer.timestamp;
                return Ok(Detected::Partly { reason, since });
            }
            pauses.wait().await;
        }
    }

    async fn drift_rows(&self, stack: &str, detected: &Detected) -> Result<Vec<DriftRow>> {
        let mut rows = Vec::new();
        let mut pages = self
            .client
            .describe_stack_resource_drifts()
            .stack_name(stack)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page
                .map_err(refused("DescribeStackResourceDrifts"))
                .with_context(|| format!("cannot read the drift of {stack}"))?;
            let found = page.stack_resource_drifts.unwrap_or_default();
            rows.extend(found.into_iter().map(|drift| row(drift, detected)));
        }
        Ok(rows)
    }

    /// A missing right, a missing stack and a silent endpoint are errors; whatever else CloudFormation says against
    /// drift detection is why nothing was checked.
    async fn not_checked_because(&self, stack: &str, error: anyhow::Error) -> Result<DriftFound> {
        let reason = match Refusal::of(&error) {
            Some(Refusal::Unsupported(_)) => "this endpoint does not detect drift".to_owned(),
            Some(Refusal::Other(said) | Refusal::Stale(said)) => said.clone(),
            _ => return Err(error.context(format!("cannot detect the drift of {stack}"))),
        };
        self.not_checked(stack, &reason).await
    }

    async fn not_checked(&self, stack: &str, reason: &str) -> Result<DriftFound> {
        let rows = self.resources(stack).await?.into_iter().map(|resource| DriftRow {
            logical_id: resource.logical_id,
            resource_type: resource.kind,
            state: DriftState::NotChecked(reason.to_owned()),
        });
        Ok(DriftFound { rows: rows.collect() })
    }
}

fn row(drift: StackResourceDrift, detected: &Detected) -> DriftRow {
    let differences = drift.property_differences.unwrap_or_default().into_iter();
    let differences = differences.map(|it| DriftDifference {
        path: it
            .property_path
            .unwrap_or_default()
            .trim_start_matches('/')
            .replace('/', "."),
        expected: Raw(it.expected_value.unwrap_or_default()),
        actual: Raw(it.actual_value.unwrap_or_default()),
    });
    let state = match drift.stack_resource_drift_status {
        Some(StackResourceDriftStatus::InSync) => DriftState::InSync,
        Some(StackResourceDriftStatus::Modified) => DriftState::Drifted(differences.collect()),
        Some(StackResourceDriftStatus::Deleted) => DriftState::Deleted,
        _ => DriftState::NotChecked(
            drift
                .drift_status_reason
                .filter(|reason| !reason.is_empty())
                .unwrap_or_else(|| UNSUPPORTED.to_owned()),
        ),
    };
    // A detection that failed leaves the rows of an earlier one in place.
    let state = match (detected, drift.timestamp) {
        (
            Detected::Partly {
                reason,
                since: Some(since),
            },
            Some(checked),
        ) if checked < *since => DriftState::NotChecked(reason.clone()),
        _ => state,
    };
    DriftRow {
        logical_id: drift.logical_resource_id.unwrap_or_default(),
        resource_type: drift.resource_type.unwrap_or_default(),
        state,
    }
}
