//! `GET /overview`: what is coming, what waits for the operator, and what failed, in one answer that says whether anything is new.
//!
//! It is read from what is stored: no platform is asked, so that a page may look every twenty seconds.

mod asset;
mod messages;
mod shape;

use booking::sync::{Pending, State};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, TryStreamExt};
use manifest::Manifest;
use sha2::{Digest, Sha256};
use store::Inbox;

use crate::action::pending_bookings::{Request, by_deadline};
use crate::answer::Answer;
use crate::auth::Caller;
use crate::broker::{Broker, Moment};
use crate::call::Ask;
use crate::input::Input;
use crate::problem::Problem;
use crate::scope::{self, CONCURRENT_ASSETS};
use crate::wire;
use asset::Around;
use shape::{DeploymentShape, InboxShape, Overview, PlatformShape, SiteShape, TokenShape};

/// So far the calendar shows what is to come.
const AHEAD: TimeDelta = TimeDelta::days(30);
/// And so much of what is just over.
const BEHIND: TimeDelta = TimeDelta::hours(24);

#[utoipa::path(
    get,
    path = "/overview",
    operation_id = "read-overview",
    summary = "What is coming, what waits for the operator, and what failed",
    params(
        scope::AssetFields,
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an earlier answer."),
    ),
    responses(
        (status = 200, description = "The overview. A part that could not be read is empty, and named in `problems`.", body = Overview),
        (status = 304, description = "Nothing has changed since that answer."),
    ),
    security(("token" = []))
)]
pub(crate) async fn read(
    broker: &Broker,
    ask: Ask,
    caller: &Caller,
    moment: &Moment,
) -> Result<Answer, Problem> {
    // Load.
    let manifest = broker.content.manifest(moment.now).await?;
    let mut input = Input::new(ask.input);
    let assets = scope::assets(&mut input, &manifest);
    input.finish()?;
    let window = calendar::Period {
        start: moment.now - BEHIND,
        end: moment.now + AHEAD,
    };
    let ids: Vec<String> = assets.iter().map(|(_, asset)| asset.id.to_string()).collect();
    let stored = futures_util::stream::iter(ids)
        .map(|asset| async move {
            let shown = broker.ledger.shown(&asset, window, moment.now);
            let own = broker.events.events_in(&asset, window);
            let pending = broker.ledger.pending(&asset, moment.now);
            futures_util::future::try_join3(shown, own, pending).await
        })
        .buffered(CONCURRENT_ASSETS);
    let stored: Vec<_> = stored.try_collect().await?;
    let around = assets
        .into_iter()
        .zip(stored)
        .map(|((site, asset), (state, own, pending))| Around {
            site,
            asset,
            state,
            own,
            pending,
            window,
        });
    let around: Vec<Around<'_>> = around.collect();
    let mut problems = Vec::new();
    let campaigns = messages::campaigns(broker, &manifest, moment.now)
        .await
        .unwrap_or_else(|error| {
            tracing::warn!(%error, "the overview lacks the campaigns");
            problems.push("campaigns");
            Vec::new()
        });

    let inbox = inbox(broker, &mut problems).await;
    let deployments = deployments(broker, moment, &mut problems).await;

    // Decide.
    let mut overview = Overview {
        sites: manifest.sites.iter().map(SiteShape::of).collect(),
        platforms: manifest.platforms.iter().map(PlatformShape::of).collect(),
        token: token(broker, caller, moment).await?,
        campaigns,
        inbox,
        deployments,
        problems,
        ..Overview::default()
    };
    let waiting = |one: &Around<'_>| one.pending.clone();
    let confirmed = |one: &Around<'_>| one.confirmed(moment.now);
    overview.requests = requests(&manifest, &around, waiting);
    overview.confirmed = requests(&manifest, &around, confirmed);
    for one in &around {
        one.add_to(&mut overview, &manifest, moment.now);
    }
    overview.sort();
    Ok(answer(&overview, ask.if_none_match.as_deref()))
}

/// What some assets have of requests, in the order in which they should be looked at.
fn requests(
    manifest: &Manifest,
    around: &[Around<'_>],
    of: impl Fn(&Around<'_>) -> Vec<Pending>,
) -> Vec<Request> {
    let of_asset = |one| of(one).into_iter().map(move |request| (one.site, request));
    by_deadline(manifest, around.iter().flat_map(of_asset))
}

/// How many guests' threads wait; `None` and a problem where they cannot be read.
async fn inbox(broker: &Broker, problems: &mut Vec<&'static str>) -> Option<InboxShape> {
    match Inbox::counts_beside(&broker.events).await {
        Ok(counts) => Some(InboxShape {
            waiting: counts.waiting,
            drafted: counts.drafted,
        }),
        Err(error) => {
            tracing::warn!(%error, "the overview lacks the inbox");
            problems.push("inbox");
            None
        }
    }
}

/// The newest releases; none and a problem where they cannot be read, as before the first one is recorded.
async fn deployments(
    broker: &Broker,
    moment: &Moment,
    problems: &mut Vec<&'static str>,
) -> Vec<DeploymentShape> {
    match broker.content.releases(moment.now).await {
        Ok(told) => told.releases.iter().map(DeploymentShape::of).collect(),
        Err(error) => {
            tracing::warn!(%error, "the overview lacks the deployments");
            problems.push("deployments");
            Vec::new()
        }
    }
}

/// Of the token that asks: when it began, and when it ends if another has superseded it.
async fn token(broker: &Broker, caller: &Caller, moment: &Moment) -> Result<Option<TokenShape>, Problem> {
    let Caller::Holder { kid, .. } = caller else {
        return Ok(None);
    };
    let verifiers = broker.content.verifiers(moment.now).await?;
    Ok(verifiers.find(kid).map(|verifier| TokenShape {
        kid: kid.clone(),
        since: utc(verifier.not_before),
        ends_at: verifier.not_after.map(utc),
    }))
}

fn answer(overview: &Overview, if_none_match: Option<&str>) -> Answer {
    let full = Answer::json(200, overview);
    let digest = Sha256::digest(full.body.to_string().as_bytes());
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{digits}\"");
    let answer = if if_none_match == Some(etag.as_str()) {
        Answer::text(304, "text/plain", String::new())
    } else {
        full
    };
    answer.with_header("etag", etag)
}

fn utc(at: DateTime<Utc>) -> String {
    wire::local(at, chrono_tz::UTC)
}

/// When a listing's feed is said not to have been heard of for too long.
fn is_stale(manifest: &Manifest, state: &State, listing: &str, now: DateTime<Utc>) -> bool {
    let last = state.sources.get(listing).and_then(|source| source.last_success);
    let patience = TimeDelta::minutes(manifest.policies.feeds.stale_after_minutes.get().into());
    last.is_none_or(|last| now - last > patience)
}
