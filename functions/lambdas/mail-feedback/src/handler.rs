//! A batch of the queue in; out, which of its messages the queue shall bring again.

use aws_config::SdkConfig;
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use campaign::feedback::{self, FeedbackError};
use chrono::{DateTime, Utc};
use contract::metric;
use serde::Deserialize;
use serde_json::Value;
use store::{Deliveries, StoreError};

use crate::settings::Settings;

/// What feedback is heard with.
pub(crate) struct Service {
    pub(crate) deliveries: Deliveries,
    pub(crate) topic: String,
    pub(crate) stage: String,
}

/// What SNS puts around a message.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    topic_arn: String,
    message: String,
}

/// Why a message was not heard. It quotes nothing of it.
#[derive(Debug, thiserror::Error)]
enum Unheard {
    #[error("the message has no envelope of SNS")]
    NoEnvelope,
    #[error("the message comes from another topic")]
    OtherTopic,
    #[error(transparent)]
    Unreadable(#[from] FeedbackError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a whole invocation fails: every message of it comes again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(&'static str);

impl Service {
    /// Opens no connection yet.
    pub(crate) fn new(settings: Settings, aws: &SdkConfig) -> Self {
        Self {
            deliveries: Deliveries::in_table(aws, settings.events_table),
            topic: settings.topic,
            stage: settings.stage,
        }
    }

    /// Hears a batch.
    ///
    /// # Errors
    /// When the event is no batch.
    pub(crate) async fn handle(&self, event: Value, now: DateTime<Utc>) -> Result<Value, Failure> {
        let event: SqsEvent =
            serde_json::from_value(event).map_err(|_| Failure("the event is no batch of a queue"))?;
        let mut response = SqsBatchResponse::default();
        let mut unreadable = 0;
        for record in &event.records {
            let body = record.body.as_deref().unwrap_or_default();
            let Err(error) = self.hear(body, now).await else {
                continue;
            };
            // It is tried again some times, and then kept where somebody looks at it.
            if let Unheard::Store(error) = &error {
                tracing::warn!(%error, "feedback was not taken in");
            } else {
                unreadable += 1;
                tracing::error!(%error, "feedback cannot be believed or read");
            }
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.clone().unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
        if unreadable > 0 {
            let counters = [(metric::UNREADABLE_FEEDBACK, unreadable)];
            lambda_boot::metrics::tell(&self.stage, now, &counters);
        }
        serde_json::to_value(response).map_err(|_| Failure("the answer cannot be written"))
    }

    async fn hear(&self, body: &str, now: DateTime<Utc>) -> Result<(), Unheard> {
        let envelope: Envelope = serde_json::from_str(body).map_err(|_| Unheard::NoEnvelope)?;
        if envelope.topic_arn != self.topic {
            return Err(Unheard::OtherTopic);
        }
        let feedback = feedback::read(&envelope.message)?;
        let heard = self.deliveries.hear(&feedback, now).await?;
        let id = feedback.delivery.as_ref().map(ToString::to_string);
        let (is_news, is_unknown) = (heard.is_news, heard.is_unknown);
        let (suppressed, unreadable) = (heard.suppressed, feedback.unreadable_addresses);
        tracing::info!(id, is_news, is_unknown, suppressed, unreadable, "heard");
        Ok(())
    }
}

#[cfg(test)]
mod tests;
