//! Following a stack until it settles.

use anyhow::{Result, bail};
use indicatif::ProgressBar;

use crate::aws::cloudformation::{CloudFormation, Pauses, request_token};
use crate::screen;

/// Executes the change set and waits until the stack has settled.
///
/// # Errors
/// When the stack ends in any other state than the wanted one. The first resource that failed stands last.
pub(crate) async fn execution(
    cloud: &CloudFormation,
    stack: &str,
    change_set: &str,
    resources: usize,
    started: impl FnOnce(),
) -> Result<()> {
    let last = cloud.latest_event(stack).await?;
    let bar = screen::bar(stack, resources);
    cloud.execute(change_set, &request_token()?).await?;
    started();
    let settled = settle(cloud, stack, last, &bar).await?;
    bar.finish_and_clear();
    settled.judge(stack, &["CREATE_COMPLETE", "UPDATE_COMPLETE"])
}

/// Waits until a rollback that was tried again has settled.
pub(crate) async fn rollback(cloud: &CloudFormation, stack: &str, last: Option<String>) -> Result<()> {
    let bar = screen::spinner(&format!("rolling back {stack}"));
    let settled = settle(cloud, stack, last, &bar).await?;
    bar.finish_and_clear();
    settled.judge(stack, &["UPDATE_ROLLBACK_COMPLETE"])
}

/// Waits until the stack is deleted.
pub(super) async fn deletion(cloud: &CloudFormation, stack: &str, last: Option<String>) -> Result<()> {
    let bar = screen::spinner(&format!("deleting {stack}"));
    let mut pauses = Pauses::long();
    let mut failures = Vec::new();
    let mut seen = last;
    // A deleted stack is no longer found under its name, so that is the sign.
    while let Some(deployed) = cloud.describe(stack).await? {
        for event in cloud
            .events_after(stack, seen.as_deref())
            .await
            .unwrap_or_default()
        {
            failures.extend(event.failure());
            seen = Some(event.id);
        }
        if deployed.status == "DELETE_FAILED" {
            return Settled {
                status: deployed.status,
                failures,
            }
            .judge(stack, &["DELETE_COMPLETE"]);
        }
        pauses.wait().await;
    }
    bar.finish_and_clear();
    Ok(())
}

/// How a stack ended, and which resources failed on the way, in order.
struct Settled {
    status: String,
    failures: Vec<String>,
}

impl Settled {
    fn judge(self, stack: &str, wanted: &[&str]) -> Result<()> {
        if wanted.contains(&self.status.as_str()) {
            return Ok(());
        }
        let mut later = self.failures;
        let first = if later.is_empty() {
            "no resource says why".to_owned()
        } else {
            later.remove(0)
        };
        for failure in later {
            screen::step(&format!("  also failed: {failure}"));
        }
        bail!("the stack {stack} ended {}; first failure: {first}", self.status)
    }
}

async fn settle(
    cloud: &CloudFormation,
    stack: &str,
    mut last: Option<String>,
    bar: &ProgressBar,
) -> Result<Settled> {
    let before = last.clone();
    let mut pauses = Pauses::long();
    loop {
        for event in cloud.events_after(stack, last.as_deref()).await? {
            if event.of_stack && is_settled(&event.status) {
                // Before a rollback, the failure that it answers is told. Its own failure is the end.
                if matches!(event.status.as_str(), "CREATE_FAILED" | "UPDATE_FAILED")
                    && let Some(deployed) = cloud.describe(stack).await?
                    && deployed.status != event.status
                {
                    last = Some(event.id);
                    continue;
                }
                let failures = match event.status.as_str() {
                    "CREATE_COMPLETE" | "UPDATE_COMPLETE" => Vec::new(),
                    _ => cloud.failures(stack, before.as_deref()).await?,
                };
                let status = event.status;
                return Ok(Settled { status, failures });
            }
            if !event.of_stack && event.status.ends_with("_COMPLETE") && !event.status.contains("ROLLBACK") {
                bar.inc(1);
            }
            last = Some(event.id);
        }
        pauses.wait().await;
    }
}

fn is_settled(status: &str) -> bool {
    // UPDATE_COMPLETE_CLEANUP_IN_PROGRESS has already succeeded, but another change is refused until it is over.
    !status.ends_with("_IN_PROGRESS")
}
