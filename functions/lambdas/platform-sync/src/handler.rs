//! One request in, one answer out.

use std::panic::AssertUnwindSafe;

use contract::metric;
use contract::sync::{AssetAnswer, FeedAnswer, Outcome, SyncAnswer, SyncRequest};
use futures_util::{FutureExt, StreamExt};
use manifest::{AssetId, Listing, Manifest};
use serde_json::Value;
use store::StoreError;

use crate::service::{Moment, Service};

/// So many assets are synchronised at the same time: one whose feeds are slow keeps few others waiting.
const CONCURRENT_ASSETS: usize = 4;

/// Why an invocation fails. It names no guest and no address.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(&'static str);

/// Why there is no answer to a request.
#[derive(Debug)]
pub(crate) enum Problem {
    /// What is asked for cannot be done.
    Refused { is_unknown: bool, reason: String },
    /// What it needs cannot be read.
    Store(StoreError),
}

impl Service {
    /// Answers an event. A panic ends this invocation only: leases end by themselves.
    ///
    /// # Errors
    /// When there is no answer because something that it needs has failed. The invocation then fails, which raises an
    /// alarm, and who called without waiting is called again by Lambda.
    pub(crate) async fn handle(&self, event: Value, moment: &Moment) -> Result<Value, Failure> {
        let request = serde_json::from_value::<SyncRequest>(event);
        let answer = match request {
            Ok(request) => {
                AssertUnwindSafe(self.answer(request, moment))
                    .catch_unwind()
                    .await
            }
            // The parser's message quotes the request.
            Err(_) => Ok(Err(Problem::refused("the request cannot be read"))),
        };
        let answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(Problem::Refused { is_unknown, reason })) => {
                tracing::warn!(reason, "refused");
                SyncAnswer::Refused { is_unknown, reason }
            }
            Ok(Err(Problem::Store(error))) => {
                tracing::error!(%error, "failed");
                return Err(Failure("the store cannot be used"));
            }
            // The panic's own text was logged where it happened.
            Err(_) => return Err(Failure("something failed inside, and was logged")),
        };
        serde_json::to_value(answer).map_err(|_| Failure("the answer cannot be written"))
    }

    async fn answer(&self, request: SyncRequest, moment: &Moment) -> Result<SyncAnswer, Problem> {
        let manifest = self.content.manifest(moment.time()).await?;
        let manifest = &manifest;
        match request {
            SyncRequest::Sync {
                platform,
                listings,
                assets,
                dry_run,
            } => {
                let chosen = chosen(manifest, platform.as_deref(), &listings, &assets)?;
                let answers = futures_util::stream::iter(chosen)
                    .map(|asset| async move {
                        if dry_run {
                            self.dry_run(manifest, asset, moment).await
                        } else {
                            self.run(manifest, asset, None, moment).await
                        }
                    })
                    .buffered(CONCURRENT_ASSETS);
                let answers: Vec<AssetAnswer> = answers.collect().await;
                // A part would hide what the whole has told.
                if !dry_run && platform.is_none() && listings.is_empty() && assets.is_empty() {
                    let counters = counters(&answers);
                    lambda_boot::metrics::tell(&self.stage, moment.time(), &counters);
                }
                Ok(SyncAnswer::Synced { assets: answers })
            }
            SyncRequest::Conflicts => self.conflicts(manifest, moment).await,
            SyncRequest::Explain { id } => self.explain(manifest, &id, moment).await,
            SyncRequest::Resolve { id, winner } => self.resolve(manifest, &id, &winner, moment).await,
            SyncRequest::Undo { id } => self.undo(manifest, &id, moment).await,
            SyncRequest::Confirm { id } => self.confirm(manifest, &id, moment).await,
            SyncRequest::Hold { id } => self.hold(manifest, &id, moment).await,
            SyncRequest::Accept { listing } => {
                let listing = named(manifest, &listing)?;
                self.accept(manifest, listing, moment).await
            }
            SyncRequest::Feed { listing, rotate } => {
                let listing = named(manifest, &listing)?;
                self.feed_address(listing, rotate, moment).await
            }
        }
    }
}

/// What alarms are raised on.
fn counters(assets: &[AssetAnswer]) -> [(&'static str, usize); 3] {
    let feeds = |is: fn(&FeedAnswer) -> bool| {
        let feeds = assets.iter().flat_map(|asset| &asset.feeds);
        feeds.filter(|feed| is(feed)).count()
    };
    let stopped = assets
        .iter()
        .filter(|asset| matches!(asset.outcome, Outcome::Stopped { .. }) || asset.google_failure.is_some());
    [
        (metric::STALE_FEEDS, feeds(|feed| feed.is_stale)),
        (metric::QUARANTINED_FEEDS, feeds(|feed| feed.quarantine.is_some())),
        (metric::STOPPED_ASSETS, stopped.count()),
    ]
}

/// The named assets, and those of the named listings and of the platform; nothing named: all. In the manifest's order, each once.
fn chosen<'m>(
    manifest: &'m Manifest,
    platform: Option<&str>,
    listings: &[String],
    named_assets: &[String],
) -> Result<Vec<&'m AssetId>, Problem> {
    if let Some(id) = platform
        && manifest.platform(id).is_none()
    {
        return Err(Problem::unknown("there is no such platform"));
    }
    for id in listings {
        named(manifest, id)?;
    }
    if named_assets.iter().any(|id| manifest.asset(id).is_none()) {
        return Err(Problem::unknown("there is no such asset"));
    }
    let is_chosen = |listing: &&Listing| {
        platform.is_none_or(|id| listing.platform.as_str() == id)
            && (listings.is_empty() || listings.iter().any(|id| listing.id.as_str() == id))
    };
    let of_listings = platform.is_some() || !listings.is_empty();
    let all = !of_listings && named_assets.is_empty();
    let is_named = |asset: &AssetId| named_assets.iter().any(|id| id == asset.as_str());
    let assets = manifest.assets().map(|(_, asset)| &asset.id);
    Ok(assets
        .filter(|asset| {
            all || is_named(asset)
                || of_listings && manifest.listings_of(asset).any(|listing| is_chosen(&listing))
        })
        .collect())
}

fn named<'m>(manifest: &'m Manifest, id: &str) -> Result<&'m Listing, Problem> {
    let found = manifest.listings.iter().find(|listing| listing.id.as_str() == id);
    found.ok_or_else(|| Problem::unknown("there is no such listing"))
}

impl Problem {
    pub(crate) fn refused(reason: &str) -> Self {
        Self::Refused {
            is_unknown: false,
            reason: reason.to_owned(),
        }
    }

    pub(crate) fn unknown(reason: &str) -> Self {
        Self::Refused {
            is_unknown: true,
            reason: reason.to_owned(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[cfg(test)]
mod tests;
