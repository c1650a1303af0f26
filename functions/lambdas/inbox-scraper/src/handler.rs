//! One event in, one answer out: a request, or a batch of the queue of mails.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use contract::inbox::{InboxAnswer, InboxRequest, MAIL_PREFIX, QuarantinedAnswer};
use contract::metric;
use serde_json::Value;
use store::StoreError;

use crate::mail::Unseen;
use crate::service::{Moment, Service};

/// Why an invocation fails. It quotes nothing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(&'static str);

/// So much of what was put aside is listed.
const MOST_ASIDE: u16 = 500;

impl Service {
    /// Answers an event.
    ///
    /// # Errors
    /// When there is no answer because something that it needs has failed. The invocation then fails, which raises an
    /// alarm; what was asked for is done by the next one.
    pub(crate) async fn handle(&self, event: Value, moment: &Moment) -> Result<Value, Failure> {
        let answer = if event.get("Records").is_some() {
            serde_json::to_value(self.batch(event, moment).await?)
        } else {
            serde_json::to_value(self.answer(event, moment).await?)
        };
        answer.map_err(|_| Failure("the answer cannot be written"))
    }

    async fn answer(&self, event: Value, moment: &Moment) -> Result<InboxAnswer, Failure> {
        // The parser's message quotes the request.
        let Ok(request) = serde_json::from_value::<InboxRequest>(event) else {
            return Ok(refused("the request cannot be read"));
        };
        let done = match request {
            InboxRequest::Poll { platform } => {
                let polled = self.poll(platform.as_deref(), moment).await;
                if let (Ok(polled), None) = (&polled, platform) {
                    self.tell(polled, moment);
                }
                polled.map(InboxAnswer::Polled)
            }
            InboxRequest::Quarantined {} => self.quarantined().await,
            InboxRequest::Mail { key } if !key.starts_with(MAIL_PREFIX) => {
                return Ok(refused("no mail has such a key"));
            }
            InboxRequest::Mail { key } => match self.mail(&key, moment.time(), moment).await {
                Ok(answer) => Ok(InboxAnswer::Read(answer)),
                Err(Unseen::Store(error)) => Err(error),
                Err(other) => return Ok(refused(&other.to_string())),
            },
        };
        done.map_err(|error| {
            tracing::error!(%error, "failed");
            Failure("the store cannot be used")
        })
    }

    async fn quarantined(&self) -> Result<InboxAnswer, StoreError> {
        // The newest are enough: what is older is where they lie, too.
        let aside = self.inbox.quarantined(None, MOST_ASIDE).await?.into_iter();
        let objects = aside.map(|aside| QuarantinedAnswer {
            platform: aside.platform,
            key: aside.key,
            why: aside.why,
            since: aside.since.to_rfc3339(),
        });
        Ok(InboxAnswer::Quarantined {
            objects: objects.collect(),
        })
    }

    /// Reads the mails of a batch; out, which of its messages the queue shall bring again.
    async fn batch(&self, event: Value, moment: &Moment) -> Result<SqsBatchResponse, Failure> {
        let event: SqsEvent =
            serde_json::from_value(event).map_err(|_| Failure("the event is no batch of a queue"))?;
        let mut response = SqsBatchResponse::default();
        let mut aside = 0;
        for record in &event.records {
            let body = record.body.as_deref().unwrap_or_default();
            let error = match self.notified(body, moment).await {
                Ok(quarantined) => {
                    aside += usize::try_from(quarantined).unwrap_or_default();
                    continue;
                }
                Err(error) => error,
            };
            // It is tried again some times, and then kept where somebody looks at it.
            tracing::warn!(%error, "a mail was not taken in");
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.clone().unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
        if aside > 0 {
            let counters = [(metric::QUARANTINED_MESSAGES, aside)];
            lambda_boot::metrics::tell(&self.stage, moment.time(), &counters);
        }
        Ok(response)
    }
}

fn refused(reason: &str) -> InboxAnswer {
    InboxAnswer::Refused {
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
