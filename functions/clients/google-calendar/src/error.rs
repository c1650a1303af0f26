//! Why a call gave no outcome.

use std::time::Duration;

/// What prevented an outcome, by what the caller can do. No variant holds text of Google's, a token or a calendar's name:
/// a calendar's name is somebody's mail address, and messages quote what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Google does not accept the credential, or it may not do this: the operator has to act.
    #[error("google refused the credential ({reason})")]
    Unauthorized {
        /// Google's word for it, of those we know, or the status.
        reason: &'static str,
    },
    /// There is no such calendar, or it is not shared with the credential's account; for one event, no such event.
    #[error("no such calendar or event")]
    NotFound,
    /// It was there and is deleted.
    #[error("the event is deleted")]
    Gone,
    /// Too many requests, and waiting longer was not worth it: try in the next run.
    #[error("google asks to slow down")]
    RateLimited {
        /// How long Google asks to wait, at most a day.
        retry_after: Option<Duration>,
    },
    /// Google could not order this write among others.
    #[error("another write came in between")]
    Conflict,
    /// A condition does not hold that this call does not set.
    #[error("the version is another one")]
    Precondition,
    /// Google failed (5xx).
    #[error("google answered with status {status}")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// The exchange failed on the way. A write may have been carried out; to repeat it is safe.
    #[error("the exchange with google failed ({cause})")]
    Transport {
        /// What failed, in our words.
        cause: &'static str,
    },
    /// Google will never accept this, or answered what its documentation does not know: a mistake here.
    #[error("the call is not valid ({reason})")]
    Invalid {
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl CalendarError {
    /// The error's stable name, for JSON and metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unauthorized { .. } => "unauthorized",
            Self::NotFound => "not-found",
            Self::Gone => "gone",
            Self::RateLimited { .. } => "rate-limited",
            Self::Conflict => "conflict",
            Self::Precondition => "precondition",
            Self::Unavailable { .. } => "unavailable",
            Self::Transport { .. } => "transport",
            Self::Invalid { .. } => "invalid",
        }
    }

    /// Whether the same call may well succeed a little later with nothing changed here.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. } | Self::Conflict | Self::Unavailable { .. } | Self::Transport { .. }
        )
    }
}
