//! `POST /campaigns/{id}/pause` and `/resume`: nothing of a campaign goes out meanwhile, and nothing of it is lost.

use contract::replies::{INBOX_NOTICES, REPLIES};
use serde::Serialize;
use serde_json::{Map, Value};
use store::Pause;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::broker::{Broker, Moment};
use crate::input::Input;
use crate::problem::{Details, Problem};

/// The longest id that is looked up, in characters.
const MAX_ID_CHARS: usize = 100;
/// The longest reason, in characters.
const MAX_WHY_CHARS: usize = 200;

/// Whether a campaign is paused by itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct Paused {
    /// Its id.
    campaign: String,
    is_paused: bool,
}

/// Why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field")]
pub(crate) struct PauseBody {
    /// For who reads it later: 1 to 200 characters on one line.
    #[schema(min_length = 1, max_length = 200)]
    why: String,
}

#[utoipa::path(
    post,
    path = "/campaigns/{id}/pause",
    operation_id = "pause-campaign",
    summary = "Send nothing of a campaign from now on",
    params(("id" = String, Path, description = "The campaign's id.")),
    request_body = PauseBody,
    responses(
        (status = 200, description = "Nothing of it is sent any more, but what a sender is just handing over.", body = Paused),
        (status = 404, description = "`unknown`: there is no such campaign.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn pause(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let id = input.required_text("id", MAX_ID_CHARS).unwrap_or_default();
    let why = input.required_text("why", MAX_WHY_CHARS).unwrap_or_default();
    input.finish()?;
    known(broker, &id, moment).await?;
    let pause = Pause {
        campaign: Some(id.clone()),
        why,
        since: moment.now,
    };
    broker.deliveries.pause(&pause).await?;
    Ok(paused(id, true))
}

#[utoipa::path(
    post,
    path = "/campaigns/{id}/resume",
    operation_id = "resume-campaign",
    summary = "End a campaign's pause",
    description = "What waited goes out with the next run, unless it is too late for it. A pause of everything stays.",
    params(("id" = String, Path, description = "The campaign's id.")),
    responses(
        (status = 200, description = "It is not paused by itself any more.", body = Paused),
        (status = 404, description = "`unknown`: there is no such campaign.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn resume(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let mut input = Input::new(fields);
    let id = input.required_text("id", MAX_ID_CHARS).unwrap_or_default();
    input.finish()?;
    known(broker, &id, moment).await?;
    broker.deliveries.resume(Some(&id), moment.now).await?;
    Ok(paused(id, false))
}

fn paused(campaign: String, is_paused: bool) -> Answer {
    Answer::json(200, &Paused { campaign, is_paused })
}

async fn known(broker: &Broker, id: &str, moment: &Moment) -> Result<(), Problem> {
    // Answers to guests are paused like a campaign, although none of the manifest makes them.
    if [REPLIES, INBOX_NOTICES].contains(&id) {
        return Ok(());
    }
    let manifest = broker.content.manifest(moment.now).await?;
    match manifest.campaign(id) {
        Some(_) => Ok(()),
        None => Err(Problem::unknown("there is no such campaign")),
    }
}
