//! What goes wrong on the way of a message, for the APIs that send: [`Mishap`], laid on a recipient or drawn from
//! [`Weights`].

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::call::{Outcome, Reply};

/// What becomes of a request to send, as JSON `{"kind": "slow", "milliseconds": 300}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Mishap {
    /// The connection is reset before anything is recorded.
    Reset,
    /// Refused with 429; nothing is recorded.
    TooManyRequests,
    /// Refused with 500; nothing is recorded.
    ServerError,
    /// Never answered; nothing is recorded.
    Hang,
    /// Carried out and answered, but late.
    Slow {
        /// How late, in milliseconds.
        milliseconds: u64,
    },
    /// Carried out, and the connection closes without an answer.
    AcceptThenDrop,
    /// Carried out, and never answered.
    AcceptThenHang,
    /// Carried out, with every piece of its feedback sent several times.
    DuplicateFeedback {
        /// How often each is sent.
        times: usize,
    },
    /// Carried out, with all of its feedback sent before the answer.
    FeedbackFirst,
}

/// A mishap for a recipient: `{"kind": "hang", "times": 1}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaidMishap {
    /// What happens.
    #[serde(flatten)]
    pub mishap: Mishap,
    /// How many requests it strikes; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// How likely each mishap is, in relation to the others and to none at all. Without weights nothing goes wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// Nothing goes wrong.
    pub well: u32,
    /// [`Mishap::Reset`].
    pub reset: u32,
    /// [`Mishap::TooManyRequests`].
    pub too_many_requests: u32,
    /// [`Mishap::ServerError`].
    pub server_error: u32,
    /// [`Mishap::Hang`].
    pub hang: u32,
    /// [`Mishap::Slow`].
    pub slow: u32,
    /// [`Mishap::AcceptThenDrop`].
    pub accept_then_drop: u32,
    /// [`Mishap::AcceptThenHang`].
    pub accept_then_hang: u32,
    /// [`Mishap::DuplicateFeedback`], three times each.
    pub duplicate_feedback: u32,
    /// [`Mishap::FeedbackFirst`].
    pub feedback_first: u32,
    /// How late a slow answer is.
    pub slow_milliseconds: u64,
}

/// By what the plan tells requests apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Draw {
    /// By their number in the order of arrival.
    #[default]
    Request,
    /// By recipient and attempt: the same whatever the order in which parallel senders arrive.
    Recipient,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) weights: Weights,
    #[serde(default)]
    pub(crate) by: Draw,
}

/// What is laid, and what was drawn so far.
#[derive(Debug, Default)]
pub(crate) struct Mishaps {
    laid: BTreeMap<String, LaidMishap>,
    plan: Option<Plan>,
    requests: u64,
    attempts: BTreeMap<String, u64>,
}

impl Mishap {
    /// The mishap for every request to come.
    #[must_use]
    pub const fn always(self) -> LaidMishap {
        LaidMishap {
            mishap: self,
            times: None,
        }
    }

    /// The mishap for the next requests.
    #[must_use]
    pub const fn times(self, times: u32) -> LaidMishap {
        LaidMishap {
            mishap: self,
            times: Some(times),
        }
    }

    /// How the request ends without being carried out, if it does. Waits as long as it should be late.
    pub(crate) async fn before(&self, refuse: impl Fn(u16) -> Reply) -> Option<Outcome> {
        match self {
            Self::Reset => Some(Outcome::Reset),
            Self::Hang => Some(Outcome::Silence),
            Self::TooManyRequests => Some(Outcome::Reply(refuse(429))),
            Self::ServerError => Some(Outcome::Reply(refuse(500))),
            Self::Slow { milliseconds } => {
                tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
                None
            }
            Self::AcceptThenDrop
            | Self::AcceptThenHang
            | Self::DuplicateFeedback { .. }
            | Self::FeedbackFirst => None,
        }
    }

    /// What the caller sees of a request that was carried out.
    pub(crate) fn after(mishap: Option<&Self>, reply: Reply) -> Outcome {
        match mishap {
            Some(Self::AcceptThenDrop) => Outcome::Closed,
            Some(Self::AcceptThenHang) => Outcome::Silence,
            _ => Outcome::Reply(reply),
        }
    }

    /// How often each piece of feedback is sent.
    pub(crate) fn copies(mishap: Option<&Self>) -> usize {
        match mishap {
            Some(Self::DuplicateFeedback { times }) => *times,
            _ => 1,
        }
    }
}

impl Mishaps {
    pub(crate) fn lay(&mut self, recipient: &str, laid: LaidMishap) {
        self.laid.insert(recipient.to_owned(), laid);
    }

    pub(crate) fn clear(&mut self, recipient: &str) {
        self.laid.remove(recipient);
    }

    /// Draws from now on, counting from the beginning.
    pub(crate) fn draw(&mut self, plan: Option<Plan>) {
        self.plan = plan;
        self.requests = 0;
        self.attempts.clear();
    }

    /// What befalls this request. What is laid on a recipient goes before what is drawn.
    pub(crate) fn strike(&mut self, recipient: &str) -> Option<Mishap> {
        if let Some(laid) = self.laid.get_mut(recipient) {
            match &mut laid.times {
                None => return Some(laid.mishap.clone()),
                Some(0) => {}
                Some(left) => {
                    *left -= 1;
                    return Some(laid.mishap.clone());
                }
            }
        }
        let plan = self.plan.as_ref()?;
        let (name, count) = match plan.by {
            Draw::Request => ("", &mut self.requests),
            Draw::Recipient => (recipient, self.attempts.entry(recipient.to_owned()).or_default()),
        };
        *count += 1;
        plan.weights.pick(lot(plan.seed, name, *count))
    }
}

impl Weights {
    fn pick(&self, lot: u64) -> Option<Mishap> {
        let choices = [
            (self.well, None),
            (self.reset, Some(Mishap::Reset)),
            (self.too_many_requests, Some(Mishap::TooManyRequests)),
            (self.server_error, Some(Mishap::ServerError)),
            (self.hang, Some(Mishap::Hang)),
            (
                self.slow,
                Some(Mishap::Slow {
                    milliseconds: self.slow_milliseconds,
                }),
            ),
            (self.accept_then_drop, Some(Mishap::AcceptThenDrop)),
            (self.accept_then_hang, Some(Mishap::AcceptThenHang)),
            (
                self.duplicate_feedback,
                Some(Mishap::DuplicateFeedback { times: 3 }),
            ),
            (self.feedback_first, Some(Mishap::FeedbackFirst)),
        ];
        let total: u64 = choices.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut left = lot.checked_rem(total)?;
        for (weight, mishap) in choices {
            match left.checked_sub(weight.into()) {
                None => return mishap,
                Some(rest) => left = rest,
            }
        }
        None
    }
}

fn lot(seed: u64, name: &str, count: u64) -> u64 {
    let digest = Sha256::digest(format!("{seed}/{name}/{count}"));
    digest
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests;
