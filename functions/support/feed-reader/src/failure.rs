//! Why a feed was not read, by the names under which callers and logs know it.

use calendar::ReadError;
use lambda_boot::SecretError;
use platform::FetchError;

/// Why a feed was not read. Its name is stable, and all that may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedFailure(pub &'static str);

impl From<FetchError> for FeedFailure {
    fn from(error: FetchError) -> Self {
        Self(error.kind())
    }
}

impl From<SecretError> for FeedFailure {
    fn from(error: SecretError) -> Self {
        Self(match error {
            SecretError::NotSet => "secret-not-set",
            SecretError::Denied => "secret-denied",
            SecretError::Unavailable => "secret-unavailable",
        })
    }
}

impl From<ReadError> for FeedFailure {
    fn from(error: ReadError) -> Self {
        Self(match error {
            ReadError::NotACalendar { .. } => "not-a-calendar",
            ReadError::TooLarge { .. } => "too-large",
            ReadError::TooDeep { .. } => "too-deep",
        })
    }
}
