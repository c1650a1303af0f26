//! The fetch itself: gate, exchange, redirects, body.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, DATE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::{Client, Response};
use url::{Host, Url};

use crate::address;
use crate::body;
use crate::error::FetchError;
use crate::feed_url::FeedUrl;
use crate::policy::{InvalidPolicy, Limits, Policy};
use crate::resolve::{GuardedResolver, Names};

/// Header values that are kept are at most this long, in bytes: a feed's state stays small whatever a server sends.
const MAX_KEPT_HEADER_BYTES: usize = 512;
/// The longest wait that a server may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
const USER_AGENT: &str = concat!("landfall/", env!("CARGO_PKG_VERSION"));

/// The guarded client. Making one costs nothing: certificates are read at the first fetch.
pub struct Fetcher {
    policy: Policy,
    names: Names,
    clients: OnceLock<Result<Clients, String>>,
}

/// What a fetch brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The server says that nothing changed since the validators were given out.
    NotModified,
    /// A complete body.
    Body {
        /// The body, decompressed.
        bytes: Vec<u8>,
        /// What to send along next time.
        validators: Validators,
        /// The `Content-Type`, as the server wrote it.
        content_type: Option<String>,
    },
}

/// A server's marks of a version. Both are opaque: they are sent back as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag`, with its quotes.
    pub etag: Option<String>,
    /// The `Last-Modified` date, as the server wrote it.
    pub last_modified: Option<String>,
}

/// One client that checks addresses, and one for the allowed origins that does not. Neither keeps connections, so
/// that each hop of each fetch is resolved, checked and connected anew.
struct Clients {
    guarded: Client,
    allowed: Client,
}

enum Answer {
    Body,
    NotModified,
    Redirect(FeedUrl),
}

impl Fetcher {
    /// A client under a policy.
    ///
    /// # Errors
    /// [`InvalidPolicy`] when a limit is zero.
    pub fn new(policy: Policy) -> Result<Self, InvalidPolicy> {
        Self::with_names(policy, Names::System)
    }

    pub(crate) fn with_names(policy: Policy, names: Names) -> Result<Self, InvalidPolicy> {
        policy.limits.check()?;
        let clients = OnceLock::new();
        Ok(Self {
            policy,
            names,
            clients,
        })
    }

    /// Fetches a feed, unless it is still the version that `previous` marks.
    ///
    /// # Errors
    /// [`FetchError`] names what prevented a whole, bounded answer.
    pub async fn fetch(&self, feed: &FeedUrl, previous: Option<&Validators>) -> Result<Fetched, FetchError> {
        let limit_ms = self.policy.limits.total_timeout_ms;
        tokio::time::timeout(Duration::from_millis(limit_ms), self.follow(feed, previous))
            .await
            .unwrap_or(Err(FetchError::TimedOut { limit_ms }))
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.policy.limits
    }

    async fn follow(&self, feed: &FeedUrl, previous: Option<&Validators>) -> Result<Fetched, FetchError> {
        let limits = &self.policy.limits;
        let mut target = feed.clone();
        for _ in 0..=limits.max_redirects {
            // Validators belong to the feed's own origin: they are neither told to another nor taken from one.
            let is_own = target.origin() == feed.origin();
            let conditions = previous.filter(|_| is_own).map(Validators::headers);
            let conditions = conditions.unwrap_or_default();
            let is_conditional = !conditions.is_empty();
            let request = self.gate(target.expose())?.get(target.expose().clone());
            let response = request
                .headers(conditions)
                .send()
                .await
                .map_err(|error| FetchError::of_exchange(error, limits))?;
            match judge(&response, &target, is_conditional)? {
                Answer::Redirect(next) => target = next,
                Answer::NotModified => return Ok(Fetched::NotModified),
                Answer::Body => {
                    let from = |name| kept(response.headers(), &name);
                    let content_type = from(CONTENT_TYPE);
                    let marks = Validators {
                        etag: from(ETAG),
                        last_modified: from(LAST_MODIFIED),
                    };
                    return Ok(Fetched::Body {
                        bytes: body::read(response, limits).await?,
                        validators: if is_own { marks } else { Validators::default() },
                        content_type,
                    });
                }
            }
        }
        Err(FetchError::TooManyRedirects {
            limit: limits.max_redirects,
        })
    }

    /// Chooses the client for one hop. Names are checked when they are resolved; an address in the URL never is
    /// resolved, so it is checked here.
    pub(crate) fn gate(&self, url: &Url) -> Result<&Client, FetchError> {
        let is_allowed = self.policy.allows(url);
        if !is_allowed {
            let literal = match url.host() {
                Some(Host::Ipv4(address)) => address::check(address.into()),
                Some(Host::Ipv6(address)) => address::check(address.into()),
                Some(Host::Domain(_)) | None => Ok(()),
            };
            literal.map_err(|blocked| FetchError::BlockedAddress {
                reason: blocked.reason,
            })?;
            if url.scheme() != "https" {
                return Err(FetchError::NotHttps);
            }
        }
        let clients = self
            .clients
            .get_or_init(|| Clients::new(&self.policy, &self.names));
        match clients {
            Ok(clients) if is_allowed => Ok(&clients.allowed),
            Ok(clients) => Ok(&clients.guarded),
            Err(cause) => Err(FetchError::Transport { cause: cause.clone() }),
        }
    }
}

impl Clients {
    fn new(policy: &Policy, names: &Names) -> Result<Self, String> {
        let tls = tls_config().map_err(|error| error.to_string())?;
        let names = names.clone();
        let builder = || {
            Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .user_agent(USER_AGENT)
                .default_headers(default_headers())
                .connect_timeout(Duration::from_millis(policy.limits.connect_timeout_ms))
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .pool_max_idle_per_host(0)
        };
        let guarded = builder().dns_resolver(GuardedResolver { names }).build();
        let allowed = builder().build();
        Ok(Self {
            guarded: guarded.map_err(|error| error.to_string())?,
            allowed: allowed.map_err(|error| error.to_string())?,
        })
    }
}

impl Validators {
    /// The conditions of a request. A value that is no header any more is left out: the body comes anew.
    fn headers(&self) -> HeaderMap {
        let pairs = [
            (IF_NONE_MATCH, &self.etag),
            (IF_MODIFIED_SINCE, &self.last_modified),
        ];
        pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, HeaderValue::from_str(value.as_deref()?).ok()?)))
            .collect()
    }
}

/// The system's certificates under ring. Without any, https fails by name while allowed http origins still work.
fn tls_config() -> Result<rustls::ClientConfig, rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn default_headers() -> HeaderMap {
    HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("*/*")),
        (ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate")),
    ])
}

fn judge(response: &Response, asked: &FeedUrl, is_conditional: bool) -> Result<Answer, FetchError> {
    let headers = response.headers();
    match response.status().as_u16() {
        200 => Ok(Answer::Body),
        304 if is_conditional => Ok(Answer::NotModified),
        301 | 302 | 303 | 307 | 308 => {
            let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
            let next = location.and_then(|location| asked.join(location).ok());
            next.map(Answer::Redirect).ok_or(FetchError::InvalidRedirect)
        }
        status => Err(FetchError::Status {
            status,
            retry_after: retry_after(headers),
        }),
    }
}

/// `Retry-After` in seconds, or as a date, which is read against the answer's own `Date` so that the clocks of two
/// machines need not agree.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
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

fn kept(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= MAX_KEPT_HEADER_BYTES).then(|| value.to_owned())
}

#[cfg(test)]
mod tests;
