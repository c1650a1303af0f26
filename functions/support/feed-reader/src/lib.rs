//! A listing's feed: where it is, how it is fetched, and what its platform's events mean.
//!
//! Invariant: URLs stay inside. No error holds one, nor a log line.

mod failure;
mod mapping;

use calendar::Budget;
use chrono::{DateTime, Utc};
use lambda_boot::Secrets;
use manifest::{FeedSource, Listing, Stage};
use platform::{FeedUrl, Fetched, Fetcher, Validators};

pub use failure::FeedFailure;
pub use mapping::rules;

/// What one feed may cost: some tenths of a second, and some thirty megabytes. The steps bound the memory too, as
/// recurrences are found before those outside of the window are dropped: four million find at most 200,000, ten times
/// what is given out.
pub const BUDGET: Budget = Budget {
    steps: 4_000_000,
    occurrences: 20_000,
};

/// Fetches feeds.
pub struct FeedReader {
    stage: Stage,
    fetcher: Fetcher,
    secrets: Secrets,
}

impl FeedReader {
    /// Feeds of a stage, their addresses from the manifest or from secrets.
    #[must_use]
    pub fn new(stage: Stage, fetcher: Fetcher, secrets: Secrets) -> Self {
        Self {
            stage,
            fetcher,
            secrets,
        }
    }

    /// Where a listing's feed is.
    ///
    /// # Errors
    /// [`FeedFailure`] when the manifest names no feed for this stage, or its secret cannot be read or is no URL.
    pub async fn url(&self, listing: &Listing, now: DateTime<Utc>) -> Result<FeedUrl, FeedFailure> {
        let text = match listing.feed.source(self.stage) {
            None => return Err(FeedFailure("no-feed")),
            Some(FeedSource::LocalUrl(url)) => return parse(url.reveal()),
            Some(FeedSource::Secret(name)) => self.secrets.value(name.as_str(), now).await?,
        };
        parse(text.reveal())
    }

    /// Fetches a feed, unless it is still the version that `previous` marks.
    ///
    /// # Errors
    /// [`FeedFailure`] by the kind of what went wrong.
    pub async fn fetch(&self, url: &FeedUrl, previous: Option<&Validators>) -> Result<Fetched, FeedFailure> {
        Ok(self.fetcher.fetch(url, previous).await?)
    }
}

fn parse(url: &str) -> Result<FeedUrl, FeedFailure> {
    FeedUrl::parse(url).map_err(|_| FeedFailure("invalid-url"))
}
