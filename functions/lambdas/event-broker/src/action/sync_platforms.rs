//! `POST /platforms/sync`, `GET /conflicts`, and the operator's word on a conflict: platform-sync is asked, and its
//! answer passed on.

use contract::sync::{AssetAnswer, Outcome, SyncAnswer, SyncRequest};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::broker::{Broker, Moment};
use crate::function::Asked;
use crate::input::Input;
use crate::problem::{Details, Problem};
use crate::scope;

/// The longest id of a decision or a ledger's line, in characters.
pub(crate) const MAX_ID_CHARS: usize = 128;

/// A synchronisation that goes on.
#[derive(Serialize, ToSchema)]
pub(crate) struct Running {
    /// Always `still-running`.
    state: &'static str,
}

/// What was planned and done, or only planned.
#[derive(Serialize, ToSchema)]
pub(crate) struct Synced {
    /// Always `synced`.
    answer: &'static str,
    /// One for each asset that was asked for, by id.
    assets: Vec<AssetAnswer>,
}

/// A synchronisation that goes on, or one that starts over because another run holds an asset: its outcome is `busy`.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes two answers of one status")]
pub(crate) enum Underway {
    Running(Running),
    Busy(Synced),
}

/// What is in each other's way, and what there is to do.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConflictList {
    /// Always `conflicts`.
    answer: &'static str,
    /// The decisions that hold or wait for the operator, newest first.
    #[schema(value_type = Vec<Object>)]
    conflicts: Vec<Value>,
    /// What the operator has to do.
    #[schema(value_type = Vec<Object>)]
    tasks: Vec<Value>,
}

/// What to synchronise.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field")]
pub(crate) struct SyncBody {
    /// Only this platform's listings, and so only their assets.
    platform: Option<String>,
    /// Only show the plan.
    dry_run: Option<bool>,
}

/// Who keeps the time.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field")]
pub(crate) struct ResolveBody {
    /// The one of the decision's two lines that keeps the time.
    winner: String,
}

