//! How often CloudFormation is asked again: after a throttled request, and while it works.

use std::time::Duration;

use aws_sdk_cloudformation::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;

use super::refusal::is_throttling;

/// How often a request is sent before its refusal counts. CloudFormation's limits are per account and shared with
/// whoever else deploys, so that the SDK's three attempts are over too soon.
const MOST_ATTEMPTS: u32 = 8;

/// Back-off with jitter, up to 20 s between two attempts: the SDK's own.
pub(super) fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(MOST_ATTEMPTS)
}

/// Sees throttling in answers whose code the SDK does not know as such.
#[derive(Debug)]
pub(super) struct OtherThrottling;

impl ClassifyRetry for OtherThrottling {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let is_asked_for = || {
            let answer = context
                .response()
                .filter(|answer| !answer.status().is_success())?;
            let body = std::str::from_utf8(answer.body().bytes()?).ok()?;
            let (_, rest) = body.split_once("<Code>")?;
            let (code, _) = rest.split_once("</Code>")?;
            Some(is_throttling(code.trim()))
        };
        if is_asked_for() == Some(true) {
            RetryAction::throttling_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "throttling by other codes"
    }
}

/// The pauses between questions: short at first, then longer, never quite the same, so that two who began together do
/// not keep asking together.
#[derive(Debug, Clone)]
pub(crate) struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    /// While a change set is made, or drift is detected: 50 ms, for endpoints that need no longer, doubled up to 1 s.
    pub(crate) fn brief() -> Self {
        Self {
            next: Duration::from_millis(50),
            longest: Duration::from_secs(1),
        }
    }

    /// While a stack is at work: 50 ms, for endpoints that need no longer, doubled up to 3 s.
    pub(crate) fn long() -> Self {
        Self {
            next: Duration::from_millis(50),
            longest: Duration::from_secs(3),
        }
    }

    /// Waits, each time longer.
    pub(crate) async fn wait(&mut self) {
        let pause = self.next();
        tokio::time::sleep(pause).await;
    }

    fn next(&mut self) -> Duration {
        let mut byte = [128];
        // Without randomness the pause is as good, only less spread.
        let _ = getrandom::fill(&mut byte);
        let pause = self.next.mul_f64(0.75 + f64::from(byte[0]) / 512.0);
        self.next = (self.next * 2).min(self.longest);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_limit_and_stay_within_a_quarter_of_it() {
        let mut pauses = Pauses::brief();
        let taken: Vec<u128> = (0..12).map(|_| pauses.next().as_millis()).collect();
        assert!((37..=63).contains(&taken[0]), "{taken:?}");
        for pause in &taken[6..] {
            assert!((750..=1250).contains(pause), "{taken:?}");
        }
    }

    #[test]
    fn pauses_differ() {
        let mut pauses = Pauses::long();
        let taken: Vec<Duration> = (0..40).map(|_| pauses.next()).skip(10).collect();
        assert!(taken.iter().any(|pause| *pause != taken[0]), "{taken:?}");
    }
}
