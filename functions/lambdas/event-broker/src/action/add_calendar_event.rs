//! `POST /calendar/add-event`: adds one event unless it conflicts.

mod wish;

use std::time::Duration;

use booking::sync::Link;
use booking::{Booking, Candidate, OwnEventKind, conflicts_with};
use contract::route::Action;
use serde::Serialize;
use store::{AddOutcome, Addition, Answered, Recall, RequestKey, Seen};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::broker::{Broker, Moment};
use crate::call::Ask;
use crate::feeds;
use crate::input::Input;
use crate::problem::{Details, Problem};
use crate::source::Source;
use crate::wire::{Conflict, Entry};
use wish::Wish;

/// How often a decision is taken anew because others changed the asset's events in between.
const MAX_ATTEMPTS: u32 = 10;
const MAX_TITLE_CHARS: usize = 200;
const KINDS: &[(&str, OwnEventKind)] = &[("booking", OwnEventKind::Booking), ("block", OwnEventKind::Block)];

/// What is to be added.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it describes the body, which is read field by field so that every fault is named"
)]
pub(crate) struct NewEvent {
    /// The asset's id.
    asset: String,
    /// What to call it: 1 to 200 characters on one line.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// An instant, or a date in the site's zone.
    #[schema(example = "2027-06-01T10:00:00-04:00")]
    start: String,
    /// An instant, or a date in the site's zone: the end does not belong to the event. At most 400 days later.
    #[schema(example = "2027-06-01T14:00:00-04:00")]
    end: String,
    /// `booking` (the default): somebody comes. `block`: nobody can.
    #[schema(example = "booking")]
    kind: Option<String>,
    /// Whom campaigns about it write to. No answer shows it.
    guest: Option<NewGuest>,
    /// Add it also if the feed of a listing cannot be read.
    accept_unchecked: Option<bool>,
}

/// An event's guest: an e-mail address, a telephone number or both.
#[derive(ToSchema)]
#[expect(dead_code, reason = "as `NewEvent`")]
pub(crate) struct NewGuest {
    /// What to call them.
    name: Option<String>,
    #[schema(example = "guest@example.com")]
    email: Option<String>,
    /// With the country's code.
    #[schema(example = "+15551234567")]
    phone: Option<String>,
    /// Their IANA time zone, for quiet hours; by default the site's.
    time_zone: Option<String>,
}

/// The event was added.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddedEvent {
    /// The event.
    event: Entry,
    /// The listings whose feed could not be read whole, so that they may hold a conflict.
    unchecked: Vec<Source>,
}

#[utoipa::path(
    post,
    path = "/calendar/add-event",
    operation_id = "add-calendar-event",
    summary = "Add an event unless it conflicts",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Of the sender's choice, 1 to 255 visible ASCII characters. For 24 hours, the same request with the same key gets the first one's 201 again and adds nothing. A refusal adds nothing and is not kept: the same key asks anew."),
    ),
    request_body = NewEvent,
    responses(
        (status = 201, description = "It was added.", body = AddedEvent),
        (status = 400, description = "`malformed-json`, with line and column.", body = Details, content_type = "application/problem+json"),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "`conflict`: it overlaps these, or lies too near for the asset's turnover.", body = Details, content_type = "application/problem+json"),
        (status = 413, description = "`body-too-large`.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named; or `idempotency-key-reused`.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`feeds-unchecked`: these listings could not be asked; `busy` or `unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn add(broker: &Broker, ask: Ask, moment: &Moment) -> Result<Answer, Problem> {
    // Load.
    let request = ask.key.as_deref().map(|key| {
        let body = serde_json::Value::Object(ask.input.clone()).to_string();
        RequestKey::new(Action::AddCalendarEvent.name(), key, body.as_bytes())
    });
    if let Some(answer) = recall(broker, request.as_ref(), moment).await? {
        return Ok(answer);
    }
    let manifest = broker.content.manifest(moment.now).await?;
    let wish = Wish::read(Input::new(ask.input), &manifest, moment)?;
    let wanted = feeds::wanted(&manifest, &[wish.surroundings()], None);
    let (lines, told) = tokio::join!(
        broker
            .ledger
            .during(&wish.event.asset, wish.surroundings().window, moment.now),
        broker.feeds.read(wanted, moment.now, moment.feeds_time)
    );
    let platforms = Platforms {
        untold: told.untold(lines?.0),
        bookings: told.bookings,
        unchecked: told.sources.into_iter().filter(Source::is_partial).collect(),
    };
    settle(broker, &wish, &platforms, request.as_ref(), moment).await
}

