//! A platform's messaging API, as the manifest describes it: list, confirm, answer.
//!
//! Invariant: addresses and tokens stay inside; no error holds one, nor a log line. A token goes to the address that its
//! platform's secret names, and never to a local one.

mod failure;
mod path;

use chrono::{DateTime, Utc};
use inbox::{MAX_ATTACHMENT_BYTES, Native, Page, read_page};
use lambda_boot::Secrets;
use manifest::{ConfirmMethod, FeedSource, MessagingApi, Stage};
use platform::{Answered, Call, FeedUrl, FetchError, Fetcher, InvalidPolicy, Limits, Origin, Policy, Verb};
use serde_json::{Value, json};

pub use failure::ApiFailure;

/// The largest page, in bytes.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;
/// The longest time for one page, in milliseconds.
const PAGE_TIMEOUT_MS: u64 = 10_000;
/// The longest time for one attachment, in milliseconds.
const ATTACHMENT_TIMEOUT_MS: u64 = 20_000;
/// What a listing's next page is asked for by, where the manifest says nothing.
const NEXT: &str = "cursor";

/// Calls platforms.
pub struct Platforms {
    stage: Stage,
    calls: Fetcher,
    attachments: Fetcher,
    secrets: Secrets,
}

/// Where one platform's API is, and what shows who calls. `Debug` shows neither.
#[derive(Clone)]
pub struct Endpoint {
    base: FeedUrl,
    token: Option<(String, String)>,
}

impl Platforms {
    /// The platforms of a stage, their addresses from the manifest or from secrets.
    ///
    /// # Errors
    /// Never: the limits are above zero.
    pub fn new(stage: Stage, secrets: Secrets, allowed_origins: &[Origin]) -> Result<Self, InvalidPolicy> {
        let fetcher = |most_bytes, total_timeout_ms| {
            Fetcher::new(Policy {
                allowed_origins: allowed_origins.to_vec(),
                limits: Limits {
                    max_body_bytes: most_bytes,
                    max_sent_bytes: most_bytes,
                    total_timeout_ms,
                    ..Limits::default()
                },
            })
        };
        Ok(Self {
            stage,
            calls: fetcher(MAX_PAGE_BYTES, PAGE_TIMEOUT_MS)?,
            attachments: fetcher(MAX_ATTACHMENT_BYTES, ATTACHMENT_TIMEOUT_MS)?,
            secrets,
        })
    }

    /// Where a platform's API is.
    ///
    /// # Errors
    /// [`ApiFailure`] when the manifest names none for this stage, or a secret cannot be read.
    pub async fn endpoint(&self, api: &MessagingApi, now: DateTime<Utc>) -> Result<Endpoint, ApiFailure> {
        let parse = |url: &str| FeedUrl::parse(url).map_err(|_| ApiFailure::of("invalid-url"));
        let name = match api.source(self.stage) {
            None => return Err(ApiFailure::of("no-api")),
            // A real token has no business at a local address.
            Some(FeedSource::LocalUrl(url)) => {
                let base = parse(url.reveal())?;
                return Ok(Endpoint { base, token: None });
            }
            Some(FeedSource::Secret(name)) => name,
        };
        let base = parse(self.secrets.value(name.as_str(), now).await?.reveal())?;
        let token = match &api.token {
            None => None,
            Some(token) => {
                let value = self.secrets.value(token.secret.as_str(), now).await?;
                let header = token
                    .header
                    .as_ref()
                    .map_or("Authorization", |name| name.as_str());
                Some((header.to_owned(), value.reveal().to_owned()))
            }
        };
        Ok(Endpoint { base, token })
    }

