//! One exchange: a request out, a bounded answer back.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};
use serde::Deserialize;

use crate::backoff::Limits;
use crate::error::CalendarError;

/// The longest wait that a server may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// An answer that came whole.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

/// Sends once. An error means that nobody knows whether the request was carried out.
pub(crate) async fn send(request: RequestBuilder, limits: &Limits) -> Result<Reply, CalendarError> {
    let response = request.send().await.map_err(|error| transport(&error))?;
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let body = read(response, limits.max_body_bytes).await?;
    Ok(Reply {
        status,
        retry_after,
        body,
    })
}

impl Reply {
    /// Reads a good answer's JSON.
    pub(crate) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, CalendarError> {
        serde_json::from_slice(&self.body).map_err(|_| CalendarError::Transport {
            cause: "the answer is not the JSON that it should be",
        })
    }

    /// A good answer to what has nothing to tell. A page with status 200 is somebody else's.
    pub(crate) fn nothing(&self) -> Result<(), CalendarError> {
        if self.body.is_empty() {
            return Ok(());
        }
        Err(CalendarError::Transport {
            cause: "the answer is not the empty one that it should be",
        })
    }

    /// What an answer that is no success means; the meaning of 404 to 412 depends on the call.
    pub(crate) fn error(&self) -> CalendarError {
        match self.status {
            401 => CalendarError::Unauthorized {
                reason: "the access token is not accepted",
            },
            403 => match self.reason().as_deref() {
                // "Handle API errors": these two pass by themselves; other refusals do not.
                Some("rateLimitExceeded" | "userRateLimitExceeded") => self.rate_limited(),
                reason => CalendarError::Unauthorized {
                    reason: known_refusal(reason),
                },
            },
            404 => CalendarError::NotFound,
            409 => CalendarError::Conflict,
            410 => CalendarError::Gone,
            412 => CalendarError::Precondition,
            429 => self.rate_limited(),
            status @ 500.. => CalendarError::Unavailable { status },
            300..=399 => CalendarError::Transport {
                cause: "an unexpected redirect",
            },
            _ => CalendarError::Invalid {
                reason: "google refused the request",
            },
        }
    }

    const fn rate_limited(&self) -> CalendarError {
        CalendarError::RateLimited {
            retry_after: self.retry_after,
        }
    }

    /// The first reason of Google's error object.
    fn reason(&self) -> Option<String> {
        let body: ErrorBody = serde_json::from_slice(&self.body).ok()?;
        Some(body.error.errors.into_iter().next()?.reason)
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorObject,
}

#[derive(Deserialize)]
struct ErrorObject {
    errors: Vec<ErrorItem>,
}

#[derive(Deserialize)]
struct ErrorItem {
    reason: String,
}

fn known_refusal(reason: Option<&str>) -> &'static str {
    const KNOWN: [&str; 8] = [
        "forbidden",
        "forbiddenForNonOrganizer",
        "insufficientPermissions",
        "accessNotConfigured",
        "requiredAccessLevel",
        "quotaExceeded",
        "dailyLimitExceeded",
        "calendarUsageLimitsExceeded",
    ];
    let known = KNOWN.into_iter().find(|known| Some(*known) == reason);
    known.unwrap_or("forbidden, for a reason that we do not know")
}

async fn read(mut response: Response, limit_bytes: usize) -> Result<Vec<u8>, CalendarError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| transport(&error))? {
        if body.len() + chunk.len() > limit_bytes {
            return Err(CalendarError::Transport {
                cause: "the answer is too large",
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The client's own errors name the URL, and with it the calendar.
fn transport(error: &reqwest::Error) -> CalendarError {
    let cause = match (error.is_timeout(), error.is_connect()) {
        (true, _) => "no answer in time",
        (false, true) => "no trusted connection",
        (false, false) => "the connection ended early",
    };
    CalendarError::Transport { cause }
}

/// `Retry-After` in seconds, or as a date, which is read against the answer's own `Date`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let value = text(RETRY_AFTER)?;
    let wait = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = httpdate::parse_http_date(value).ok()?;
            let sent = text(DATE).and_then(|date| httpdate::parse_http_date(date).ok());
            until
                .duration_since(sent.unwrap_or_else(SystemTime::now))
                .unwrap_or_default()
        }
    };
    Some(wait.min(MAX_RETRY_AFTER))
}
