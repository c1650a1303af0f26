//! What an asset's feeds say now.

use std::collections::BTreeMap;

use booking::sync::{FeedFault, FeedReading, State};
use calendar::{Limits, Period, ReadError, Warning};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use feed_reader::FeedFailure;
use futures_util::StreamExt;
use manifest::{AssetId, Listing, Manifest};
use platform::{Fetched, Validators};
use sha2::{Digest, Sha256};

use crate::service::{Moment, Service};

/// How many feeds are fetched at the same time.
const CONCURRENT_FETCHES: usize = 8;
/// What began a day ago may still go on, and nobody books further ahead than this.
const BEHIND: TimeDelta = TimeDelta::days(1);
const AHEAD: TimeDelta = TimeDelta::days(550);

/// What was read of an asset's feeds.
pub(crate) struct Readings {
    /// By the listing's id.
    pub(crate) feeds: BTreeMap<String, FeedReading>,
    /// Why a feed could not be read, by the listing's id: more than the plan needs to know.
    pub(crate) failures: BTreeMap<String, &'static str>,
    /// What bookings pay, in hundredths, by reservation code.
    pub(crate) values: BTreeMap<String, u64>,
}

/// What a body tells.
struct Body {
    bookings: Vec<booking::Booking>,
    values: BTreeMap<String, u64>,
    digest: String,
}

impl Service {
    /// Reads the feeds of an asset side by side. One that fails says so and fails no other.
    pub(crate) async fn readings(
        &self,
        manifest: &Manifest,
        asset: &AssetId,
        state: &State,
        moment: &Moment,
    ) -> Readings {
        let now = moment.time();
        let zone = manifest
            .asset(asset.as_str())
            .map_or(chrono_tz::UTC, |(site, _)| site.time_zone);
        let listings: Vec<&Listing> = manifest.listings_of(asset).collect();
        let left = (moment.until - now).to_std().unwrap_or_default();
        let deadline = tokio::time::Instant::now() + left;
        let mut outcomes = futures_util::stream::iter(listings)
            .map(|listing| async move {
                let reading = self.reading(manifest, listing, state, zone, now);
                let reading = tokio::time::timeout_at(deadline, reading).await;
                (listing, reading.unwrap_or(Err(FeedFailure("deadline"))))
            })
            .buffered(CONCURRENT_FETCHES);
        let mut readings = Readings {
            feeds: BTreeMap::new(),
            failures: BTreeMap::new(),
            values: BTreeMap::new(),
        };
        while let Some((listing, outcome)) = outcomes.next().await {
            let id = listing.id.to_string();
            let reading = match outcome {
                Ok((reading, values)) => {
                    readings.values.extend(values);
                    reading
                }
                Err(FeedFailure(kind)) => {
                    tracing::warn!(listing = id, kind, "feed not read");
                    readings.failures.insert(id.clone(), kind);
                    FeedReading::Failed(fault(kind))
                }
            };
            readings.feeds.insert(id, reading);
        }
        readings
    }

    async fn reading(
        &self,
        manifest: &Manifest,
        listing: &Listing,
        state: &State,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<(FeedReading, BTreeMap<String, u64>), FeedFailure> {
        let url = self.feeds.url(listing, now).await?;
        let rules = feed_reader::rules(manifest.platform(listing.platform.as_str()));
        let basis = basis(&rules, zone, now);
        let source = state.sources.get(listing.id.as_str());
        let source = source.filter(|source| source.basis.as_deref() == Some(&basis));
        let validators = source.map(|source| Validators {
            etag: source.etag.clone(),
            last_modified: source.last_modified.clone(),
        });
        let (bytes, validators) = match self.feeds.fetch(&url, validators.as_ref()).await? {
            // What a value was when it was told, the ledger knows.
            Fetched::NotModified => return Ok((FeedReading::Unchanged, BTreeMap::new())),
            Fetched::Body {
                bytes, validators, ..
            } => (bytes, validators),
        };
        let of = booking::Listing {
            id: listing.id.to_string(),
            platform: listing.platform.to_string(),
            asset: listing.asset.to_string(),
        };
        let window = Period {
            start: now - BEHIND,
            end: now + AHEAD,
        };
        // Parsing and expanding is work for the processor: the other feeds' fetches go on meanwhile.
        let read = tokio::task::spawn_blocking(move || bookings(&bytes, &of, &rules, window, zone));
        let body = read.await.map_err(|_| FeedFailure("internal"))??;
        let reading = FeedReading::Complete {
            bookings: body.bookings,
            window,
            etag: validators.etag,
            last_modified: validators.last_modified,
            body_hash: body.digest,
            basis,
        };
        Ok((reading, body.values))
    }
}

/// What a body is read with. The window moves on: what comes into it is seen once a day, although the body is the same.
fn basis(rules: &booking::Rules, zone: Tz, now: DateTime<Utc>) -> String {
    let rules = Sha256::digest(format!("{rules:?}"));
    let digits: String = rules.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{} {zone} {digits}", now.date_naive())
}

/// What a body tells, if nothing of it was lost, and the body's digest.
fn bookings(
    bytes: &[u8],
    listing: &booking::Listing,
    rules: &booking::Rules,
    window: Period,
    zone: Tz,
) -> Result<Body, FeedFailure> {
    let reading =
        calendar::read(bytes, &Limits::default()).map_err(|error: ReadError| FeedFailure::from(error))?;
    let expansion = calendar::expand(&reading.calendar, window, zone, &feed_reader::BUDGET);
    if !reading.complete || expansion.warnings.iter().any(Warning::is_loss) {
        return Err(FeedFailure("incomplete"));
    }
    let told = booking::from_feed(listing, rules, &expansion);
    let digest = Sha256::digest(bytes);
    Ok(Body {
        bookings: told.bookings,
        values: booking::values(rules, &expansion),
        digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

fn fault(kind: &str) -> FeedFault {
    match kind {
        "not-a-calendar" => FeedFault::NotACalendar,
        "incomplete" | "too-deep" => FeedFault::Lossy,
        "too-large" => FeedFault::Truncated,
        _ => FeedFault::Unreachable,
    }
}
