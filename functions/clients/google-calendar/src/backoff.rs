//! How long and how often.

use std::time::Duration;

/// Bounds on one call of the client, its retries included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time to resolve, connect and shake hands, in milliseconds. Default 3,000.
    pub connect_timeout_ms: u64,
    /// Longest time for one exchange, in milliseconds. Default 20,000.
    pub call_timeout_ms: u64,
    /// How often a call is sent at most, the first time included. Default 5.
    pub attempts: u32,
    /// The wait before the first retry, in milliseconds, before jitter; each further one is twice as long. Default 500.
    pub first_wait_ms: u64,
    /// The longest sum of a call's waits, in milliseconds. A `Retry-After` beyond it is the caller's to keep. Default
    /// 20,000: a function's run has other calendars to see to.
    pub longest_wait_ms: u64,
    /// The largest answer, in bytes. Default 16 MiB: a page holds at most 2,500 events.
    pub max_body_bytes: usize,
    /// The most pages of one list. Default 400: a million events.
    pub max_pages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 3_000,
            call_timeout_ms: 20_000,
            attempts: 5,
            first_wait_ms: 500,
            longest_wait_ms: 20_000,
            max_body_bytes: 16 * 1024 * 1024,
            max_pages: 400,
        }
    }
}

/// The waits of one call.
#[derive(Debug)]
pub(crate) struct Backoff<'l> {
    limits: &'l Limits,
    sent: u32,
    waited: Duration,
}

impl<'l> Backoff<'l> {
    pub(crate) const fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            sent: 0,
            waited: Duration::ZERO,
        }
    }

    /// How long to wait before the next attempt, or nothing when it is time to give up. `dice` is random: the wait is
    /// between half and all of its step, so that functions that failed together do not come back together. What the server
    /// asks for is the least.
    pub(crate) fn next(&mut self, asked: Option<Duration>, dice: u16) -> Option<Duration> {
        self.sent += 1;
        if self.sent >= self.limits.attempts {
            return None;
        }
        let step_ms = self.limits.first_wait_ms << (self.sent - 1).min(10);
        let jitter_ms = step_ms / 2 * u64::from(dice) / u64::from(u16::MAX);
        let own = Duration::from_millis(step_ms - step_ms / 2 + jitter_ms);
        let wait = own.max(asked.unwrap_or_default());
        let total = self.waited.checked_add(wait)?;
        if total > Duration::from_millis(self.limits.longest_wait_ms) {
            return None;
        }
        self.waited = total;
        Some(wait)
    }
}

/// A random number; the middle when the system has none, as a wait needs no secret.
pub(crate) fn dice() -> u16 {
    getrandom::u32().map_or(u16::MAX / 2, |number| (number & 0xffff) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(limits: Limits, asked: Option<u64>, dice: u16) -> Vec<u128> {
        let mut backoff = Backoff::new(&limits);
        std::iter::from_fn(|| backoff.next(asked.map(Duration::from_secs), dice))
            .map(|wait| wait.as_millis())
            .collect()
    }

    #[test]
    fn waits_double_and_end_with_the_attempts() {
        assert_eq!(waits(Limits::default(), None, u16::MAX), [500, 1000, 2000, 4000]);
        assert_eq!(waits(Limits::default(), None, 0), [250, 500, 1000, 2000]);
    }

    #[test]
    fn what_the_server_asks_for_is_kept_and_never_beyond_the_budget() {
        assert_eq!(waits(Limits::default(), Some(6), 0), [6000, 6000, 6000]);
        assert_eq!(waits(Limits::default(), Some(21), 0), [0; 0]);
        assert_eq!(waits(Limits::default(), Some(u64::MAX), 0), [0; 0]);
    }
}
