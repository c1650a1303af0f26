//! Why a fetch gave no body.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::address::Blocked;
use crate::policy::Limits;
use crate::resolve::Unresolved;

/// What prevented an answer. No variant holds a URL or an address; a cause names a host at most.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The host is, or resolves only to, an address that is not public.
    #[error("the address is not public ({reason})")]
    BlockedAddress {
        /// The name of the address range.
        reason: &'static str,
    },
    /// The URL, or a redirect, is plain http and not of an allowed origin.
    #[error("the URL is not https")]
    NotHttps,
    /// A redirect without a usable `Location`.
    #[error("the redirect has no usable location")]
    InvalidRedirect,
    /// More redirects than the policy follows.
    #[error("more than {limit} redirects")]
    TooManyRedirects {
        /// The policy's limit.
        limit: u32,
    },
    /// The body is larger than the policy takes, as sent or decompressed.
    #[error("the body is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit that was passed, in bytes.
        limit_bytes: usize,
    },
    /// No whole answer in time.
    #[error("no answer within {limit_ms} ms")]
    TimedOut {
        /// The limit that was passed, in milliseconds.
        limit_ms: u64,
    },
    /// An answer that is neither 200, nor a redirect, nor a 304 that was asked for.
    #[error("the server answered with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// How long the server asks to wait, at most a day.
        retry_after: Option<Duration>,
    },
    /// The body does not decompress, or names a content coding that was not asked for.
    #[error("the body does not decompress ({reason})")]
    Decode {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The connection ended before the body did.
    #[error("the connection ended before the body did")]
    Incomplete,
    /// The host's name has no address.
    #[error("the host's name does not resolve")]
    Unresolved,
    /// No connection to any of the host's addresses.
    #[error("no connection to the host ({cause})")]
    Unreachable {
        /// What the system said.
        cause: String,
    },
    /// The host did not prove who it is.
    #[error("no trusted connection to the host ({cause})")]
    Tls {
        /// What is wrong with its certificate or protocol.
        cause: String,
    },
    /// Any other failure of the exchange.
    #[error("the exchange failed ({cause})")]
    Transport {
        /// What the client said.
        cause: String,
    },
}

impl FetchError {
    /// The error's stable name, for JSON and metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::BlockedAddress { .. } => "blocked-address",
            Self::NotHttps => "not-https",
            Self::InvalidRedirect => "invalid-redirect",
            Self::TooManyRedirects { .. } => "too-many-redirects",
            Self::TooLarge { .. } => "too-large",
            Self::TimedOut { .. } => "timed-out",
            Self::Status { .. } => "status",
            Self::Decode { .. } => "decode",
            Self::Incomplete => "incomplete",
            Self::Unresolved => "unresolved",
            Self::Unreachable { .. } => "unreachable",
            Self::Tls { .. } => "tls",
            Self::Transport { .. } => "transport",
        }
    }

    /// Whether the same fetch may well succeed a little later with nothing changed here.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::TimedOut { .. }
            | Self::Incomplete
            | Self::Unresolved
            | Self::Unreachable { .. }
            | Self::Transport { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500 | 502..=504),
            _ => false,
        }
    }

    /// Names a failure before the answer's head has arrived.
    pub(crate) fn of_exchange(error: reqwest::Error, limits: &Limits) -> Self {
        // The URL leaves the error here, at the only place where one could get into ours.
        let error = error.without_url();
        if let Some(Blocked { reason }) = find::<Blocked>(&error) {
            return Self::BlockedAddress { reason };
        }
        if find::<Unresolved>(&error).is_some() {
            return Self::Unresolved;
        }
        if let Some(cause) = find::<rustls::Error>(&error) {
            return Self::Tls {
                cause: cause.to_string(),
            };
        }
        let cause = innermost(&error);
        match (error.is_timeout(), error.is_connect()) {
            (true, _) => Self::TimedOut {
                limit_ms: limits.connect_timeout_ms,
            },
            (false, true) => Self::Unreachable { cause },
            (false, false) => Self::Transport { cause },
        }
    }
}

/// Looks for an error type along the chain of sources, and inside `io::Error`, which hides what it wraps.
fn find<E: Error + Clone + 'static>(error: &(dyn Error + 'static)) -> Option<E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found.clone());
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|inner| find::<E>(inner)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
