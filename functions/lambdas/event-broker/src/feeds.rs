//! The platforms' feeds, read side by side, each with what is to be said about it.
//!
//! A feed that fails is an answer too: it names its listing and the kind of failure, so that nobody takes silence
//! for a free calendar. URLs stay inside: no answer, error or log line holds one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use booking::sync::Link;
use booking::{Booking, Rules};
use calendar::{Limits, Period, Reading, Warning};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use feed_reader::{FeedFailure, FeedReader};
use futures_util::StreamExt;
use lambda_boot::Secrets;
use manifest::{Listing, ListingId, Manifest, Stage};
use platform::{FeedUrl, Fetched, Fetcher, Validators};

use crate::scope::Selected;
use crate::source::{Source, SourceStatus};
use crate::wire;

/// How many feeds are fetched at the same time.
const CONCURRENT_FETCHES: usize = 8;
/// How long all feeds of a request may take together. API Gateway gives up after 30 s.
pub(crate) const READ_TIME: Duration = Duration::from_secs(20);
/// Bodies up to this many bytes are kept parsed for the next request, so that an unchanged feed costs one 304.
const MAX_KEPT_BYTES: usize = 2 * 1024 * 1024;
/// The most feeds that are kept.
const MAX_KEPT_FEEDS: usize = 64;
/// Reads feeds, and remembers the last version of each while the function is warm.
pub(crate) struct Feeds {
    reader: FeedReader,
    kept: Mutex<HashMap<ListingId, Kept>>,
}

struct Kept {
    url: FeedUrl,
    validators: Validators,
    reading: Arc<Reading>,
}

/// A feed that a request needs.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Whose feed it is, and where.
    pub(crate) listing: Listing,
    /// What its events mean.
    pub(crate) rules: Rules,
    /// The zone of the listing's site.
    pub(crate) zone: Tz,
    /// Which bookings are of interest.
    pub(crate) window: Period,
}

/// The feeds of these assets, of one platform or of all.
pub(crate) fn wanted(manifest: &Manifest, selected: &[Selected<'_>], platform: Option<&str>) -> Vec<Wanted> {
    let of = |one: Selected<'_>| {
        let listings = manifest.listings_of(&one.asset.id);
        let named = listings.filter(|listing| platform.is_none_or(|id| listing.platform.as_str() == id));
        let wanted = named.map(|listing| Wanted {
            listing: listing.clone(),
            rules: feed_reader::rules(manifest.platform(listing.platform.as_str())),
            zone: one.site.time_zone,
            window: one.window,
        });
        wanted.collect::<Vec<_>>()
    };
    selected.iter().flat_map(|one| of(*one)).collect()
}

/// What the feeds tell together.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The bookings of each feed that was read, be it in part.
    pub(crate) bookings: Vec<Booking>,
    /// How the reading of each feed went, in the order in which they were asked for.
    pub(crate) sources: Vec<Source>,
}

impl Told {
    /// Which of these lines of the ledger take up their time although no feed tells of them now.
    pub(crate) fn untold(&self, lines: Vec<Link>) -> Vec<Link> {
        let is_read = |listing: &str| {
            let source = self.sources.iter().find(|source| source.listing == listing);
            source.is_some_and(|source| !source.is_partial())
        };
        booking::untold(lines, &self.bookings, is_read)
    }
}

/// What a feed says about the window.
#[derive(Debug)]
struct Contents {
    bookings: Vec<Booking>,
    /// Stable names of what was not as it should be, with how often each was seen.
    warnings: BTreeMap<&'static str, usize>,
    /// Whether nothing that could be a booking was lost.
    is_complete: bool,
    /// Whether the server said that nothing changed.
    is_unchanged: bool,
}

impl Feeds {
    pub(crate) fn new(stage: Stage, fetcher: Fetcher, secrets: Secrets) -> Self {
        Self {
            reader: FeedReader::new(stage, fetcher, secrets),
            kept: Mutex::default(),
        }
    }

    /// Reads all of them, in the given order, in at most `time`.
    pub(crate) async fn read(&self, wanted: Vec<Wanted>, now: DateTime<Utc>, time: Duration) -> Told {
        let deadline = tokio::time::Instant::now() + time;
        let mut outcomes = futures_util::stream::iter(wanted)
            .map(|wanted| async move {
                let reading = tokio::time::timeout_at(deadline, self.read_one(&wanted, now));
                let outcome = reading.await.unwrap_or(Err(FeedFailure("deadline")));
                if let Err(FeedFailure(kind)) = outcome {
                    let listing = wanted.listing.id.as_str();
                    tracing::warn!(listing, kind, "feed not read");
                }
                (wanted.listing, outcome)
            })
            .buffered(CONCURRENT_FETCHES);
        let mut told = Told::default();
        while let Some((listing, outcome)) = outcomes.next().await {
            told.sources.push(source(&listing, &outcome, now));
            told.bookings
                .extend(outcome.into_iter().flat_map(|contents| contents.bookings));
        }
        told
    }

