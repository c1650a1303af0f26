//! Addresses that must not be written to, and why.
//!
//! Invariant: suppressions only add up. However often and in whatever order the reasons come, the same is kept, but for
//! the one that the recipient can take back: `START` after `STOP`, by the time at which each was said.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Purpose;

/// What is kept of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The strongest reason that is known, and since when.
    pub lasting: Option<Lasting>,
    /// The last word of the recipient on SMS.
    pub word: Option<Word>,
}

/// A reason that nobody takes back but the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lasting {
    /// Why.
    pub reason: Reason,
    /// When it was first told.
    pub since: DateTime<Utc>,
    /// Where it was told: a delivery's id, a feedback's id, `operator`.
    pub source: String,
}

/// The weaker first: a stronger one takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// They do not want marketing.
    Unsubscribed,
    /// The operator will not write to them.
    Operator,
    /// The number or mailbox does not exist.
    HardBounce,
    /// They called a message spam.
    Complaint,
}

/// `STOP` or `START`, as the recipient sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Whether it was `STOP`.
    pub is_stop: bool,
    /// When it was said.
    pub at: DateTime<Utc>,
}

/// Something that is learned of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A lasting reason.
    Lasting(Lasting),
    /// The recipient's own word.
    Word(Word),
}

impl Suppression {
    /// What is kept after some news. The same when it is nothing new.
    #[must_use]
    pub fn after(&self, news: &News) -> Self {
        let mut kept = self.clone();
        match news {
            News::Lasting(new) => {
                let is_stronger = |known: &Lasting| {
                    let by_strength = new.reason.cmp(&known.reason);
                    // Of two that are equally strong the first counts; the source only makes the order total.
                    by_strength
                        .then_with(|| known.since.cmp(&new.since))
                        .then_with(|| known.source.cmp(&new.source))
                        .is_gt()
                };
                if kept.lasting.as_ref().is_none_or(is_stronger) {
                    kept.lasting = Some(new.clone());
                }
            }
            News::Word(new) => {
                let is_later = |known: Word| (new.at, new.is_stop) > (known.at, known.is_stop);
                if kept.word.is_none_or(is_later) {
                    kept.word = Some(*new);
                }
            }
        }
        kept
    }

    /// Why a message of this purpose must not be sent; `None` when it may.
    #[must_use]
    pub fn forbids(&self, purpose: Purpose) -> Option<&'static str> {
        if self.word.is_some_and(|word| word.is_stop) {
            return Some("stopped");
        }
        match self.lasting.as_ref()?.reason {
            Reason::Unsubscribed if purpose != Purpose::Marketing => None,
            reason => Some(reason.name()),
        }
    }
}

impl Reason {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::Operator => "operator",
            Self::HardBounce => "hard-bounce",
            Self::Complaint => "complaint",
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn lasting(reason: Reason, minutes: i64) -> News {
        News::Lasting(Lasting {
            reason,
            since: at(minutes),
            source: format!("feedback-{minutes}"),
        })
    }

    fn word(is_stop: bool, minutes: i64) -> News {
        News::Word(Word {
            is_stop,
            at: at(minutes),
        })
    }

    fn all(news: &[News]) -> Suppression {
        news.iter()
            .fold(Suppression::default(), |kept, new| kept.after(new))
    }

    #[test]
    fn a_complaint_outweighs_an_unsubscribe_whichever_comes_first() {
        let (weak, strong) = (lasting(Reason::Unsubscribed, 1), lasting(Reason::Complaint, 2));
        let kept = all(&[weak.clone(), strong.clone()]);
        assert_eq!(kept, all(&[strong, weak]));
        assert_eq!(kept.forbids(Purpose::Transactional), Some("complaint"));
    }

    #[test]
    fn who_unsubscribed_still_hears_of_their_own_booking() {
        let kept = all(&[lasting(Reason::Unsubscribed, 1)]);
        assert_eq!(kept.forbids(Purpose::Marketing), Some("unsubscribed"));
        assert_eq!(kept.forbids(Purpose::Transactional), None);
        assert_eq!(kept.forbids(Purpose::Personal), None, "it is no marketing");
    }

    #[test]
    fn start_takes_back_stop_and_nothing_else() {
        assert_eq!(
            all(&[word(true, 1)]).forbids(Purpose::Transactional),
            Some("stopped")
        );
        assert_eq!(
            all(&[word(true, 1), word(false, 2)]).forbids(Purpose::Marketing),
            None
        );
        // The carrier brings the older word last.
        assert_eq!(
            all(&[word(false, 2), word(true, 1)]).forbids(Purpose::Marketing),
            None
        );
        let kept = all(&[lasting(Reason::HardBounce, 1), word(false, 2)]);
        assert_eq!(kept.forbids(Purpose::Marketing), Some("hard-bounce"));
    }

    fn any_news() -> impl Strategy<Value = News> {
        let reasons = [
            Reason::Unsubscribed,
            Reason::Operator,
            Reason::HardBounce,
            Reason::Complaint,
        ];
        prop_oneof![
            (0..reasons.len(), 0..5_i64).prop_map(move |(index, at)| lasting(reasons[index], at)),
            (any::<bool>(), 0..5_i64).prop_map(|(is_stop, at)| word(is_stop, at)),
        ]
    }

    proptest! {
        #[test]
        fn order_and_repetition_do_not_matter(
            news in prop::collection::vec(any_news(), 0..8),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..24),
        ) {
            let mut shuffled: Vec<News> = news.iter().rev().cloned().collect();
            if !news.is_empty() {
                shuffled.extend(order.iter().map(|index| index.get(&news).clone()));
            }
            prop_assert_eq!(all(&shuffled), all(&news));
        }
    }
}
