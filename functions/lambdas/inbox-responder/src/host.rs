//! What the host wrote: a person at the platform's own page, or our own words that come back.

use campaign::{DeliveryId, Event, Fate, Told};
use chrono::{DateTime, Utc};
use inbox::answer::Act;
use inbox::{Message, Role, Thread};
use store::{Change, StoreError, With};

use crate::handler::Unready;
use crate::service::Service;

/// So many messages behind one are looked at for a person's answer.
const MOST_BEHIND: u16 = 50;
/// Why an answer by rule is not sent any more.
pub(crate) const BY_PERSON: &str = "answered-by-person";

impl Service {
    /// Our own words in the platform's list are the proof that they have arrived. Anything else is a person's answer.
    pub(crate) async fn host_wrote(
        &self,
        thread: &Thread,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<(), Unready> {
        let Some(written) = thread.echoed(message) else {
            let is_last = thread.last_guest_at <= Some(message.sent_at);
            let until = if is_last { now } else { message.sent_at };
            return Ok(self.hold_back(thread, until, now).await?);
        };
        if let Some(id) = written.delivery.as_ref().and_then(|id| id.parse().ok()) {
            self.delivered(&id, message, now).await?;
        }
        Ok(())
    }

    /// A person has answered: what rules have answered until then and is not on its way yet does not go out behind it.
    pub(crate) async fn hold_back(
        &self,
        thread: &Thread,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let by_rule = thread.written.iter().filter(|written| written.act == Act::Reply);
        for written in by_rule.filter(|written| written.at <= until) {
            let Some(id) = written.delivery.as_ref().and_then(|id| id.parse().ok()) else {
                continue;
            };
            let suppressed = Event::Suppressed {
                why: BY_PERSON.to_owned(),
            };
            while let Some(delivery) = self.deliveries.load(&id).await? {
                // What is being sent, or was, cannot be taken back.
                let Ok((after, lines)) = delivery.after(std::slice::from_ref(&suppressed), now) else {
                    break;
                };
                let change = self
                    .deliveries
                    .change(&delivery, (&after, &lines), With::Nothing)
                    .await?;
                if change != Change::Raced {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn delivered(
        &self,
        id: &DeliveryId,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(delivery) = self.deliveries.load(id).await? else {
            return Ok(());
        };
        let told = Event::Told(Told {
            what: Fate::Delivered,
            message_id: message.native.message.reveal().to_owned(),
        });
        let Ok((after, lines)) = delivery.after(&[told], now) else {
            return Ok(());
        };
        if !lines.is_empty() {
            self.deliveries
                .change(&delivery, (&after, &lines), With::Nothing)
                .await?;
        }
        Ok(())
    }

    /// When a person wrote as the host, behind this message. Our own words are no person's.
    pub(crate) async fn host_at(
        &self,
        thread: &Thread,
        message: &Message,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        if thread.last_host_at.is_none_or(|at| at < message.sent_at) {
            return Ok(None);
        }
        let behind = self
            .inbox
            .messages_since(&thread.id, message.sent_at, MOST_BEHIND)
            .await?;
        for line in behind.iter().filter(|line| line.role == Role::Host) {
            let found = self.inbox.message_at(&line.key).await?;
            if thread.echoed(&found).is_none() {
                return Ok(Some(line.sent_at));
            }
        }
        Ok(None)
    }
}