    async fn read_one(&self, wanted: &Wanted, now: DateTime<Utc>) -> Result<Contents, FeedFailure> {
        let url = self.reader.url(&wanted.listing, now).await?;
        let (reading, is_unchanged) = self.reading(&wanted.listing.id, url).await?;
        let wanted = wanted.clone();
        // Parsing and expanding is work for the processor: the other feeds' fetches go on meanwhile.
        tokio::task::spawn_blocking(move || contents(&reading, &wanted, is_unchanged))
            .await
            .map_err(|_| FeedFailure("internal"))
    }

    /// The feed's latest version, and whether it is the one that was kept.
    async fn reading(&self, id: &ListingId, url: FeedUrl) -> Result<(Arc<Reading>, bool), FeedFailure> {
        let kept = self.kept_version(id, &url);
        let validators = kept.as_ref().map(|(validators, _)| validators);
        match (self.reader.fetch(&url, validators).await?, kept) {
            (Fetched::NotModified, Some((_, reading))) => Ok((reading, true)),
            // The guarded client takes a 304 only where validators were sent.
            (Fetched::NotModified, None) => Err(FeedFailure("internal")),
            (
                Fetched::Body {
                    bytes, validators, ..
                },
                _,
            ) => {
                let is_small = bytes.len() <= MAX_KEPT_BYTES;
                let read = tokio::task::spawn_blocking(move || calendar::read(&bytes, &Limits::default()));
                let reading = Arc::new(read.await.map_err(|_| FeedFailure("internal"))??);
                if is_small {
                    self.keep(
                        id,
                        Kept {
                            url,
                            validators,
                            reading: Arc::clone(&reading),
                        },
                    );
                }
                Ok((reading, false))
            }
        }
    }

    /// A version counts only for the URL that it came from: an operator may have changed the listing's feed.
    fn kept_version(&self, id: &ListingId, url: &FeedUrl) -> Option<(Validators, Arc<Reading>)> {
        let all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(id).filter(|kept| kept.url == *url)?;
        Some((kept.validators.clone(), Arc::clone(&kept.reading)))
    }

    fn keep(&self, id: &ListingId, version: Kept) {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MAX_KEPT_FEEDS || all.contains_key(id) {
            all.insert(id.clone(), version);
        }
    }
}

fn contents(reading: &Reading, wanted: &Wanted, is_unchanged: bool) -> Contents {
    let expansion = calendar::expand(
        &reading.calendar,
        wanted.window,
        wanted.zone,
        &feed_reader::BUDGET,
    );
    let listing = booking::Listing {
        id: wanted.listing.id.to_string(),
        platform: wanted.listing.platform.to_string(),
        asset: wanted.listing.asset.to_string(),
    };
    let told = booking::from_feed(&listing, &wanted.rules, &expansion);
    let mut warnings = BTreeMap::new();
    for Warning { kind, .. } in reading.warnings.iter().chain(&expansion.warnings) {
        *warnings.entry(kind.name()).or_default() += kind.count();
    }
    for warning in &told.warnings {
        *warnings.entry(warning.name()).or_default() += 1;
    }
    Contents {
        bookings: told.bookings,
        warnings,
        is_complete: reading.complete && !expansion.warnings.iter().any(Warning::is_loss),
        is_unchanged,
    }
}

/// What is said of a listing's feed.
fn source(listing: &Listing, outcome: &Result<Contents, FeedFailure>, now: DateTime<Utc>) -> Source {
    let contents = outcome.as_ref();
    Source {
        listing: listing.id.to_string(),
        platform: listing.platform.to_string(),
        asset: listing.asset.to_string(),
        status: match contents {
            Err(_) => SourceStatus::Error,
            Ok(contents) if !contents.is_complete => SourceStatus::Incomplete,
            Ok(contents) if contents.is_unchanged => SourceStatus::NotModified,
            Ok(_) => SourceStatus::Ok,
        },
        error: contents.err().map(|failure| failure.0),
        fetched_at: contents.is_ok().then(|| wire::utc(now)),
        warnings: contents
            .map(|contents| contents.warnings.clone())
            .unwrap_or_default(),
    }
}
