//! What the account may send, and whom SES itself will not write to any more.

use campaign::{Address, Channel, Lasting, News, Rate, Reason};
use chrono::{DateTime, TimeDelta, Utc};
use mailer::{AccountFacts, MailerError};
use store::{Account, Mirroring, StoreError};

use crate::service::{Moment, Service};

/// Of the account's rate so much is used: requests take different times, and SES counts them when they arrive.
const OF_RATE: f64 = 0.9;
/// The rest of the rate and of the day's quota is always free for guests' own messages.
const MARKETING_SHARE: f64 = 0.8;
/// The list is dated by the second, and its entries may come late.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// So long a tick reads that list. A new account's may have tens of thousands of addresses.
const MIRRORED_IN_A_TICK: TimeDelta = TimeDelta::seconds(30);

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
        if let Some(known) = known {
            account.mirrored_at = known.mirrored_at;
            account.mirroring = known.mirroring;
        }
        self.deliveries.put_account(Channel::Email, &account).await?;
        Ok(Some(account))
    }

    /// Takes in what came onto the account's own list, as far as there is time for it. The next tick goes on from there.
    pub(crate) async fn mirror_suppressions(&self, moment: &Moment) -> Result<(), StoreError> {
        let known = self.deliveries.account(Channel::Email).await?;
        let (Some(mailer), Some(mut account)) = (&self.mailer, known) else {
            return Ok(());
        };
        let until = moment.until.min(moment.now_is() + MIRRORED_IN_A_TICK);
        let since = account.mirrored_at.map(|since| since - OVERLAP);
        while moment.now_is() < until {
            let began = account
                .mirroring
                .as_ref()
                .map_or(moment.now_is(), |reading| reading.began);
            let page = account.mirroring.take().map(|reading| reading.page);
            let found = match mailer.suppressed(since, page).await {
                Ok(found) => found,
                Err(error) => {
                    tracing::warn!(%error, "the account's suppressed addresses were not read");
                    // From a place that SES does not know any more nobody gets on: it is read from its beginning.
                    if error == MailerError::Refused {
                        self.deliveries.put_account(Channel::Email, &account).await?;
                    }
                    return Ok(());
                }
            };
            for (address, is_complaint, since) in &found.addresses {
                if moment.is_over() {
                    return Ok(());
                }
                self.learn_of(address, *is_complaint, *since).await?;
            }
            let is_whole = found.next.is_none();
            match found.next {
                Some(page) => account.mirroring = Some(Mirroring { began, page }),
                None => account.mirrored_at = Some(began),
            }
            self.deliveries.put_account(Channel::Email, &account).await?;
            if is_whole {
                break;
            }
        }
        Ok(())
    }

    async fn learn_of(
        &self,
        address: &str,
        is_complaint: bool,
        since: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Ok(address) = Address::email(address) else {
            return Ok(());
        };
        let reason = if is_complaint {
            Reason::Complaint
        } else {
            Reason::HardBounce
        };
        let lasting = Lasting {
            reason,
            since,
            source: "ses-account".to_owned(),
        };
        self.deliveries.learn(&address, &News::Lasting(lasting)).await?;
        Ok(())
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
    let is_nearly_used_up = facts
        .max_a_day
        .is_some_and(|most| most - facts.sent_today < most * (1.0 - MARKETING_SHARE));
    let marketing_stopped = if is_under_review {
        Some("account-under-review".to_owned())
    } else if is_nearly_used_up {
        Some("quota-kept-for-guests".to_owned())
    } else {
        None
    };
    Account {
        rate: Rate {
            per_second: facts.max_rate * OF_RATE,
            marketing_share: MARKETING_SHARE,
        },
        left_today,
        stopped,
        marketing_stopped,
        mirrored_at: None,
        mirroring: None,
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
            Some("quota-kept-for-guests"),
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
    fn the_last_fifth_of_the_days_quota_is_the_guests_own() {
        let sent = |sent_today| AccountFacts {
            sent_today,
            ..facts()
        };
        check(&sent(40_000.0), None, None);
        check(&sent(40_001.0), None, Some("quota-kept-for-guests"));
        let unlimited = AccountFacts {
            max_a_day: None,
            ..sent(1_000_000.0)
        };
        check(&unlimited, None, None);
    }

    #[test]
    fn the_rate_keeps_some_room() {
        assert!((judge(&facts(), DateTime::UNIX_EPOCH).rate.per_second - 12.6).abs() < 1e-9);
    }
}
