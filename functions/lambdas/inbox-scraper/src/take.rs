//! A message that was read, taken in: what came is kept, then the message, and then it is told.

use std::borrow::Cow;

use chrono::TimeDelta;
use inbox::{Attachment, Draft, MAX_ATTACHMENT_BYTES, MessageId, News, Part, PartPlace, Private};
use manifest::{Manifest, MessagingApi};
use messaging::ApiFailure;
use store::StoreError;

use crate::service::{Moment, Service};

/// A message waits this long for an attachment that cannot be had at the moment; then it is taken without.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Took {
    /// It is stored, and new.
    New,
    /// It was there before.
    Known,
    /// It waits for the next time.
    Postponed,
}

/// What came, and by which API.
#[derive(Clone, Copy)]
pub(crate) struct Came<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) media_type: &'static str,
    pub(crate) api: Option<&'a MessagingApi>,
}

impl Service {
    /// Takes a message in.
    ///
    /// # Errors
    /// See [`StoreError`]. Doing it again does what is left.
    pub(crate) async fn take(
        &self,
        manifest: &Manifest,
        draft: Draft,
        came: Came<'_>,
        moment: &Moment,
    ) -> Result<Took, StoreError> {
        let id = draft.id();
        let since = draft.edited_at.unwrap_or(draft.sent_at);
        match self.inbox.judge(&id, &draft.fingerprint(), since).await? {
            News::Is(_) => {}
            News::Known(revision) => {
                self.see_to(manifest, (&id, revision, &draft), came, moment)
                    .await?;
                return Ok(Took::Known);
            }
            News::Superseded => return Ok(Took::Known),
        }
        let Some(attachments) = self.keep_parts(&draft, &id, came.api, moment).await? else {
            return Ok(Took::Postponed);
        };
        let platform = draft.platform.clone();
        let original = self
            .inbox
            .keep(&platform, &id, (came.media_type, came.bytes))
            .await?;
        let mark = draft.edited_mark.clone();
        let message = draft.into_message(original, attachments, manifest);
        let News::Is(revision) = self.inbox.take_in(&message, mark.as_deref()).await? else {
            return Ok(Took::Known);
        };
        if let Some(open) = self.inbox.open_of(&id, revision).await? {
            self.finish(manifest, open, moment).await;
        }
        Ok(Took::New)
    }

    /// A message that is there and is told again: what is left of it is done; or its platform has not heard us.
    async fn see_to(
        &self,
        manifest: &Manifest,
        (id, revision, draft): (&MessageId, u32, &Draft),
        came: Came<'_>,
        moment: &Moment,
    ) -> Result<(), StoreError> {
        if let Some(open) = self.inbox.open_of(id, revision).await? {
            self.finish(manifest, open, moment).await;
        } else if let Some(api) = came.api.filter(|api| api.confirm.is_some()) {
            let what = (&draft.native, draft.edited_mark.as_deref());
            if let Err(failure) = self.confirm((&draft.platform, api), what, moment).await {
                tracing::warn!(%failure, platform = draft.platform, "not confirmed again");
            }
        }
        Ok(())
    }

    /// Keeps what came with a message. None: it is worth another try.
    async fn keep_parts(
        &self,
        draft: &Draft,
        id: &MessageId,
        api: Option<&MessagingApi>,
        moment: &Moment,
    ) -> Result<Option<Vec<Attachment>>, StoreError> {
        let mut attachments = Vec::with_capacity(draft.parts.len());
        // Once one does not come, the others are not waited for either: each takes as long as the platform is patient.
        let mut given_up: Option<&'static str> = None;
        for part in &draft.parts {
            let fetched = match (&part.place, api) {
                (PartPlace::Here(bytes), _) => Ok(Cow::Borrowed(bytes.as_slice())),
                (PartPlace::Nowhere(why), _) => Err(*why),
                (PartPlace::At(_), None) => Err("no-address"),
                (PartPlace::At(_), Some(_)) if given_up.is_some() => Err(given_up.unwrap_or_default()),
                (PartPlace::At(url), Some(api)) => match self.fetch(api, url, moment).await {
                    Ok(bytes) => Ok(Cow::Owned(bytes)),
                    Err(failure) if !failure.is_retryable() => Err(failure.kind()),
                    Err(failure) => {
                        tracing::warn!(%failure, platform = draft.platform, "an attachment did not come");
                        if moment.time() - draft.sent_at < PATIENCE {
                            return Ok(None);
                        }
                        given_up = Some(failure.kind());
                        Err(failure.kind())
                    }
                },
            };
            attachments.push(self.keep_part(draft, id, part, fetched).await?);
        }
        Ok(Some(attachments))
    }

    async fn fetch(&self, api: &MessagingApi, url: &Private, moment: &Moment) -> Result<Vec<u8>, ApiFailure> {
        if moment.is_over() {
            return Err(ApiFailure::passing("out-of-time"));
        }
        self.api.attachment(api, url.reveal(), moment.time()).await
    }

    /// Keeps an attachment, or says why it is not kept.
    async fn keep_part(
        &self,
        draft: &Draft,
        id: &MessageId,
        part: &Part,
        bytes: Result<Cow<'_, [u8]>, &'static str>,
    ) -> Result<Attachment, StoreError> {
        let bytes = bytes.and_then(|bytes| {
            if bytes.len() > MAX_ATTACHMENT_BYTES {
                Err("too-large")
            } else {
                Ok(bytes)
            }
        });
        let (kept, missing) = match bytes {
            // Its media type is its sender's word: what is served from the bucket is only ever data.
            Ok(bytes) => {
                let kept = ("application/octet-stream", bytes.as_ref());
                let key = self.inbox.keep(&draft.platform, id, kept).await?;
                (Some((key, bytes)), None)
            }
            Err(why) => (None, Some(why.to_owned())),
        };
        Ok(Attachment {
            name: part.name.clone(),
            media_type: part.media_type.clone(),
            bytes: kept.as_ref().map_or(0, |(_, bytes)| bytes.len() as u64),
            sha256: kept
                .as_ref()
                .and_then(|(key, _)| Some(key.rsplit_once('/')?.1.to_owned())),
            key: kept.map(|(key, _)| key),
            missing,
        })
    }
}
