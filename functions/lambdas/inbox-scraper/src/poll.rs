//! Asking the platforms for messages.

use contract::inbox::{PlatformAnswer, Polled};
use contract::metric;
use futures_util::StreamExt;
use inbox::{Draft, Page, read_api};
use manifest::{Manifest, MessagingApi, Platform};
use messaging::ApiFailure;
use store::StoreError;

use crate::api;
use crate::service::{Moment, Service};
use crate::take::{Came, Took};

/// So many platforms are asked at the same time: one that is slow keeps few others waiting.
const CONCURRENT_PLATFORMS: usize = 4;
/// So many pages of one platform are read in one poll; what is behind them comes when these are confirmed.
const MAX_PAGES: usize = 20;

impl Service {
    /// Finishes what was left behind, and asks the platforms for what is new.
    ///
    /// # Errors
    /// When the manifest or what is open cannot be read.
    pub(crate) async fn poll(&self, only: Option<&str>, moment: &Moment) -> Result<Polled, StoreError> {
        let manifest = self.content.manifest(moment.time()).await?;
        let manifest = &manifest;
        let finished = self.finish_all(manifest, moment).await?;
        let chosen = manifest.platforms.iter().filter_map(|platform| {
            let is_chosen = only.is_none_or(|only| platform.id.as_str() == only);
            Some((platform, api::of(platform).filter(|_| is_chosen)?))
        });
        let mut platforms: Vec<PlatformAnswer> = futures_util::stream::iter(chosen)
            .map(|(platform, api)| self.poll_platform(manifest, (platform, api), moment))
            .buffer_unordered(CONCURRENT_PLATFORMS)
            .collect()
            .await;
        platforms.sort_by(|a, b| a.platform.cmp(&b.platform));
        Ok(Polled {
            platforms,
            finished: finished.settled,
            open: finished.left,
        })
    }

    /// Counts for CloudWatch what a poll of all platforms came upon.
    pub(crate) fn tell(&self, polled: &Polled, moment: &Moment) {
        let quarantined: u64 = polled.platforms.iter().map(|answer| answer.quarantined).sum();
        let unreached = polled.platforms.iter().filter(|answer| answer.failure.is_some());
        let counters = [
            (
                metric::QUARANTINED_MESSAGES,
                usize::try_from(quarantined).unwrap_or(usize::MAX),
            ),
            (metric::UNREACHED_INBOXES, unreached.count()),
        ];
        lambda_boot::metrics::tell(&self.stage, moment.time(), &counters);
    }

    /// One platform, page by page. Whatever goes wrong is its own: it is told, and the next poll goes on.
    async fn poll_platform(
        &self,
        manifest: &Manifest,
        (platform, api): (&Platform, &MessagingApi),
        moment: &Moment,
    ) -> PlatformAnswer {
        let mut answer = PlatformAnswer {
            platform: platform.id.to_string(),
            ..PlatformAnswer::default()
        };
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = match self.page(platform, api, cursor.as_deref(), moment).await {
                Ok(page) => page,
                Err(failure) => {
                    tracing::warn!(%failure, status = failure.status(), platform = answer.platform, "not listed");
                    answer.failure = Some(failure.kind().to_owned());
                    return answer;
                }
            };
            let next = page.next.clone();
            if let Err(error) = self.take_page(manifest, api, page, (&mut answer, moment)).await {
                tracing::error!(%error, platform = answer.platform, "not stored");
                answer.failure = Some("store".to_owned());
                return answer;
            }
            // A cursor that leads to itself leads nowhere.
            if next.is_none() || next == cursor {
                return answer;
            }
            cursor = next;
        }
        // What is confirmed is listed no more at most platforms, so that the rest moves up. Where it does not, the rest is
        // never read: somebody has to know.
        tracing::error!(platform = answer.platform, "more pages than are read");
        answer.failure = Some("too-many-pages".to_owned());
        answer
    }

    async fn page(
        &self,
        platform: &Platform,
        api: &MessagingApi,
        cursor: Option<&str>,
        moment: &Moment,
    ) -> Result<Page, ApiFailure> {
        let now = moment.time();
        if moment.is_over() {
            return Err(ApiFailure::of("out-of-time"));
        }
        let id = platform.id.as_str();
        let waits = |patience: &mut std::collections::HashMap<_, _>| {
            patience.get(id).is_some_and(|until| now < *until)
        };
        if self
            .patience
            .lock()
            .is_ok_and(|mut patience| waits(&mut patience))
        {
            return Err(ApiFailure::of("asked-to-wait"));
        }
        let listed = self.api.list(api, cursor, now).await;
        let wait = listed.as_ref().err().and_then(|failure| failure.retry_after());
        let until = wait.and_then(|wait| now.checked_add_signed(chrono::TimeDelta::from_std(wait).ok()?));
        if let (Some(until), Ok(mut patience)) = (until, self.patience.lock()) {
            patience.insert(id.to_owned(), until);
        }
        listed
    }

    /// Takes a page in, what was written first first.
    async fn take_page(
        &self,
        manifest: &Manifest,
        api: &MessagingApi,
        page: Page,
        (answer, moment): (&mut PlatformAnswer, &Moment),
    ) -> Result<(), StoreError> {
        let mut drafts: Vec<(Draft, Box<str>)> = Vec::with_capacity(page.messages.len());
        for raw in page.messages {
            match read_api(&raw, &answer.platform, api) {
                Ok(draft) => drafts.push((draft, raw.into())),
                Err(why) => {
                    let aside = (raw.get().as_bytes(), why.name());
                    let is_new = self
                        .inbox
                        .quarantine(Some(&answer.platform), aside, moment.time())
                        .await?;
                    answer.quarantined += u64::from(is_new);
                    if is_new {
                        tracing::error!(%why, platform = answer.platform, "a message cannot be read");
                    }
                }
            }
        }
        drafts.sort_by_key(|(draft, _)| draft.edited_at.unwrap_or(draft.sent_at));
        for (draft, raw) in drafts {
            if moment.is_over() {
                answer.postponed += 1;
                continue;
            }
            let came = Came {
                bytes: raw.as_bytes(),
                media_type: "application/json",
                api: Some(api),
            };
            match self.take(manifest, draft, came, moment).await? {
                Took::New => answer.new += 1,
                Took::Known => answer.known += 1,
                Took::Postponed => answer.postponed += 1,
            }
        }
        Ok(())
    }
}
