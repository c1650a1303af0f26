//! What the account may send, and whom SES itself will not write to any more.

use campaign::{Address, Channel, Lasting, News, Rate, Reason};
use chrono::{DateTime, TimeDelta, Utc};
use mailer::{AccountFacts, Mailer};
use store::{Account, StoreError};

use crate::service::{Moment, Service};

/// Of the account's rate so much is used: requests take different times, and SES counts them when they arrive.
const OF_RATE: f64 = 0.9;
/// The rest is always free for guests' own messages.
const MARKETING_SHARE: f64 = 0.8;
/// The list is dated by the second, and its entries may come late.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

impl Service {
    /// Asks SES, and keeps what it says. What it does not say leaves the last that it said.
    pub(crate) async fn look_at_account(&self, moment: &Moment) -> Result<Option<Account>, StoreError> {
        let known = self.deliveries.account(Channel::Email).await?;
        let Some(mailer) = &self.mailer else {
            return Ok(known);
        };
        let now = moment.now_is();
        let facts = match mailer.account().await {
            Ok(facts) => facts,
            Err(error) => {
                tracing::warn!(%error, "what the account may send is not known");
                return Ok(known);
            }
        };
        let mut account = judge(&facts, now);
        account.mirrored_at = known.and_then(|known| known.mirrored_at);
        if self.mirror(mailer, account.mirrored_at, moment).await? {
            account.mirrored_at = Some(now);
        }
        self.deliveries.put_account(Channel::Email, &account).await?;
        Ok(Some(account))
    }

    /// Takes in what came onto the account's own list since then. Whether to its end.
    async fn mirror(
        &self,
        mailer: &Mailer,
        since: Option<DateTime<Utc>>,
        moment: &Moment,
    ) -> Result<bool, StoreError> {
        let since = since.map(|since| since - OVERLAP);
        let mut page = None;
        loop {
            if moment.is_over() {
                return Ok(false);
            }
            let found = match mailer.suppressed(since, page).await {
                Ok(found) => found,
                Err(error) => {
                    tracing::warn!(%error, "the account's suppressed addresses were not read");
                    return Ok(false);
                }
            };
            for (address, is_complaint, since) in &found.addresses {
                let Ok(address) = Address::email(address) else {
                    continue;
                };
                let reason = if *is_complaint {
                    Reason::Complaint
                } else {
                    Reason::HardBounce
                };
                let lasting = Lasting {
                    reason,
                    since: *since,
                    source: "ses-account".to_owned(),
                };
                self.deliveries.learn(&address, &News::Lasting(lasting)).await?;
            }
            page = found.next;
            if page.is_none() {
                return Ok(true);
            }
        }
    }
}

fn judge(facts: &AccountFacts, now: DateTime<Utc>) -> Account {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative, and a quota beyond u64 is none"
    )]
    let left_today = facts
        .max_a_day
        .map_or(u64::MAX, |most| (most - facts.sent_today).max(0.0) as u64);
    let stopped = if !facts.is_enabled {
        Some("sending-disabled".to_owned())
    } else if facts.enforcement == "SHUTDOWN" {
        Some("account-shut-down".to_owned())
    } else if left_today == 0 {
        Some("quota-exceeded".to_owned())
    } else {
        None
    };
    let is_under_review = !matches!(facts.enforcement.as_str(), "" | "HEALTHY");
    Account {
        rate: Rate {
            per_second: facts.max_rate * OF_RATE,
            marketing_share: MARKETING_SHARE,
        },
        left_today,
        stopped,
        marketing_stopped: is_under_review.then(|| "account-under-review".to_owned()),
        mirrored_at: None,
        at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> AccountFacts {
        AccountFacts {
            max_rate: 14.0,
            max_a_day: Some(50_000.0),
            sent_today: 10.0,
            is_enabled: true,
            enforcement: "HEALTHY".to_owned(),
        }
    }

    #[track_caller]
    fn check(facts: &AccountFacts, stopped: Option<&str>, marketing: Option<&str>) {
        let account = judge(facts, DateTime::UNIX_EPOCH);
        assert_eq!(account.stopped.as_deref(), stopped);
        assert_eq!(account.marketing_stopped.as_deref(), marketing);
    }

    #[test]
    fn an_account_that_may_not_send_stops_everything_and_one_under_review_marketing() {
        check(&facts(), None, None);
        check(
            &AccountFacts {
                is_enabled: false,
                ..facts()
            },
            Some("sending-disabled"),
            None,
        );
        check(
            &AccountFacts {
                sent_today: 50_000.0,
                ..facts()
            },
            Some("quota-exceeded"),
            None,
        );
        let review = AccountFacts {
            enforcement: "PROBATION".to_owned(),
            ..facts()
        };
        check(&review, None, Some("account-under-review"));
        let ended = AccountFacts {
            enforcement: "SHUTDOWN".to_owned(),
            ..facts()
        };
        check(&ended, Some("account-shut-down"), Some("account-under-review"));
    }

    #[test]
    fn the_rate_keeps_some_room() {
        assert!((judge(&facts(), DateTime::UNIX_EPOCH).rate.per_second - 12.6).abs() < 1e-9);
    }
}
