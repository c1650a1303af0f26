//! What a sender does with a delivery that the queue gives it.

use chrono::{DateTime, Utc};
use manifest::QuietHours;

use crate::{Delivery, Purpose, State, quiet_until};

/// What a sender does with a delivery now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it has been seen to, or rests until whoever sweeps puts it into the queue again.
    Nothing,
    /// Nothing yet: another sender has it in hand. The queue brings it again.
    Later,
    /// Nothing while it is paused: whoever ends the pause puts it into the queue again.
    Paused,
    /// Its time is over.
    Expire,
    /// The recipient's hours are quiet until then.
    Hold {
        /// Their end.
        until: DateTime<Utc>,
    },
    /// Render it, claim it, send it.
    Take,
}

/// Decides. What is about the recipient's own booking and would be over by the end of the quiet hours is sent in them: a
/// reminder that comes too early serves better than one that does not come.
#[must_use]
pub fn step(delivery: &Delivery, is_paused: bool, quiet: Option<QuietHours>, now: DateTime<Utc>) -> Step {
    match &delivery.state {
        State::Planned | State::Rendered => {}
        State::HeldQuiet { until } if *until <= now => {}
        State::Claimed(hold) if hold.until <= now => {}
        State::HeldQuiet { until } => return rest(delivery, *until),
        State::Claimed(_) => return Step::Later,
        _ => return Step::Nothing,
    }
    if delivery.expires_at <= now {
        return Step::Expire;
    }
    if is_paused {
        return Step::Paused;
    }
    if delivery.due_at > now {
        return rest(delivery, delivery.due_at);
    }
    let quiet = quiet.filter(|_| delivery.purpose != Purpose::Personal);
    let until = quiet.and_then(|hours| quiet_until(hours, delivery.zone, now));
    match until {
        Some(until) if until < delivery.expires_at || delivery.purpose == Purpose::Marketing => {
            // A claim that was left behind is taken over and cannot be held; a moment of quiet hours does no harm.
            if matches!(delivery.state, State::Claimed(_)) {
                return Step::Later;
            }
            Step::Hold { until }
        }
        _ => Step::Take,
    }
}

/// To come again and again until then would end among the dead letters. But what was put into the queue by a clock that is a
/// little ahead of ours is not looked at again in time.
fn rest(delivery: &Delivery, until: DateTime<Utc>) -> Step {
    if delivery.look_at.is_some_and(|at| at <= until) {
        Step::Nothing
    } else {
        Step::Later
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::delivery::tests::{at, delivery, hold};

    fn night() -> Option<QuietHours> {
        serde_json::from_value(serde_json::json!({"from": "21:00", "to": "08:00"})).unwrap()
    }

    /// Five o'clock in the morning, UTC.
    const NOW: i64 = 5 * 60;

    #[track_caller]
    fn check(delivery: &Delivery, is_paused: bool, quiet: Option<QuietHours>, expected: Step) {
        assert_eq!(
            step(delivery, is_paused, quiet, at(NOW)),
            expected,
            "{delivery:?}"
        );
    }

    #[test]
    fn what_is_due_is_taken_and_what_another_has_is_left() {
        let with = |state| Delivery { state, ..delivery() };
        check(&delivery(), false, None, Step::Take);
        check(&with(State::Rendered), false, None, Step::Take);
        check(&with(State::Claimed(hold(NOW + 1))), false, None, Step::Later);
        check(&with(State::Claimed(hold(NOW))), false, None, Step::Take);
        check(
            &with(State::Submitting(hold(NOW - 1))),
            false,
            None,
            Step::Nothing,
        );
        check(&with(State::Accepted), false, None, Step::Nothing);
        check(
            &with(State::HeldQuiet { until: at(NOW) }),
            false,
            None,
            Step::Take,
        );
    }

    #[test]
    fn what_is_not_due_rests_if_it_is_looked_at_again_in_time() {
        let resting = |state, look_at| Delivery {
            state,
            due_at: at(NOW + 1),
            look_at: Some(at(look_at)),
            ..delivery()
        };
        let held = || State::HeldQuiet { until: at(NOW + 1) };
        check(&resting(held(), NOW + 1), false, None, Step::Nothing);
        check(&resting(held(), NOW + 15), false, None, Step::Later);
        check(&resting(State::Planned, NOW + 1), false, None, Step::Nothing);
        check(&resting(State::Planned, NOW + 15), false, None, Step::Later);
    }

    #[test]
    fn what_is_over_expires_even_in_a_pause() {
        let over = Delivery {
            expires_at: at(NOW),
            ..delivery()
        };
        check(&over, true, None, Step::Expire);
        check(&delivery(), true, None, Step::Paused);
    }

    #[test]
    fn quiet_hours_hold_what_can_wait() {
        let until = at(8 * 60);
        check(&delivery(), false, night(), Step::Hold { until });
        let own = Delivery {
            purpose: Purpose::Transactional,
            ..delivery()
        };
        check(&own, false, night(), Step::Hold { until });
        let urgent = Delivery {
            expires_at: until - TimeDelta::minutes(1),
            ..own
        };
        check(&urgent, false, night(), Step::Take);
        let marketing = Delivery {
            purpose: Purpose::Marketing,
            ..urgent
        };
        check(&marketing, false, night(), Step::Hold { until });
        let personal = Delivery {
            purpose: Purpose::Personal,
            ..delivery()
        };
        check(&personal, false, night(), Step::Take);
    }
}
