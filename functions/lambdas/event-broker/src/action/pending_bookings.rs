//! `GET /bookings/pending`, and the operator's answer to a request.

use std::cmp::Reverse;

use booking::sync::Pending;
use chrono::{DateTime, TimeDelta, Utc};
use contract::sync::SyncRequest;
use futures_util::{StreamExt, TryStreamExt};
use manifest::{Manifest, Site};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::sync_platforms::{MAX_ID_CHARS, Running, Synced, decide};
use crate::answer::Answer;
use crate::broker::{Broker, Moment};
use crate::input::Input;
use crate::problem::{Details, Problem};
use crate::scope::{self, CONCURRENT_ASSETS};
use crate::wire;

/// A request that waits for the operator's answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Request {
    /// Opaque: it is confirmed by this id.
    id: String,
    /// The site's id.
    site: String,
    /// The asset's id.
    asset: String,
    /// The platform's id.
    platform: String,
    /// The listing's id.
    listing: String,
    /// What it is called; empty when its feed gives no title.
    title: String,
    /// When it would begin, with the offset of the site.
    #[schema(format = DateTime)]
    start: String,
    /// When it would end, with the offset of the site.
    #[schema(format = DateTime)]
    end: String,
    /// The site's IANA time zone.
    time_zone: String,
    /// When it was first seen, with the offset of the site.
    #[schema(format = DateTime)]
    first_seen: String,
    /// Until when the platform waits for an answer, with the offset of the site: `answer_within_minutes` of the platform after
    /// it was first seen. Null where the manifest names none.
    #[schema(format = DateTime)]
    deadline: Option<String>,
    /// What it would pay, in hundredths of the operator's currency, where that is known.
    value: Option<u64>,
}

/// The requests that wait.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Requests {
    /// The soonest deadline first; those without one come last, by their start.
    bookings: Vec<Request>,
}

#[utoipa::path(
    get,
    path = "/bookings/pending",
    operation_id = "list-pending-bookings",
    summary = "The requests that wait for the operator's answer",
    params(scope::AssetFields),
    responses(
        (status = 200, description = "All of them.", body = Requests),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn list(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    // Load.
    let manifest = broker.content.manifest(moment.now).await?;
    let mut input = Input::new(fields);
    let assets = scope::assets(&mut input, &manifest);
    input.finish()?;
    let ids = assets.iter().map(|(_, asset)| asset.id.to_string());
    let waiting = futures_util::stream::iter(ids.collect::<Vec<_>>())
        .map(|asset| async move { broker.ledger.pending(&asset, moment.now).await })
        .buffered(CONCURRENT_ASSETS);
    let waiting: Vec<_> = waiting.try_collect().await?;
    // Decide.
    let of_site =
        |((site, _), pending): ((_, _), Vec<Pending>)| pending.into_iter().map(move |one| (site, one));
    let bookings = by_deadline(&manifest, assets.into_iter().zip(waiting).flat_map(of_site));
    Ok(Answer::json(200, &Requests { bookings }))
}

/// As the operator should look at them.
pub(crate) fn by_deadline<'m>(
    manifest: &'m Manifest,
    waiting: impl Iterator<Item = (&'m Site, Pending)>,
) -> Vec<Request> {
    let mut waiting: Vec<_> = waiting
        .map(|(site, pending)| (deadline(manifest, &pending), site, pending))
        .collect();
    // None is greater than every deadline that way round.
    waiting.sort_by_cached_key(|(deadline, _, pending)| {
        let soonest = deadline.map(Reverse);
        (Reverse(soonest), pending.face.period, pending.id.clone())
    });
    waiting
        .into_iter()
        .map(|(deadline, site, pending)| Request::of(pending, site, deadline))
        .collect()
}

fn deadline(manifest: &Manifest, pending: &Pending) -> Option<DateTime<Utc>> {
    let minutes = manifest.platform(&pending.platform)?.answer_within_minutes?.get();
    pending
        .first_seen
        .checked_add_signed(TimeDelta::minutes(minutes.into()))
}

impl Request {
    fn of(pending: Pending, site: &Site, deadline: Option<DateTime<Utc>>) -> Self {
        let local = |at| wire::local(at, site.time_zone);
        let period = pending.face.period;
        Self {
            id: pending.id,
            site: site.id.to_string(),
            asset: pending.asset,
            platform: pending.platform,
            listing: pending.listing,
            title: pending.face.title.unwrap_or_default(),
            start: local(period.start),
            end: local(period.end),
            time_zone: site.time_zone.name().to_owned(),
            first_seen: local(pending.first_seen),
            deadline: deadline.map(local),
            value: pending.value,
        }
    }
}

#[utoipa::path(
    post,
    path = "/bookings/{id}/confirm",
    operation_id = "confirm-booking",
    summary = "Count a request as a firm booking from now on, and synchronise that asset",
    description = "Its feed may show it as a hold for as long as it likes. When the feed drops it, it is cancelled as ever.",
    params(("id" = String, Path, description = "The request's id.")),
    responses(
        (status = 200, description = "It is firm, and what was planned and done.", body = Synced),
        (status = 202, description = "It still runs.", body = Running),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 404, description = "`unknown`: there is no such booking.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "`refused`, with the reason; `sync-busy`: nothing was decided, try again.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn confirm(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let id = id(fields)?;
    decide(broker, &SyncRequest::Confirm { id }, moment).await
}

#[utoipa::path(
    post,
    path = "/bookings/{id}/hold",
    operation_id = "hold-booking",
    summary = "Take a confirmation back: it is a request again. Synchronise that asset",
    params(("id" = String, Path, description = "The request's id.")),
    responses(
        (status = 200, description = "It is a request, and what was planned and done.", body = Synced),
        (status = 202, description = "It still runs.", body = Running),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 404, description = "`unknown`: there is no such booking.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "`refused`, with the reason; `sync-busy`: nothing was decided, try again.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn hold(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let id = id(fields)?;
    decide(broker, &SyncRequest::Hold { id }, moment).await
}

fn id(fields: Map<String, Value>) -> Result<String, Problem> {
    let mut input = Input::new(fields);
    let id = input.required_text("id", MAX_ID_CHARS).unwrap_or_default();
    input.finish()?;
    Ok(id)
}
