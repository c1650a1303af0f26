//! How a delivery changes.

use chrono::{DateTime, TimeDelta, Utc};

use super::told::rank;
use super::{Delivery, Fate, Hold, Standing, State, Told, Transition, Trigger};

/// Something that happens to a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Its templates gave a message with this digest.
    Rendered {
        /// A digest of the whole message.
        digest: String,
    },
    /// Its templates gave none.
    Broken {
        /// Why, as a fragment without personal data.
        why: String,
    },
    /// A sender takes it in hand.
    Claimed(Hold),
    /// The sender begins to send, and knows by this time whether it was sent.
    Submitted {
        /// When the sender's time is over.
        until: DateTime<Utc>,
        /// A digest of what it sends.
        digest: String,
    },
    /// The sender is sure that nothing was sent.
    Released {
        /// Why it gives up, as a stable name.
        why: String,
    },
    /// The other side said that it will not take it.
    Refused {
        /// Why, as a stable name.
        why: String,
    },
    /// No answer came, or none that says whether it was sent.
    Lost {
        /// What happened, as a stable name.
        why: String,
    },
    /// The recipient's hours are quiet.
    Held {
        /// Until then.
        until: DateTime<Utc>,
    },
    /// The address must not be written to.
    Suppressed {
        /// Why, as a stable name.
        why: String,
    },
    /// Its time is over.
    Expired,
    /// The operator wants it sent again, to be given up at this time.
    Replanned {
        /// Who asked, and for what.
        why: String,
        /// From here on it is not sent any more.
        expires_at: DateTime<Utc>,
    },
    /// The other side tells what became of it.
    Told(Told),
}

/// The event does not follow from the state. Nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{trigger:?} does not follow {from}")]
pub struct Refused {
    /// The state.
    pub from: Standing,
    /// What was to happen.
    pub trigger: Trigger,
}

/// So long a message in the queue is waited for before somebody puts it there again.
pub const QUEUE_PATIENCE: TimeDelta = TimeDelta::minutes(15);

impl Delivery {
    /// The delivery after some events, each with its line for the audit trail.
    ///
    /// # Errors
    /// [`Refused`] when one of them does not follow.
    pub fn after(&self, events: &[Event], now: DateTime<Utc>) -> Result<(Self, Vec<Transition>), Refused> {
        let mut delivery = self.clone();
        let mut lines = Vec::with_capacity(events.len());
        for event in events {
            let from = delivery.standing();
            let Some(to) = delivery.next(event)? else { continue };
            delivery.take(event, to, now);
            delivery.version += 1;
            lines.push(Transition {
                version: delivery.version,
                from: Some(from),
                to: delivery.standing(),
                trigger: event.trigger(),
                why: event.why(),
                at: now,
            });
        }
        Ok((delivery, lines))
    }

    /// The line that says that it was made.
    #[must_use]
    pub fn made(&self) -> Transition {
        Transition {
            version: self.version,
            from: None,
            to: self.standing(),
            trigger: Trigger::Plan,
            why: String::new(),
            at: self.since,
        }
    }

    /// The delivery, put into the queue once more.
    #[must_use]
    pub fn queued(&self, look_at: DateTime<Utc>) -> Self {
        Self {
            look_at: Some(look_at),
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Where an event leads; `None` when it tells nothing new.
    fn next(&self, event: &Event) -> Result<Option<State>, Refused> {
        let trigger = event.trigger();
        if let Event::Told(told) = event {
            let state = told.what.state();
            return Ok((rank(&state) > rank(&self.state)).then_some(state));
        }
        let from = self.standing();
        let refused = Refused { from, trigger };
        let to = from.after(trigger).ok_or(refused)?;
        let state = event.state().ok_or(refused)?;
        debug_assert_eq!(state.standing(), to, "the table and the events agree");
        Ok(Some(state))
    }

    fn take(&mut self, event: &Event, state: State, now: DateTime<Utc>) {
        match event {
            Event::Rendered { digest } | Event::Submitted { digest, .. } => {
                self.digest = Some(digest.clone());
            }
            Event::Claimed(_) => self.attempt += 1,
            Event::Replanned { expires_at, .. } => {
                self.expires_at = *expires_at;
                self.due_at = now;
            }
            Event::Told(told) => self.message_id = Some(told.message_id.clone()),
            _ => {}
        }
        self.state = match (state, &self.state) {
            // Who sends is who claimed.
            (State::Submitting(hold), State::Claimed(before)) => State::Submitting(Hold {
                owner: before.owner.clone(),
                ..hold
            }),
            (state, _) => state,
        };
        self.since = now;
        self.look_at = match &self.state {
            State::Planned => Some(now),
            State::Rendered => Some(now + QUEUE_PATIENCE),
            State::Claimed(hold) | State::Submitting(hold) => Some(hold.until),
            State::HeldQuiet { until } => Some(*until),
            _ => None,
        };
    }
}

impl Event {
    /// Its name in the table.
    #[must_use]
    pub const fn trigger(&self) -> Trigger {
        match self {
            Self::Rendered { .. } => Trigger::Render,
            Self::Broken { .. } => Trigger::Break,
            Self::Claimed(_) => Trigger::Claim,
            Self::Submitted { .. } => Trigger::Submit,
            Self::Released { .. } => Trigger::Release,
            Self::Refused { .. } => Trigger::Refuse,
            Self::Lost { .. } => Trigger::Lose,
            Self::Held { .. } => Trigger::Hold,
            Self::Suppressed { .. } => Trigger::Suppress,
            Self::Expired => Trigger::Expire,
            Self::Replanned { .. } => Trigger::Replan,
            Self::Told(_) => Trigger::Tell,
        }
    }

    /// The state that it makes, but for what the other side tells.
    fn state(&self) -> Option<State> {
        Some(match self {
            Self::Rendered { .. } | Self::Released { .. } => State::Rendered,
            Self::Broken { why } | Self::Refused { why } => State::Failed { why: why.clone() },
            Self::Claimed(hold) => State::Claimed(hold.clone()),
            Self::Submitted { until, .. } => State::Submitting(Hold {
                owner: String::new(),
                until: *until,
            }),
            Self::Lost { why } => State::Unknown { why: why.clone() },
            Self::Held { until } => State::HeldQuiet { until: *until },
            Self::Suppressed { why } => State::Suppressed { why: why.clone() },
            Self::Expired => State::Expired,
            Self::Replanned { .. } => State::Planned,
            Self::Told(_) => return None,
        })
    }

    fn why(&self) -> String {
        match self {
            Self::Broken { why }
            | Self::Released { why }
            | Self::Refused { why }
            | Self::Lost { why }
            | Self::Suppressed { why }
            | Self::Replanned { why, .. } => why.clone(),
            Self::Told(told) => match &told.what {
                Fate::Rejected { why } | Fate::BouncedForNow { why } | Fate::Bounced { why } => why.clone(),
                _ => String::new(),
            },
            Self::Claimed(hold) => hold.owner.clone(),
            _ => String::new(),
        }
    }
}
