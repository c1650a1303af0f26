//! One event in, one answer out: a batch of the queue of new messages, or a request.

use std::collections::HashSet;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use chrono::{DateTime, Utc};
use contract::inbox::Arrived;
use contract::replies::{ThreadAnswer, ThreadRequest};
use dispatch::QueueSilent;
use serde_json::Value;
use store::StoreError;

use crate::operator::Words;
use crate::service::Service;

/// Why an invocation fails. It quotes nothing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(&'static str);

/// Why something is not done, and may be another time. It quotes nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unready {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueSilent),
    #[error("somebody else is at the same thread all the time")]
    Raced,
}

impl Service {
    /// Answers an event.
    ///
    /// # Errors
    /// When there is no answer because something that it needs has failed.
    pub(crate) async fn handle(&self, event: Value, now: DateTime<Utc>) -> Result<Value, Failure> {
        let answer = if event.get("Records").is_some() {
            serde_json::to_value(self.batch(event, now).await?)
        } else {
            serde_json::to_value(self.answer(event, now).await?)
        };
        answer.map_err(|_| Failure("the answer cannot be written"))
    }

    async fn answer(&self, event: Value, now: DateTime<Utc>) -> Result<ThreadAnswer, Failure> {
        // The parser's message quotes the request.
        let Ok(request) = serde_json::from_value::<ThreadRequest>(event) else {
            return Ok(refused("the request cannot be read"));
        };
        let done = match request {
            ThreadRequest::List {
                state,
                site,
                platform,
                cursor,
            } => {
                let only = (site.as_deref(), platform.as_deref());
                self.list(state.as_deref(), only, cursor.as_deref()).await
            }
            ThreadRequest::Show { thread } => self.show(thread).await,
            ThreadRequest::Reply {
                thread,
                text,
                draft,
                seen,
            } => self.reply(thread, Words { text, draft, seen }, now).await,
            ThreadRequest::Close { thread, seen } => self.close(thread, seen).await,
            ThreadRequest::Look {} => self.look(now).await,
        };
        done.map_err(|error| {
            tracing::error!(%error, "failed");
            Failure("the store or a queue cannot be used")
        })
    }

    /// Sees to new messages, thread by thread in their order; out, which of them the queue shall bring again.
    async fn batch(&self, event: Value, now: DateTime<Utc>) -> Result<SqsBatchResponse, Failure> {
        let event: SqsEvent =
            serde_json::from_value(event).map_err(|_| Failure("the event is no batch of a queue"))?;
        let mut response = SqsBatchResponse::default();
        let mut behind = HashSet::new();
        for record in &event.records {
            let arrived = arrived_of(record);
            let thread = arrived.as_ref().map(|arrived| arrived.thread.clone());
            // What comes behind a message that has to come again comes again, too, or it would overtake it.
            let is_behind = thread.as_ref().is_some_and(|thread| behind.contains(thread));
            if !is_behind && self.see_to(arrived, now).await {
                continue;
            }
            behind.extend(thread);
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.clone().unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
        Ok(response)
    }

    /// Whether a message of the queue was seen to.
    async fn see_to(&self, arrived: Option<Arrived>, now: DateTime<Utc>) -> bool {
        let Some(arrived) = arrived else {
            tracing::error!("a message of the queue names no message");
            return false;
        };
        match self.arrived(&arrived, now).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, message = arrived.message, "not seen to");
                false
            }
        }
    }
}

fn arrived_of(record: &SqsMessage) -> Option<Arrived> {
    serde_json::from_str(record.body.as_deref()?).ok()
}

pub(crate) fn refused(reason: &str) -> ThreadAnswer {
    ThreadAnswer::Refused {
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
