//! One event in, one answer out.

use std::time::Instant;

use chrono::{DateTime, Utc};
use contract::sync::GOOGLE_PUSH;
use serde_json::Value;

use crate::answer::Answer;
use crate::google;
use crate::receive::receive;
use crate::request::{Request, Sender, Unreadable};
use crate::service::Service;
use crate::twilio;

impl Service {
    /// Answers an event. Platforms are not named in the log before a message is known to be theirs: the path is the
    /// sender's own text.
    pub(crate) async fn handle(&self, event: Value, now: DateTime<Utc>) -> Value {
        let began = Instant::now();
        let answer = match Request::read(event) {
            Ok(request) => match &request.sender {
                Sender::Platform(platform) if platform == GOOGLE_PUSH => {
                    google::receive(self, &request).await
                }
                Sender::Platform(platform) => receive(self, platform, &request, now).await,
                Sender::Twilio => twilio::receive(self, &request, now).await,
            },
            Err(Unreadable::Malformed) => Answer::malformed(),
            Err(Unreadable::TooLarge) => Answer::too_large(),
        };
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (status, cause) = (answer.status, answer.cause.as_deref());
        if status >= 500 {
            tracing::error!(status, took_ms, cause, "failed");
        } else {
            tracing::info!(status, took_ms, cause, "answered");
        }
        answer.dress()
    }
}

#[cfg(test)]
mod tests;
