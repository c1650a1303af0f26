//! Whether to try again after a failure, and when.

use std::time::Duration;

/// Why GitHub did not do what was asked, by what its caller does about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// What was to be edited is not there any more: read again, and decide anew.
    #[error("{0} is not there")]
    Gone(String),
    /// It may do later.
    #[error("{what}")]
    Later {
        /// What happened.
        what: String,
        /// How long GitHub asks to wait.
        wait: Option<Duration>,
    },
    /// It will not.
    #[error("{0}")]
    Refused(String),
}

/// What an answer with a bad status says about waiting.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Answered<'a> {
    /// The HTTP status.
    pub(super) status: u16,
    /// `Retry-After`, in seconds.
    pub(super) retry_after: Option<u64>,
    /// Seconds until the rate limit starts anew, if it is used up.
    pub(super) limit_resets: Option<u64>,
    /// GitHub's own words.
    pub(super) message: &'a str,
}

/// Tries at most.
pub(super) const ATTEMPTS: u32 = 6;
/// No longer wait is worth a runner's time: the job fails and says why.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// What GitHub asks for after a secondary rate limit that names no time.
const UNNAMED_LIMIT: Duration = Duration::from_secs(60);

/// How long to wait after the `attempt`th try, counted from 1. `None`: no longer try.
pub(super) fn wait_after(attempt: u32, failure: &Failure) -> Option<Duration> {
    if attempt >= ATTEMPTS {
        return None;
    }
    match failure {
        Failure::Refused(_) => None,
        Failure::Gone(_) => Some(Duration::ZERO),
        Failure::Later { wait, .. } => {
            let wait = wait.unwrap_or(Duration::from_secs(1 << attempt.min(5)));
            (wait <= LONGEST_WAIT).then_some(wait)
        }
    }
}

/// What a bad status means for a request, which is named by `what`.
pub(super) fn failure(what: &str, answered: Answered<'_>) -> Failure {
    let Answered {
        status,
        retry_after,
        limit_resets,
        message,
    } = answered;
    // Its own words may be a page of HTML.
    let message: String = message.chars().take(200).collect();
    let told = format!("{what}: GitHub answered {status} {message}")
        .trim_end()
        .to_owned();
    let named = retry_after.or(limit_resets).map(Duration::from_secs);
    let limited = named.is_some() || message.to_lowercase().contains("rate limit");
    match status {
        404 | 410 => Failure::Gone(what.to_owned()),
        429 => Failure::Later {
            what: told,
            wait: Some(named.unwrap_or(UNNAMED_LIMIT)),
        },
        // GitHub says so both for a rate limit and for a missing right.
        403 if limited => Failure::Later {
            what: told,
            wait: Some(named.unwrap_or(UNNAMED_LIMIT)),
        },
        500..=599 => Failure::Later {
            what: told,
            wait: named,
        },
        _ => Failure::Refused(told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answered: Answered<'_>, expect_secs: Option<u64>) {
        let failure = failure("GET /x", answered);
        assert_eq!(
            wait_after(1, &failure).map(|wait| wait.as_secs()),
            expect_secs,
            "{failure}"
        );
    }

    #[test]
    fn a_bad_gateway_is_tried_again_soon_and_then_more_slowly() {
        let bad = |status| Answered {
            status,
            ..Answered::default()
        };
        check(bad(502), Some(2));
        let failure = failure("GET /x", bad(502));
        let waits: Vec<_> = (1..=ATTEMPTS)
            .map(|attempt| wait_after(attempt, &failure).map(|wait| wait.as_secs()))
            .collect();
        assert_eq!(waits, [Some(2), Some(4), Some(8), Some(16), Some(32), None]);
    }

    #[test]
    fn a_rate_limit_is_waited_for_as_long_as_it_asks_but_not_for_an_hour() {
        let limited = Answered {
            status: 403,
            message: "You have exceeded a secondary rate limit.",
            ..Answered::default()
        };
        check(limited, Some(60));
        check(
            Answered {
                retry_after: Some(7),
                ..limited
            },
            Some(7),
        );
        check(
            Answered {
                limit_resets: Some(90),
                ..limited
            },
            Some(90),
        );
        check(
            Answered {
                limit_resets: Some(3000),
                ..limited
            },
            None,
        );
        check(
            Answered {
                status: 429,
                message: "",
                ..limited
            },
            Some(60),
        );
    }

    #[test]
    fn a_missing_right_and_a_bad_request_are_not_tried_again() {
        let refused = Answered {
            status: 403,
            message: "Resource not accessible by integration",
            ..Answered::default()
        };
        check(refused, None);
        check(
            Answered {
                status: 422,
                ..refused
            },
            None,
        );
        check(
            Answered {
                status: 401,
                ..refused
            },
            None,
        );
    }

    #[test]
    fn what_is_gone_is_looked_for_at_once() {
        for status in [404, 410] {
            check(
                Answered {
                    status,
                    ..Answered::default()
                },
                Some(0),
            );
        }
    }
}
