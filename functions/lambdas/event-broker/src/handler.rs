//! One event in, one answer out, whatever happens in between.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use contract::Access;
use contract::route::Action;
use futures_util::FutureExt;
use serde_json::Value;

use crate::action::{
    add_calendar_event, check_auth, get_platform_bookings, inbox, list_calendar_events, list_deliveries,
    pause_campaign, pending_bookings, read_feed, read_overview, read_report, report_health, show_dashboard,
    sign_in, sync_platforms, unsubscribe,
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
                let answer = match Ask::http(&call, self.is_local) {
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
            Access::Token | Access::Signature => match call.session(self.is_local) {
                Some(session) if !call.has_credentials() => {
                    let caller = auth::verify_session(self, session, moment.now).await?;
                    // A cookie comes along whoever makes the browser ask.
                    if call.route.method == contract::Method::Post && !call.is_of_own_page() {
                        return Err(Problem::cross_site());
                    }
                    Ok(caller)
                }
                _ => auth::verify(&self.content, call.presented(), moment.now).await,
            },
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
            Action::ReceiveWebhook | Action::ReceiveTwilio => Err(Problem::not_found()),
            Action::SyncPlatforms => sync_platforms::sync(self, ask.input, moment).await,
            Action::ListConflicts => sync_platforms::conflicts(self, ask.input, moment).await,
            Action::ResolveConflict => sync_platforms::resolve(self, ask.input, moment).await,
            Action::UndoConflict => sync_platforms::undo(self, ask.input, moment).await,
            Action::ListPendingBookings => pending_bookings::list(self, ask.input, moment).await,
            Action::ConfirmBooking => pending_bookings::confirm(self, ask.input, moment).await,
            Action::HoldBooking => pending_bookings::hold(self, ask.input, moment).await,
            Action::ReadReport => read_report::read(self, ask, moment).await,
            Action::ReadFeed => read_feed::read(self, ask).await,
            Action::ListDeliveries => list_deliveries::list(self, ask.input).await,
            Action::ShowUnsubscribe => unsubscribe::show(self, ask.input, moment).await,
            Action::Unsubscribe => unsubscribe::unsubscribe(self, ask.input, moment).await,
            Action::ShowDashboard => Ok(show_dashboard::page(&ask)),
            Action::ShowDashboardFile => show_dashboard::file(ask),
            Action::OpenSession => sign_in::open(self, ask.input, moment).await,
            Action::EndSession => sign_in::end(self, ask, moment).await,
            Action::ReadOverview => read_overview::read(self, ask, caller, moment).await,
            Action::PauseCampaign => pause_campaign::pause(self, ask.input, moment).await,
            Action::ResumeCampaign => pause_campaign::resume(self, ask.input, moment).await,
            Action::AcceptListing => sync_platforms::accept(self, ask.input, moment).await,
            Action::ListInbox => inbox::list(self, ask.input, moment).await,
            Action::ShowThread => inbox::show(self, ask.input, moment).await,
            Action::ReplyToThread => inbox::reply(self, ask.input, moment).await,
            Action::CloseThread => inbox::close(self, ask.input, moment).await,
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
