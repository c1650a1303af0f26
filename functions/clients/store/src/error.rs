use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// Why the store could not answer, by what the caller can do about it. It never holds stored data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It is not there: a deploy or an upload has to bring it.
    #[error("{what} does not exist")]
    Missing {
        /// What was looked for.
        what: &'static str,
    },
    /// The function's role may not do this.
    #[error("access to {what} is denied")]
    Denied {
        /// What was asked for.
        what: &'static str,
    },
    /// AWS did not answer in time, or asked to slow down. Worth another try.
    #[error("{what} did not answer")]
    Unavailable {
        /// What was asked for.
        what: &'static str,
    },
    /// What is stored cannot be read: somebody else wrote it, or a newer release.
    #[error("{what} cannot be read")]
    Corrupt {
        /// What was read.
        what: &'static str,
    },
    /// There are more rows (events of a period, or lines of an asset) than one read may hold.
    #[error("there are more than {limit} rows to read")]
    TooMany {
        /// The most rows that are read.
        limit: usize,
    },
    /// The event is longer than [`crate::MAX_EVENT_LENGTH`], so a later read would not find it.
    #[error("the event is too long to be stored")]
    TooLong,
}

impl StoreError {
    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    pub(crate) fn of<E, R>(what: &'static str, error: &SdkError<E, R>) -> Self
    where
        SdkError<E, R>: ProvideErrorMetadata,
    {
        match error.code() {
            Some("ResourceNotFoundException" | "NoSuchKey" | "NoSuchBucket") => Self::Missing { what },
            Some("AccessDeniedException" | "AccessDenied") => Self::Denied { what },
            _ => Self::Unavailable { what },
        }
    }
}
