//! Access tokens: fetched with the credential, kept while they are good.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::form_urlencoded;

use crate::backoff::Limits;
use crate::credential::{Credential, Kind};
use crate::error::CalendarError;
use crate::exchange;

/// Events of calendars that exist: not their sharing, not their deletion.
const SCOPE: &str = "https://www.googleapis.com/auth/calendar.events";
/// The longest that Google lets an assertion live.
const ASSERTION_LIFETIME: TimeDelta = TimeDelta::hours(1);
/// A token that ends sooner than this may end on the way.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// An answer without `expires_in` is good for this call alone.
const UNSAID_LIFETIME_S: i64 = 0;

/// One credential's access token.
#[derive(Debug)]
pub(crate) struct Tokens {
    credential: Credential,
    kept: Mutex<Option<Kept>>,
}

/// An access token. Only [`AccessToken::bearer`] gives it out.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AccessToken(Arc<str>);

#[derive(Debug)]
struct Kept {
    token: AccessToken,
    ends: DateTime<Utc>,
}

impl Tokens {
    pub(crate) fn new(credential: Credential) -> Self {
        Self {
            credential,
            kept: Mutex::default(),
        }
    }

    /// A token that is good for a minute at least. Calls that come together wait for one fetch.
    pub(crate) async fn token(
        &self,
        http: &Client,
        limits: &Limits,
        now: DateTime<Utc>,
    ) -> Result<AccessToken, CalendarError> {
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref()
            && now < kept.ends - MARGIN
        {
            return Ok(kept.token.clone());
        }
        let fetched = self.fetch(http, limits, now).await?;
        let token = fetched.token.clone();
        *kept = Some(fetched);
        Ok(token)
    }

    /// Drops a token that Google no longer takes, unless another call has renewed it by now.
    pub(crate) async fn forget(&self, refused: &AccessToken) {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.token == *refused) {
            *kept = None;
        }
    }

    async fn fetch(&self, http: &Client, limits: &Limits, now: DateTime<Utc>) -> Result<Kept, CalendarError> {
        let request = http
            .post(self.credential.token_uri.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.form(now)?);
        let reply = exchange::send(request, limits).await?;
        match reply.status {
            200 => {}
            429 => {
                return Err(CalendarError::RateLimited {
                    retry_after: reply.retry_after,
                });
            }
            status @ 500.. => return Err(CalendarError::Unavailable { status }),
            300..=399 => {
                return Err(CalendarError::Transport {
                    cause: "an unexpected redirect",
                });
            }
            _ => return Err(refusal(&reply.body)),
        }
        let answer: Answer = serde_json::from_slice(&reply.body).map_err(|_| CalendarError::Transport {
            cause: "the token endpoint's answer is unreadable",
        })?;
        let lifetime_s = answer.expires_in.unwrap_or(UNSAID_LIFETIME_S);
        Ok(Kept {
            token: AccessToken(answer.access_token.into()),
            ends: now + TimeDelta::seconds(lifetime_s.clamp(0, 86_400)),
        })
    }

    fn form(&self, now: DateTime<Utc>) -> Result<String, CalendarError> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        match &self.credential.kind {
            Kind::ServiceAccount { email, key_id, key } => {
                let claims = Claims {
                    iss: email,
                    scope: SCOPE,
                    aud: self.credential.token_uri.as_str(),
                    iat: now.timestamp(),
                    exp: (now + ASSERTION_LIFETIME).timestamp(),
                };
                form.append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
                    .append_pair("assertion", &assertion(&claims, key_id.as_deref(), key)?);
            }
            Kind::RefreshToken {
                client_id,
                client_secret,
                token,
            } => {
                form.append_pair("grant_type", "refresh_token")
                    .append_pair("client_id", client_id)
                    .append_pair("client_secret", client_secret)
                    .append_pair("refresh_token", token);
            }
        }
        Ok(form.finish())
    }
}

/// What a service account asserts (RFC 7523, and Google's "OAuth 2.0 for server to server applications").
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: Option<i64>,
}

/// A JWT, signed with RS256.
fn assertion(claims: &Claims<'_>, key_id: Option<&str>, key: &RsaKeyPair) -> Result<String, CalendarError> {
    let failed = |()| CalendarError::Invalid {
        reason: "the assertion cannot be signed",
    };
    let header = Header {
        alg: "RS256",
        typ: "JWT",
        kid: key_id,
    };
    let head = serde_json::to_vec(&header).map_err(|_| failed(()))?;
    let body = serde_json::to_vec(claims).map_err(|_| failed(()))?;
    let mut jwt = BASE64_URL_SAFE_NO_PAD.encode(head) + "." + &BASE64_URL_SAFE_NO_PAD.encode(body);
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        jwt.as_bytes(),
        &mut signature,
    )
    .map_err(|_| failed(()))?;
    jwt.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut jwt);
    Ok(jwt)
}

/// The token endpoint's own words (RFC 6749, section 5.2), so far as we know them.
fn refusal(body: &[u8]) -> CalendarError {
    const KNOWN: [&str; 6] = [
        "invalid_grant",
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    ];
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    let told = serde_json::from_slice::<Refusal>(body).map(|refusal| refusal.error);
    let known = KNOWN
        .into_iter()
        .find(|known| told.as_ref().is_ok_and(|told| told == known));
    CalendarError::Unauthorized {
        reason: known.unwrap_or("the token endpoint refused"),
    }
}

impl AccessToken {
    /// The `Authorization` header, marked so that nothing prints it.
    pub(crate) fn bearer(&self) -> Result<HeaderValue, CalendarError> {
        let value = HeaderValue::from_str(&format!("Bearer {}", self.0));
        let mut value = value.map_err(|_| CalendarError::Invalid {
            reason: "the access token is no header value",
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(hidden)")
    }
}
