//! Why a platform was not reached, by what the caller does about it.

use std::time::Duration;

use inbox::Unreadable;
use lambda_boot::SecretError;
use platform::FetchError;

/// Why a call brought nothing. It names no address and quotes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ApiFailure {
    kind: &'static str,
    status: Option<u16>,
    is_retryable: bool,
    may_have_happened: bool,
    retry_after: Option<Duration>,
}

impl ApiFailure {
    /// A failure before anything was sent, which another try does not mend.
    #[must_use]
    pub const fn of(kind: &'static str) -> Self {
        Self {
            kind,
            status: None,
            is_retryable: false,
            may_have_happened: false,
            retry_after: None,
        }
    }

    /// A failure that another try may mend.
    #[must_use]
    pub const fn passing(kind: &'static str) -> Self {
        Self {
            is_retryable: true,
            ..Self::of(kind)
        }
    }

    /// A refusal by the platform, with this status.
    #[must_use]
    pub const fn refused(status: u16) -> Self {
        Self {
            status: Some(status),
            is_retryable: matches!(status, 408 | 425 | 429 | 500 | 502..=504),
            may_have_happened: status >= 500,
            ..Self::of("status")
        }
    }

    pub(crate) const fn unreadable(error: Unreadable) -> Self {
        Self {
            is_retryable: true,
            ..Self::of(error.name())
        }
    }

    pub(crate) fn fetch(error: &FetchError) -> Self {
        let (status, retry_after) = match error {
            FetchError::Status { status, retry_after } => (Some(*status), *retry_after),
            _ => (None, None),
        };
        let may_have_happened = match error {
            FetchError::BlockedAddress { .. }
            | FetchError::NotHttps
            | FetchError::Unresolved
            | FetchError::Unreachable { .. }
            | FetchError::Tls { .. } => false,
            FetchError::Status { status, .. } => *status >= 500,
            _ => true,
        };
        Self {
            kind: error.kind(),
            status,
            is_retryable: error.is_retryable(),
            may_have_happened,
            retry_after,
        }
    }

    /// The failure's stable name, for JSON and metrics.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        self.kind
    }

    /// The status with which the platform refused, if it did.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        self.status
    }

    /// Whether the same call may well succeed a little later.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        self.is_retryable
    }

    /// Whether the platform may have done what it was asked for.
    #[must_use]
    pub const fn may_have_happened(self) -> bool {
        self.may_have_happened
    }

    /// How long the platform asks to wait.
    #[must_use]
    pub const fn retry_after(self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the platform says that it is not there any more, or has changed since: nothing is left to confirm.
    #[must_use]
    pub const fn is_gone(self) -> bool {
        matches!(self.status, Some(404 | 409 | 410 | 412))
    }
}

impl From<SecretError> for ApiFailure {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::NotSet => Self::of("secret-not-set"),
            SecretError::Denied => Self::of("secret-denied"),
            SecretError::Unavailable => Self {
                is_retryable: true,
                ..Self::of("secret-unavailable")
            },
        }
    }
}