/// Decides and carries out, again and again while others change the asset's events in between.
async fn settle(
    broker: &Broker,
    wish: &Wish<'_>,
    platforms: &Platforms,
    request: Option<&RequestKey>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    for attempt in 0..MAX_ATTEMPTS {
        let around = wish.surroundings().window;
        let seen = broker.events.seen(&wish.event.asset, around).await?;
        // Decide.
        let answer = wish.added(&platforms.unchecked);
        match decide(wish, platforms, &seen) {
            Decision::Add => {}
            Decision::AlreadyAdded => return Ok(answer),
            // What is in the way may be what a twin of this request has just added: then its answer is there too.
            Decision::Refuse(problem) => return recall(broker, request, moment).await?.ok_or(problem),
        }
        // Carry out.
        let kept = Answered {
            status: answer.status,
            body: answer.body.to_string(),
        };
        let addition = Addition {
            event: &wish.event,
            seen: seen.version,
            answer: request.map(|request| (request, &kept)),
            guest: &wish.guest,
        };
        match broker.events.add_event(addition, moment.now).await? {
            AddOutcome::Added => return Ok(answer),
            AddOutcome::Raced => tokio::time::sleep(pause(attempt, &wish.event.id)).await,
        }
        if let Some(answer) = recall(broker, request, moment).await? {
            return Ok(answer);
        }
    }
    Err(Problem::busy())
}

/// The stored answer, if the same request was answered before.
async fn recall(
    broker: &Broker,
    request: Option<&RequestKey>,
    moment: &Moment,
) -> Result<Option<Answer>, Problem> {
    let Some(request) = request else {
        return Ok(None);
    };
    match broker.events.recall(request, moment.now).await? {
        Recall::New => Ok(None),
        Recall::Reused => Err(Problem::key_reused()),
        Recall::Answered(answered) => {
            let body: serde_json::Value = serde_json::from_str(&answered.body)
                .map_err(|_| Problem::internal("a stored answer cannot be read".to_owned()))?;
            Ok(Some(Answer::json(answered.status, &body)))
        }
    }
}

/// A short pause that grows, and differs between racers, so that they do not meet again.
fn pause(attempt: u32, id: &str) -> Duration {
    let jitter = id
        .bytes()
        .fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
        % 20;
    Duration::from_millis((u64::from(attempt) + 1) * (5 + jitter))
}

/// What the platforms say about the time around the event.
struct Platforms {
    bookings: Vec<Booking>,
    /// What they do not say, and the ledger knows.
    untold: Vec<Link>,
    unchecked: Vec<Source>,
}

enum Decision {
    Add,
    /// The event is there: an earlier attempt of this invocation was carried out although its answer was lost.
    AlreadyAdded,
    Refuse(Problem),
}

/// A known conflict comes first: it holds whatever the missing feeds would say.
fn decide(wish: &Wish<'_>, platforms: &Platforms, seen: &Seen) -> Decision {
    if seen.events.iter().any(|event| event.id == wish.event.id) {
        return Decision::AlreadyAdded;
    }
    let candidate = Candidate {
        asset: &wish.event.asset,
        period: wish.event.period,
        turnover: wish.turnover(),
    };
    let conflicts = conflicts_with(&candidate, &platforms.bookings, &seen.events, &platforms.untold);
    if !conflicts.is_empty() {
        let zone = wish.site.time_zone;
        let named = conflicts
            .into_iter()
            .map(|conflict| Conflict::of(conflict, zone))
            .collect();
        return Decision::Refuse(Problem::conflict(named, platforms.unchecked.clone()));
    }
    if !platforms.unchecked.is_empty() && !wish.accepts_unchecked {
        let unchecked = platforms.unchecked.clone();
        return Decision::Refuse(Problem::feeds_unchecked(unchecked));
    }
    Decision::Add
}

#[cfg(test)]
mod tests;
