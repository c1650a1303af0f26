//! The client: authorises, sends, waits, sends again.

use chrono::Utc;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, IF_MATCH};
use reqwest::{Client, Method};
use url::Url;

use crate::backoff::{self, Backoff, Limits};
use crate::credential::{Credential, InvalidCredential};
use crate::endpoint::Endpoint;
use crate::error::CalendarError;
use crate::exchange::{self, Reply};
use crate::id::Etag;
use crate::tls;
use crate::token::Tokens;

/// Google Calendar, seen with one credential. Calendars are named by Google's ids for them. Making one opens no connection.
#[derive(Debug)]
pub struct GoogleCalendar {
    pub(crate) endpoint: Endpoint,
    pub(crate) limits: Limits,
    http: Client,
    tokens: Tokens,
}

/// Why there is no client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The secret is no credential.
    #[error(transparent)]
    Credential(#[from] InvalidCredential),
    /// This machine cannot make an HTTP client.
    #[error("{0}")]
    Http(&'static str),
}

/// A call, ready to be sent any number of times.
pub(crate) struct Call {
    method: Method,
    url: Url,
    body: Option<String>,
    if_match: Option<HeaderValue>,
    repeat: Repeat,
}

/// When a call may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Carried out twice it does what it does once.
    Always,
    /// Only when it was refused: nobody can tell whether a lost one was carried out.
    IfRefused,
}

/// An answer that means something to the call: success, 404, 409, 410 or 412.
pub(crate) struct Answer {
    pub(crate) reply: Reply,
    /// Whether an earlier attempt was lost and may have been carried out.
    pub(crate) is_repeat: bool,
}

impl GoogleCalendar {
    /// A client with a credential: the text of the secret, in a form that Google's own tools write (a service account's
    /// key file, or `authorized_user` with a refresh token).
    ///
    /// # Errors
    /// [`SetupError`] when the text is no credential, or would be shown to a server that is not trusted with it.
    pub fn new(endpoint: Endpoint, secret: &str, limits: Limits) -> Result<Self, SetupError> {
        let credential = Credential::parse(secret, &endpoint)?;
        let http = tls::client(&limits).map_err(SetupError::Http)?;
        Ok(Self {
            endpoint,
            limits,
            http,
            tokens: Tokens::new(credential),
        })
    }

    /// Sends a call until it is answered, or until it is not worth it.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, CalendarError> {
        let mut backoff = Backoff::new(&self.limits);
        let (mut was_lost, mut was_renewed) = (false, false);
        loop {
            let error = match self.attempt(call).await {
                Attempt::Answered(reply) => {
                    return Ok(Answer {
                        reply,
                        is_repeat: was_lost,
                    });
                }
                // A token can be revoked before its end: one renewal, and at once.
                Attempt::Refused(CalendarError::Unauthorized { .. }, Stale::Token) if !was_renewed => {
                    was_renewed = true;
                    continue;
                }
                Attempt::Refused(error, _) => error,
                Attempt::Lost(error) => {
                    was_lost = true;
                    if call.repeat == Repeat::IfRefused {
                        return Err(error);
                    }
                    error
                }
            };
            if !error.is_retryable() {
                return Err(error);
            }
            let asked = match error {
                CalendarError::RateLimited { retry_after } => retry_after,
                _ => None,
            };
            let Some(wait) = backoff.next(asked, backoff::dice()) else {
                return Err(error);
            };
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, call: &Call) -> Attempt {
        let token = match self.tokens.token(&self.http, &self.limits, Utc::now()).await {
            Ok(token) => token,
            Err(error) => return Attempt::Refused(error, Stale::Nothing),
        };
        let bearer = match token.bearer() {
            Ok(bearer) => bearer,
            Err(error) => return Attempt::Refused(error, Stale::Nothing),
        };
        let reply = match exchange::send(call.request(&self.http, bearer), &self.limits).await {
            Ok(reply) => reply,
            Err(error) => return Attempt::Lost(error),
        };
        match reply.status {
            200..=299 | 404 | 409 | 410 | 412 => Attempt::Answered(reply),
            401 => {
                self.tokens.forget(&token).await;
                Attempt::Refused(reply.error(), Stale::Token)
            }
            // A server that failed may have failed after the deed.
            500.. => Attempt::Lost(reply.error()),
            _ => Attempt::Refused(reply.error(), Stale::Nothing),
        }
    }
}

enum Attempt {
    Answered(Reply),
    /// Surely not carried out.
    Refused(CalendarError, Stale),
    /// Perhaps carried out.
    Lost(CalendarError),
}

/// What a refusal made useless.
enum Stale {
    Token,
    Nothing,
}

impl Call {
    pub(crate) const fn new(method: Method, url: Url, repeat: Repeat) -> Self {
        Self {
            method,
            url,
            body: None,
            if_match: None,
            repeat,
        }
    }

    pub(crate) fn with_body(mut self, body: &serde_json::Value) -> Self {
        self.body = Some(body.to_string());
        self
    }

    /// Only if the event is still this version.
    pub(crate) fn only_if(mut self, version: &Etag) -> Result<Self, CalendarError> {
        let value = HeaderValue::from_str(version.as_str()).map_err(|_| CalendarError::Invalid {
            reason: "the version is no header value",
        })?;
        // A version that matches whatever is there would make the write unconditional.
        if matches!(version.as_str().trim(), "" | "*") {
            return Err(CalendarError::Invalid {
                reason: "the version matches everything",
            });
        }
        self.if_match = Some(value);
        Ok(self)
    }

    fn request(&self, http: &Client, bearer: HeaderValue) -> reqwest::RequestBuilder {
        let mut request = http
            .request(self.method.clone(), self.url.clone())
            .header(AUTHORIZATION, bearer);
        if let Some(version) = &self.if_match {
            request = request.header(IF_MATCH, version.clone());
        }
        if let Some(body) = &self.body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        request
    }
}

impl Answer {
    /// The reply if it is a success, or what it means otherwise.
    pub(crate) fn success(self) -> Result<Reply, CalendarError> {
        match self.reply.status {
            200..=299 => Ok(self.reply),
            _ => Err(self.reply.error()),
        }
    }
}
