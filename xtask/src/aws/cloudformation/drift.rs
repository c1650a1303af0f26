//! Drift: what was changed behind CloudFormation's back.

use std::time::Duration;

use ::plan::facts::{DriftDifference, DriftRow, DriftState, Raw};
use anyhow::{Context, Result};
use aws_sdk_cloudformation::types::{
    StackDriftDetectionStatus, StackResourceDrift, StackResourceDriftStatus,
};

use super::CloudFormation;
use crate::aws::explain;

/// Why a resource has no row of its own.
const UNSUPPORTED: &str = "CloudFormation does not check its type";

/// What drift detection found.
#[derive(Debug, Clone, Default)]
pub(crate) struct DriftFound {
    /// One row a resource. What could not be checked has one too.
    pub rows: Vec<DriftRow>,
}

impl CloudFormation {
    /// Detects the stack's drift and waits for the answer.
    ///
    /// An endpoint that cannot detect drift is no error: every resource is then named as not checked.
    pub(crate) async fn drift(&self, stack: &str) -> Result<DriftFound> {
        let started = self
            .client
            .detect_stack_drift()
            .stack_name(stack)
            .send()
            .await
            .map_err(explain);
        let id = match started {
            Ok(started) => started.stack_drift_detection_id.unwrap_or_default(),
            Err(error) => return self.not_checked(stack, &error.to_string()).await,
        };
        let mut pause = Duration::from_millis(200);
        let failed = loop {
            let answer = self
                .client
                .describe_stack_drift_detection_status()
                .stack_drift_detection_id(&id)
                .send();
            let answer = answer
                .await
                .map_err(explain)
                .context("cannot follow drift detection")?;
            match answer.detection_status {
                Some(StackDriftDetectionStatus::DetectionInProgress) => {}
                Some(StackDriftDetectionStatus::DetectionComplete) => break None,
                _ => {
                    break Some(
                        answer
                            .detection_status_reason
                            .unwrap_or_else(|| "detection failed".to_owned()),
                    );
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_secs(1));
        };
        let mut rows = self.drift_rows(stack).await?;
        // Types that CloudFormation cannot check are not among the answer's rows: silence would read as "in sync".
        let reason = failed.unwrap_or_else(|| UNSUPPORTED.to_owned());
        let known: Vec<String> = rows.iter().map(|row| row.logical_id.clone()).collect();
        let others = self.not_checked(stack, &reason).await?.rows.into_iter();
        rows.extend(others.filter(|row| !known.contains(&row.logical_id)));
        Ok(DriftFound { rows })
    }

    async fn drift_rows(&self, stack: &str) -> Result<Vec<DriftRow>> {
        let mut rows = Vec::new();
        let mut pages = self
            .client
            .describe_stack_resource_drifts()
            .stack_name(stack)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page
                .map_err(explain)
                .with_context(|| format!("cannot read the drift of {stack}"))?;
            rows.extend(
                page.stack_resource_drifts
                    .unwrap_or_default()
                    .into_iter()
                    .map(row),
            );
        }
        Ok(rows)
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

fn row(drift: StackResourceDrift) -> DriftRow {
    let differences = drift
        .property_differences
        .unwrap_or_default()
        .into_iter()
        .map(|it| DriftDifference {
            path: it
                .property_path
                .unwrap_or_default()
                .trim_start_matches('/')
                .replace('/', "."),
            expected: Raw(it.expected_value.unwrap_or_default()),
            actual: Raw(it.actual_value.unwrap_or_default()),
        });
    DriftRow {
        logical_id: drift.logical_resource_id.unwrap_or_default(),
        resource_type: drift.resource_type.unwrap_or_default(),
        state: match drift.stack_resource_drift_status {
            Some(StackResourceDriftStatus::InSync) => DriftState::InSync,
            Some(StackResourceDriftStatus::Modified) => DriftState::Drifted(differences.collect()),
            Some(StackResourceDriftStatus::Deleted) => DriftState::Deleted,
            _ => DriftState::NotChecked(
                drift
                    .drift_status_reason
                    .unwrap_or_else(|| UNSUPPORTED.to_owned()),
            ),
        },
    }
}
