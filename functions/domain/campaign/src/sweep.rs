//! Deliveries that nobody has in hand any more, and what is to be done with each.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Delivery, Event, State};

/// What is to be done with a delivery that somebody should have looked after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sweep {
    /// Put it into the queue, and look again at this time.
    Queue {
        /// When to look again.
        look_at: DateTime<Utc>,
    },
    /// This has happened to it.
    Happened(Event),
}

/// What is to be done with a delivery now; `None` when it rests, or somebody may still have it in hand. `backlog` is how long
/// the queue will take for what is already in it.
#[must_use]
pub fn sweep(delivery: &Delivery, now: DateTime<Utc>, backlog: TimeDelta) -> Option<Sweep> {
    if delivery.look_at? > now {
        return None;
    }
    let queue = || Sweep::Queue {
        look_at: now + crate::QUEUE_PATIENCE + backlog,
    };
    match &delivery.state {
        // The sender says that they are over, too; but one whose message was lost would never be seen by it.
        State::Planned | State::Rendered | State::HeldQuiet { .. } if delivery.expires_at <= now => {
            Some(Sweep::Happened(Event::Expired))
        }
        // Whoever claimed it had not begun to send: the next sender takes it over.
        State::Planned | State::Rendered | State::HeldQuiet { .. } | State::Claimed(_) => Some(queue()),
        State::Submitting(_) => Some(Sweep::Happened(Event::Lost {
            why: "sender-gone".to_owned(),
        })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::tests::{at, delivery, hold};

    #[track_caller]
    fn check(state: State, look_at: i64, expected: Option<&str>) {
        let delivery = Delivery {
            state,
            look_at: Some(at(look_at)),
            expires_at: at(100),
            ..delivery()
        };
        let found = sweep(&delivery, at(50), TimeDelta::zero()).map(|sweep| match sweep {
            Sweep::Queue { .. } => "queue".to_owned(),
            Sweep::Happened(event) => format!("{:?}", event.trigger()),
        });
        assert_eq!(found.as_deref(), expected, "{:?}", delivery.state);
    }

    #[test]
    fn what_is_not_due_or_in_hand_is_left_alone() {
        check(State::Planned, 51, None);
        check(State::Claimed(hold(60)), 60, None);
        check(State::Delivered, 0, None);
    }

    #[test]
    fn what_waits_is_put_into_the_queue() {
        check(State::Planned, 50, Some("queue"));
        check(State::Rendered, 10, Some("queue"));
        check(State::HeldQuiet { until: at(50) }, 50, Some("queue"));
        check(State::Claimed(hold(40)), 40, Some("queue"));
    }

    #[test]
    fn a_sender_that_vanished_while_sending_leaves_an_unknown() {
        check(State::Submitting(hold(40)), 40, Some("Lose"));
    }

    #[test]
    fn what_is_over_expires() {
        let delivery = Delivery {
            look_at: Some(at(0)),
            expires_at: at(50),
            ..delivery()
        };
        let swept = sweep(&delivery, at(50), TimeDelta::zero());
        assert_eq!(swept, Some(Sweep::Happened(Event::Expired)));
    }
}
