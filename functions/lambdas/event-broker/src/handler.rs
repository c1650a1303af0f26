//! One event in, one answer out, whatever happens in between.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use contract::Access;
use contract::route::Action;
use futures_util::FutureExt;
use lambda_boot::Secrets;
use platform::{Fetcher, InvalidPolicy, Limits, Policy};
use serde_json::{Map, Value};
use store::{Content, Events};

use crate::answer::Answer;
use crate::auth::{self, Caller};
use crate::call::{self, Call, HttpCall};
use crate::feeds::{self, Feeds};
use crate::problem::Problem;
use crate::settings::Settings;
use crate::{
    add_calendar_event, check_auth, get_platform_bookings, list_calendar_events, openapi, report_health,
};

/// What is kept of an invocation's time for answering after the feeds.
const TIME_TO_ANSWER: Duration = Duration::from_secs(4);

/// The clients that the use cases work with.
pub(crate) struct Broker {
    pub(crate) content: Content,
    pub(crate) events: Events,
    pub(crate) feeds: Feeds,
}

/// What one invocation knows that no other does.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) now: DateTime<Utc>,
    /// How long reading feeds may take.
    pub(crate) feeds_time: Duration,
    /// An id for what this invocation creates.
    pub(crate) fresh_id: String,
}

impl Moment {
    /// The present, for an invocation that ends at `deadline_ms` (Unix milliseconds).
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub(crate) fn now(deadline_ms: u64) -> Result<Self, getrandom::Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let now = Utc::now();
        Ok(Self {
            now,
            feeds_time: feeds_time(now, deadline_ms),
            fresh_id: format!("evt_{digits}"),
        })
    }
}

fn feeds_time(now: DateTime<Utc>, deadline_ms: u64) -> Duration {
    let deadline = i64::try_from(deadline_ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis);
    let left = deadline.map_or(TimeDelta::MAX, |deadline| deadline - now);
    let left = left.to_std().unwrap_or_default();
    left.saturating_sub(TIME_TO_ANSWER).min(feeds::READ_TIME)
}

impl Broker {
    pub(crate) fn new(settings: Settings, aws: &SdkConfig) -> Result<Self, InvalidPolicy> {
        let policy = Policy {
            allowed_origins: settings.allowed_origins,
            limits: Limits::default(),
        };
        let secrets = Secrets::under_prefix(aws, settings.partner_secrets_prefix);
        Ok(Self {
            content: Content::in_bucket(aws, settings.content_bucket),
            events: Events::in_table(aws, settings.events_table),
            feeds: Feeds::new(settings.stage, Fetcher::new(policy)?, secrets),
        })
    }

    /// Answers an event. A panic is answered with 500 and takes nothing else with it.
    pub(crate) async fn handle(&self, event: Value, moment: Moment) -> Value {
        let is_http = call::is_http(&event);
        let began = Instant::now();
        let call = Call::read(event);
        let action = call.as_ref().map_or("none", |call| call.action().name());
        let answer = survive(self.answer(call, &moment)).await;
        let (status, took_ms) = (
            answer.status,
            u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        );
        match &answer.cause {
            Some(cause) => tracing::error!(action, status, took_ms, cause, "failed"),
            None => tracing::info!(action, status, took_ms, "answered"),
        }
        call::dress(answer, is_http)
    }

    async fn answer(&self, call: Result<Call, Problem>, moment: &Moment) -> Result<Answer, Problem> {
        match call? {
            Call::Direct { action, input } => {
                self.act(action, &Caller::Invoker, Ask::direct(input)?, moment)
                    .await
            }
            Call::Http(call) => {
                let caller = self.caller(&call, moment).await?;
                let answer = match Ask::http(&call) {
                    Ok(ask) => self.act(call.route.action, &caller, ask, moment).await,
                    Err(problem) => Err(problem),
                };
                let answer = answer.unwrap_or_else(Answer::from);
                Ok(match caller.sunset() {
                    Some(sunset) => answer.with_header("sunset", sunset),
                    None => answer,
                })
            }
        }
    }

    async fn caller(&self, call: &HttpCall, moment: &Moment) -> Result<Caller, Problem> {
        match call.route.access {
            Access::Public => Ok(Caller::Anyone),
            Access::Token => auth::verify(&self.content, call.presented(), moment.now).await,
        }
    }

    async fn act(
        &self,
        action: Action,
        caller: &Caller,
        ask: Ask,
        moment: &Moment,
    ) -> Result<Answer, Problem> {
        match action {
            Action::Health => Ok(report_health::report()),
            Action::OpenApi => Ok(openapi::describe()),
            Action::AuthCheck => Ok(check_auth::check(caller)),
            Action::ListCalendarEvents => list_calendar_events::list(self, ask.input, moment).await,
            Action::AddCalendarEvent => add_calendar_event::add(self, ask, moment).await,
            Action::GetPlatformBookings => get_platform_bookings::get(self, ask.input, moment).await,
        }
    }
}

/// What is asked for, however it came.
pub(crate) struct Ask {
    pub(crate) input: Map<String, Value>,
    /// The `Idempotency-Key` header, or `idempotency_key` of a direct invocation.
    pub(crate) key: Option<String>,
}

impl Ask {
    fn http(call: &HttpCall) -> Result<Self, Problem> {
        Ok(Self {
            input: call.input()?,
            key: call.idempotency_key().map(call::checked_key).transpose()?,
        })
    }

    fn direct(mut input: Map<String, Value>) -> Result<Self, Problem> {
        let key = match input.remove("idempotency_key") {
            None | Some(Value::Null) => None,
            Some(value) => Some(call::checked_key(value.as_str().unwrap_or_default())?),
        };
        Ok(Self { input, key })
    }
}

/// Runs the work to its answer, also if it panics. The panic hook has logged the place.
async fn survive(work: impl Future<Output = Result<Answer, Problem>>) -> Answer {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(answer) => answer.unwrap_or_else(Answer::from),
        Err(_) => Problem::internal("panicked".to_owned()).into(),
    }
}

#[cfg(test)]
mod tests;
