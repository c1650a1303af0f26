//! One event in, one answer out, whatever happens in between.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use contract::Access;
use contract::route::Action;
use futures_util::FutureExt;
use serde_json::Value;

use crate::action::{
    add_calendar_event, check_auth, get_platform_bookings, list_calendar_events, read_feed, report_health,
    sync_platforms,
};
use crate::answer::Answer;
use crate::auth::{self, Caller};
use crate::broker::{Broker, Moment};
use crate::call::{self, Ask, Call, HttpCall};
use crate::openapi;
use crate::problem::Problem;

impl Broker {
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
            // Another function's; should it come here all the same, it gets no further than a token does.
            Access::Token | Access::Signature => {
                auth::verify(&self.content, call.presented(), moment.now).await
            }
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
            Action::ReceiveWebhook => Err(Problem::not_found()),
            Action::SyncPlatforms => sync_platforms::sync(self, ask.input, moment).await,
            Action::ListConflicts => sync_platforms::conflicts(self, ask.input, moment).await,
            Action::ResolveConflict => sync_platforms::resolve(self, ask.input, moment).await,
            Action::UndoConflict => sync_platforms::undo(self, ask.input, moment).await,
            Action::ReadFeed => read_feed::read(self, ask).await,
        }
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
