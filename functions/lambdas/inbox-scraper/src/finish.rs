//! What is still to be done of a stored message: publish it, remember that, confirm it, remember that.

use contract::inbox::Arrived;
use inbox::Native;
use manifest::{Manifest, MessagingApi};
use messaging::ApiFailure;
use store::{Open, StoreError};

use crate::api;
use crate::service::{Moment, Service};

/// So many open messages are looked at together.
const PAGE: u16 = 100;

/// How many open messages were finished, and how many are left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Finished {
    pub(crate) settled: u64,
    pub(crate) left: u64,
}

impl Service {
    /// Does what is left of every open message, as far as the time goes. What fails for one is no reason not to go on.
    ///
    /// # Errors
    /// When open messages cannot be listed.
    pub(crate) async fn finish_all(
        &self,
        manifest: &Manifest,
        moment: &Moment,
    ) -> Result<Finished, StoreError> {
        let mut finished = Finished::default();
        let mut last: Option<Open> = None;
        loop {
            let page = self.inbox.open(last.as_ref(), PAGE).await?;
            let Some(end) = page.last().cloned() else {
                return Ok(finished);
            };
            for open in page {
                if !moment.is_over() && self.finish(manifest, open, moment).await {
                    finished.settled += 1;
                } else {
                    finished.left += 1;
                }
            }
            if moment.is_over() {
                return Ok(finished);
            }
            last = Some(end);
        }
    }

    /// Does what is left of one message. Whether nothing is left any more.
    pub(crate) async fn finish(&self, manifest: &Manifest, open: Open, moment: &Moment) -> bool {
        match self.go_on(manifest, open, moment).await {
            Ok(is_settled) => is_settled,
            Err(error) => {
                tracing::warn!(%error, "a message waits for the next run");
                false
            }
        }
    }

    async fn go_on(&self, manifest: &Manifest, mut open: Open, moment: &Moment) -> Result<bool, StoreError> {
        if !open.published {
            let arrived = Arrived {
                message: open.message.to_string(),
                thread: open.thread.to_string(),
                revision: open.revision,
                key: open.key.clone(),
            };
            if let Err(error) = self.queue.put(&arrived).await {
                tracing::warn!(%error, message = arrived.message, "not published");
                return Ok(false);
            }
            self.inbox.mark_published(&open).await?;
            open.published = true;
        }
        let platform = manifest.platform(&open.platform);
        // A platform that left the manifest is told nothing any more.
        let api = platform.and_then(api::of).filter(|_| open.is_from_api);
        if let Some(api) = api {
            let what = (&open.native, open.mark.as_deref());
            let confirmed = self.confirm((&open.platform, api), what, moment).await;
            if let Err(failure) = confirmed {
                tracing::warn!(%failure, platform = open.platform, "not confirmed");
                return Ok(false);
            }
        }
        self.inbox.settle(&open).await?;
        Ok(true)
    }

    /// Tells the platform that we have a message. One that it does not know any more, or that was edited since, needs no
    /// confirmation: the edit comes by itself. After its first failure that may pass it is not asked again in this invocation.
    pub(crate) async fn confirm(
        &self,
        (platform, api): (&str, &MessagingApi),
        what: (&Native, Option<&str>),
        moment: &Moment,
    ) -> Result<(), ApiFailure> {
        if moment.is_silent(platform) {
            return Err(ApiFailure::of("silent-before"));
        }
        if moment.is_over() {
            return Err(ApiFailure::of("out-of-time"));
        }
        match self.api.confirm(api, what, moment.time()).await {
            Err(failure) if failure.is_gone() => Ok(()),
            Err(failure) if failure.is_retryable() => {
                moment.was_silent(platform);
                Err(failure)
            }
            other => other,
        }
    }
}
