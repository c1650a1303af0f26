//! What came of handing a message over, by what is known of it afterwards.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{DeliveryId, Event, Fate, Lasting, News, Reason, Told, Word};

/// A refusal that is the recipient's own `STOP`.
const STOPPED: &str = "stopped";
/// Refusals of Twilio's that no later message to the number escapes: 21211 is no number, and 21614 none that takes SMS.
const DEAD_NUMBER: [&str; 2] = ["twilio-21211", "twilio-21614"];

/// What came of one attempt to hand a message over. There is one attempt: whoever tries again by itself cannot say how many
/// messages it made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It was taken.
    Accepted {
        /// The other side's name for it.
        message_id: String,
    },
    /// It was certainly not sent, and may be another time: no connection, or too fast.
    NotSent {
        /// A stable name.
        why: &'static str,
        /// When to try again, where the other side says so.
        retry_after: Option<TimeDelta>,
    },
    /// It was certainly not sent, and never will be like this.
    Refused {
        /// A stable name.
        why: String,
    },
    /// Nobody knows: no answer, or one that does not say.
    Unknown {
        /// A stable name.
        why: &'static str,
    },
}

impl Sent {
    /// What a refusal tells of the address, if anything: a `STOP` that we have not heard of, or that there is no such number.
    #[must_use]
    pub fn lesson(&self, delivery: &DeliveryId, now: DateTime<Utc>) -> Option<News> {
        let Self::Refused { why } = self else { return None };
        if why == STOPPED {
            return Some(News::Word(Word {
                is_stop: true,
                at: now,
            }));
        }
        DEAD_NUMBER.contains(&why.as_str()).then(|| {
            News::Lasting(Lasting {
                reason: Reason::HardBounce,
                since: now,
                source: delivery.to_string(),
            })
        })
    }

    /// What has happened to the delivery.
    #[must_use]
    pub fn event(self) -> Event {
        match self {
            Self::Accepted { message_id } => Event::Told(Told {
                what: Fate::Accepted,
                message_id,
            }),
            Self::NotSent { why, .. } => Event::Released { why: why.to_owned() },
            Self::Refused { why } => Event::Refused { why },
            Self::Unknown { why } => Event::Lost { why: why.to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Purpose;
    use crate::Suppression;
    use crate::delivery::tests::{at, delivery};

    #[track_caller]
    fn check(sent: &Sent, expected: Option<&str>) {
        let news = sent.lesson(&delivery().id, at(0));
        let kept = news.map(|news| Suppression::default().after(&news));
        let forbids = kept.and_then(|kept| kept.forbids(Purpose::Transactional));
        assert_eq!(forbids, expected, "{sent:?}");
    }

    #[test]
    fn a_refusal_of_the_number_itself_is_remembered_and_one_of_the_message_is_not() {
        let refused = |why: &str| Sent::Refused { why: why.to_owned() };
        check(&refused("stopped"), Some("stopped"));
        check(&refused("twilio-21211"), Some("hard-bounce"));
        check(&refused("twilio-21614"), Some("hard-bounce"));
        check(&refused("twilio-21617"), None);
        check(&refused("ses-message-rejected"), None);
        check(&Sent::Unknown { why: "server-error" }, None);
    }
}
