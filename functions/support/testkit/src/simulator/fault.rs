//! The ways in which a path can misbehave.

use hyper::header::HeaderValue;
use serde::{Deserialize, Serialize};

/// A fault on a path: `{"kind": "status", "status": 429, "retry_after_seconds": 5, "times": 2}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Laid {
    /// What happens.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests it strikes; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// What a path does instead of answering well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fault {
    /// Answers well, but late.
    Latency {
        /// How late, in milliseconds; at most 600,000.
        milliseconds: u64,
    },
    /// Answers with an error.
    Status {
        /// A status from 400 to 599.
        status: u16,
        /// The value of `Retry-After`, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_seconds: Option<u64>,
    },
    /// Takes the request and closes the connection.
    Drop,
    /// Carries the request out, and then closes the connection without an answer.
    DropAfter,
    /// Refuses with 403 and the partner's own error object, as over a usage limit.
    UsageLimit {
        /// Google's reason: `rateLimitExceeded`, `userRateLimitExceeded`, `quotaExceeded`; the type of an error of Amazon's;
        /// the code of one of Twilio's.
        reason: String,
    },
    /// Sends half of the body under the length of the whole.
    Truncate,
    /// Keeps one entity tag for every version, so that a client that has it never sees a change.
    StaleEtag,
    /// Sends the client elsewhere, with 302.
    Redirect {
        /// The `Location`.
        to: String,
    },
    /// Answers 200 with a page, as a site does that is down or wants a login.
    Html,
    /// Answers 200 with a calendar without events.
    EmptyCalendar,
    /// Answers with an older version: of a published document the one before, of a sample feed that of some days
    /// ago.
    Replay {
        /// How many days a sample feed goes back; at most 3,650.
        #[serde(default = "one")]
        days: u32,
    },
}

/// The fault cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFault {
    /// The status is no error.
    #[error("status {0} is not from 400 to 599")]
    Status(u16),
    /// The location holds characters that a header cannot.
    #[error("the location is not a header value")]
    Location,
    /// The wait is too long.
    #[error("{0} ms is longer than ten minutes")]
    Latency(u64),
    /// The version is too old.
    #[error("{0} days are more than 3,650")]
    Replay(u32),
}

impl Fault {
    /// The fault for every request to come.
    #[must_use]
    pub const fn always(self) -> Laid {
        Laid {
            fault: self,
            times: None,
        }
    }

    /// The fault for the next requests.
    #[must_use]
    pub const fn times(self, times: u32) -> Laid {
        Laid {
            fault: self,
            times: Some(times),
        }
    }

    pub(super) fn check(&self) -> Result<(), InvalidFault> {
        match self {
            Self::Status { status, .. } if !(400..600).contains(status) => Err(InvalidFault::Status(*status)),
            Self::Redirect { to } if HeaderValue::from_str(to).is_err() => Err(InvalidFault::Location),
            Self::Latency { milliseconds } if *milliseconds > 600_000 => {
                Err(InvalidFault::Latency(*milliseconds))
            }
            Self::Replay { days } if *days > 3_650 => Err(InvalidFault::Replay(*days)),
            _ => Ok(()),
        }
    }
}

impl Laid {
    /// Whether it strikes now; counts down.
    pub(super) fn strike(&mut self) -> Option<Fault> {
        match &mut self.times {
            None => Some(self.fault.clone()),
            Some(0) => None,
            Some(left) => {
                *left -= 1;
                Some(self.fault.clone())
            }
        }
    }
}

const fn one() -> u32 {
    1
}
