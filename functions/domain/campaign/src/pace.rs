//! How fast messages may go: a bucket that never holds more than it can pour out in turn.
//!
//! Each sender reserves times at which it may send, one after the other and evenly apart. Whoever reserves moves the next
//! free time on, in one conditional write; so however many senders there are, together they are never faster than the rate.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::Purpose;

/// What one account in one region may send.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Messages a second, all together.
    pub per_second: f64,
    /// The share of it that marketing may take, above 0 and at most 1: the rest is always free for guests' own messages.
    pub marketing_share: f64,
}

/// The next times that nobody has reserved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// In microseconds since the epoch: for any message.
    pub next_us: i64,
    /// For marketing, which must wait for both.
    pub next_marketing_us: i64,
}

/// Times at which some messages may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserved {
    /// The first message's.
    pub first: DateTime<Utc>,
    /// From one to the next.
    pub interval: TimeDelta,
}

impl Pace {
    /// Reserves times for this many messages; `None` when the first would be later than `patience` from now. Then nothing
    /// is reserved.
    #[must_use]
    pub fn reserve(
        self,
        rate: Rate,
        purpose: Purpose,
        count: u32,
        (now, patience): (DateTime<Utc>, TimeDelta),
    ) -> Option<(Self, Reserved)> {
        let now_us = now.timestamp_micros();
        let share = match purpose {
            Purpose::Transactional | Purpose::Personal => 1.0,
            Purpose::Marketing => rate.marketing_share.clamp(0.01, 1.0),
        };
        let interval_us = interval_us_of(rate.per_second * share)?;
        let of_all_us = interval_us_of(rate.per_second)?;
        let after = match purpose {
            Purpose::Transactional | Purpose::Personal => self.next_us,
            Purpose::Marketing => self.next_us.max(self.next_marketing_us),
        };
        let first_us = after.max(now_us);
        if first_us - now_us > patience.num_microseconds().unwrap_or(i64::MAX) {
            return None;
        }
        let last_us = first_us + interval_us * (i64::from(count.max(1)) - 1);
        let next = Self {
            next_us: last_us + of_all_us,
            next_marketing_us: match purpose {
                Purpose::Transactional | Purpose::Personal => self.next_marketing_us,
                Purpose::Marketing => last_us + interval_us,
            },
        };
        let reserved = Reserved {
            first: DateTime::from_timestamp_micros(first_us)?,
            interval: TimeDelta::microseconds(interval_us),
        };
        Some((next, reserved))
    }
}

impl Reserved {
    /// The time of one of the messages, from 0.
    #[must_use]
    pub fn at(&self, index: u32) -> DateTime<Utc> {
        let steps = i32::try_from(index).unwrap_or(i32::MAX);
        self.first
            .checked_add_signed(self.interval * steps)
            .unwrap_or(self.first)
    }
}

/// Rounded up: a fraction of a microsecond a message would be more than the rate in the long run.
fn interval_us_of(per_second: f64) -> Option<i64> {
    if !per_second.is_finite() || per_second <= 0.0 {
        return None;
    }
    let interval = (1_000_000.0 / per_second).ceil();
    #[expect(clippy::cast_possible_truncation, reason = "it is between 1 and a day")]
    let interval = interval.clamp(1.0, 86_400_000_000.0) as i64;
    Some(interval)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: TimeDelta = TimeDelta::seconds(5);

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn rate(per_second: f64) -> Rate {
        Rate {
            per_second,
            marketing_share: 0.8,
        }
    }

    #[test]
    fn two_senders_never_get_the_same_time() {
        let (pace, first) = Pace::default()
            .reserve(rate(10.0), Purpose::Transactional, 3, (now(), PATIENCE))
            .unwrap();
        let (_, second) = pace
            .reserve(rate(10.0), Purpose::Transactional, 1, (now(), PATIENCE))
            .unwrap();
        assert_eq!(first.at(2) - now(), TimeDelta::milliseconds(200));
        assert_eq!(second.first - now(), TimeDelta::milliseconds(300));
    }

    #[test]
    fn what_was_not_used_is_not_saved_up() {
        let (pace, _) = Pace::default()
            .reserve(rate(1.0), Purpose::Transactional, 1, (now(), PATIENCE))
            .unwrap();
        let later = now() + TimeDelta::hours(1);
        let (_, reserved) = pace
            .reserve(rate(1.0), Purpose::Transactional, 3, (later, PATIENCE))
            .unwrap();
        assert_eq!(reserved.first, later);
        assert_eq!(reserved.at(2) - later, TimeDelta::seconds(2));
    }

    #[test]
    fn a_guests_own_message_does_not_wait_behind_marketing() {
        let mut pace = Pace::default();
        for _ in 0..4 {
            let (next, _) = pace
                .reserve(rate(10.0), Purpose::Marketing, 1, (now(), PATIENCE))
                .unwrap();
            pace = next;
        }
        let marketing = pace.reserve(rate(10.0), Purpose::Marketing, 1, (now(), PATIENCE));
        let own = pace.reserve(rate(10.0), Purpose::Transactional, 1, (now(), PATIENCE));
        assert_eq!(marketing.unwrap().1.first - now(), TimeDelta::milliseconds(500));
        assert_eq!(own.unwrap().1.first - now(), TimeDelta::milliseconds(475));
    }

    #[test]
    fn who_would_wait_too_long_reserves_nothing() {
        let (pace, _) = Pace::default()
            .reserve(rate(1.0), Purpose::Marketing, 8, (now(), PATIENCE))
            .unwrap();
        assert_eq!(
            pace.reserve(rate(1.0), Purpose::Transactional, 1, (now(), PATIENCE)),
            None
        );
    }

    #[test]
    fn no_rate_is_no_time() {
        for none in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let reserved = Pace::default().reserve(rate(none), Purpose::Marketing, 1, (now(), PATIENCE));
            assert_eq!(reserved, None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn the_rate_is_never_exceeded(
            per_second in 1.0..300.0_f64,
            asks in prop::collection::vec((any::<bool>(), 1..10_u32, 0..400_i64), 1..60),
        ) {
            let (mut pace, mut at, mut sent) = (Pace::default(), now(), Vec::new());
            for (is_marketing, count, pause_ms) in asks {
                at += TimeDelta::milliseconds(pause_ms);
                let purpose = if is_marketing { Purpose::Marketing } else { Purpose::Transactional };
                let Some((next, reserved)) = pace.reserve(rate(per_second), purpose, count, (at, PATIENCE)) else {
                    continue;
                };
                pace = next;
                sent.extend((0..count).map(|index| reserved.at(index)));
            }
            let least = TimeDelta::microseconds((1_000_000.0 / per_second) as i64);
            for pair in sent.windows(2) {
                prop_assert!(pair[1] - pair[0] >= least, "{:?}", pair[1] - pair[0]);
            }
        }
    }
}
