//! Calls of a platform's API: a method, a token, a body. They go through the same gate as feeds do.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::body;
use crate::error::FetchError;
use crate::feed_url::FeedUrl;
use crate::fetch::{Fetcher, retry_after};

/// One call. `Debug` shows neither the token nor the body.
#[derive(Clone)]
pub struct Call {
    /// What is done there.
    pub verb: Verb,
    /// Where.
    pub url: FeedUrl,
    /// A header's name and value that show who calls.
    pub token: Option<(String, String)>,
    /// A body, and what it is.
    pub body: Option<(&'static str, Vec<u8>)>,
}

/// The method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

/// What a call brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The body, decompressed.
    pub bytes: Vec<u8>,
    /// The `Content-Type`, as the server wrote it.
    pub content_type: Option<String>,
}

impl Fetcher {
    /// Makes a call, once. Redirects are not followed: a token belongs to the origin that it was given for, and what was
    /// posted is not posted elsewhere.
    ///
    /// # Errors
    /// [`FetchError`] names what prevented a whole, bounded answer with a status of 2xx. After a timeout or an incomplete
    /// answer the call may have been carried out.
    pub async fn call(&self, call: &Call) -> Result<Answered, FetchError> {
        let limit_ms = self.limits().total_timeout_ms;
        tokio::time::timeout(Duration::from_millis(limit_ms), self.exchange(call))
            .await
            .unwrap_or(Err(FetchError::TimedOut { limit_ms }))
    }

    async fn exchange(&self, call: &Call) -> Result<Answered, FetchError> {
        let url = call.url.expose();
        let request = self.gate(url)?.request(call.verb.method(), url.clone());
        let mut request = request.headers(call.headers()?);
        if let Some((_, body)) = &call.body {
            request = request.body(body.clone());
        }
        let response = request
            .send()
            .await
            .map_err(|error| FetchError::of_exchange(error, self.limits()))?;
        if !response.status().is_success() {
            return Err(FetchError::Status {
                status: response.status().as_u16(),
                retry_after: retry_after(response.headers()),
            });
        }
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        Ok(Answered {
            bytes: body::read(response, self.limits()).await?,
            content_type,
        })
    }
}

impl Call {
    /// Reads what is there.
    #[must_use]
    pub const fn get(url: FeedUrl, token: Option<(String, String)>) -> Self {
        Self {
            verb: Verb::Get,
            url,
            token,
            body: None,
        }
    }

    fn headers(&self) -> Result<HeaderMap, FetchError> {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = &self.token {
            let refused = || FetchError::Transport {
                cause: "the token is no header".to_owned(),
            };
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
            let mut value = HeaderValue::from_str(value.trim()).map_err(|_| refused())?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        if let Some((media_type, _)) = &self.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        Ok(headers)
    }
}

impl Verb {
    const fn method(self) -> reqwest::Method {
        match self {
            Self::Get => reqwest::Method::GET,
            Self::Post => reqwest::Method::POST,
            Self::Put => reqwest::Method::PUT,
            Self::Patch => reqwest::Method::PATCH,
            Self::Delete => reqwest::Method::DELETE,
        }
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Call({:?} {})", self.verb, self.url)
    }
}

#[cfg(test)]
mod tests;