#[utoipa::path(
    post,
    path = "/platforms/sync",
    operation_id = "sync-platforms",
    summary = "Bring the platforms' calendars in step, or only show the plan",
    request_body = Option<SyncBody>,
    responses(
        (status = 200, description = "The plan and how it ended, for each asset.", body = Synced),
        (status = 202, description = "It still runs (`still-running`), or another run holds an asset and starts over for this request (`busy`).", body = Underway),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn sync(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let manifest = broker.content.manifest(moment.now).await?;
    let mut input = Input::new(fields);
    let platform = scope::platform(&mut input, &manifest).map(|platform| platform.id.to_string());
    let dry_run = input.flag("dry_run");
    input.finish()?;
    let request = SyncRequest::Sync {
        platform,
        listings: Vec::new(),
        assets: Vec::new(),
        dry_run,
    };
    match ask(broker, &request, moment).await? {
        None => Ok(still_running()),
        Some(SyncAnswer::Synced { assets }) => Ok(synced(if is_busy(&assets) { 202 } else { 200 }, assets)),
        Some(other) => Err(unexpected(other)),
    }
}

#[utoipa::path(
    get,
    path = "/conflicts",
    operation_id = "list-conflicts",
    summary = "What is in each other's way, newest first, and what there is to do",
    responses(
        (status = 200, description = "Conflicts and tasks.", body = ConflictList),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn conflicts(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    Input::new(fields).finish()?;
    match ask(broker, &SyncRequest::Conflicts, moment).await? {
        Some(SyncAnswer::Conflicts { conflicts, tasks }) => {
            let answer = "conflicts";
            Ok(Answer::json(
                200,
                &ConflictList {
                    answer,
                    conflicts,
                    tasks,
                },
            ))
        }
        Some(other) => Err(unexpected(other)),
        // Nothing goes on that would be waited for: the list is only read.
        None => Err(Problem::unavailable(
            "platform-sync has not answered in time".to_owned(),
        )),
    }
}

#[utoipa::path(
    post,
    path = "/listings/{id}/accept",
    operation_id = "accept-listing",
    summary = "Believe what a quarantined feed says, and synchronise that asset",
    params(("id" = String, Path, description = "The listing's id.")),
    responses(
        (status = 200, description = "Believed, and what was planned and done.", body = Synced),
        (status = 202, description = "It still runs.", body = Running),
        (status = 404, description = "`unknown`: there is no such listing.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "`refused`, with the reason; `sync-busy`: nothing was decided, try again.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn accept(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let listing = input.required_text("id", MAX_ID_CHARS).unwrap_or_default();
    input.finish()?;
    decide(broker, &SyncRequest::Accept { listing }, moment).await
}

#[utoipa::path(
    post,
    path = "/conflicts/{id}/resolve",
    operation_id = "resolve-conflict",
    summary = "Name who keeps the time, and synchronise that asset",
    params(("id" = String, Path, description = "The decision's id.")),
    request_body = ResolveBody,
    responses(
        (status = 200, description = "Decided, and what was planned and done.", body = Synced),
        (status = 202, description = "It still runs.", body = Running),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 404, description = "`unknown`: there is no such decision.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "`refused`, with the reason; `sync-busy`: nothing was decided, try again.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn resolve(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let id = input.required_text("id", MAX_ID_CHARS).unwrap_or_default();
    let winner = input.required_text("winner", MAX_ID_CHARS).unwrap_or_default();
    input.finish()?;
    decide(broker, &SyncRequest::Resolve { id, winner }, moment).await
}

#[utoipa::path(
    post,
    path = "/conflicts/{id}/undo",
    operation_id = "undo-conflict",
    summary = "Take a decision back, and synchronise that asset",
    params(("id" = String, Path, description = "The decision's id.")),
    responses(
        (status = 200, description = "Taken back, and what was planned and done.", body = Synced),
        (status = 202, description = "It still runs.", body = Running),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 404, description = "`unknown`: there is no such decision.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "`refused`, with the reason; `sync-busy`: nothing was taken back, try again.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn undo(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let id = input.required_text("id", MAX_ID_CHARS).unwrap_or_default();
    input.finish()?;
    decide(broker, &SyncRequest::Undo { id }, moment).await
}

/// Has the operator's word carried out.
pub(crate) async fn decide(
    broker: &Broker,
    request: &SyncRequest,
    moment: &Moment,
) -> Result<Answer, Problem> {
    match ask(broker, request, moment).await? {
        None => Ok(still_running()),
        Some(SyncAnswer::Synced { assets }) if is_busy(&assets) => Err(Problem::sync_busy()),
        Some(SyncAnswer::Synced { assets }) => Ok(synced(200, assets)),
        Some(other) => Err(unexpected(other)),
    }
}

/// `None` when the run goes on.
async fn ask(broker: &Broker, request: &SyncRequest, moment: &Moment) -> Result<Option<SyncAnswer>, Problem> {
    match broker.synchroniser.ask(request, moment.sync_time).await {
        Asked::Answered(answer) => Ok(Some(answer)),
        Asked::Running => Ok(None),
        Asked::Failed(cause) => Err(Problem::unavailable(cause)),
    }
}

fn unexpected(answer: SyncAnswer) -> Problem {
    match answer {
        SyncAnswer::Refused {
            is_unknown: true,
            reason,
        } => Problem::unknown(&reason),
        SyncAnswer::Refused { reason, .. } => Problem::refused(&reason),
        _ => Problem::unavailable("platform-sync answered something else than it was asked".to_owned()),
    }
}

fn still_running() -> Answer {
    Answer::json(
        202,
        &Running {
            state: "still-running",
        },
    )
}

fn synced(status: u16, assets: Vec<AssetAnswer>) -> Answer {
    let answer = "synced";
    Answer::json(status, &Synced { answer, assets })
}

fn is_busy(assets: &[AssetAnswer]) -> bool {
    assets.iter().any(|asset| asset.outcome == Outcome::Busy)
}