    /// A page of the list, from its beginning or from a cursor on.
    ///
    /// # Errors
    /// [`ApiFailure`]; a page that is not whole is none.
    pub async fn list(
        &self,
        endpoint: &Endpoint,
        api: &MessagingApi,
        cursor: Option<&str>,
    ) -> Result<Page, ApiFailure> {
        let mut url = endpoint.below(api.list.path.as_str())?;
        if let Some(cursor) = cursor {
            let name = api
                .list
                .next_parameter
                .as_ref()
                .map_or(NEXT, |name| name.as_str());
            url = url
                .with_parameter(name, cursor)
                .map_err(|_| ApiFailure::of("invalid-url"))?;
        }
        let answered = self.calls.call(&Call::get(url, endpoint.token.clone())).await?;
        read_page(&answered.bytes, &api.list).map_err(ApiFailure::unreadable)
    }

    /// Tells the platform that we have a message. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`ApiFailure`]; [`ApiFailure::is_retryable`] says whether it is worth another try.
    pub async fn confirm(
        &self,
        endpoint: &Endpoint,
        api: &MessagingApi,
        (native, mark): (&Native, Option<&str>),
    ) -> Result<(), ApiFailure> {
        let Some(confirm) = &api.confirm else {
            return Ok(());
        };
        let path = path::filled(&confirm.path, native, mark).ok_or(ApiFailure::of("invalid-id"))?;
        let verb = match confirm.method {
            ConfirmMethod::Post => Verb::Post,
            ConfirmMethod::Put => Verb::Put,
            ConfirmMethod::Patch => Verb::Patch,
            ConfirmMethod::Delete => Verb::Delete,
        };
        let call = Call {
            verb,
            url: endpoint.below(&path)?,
            token: endpoint.token.clone(),
            body: (verb != Verb::Delete).then(|| ("application/json", b"{}".to_vec())),
        };
        self.calls.call(&call).await?;
        Ok(())
    }

    /// Posts an answer to a message, in one request that is never repeated here. What the platform calls it is looked for
    /// where the list has a message's id.
    ///
    /// # Errors
    /// [`ApiFailure`]; [`ApiFailure::may_have_happened`] says whether the guest may have got it.
    pub async fn reply(
        &self,
        endpoint: &Endpoint,
        api: &MessagingApi,
        native: &Native,
        text: &str,
    ) -> Result<Option<String>, ApiFailure> {
        let reply = api.reply.as_ref().ok_or(ApiFailure::of("no-reply"))?;
        let path = path::filled(&reply.path, native, None).ok_or(ApiFailure::of("invalid-id"))?;
        let body = path::nested(reply.text.as_str(), json!(text))
            .to_string()
            .into_bytes();
        let call = Call {
            verb: Verb::Post,
            url: endpoint.below(&path)?,
            token: endpoint.token.clone(),
            body: Some(("application/json", body)),
        };
        let answered = self.calls.call(&call).await?;
        let answered: Value = serde_json::from_slice(&answered.bytes).unwrap_or(Value::Null);
        let id = answered.pointer(api.fields.message.as_str());
        Ok(id.and_then(Value::as_str).map(str::to_owned))
    }

    /// Fetches an attachment. The token goes along only to the API's own origin.
    ///
    /// # Errors
    /// [`ApiFailure`]
    pub async fn attachment(&self, endpoint: &Endpoint, url: &str) -> Result<Answered, ApiFailure> {
        let url = FeedUrl::parse(url).map_err(|_| ApiFailure::of("invalid-url"))?;
        let is_own = url.origin() == endpoint.base.origin();
        let token = endpoint.token.clone().filter(|_| is_own);
        Ok(self.attachments.call(&Call::get(url, token)).await?)
    }
}

impl Endpoint {
    fn below(&self, path: &str) -> Result<FeedUrl, ApiFailure> {
        self.base.below(path).map_err(|_| ApiFailure::of("invalid-url"))
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({})", self.base)
    }
}

impl From<FetchError> for ApiFailure {
    fn from(error: FetchError) -> Self {
        Self::fetch(&error)
    }
}

#[cfg(test)]
mod tests;
