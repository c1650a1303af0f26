//! CloudWatch Logs.

use anyhow::{Context, Result, bail};
use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use chrono::{DateTime, Utc};

use super::explain;

#[cfg(test)]
mod tests;

/// Tells CloudWatch Logs.
pub(crate) struct Logs {
    client: Client,
}

impl Logs {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }

    /// Writes one event to a stream of a log group, and makes the stream unless it is there. The group must be: it
    /// belongs to a stack.
    pub(crate) async fn put_event(
        &self,
        group: &str,
        stream: &str,
        at: DateTime<Utc>,
        message: &str,
    ) -> Result<()> {
        let made = self.client.create_log_stream();
        let made = made.log_group_name(group).log_stream_name(stream).send().await;
        if let Err(error) = made {
            let is_there = error
                .as_service_error()
                .is_some_and(|said| said.is_resource_already_exists_exception());
            if !is_there {
                return Err(explain(error))
                    .with_context(|| format!("cannot make the log stream {group}: {stream}"));
            }
        }
        let event = InputLogEvent::builder()
            .timestamp(at.timestamp_millis())
            .message(message)
            .build()?;
        let put = self.client.put_log_events().log_events(event);
        let put = put.log_group_name(group).log_stream_name(stream).send().await;
        let answer = put
            .map_err(explain)
            .with_context(|| format!("cannot write to the log stream {group}: {stream}"))?;
        // The call succeeds also when it drops the event: too old, or too far ahead of AWS's clock.
        if answer.rejected_log_events_info.is_some() {
            bail!("CloudWatch Logs refused the event's time: is this machine's clock right?");
        }
        Ok(())
    }
}
