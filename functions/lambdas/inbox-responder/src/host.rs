//! What the host wrote: a person at the platform's own page, or our own words that come back.

use campaign::{DeliveryId, Event, Fate, Told};
use chrono::{DateTime, Utc};
use inbox::answer::{Act, Decision};
use inbox::{Message, Role, Thread, ThreadState};
use store::{StoreError, With};

use crate::handler::Unready;
use crate::service::Service;

/// So many messages behind one are looked at for a person's answer.
const MOST_BEHIND: u16 = 50;
/// So many decisions are looked at for the newest that waits.
const MOST_DECISIONS: u16 = 20;

impl Service {
    /// Our own words in the platform's list are the proof that they have arrived. They answer one message, and say nothing of
    /// what else waits in the thread.
    pub(crate) async fn host_wrote(
        &self,
        thread: &Thread,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<(), Unready> {
        let Some(written) = thread.echoed(message) else {
            return Ok(());
        };
        if let Some(id) = written.delivery.as_ref().and_then(|id| id.parse().ok()) {
            self.delivered(&id, message, now).await?;
        }
        let decisions = self.inbox.decisions(&thread.id, MOST_DECISIONS).await?;
        let newest = decisions.iter().find(|decision| decision.act != Act::Nothing);
        let waiting = newest.filter(|decision| decision.at > written.at).and_then(waits);
        if let Some(state) = waiting.filter(|state| *state != thread.state)
            && thread.state == ThreadState::Answered
        {
            // Whoever was faster knows more.
            self.inbox.set_state(thread, state).await?;
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

/// What a thread waits for because of a decision.
fn waits(decision: &Decision) -> Option<ThreadState> {
    match decision.act {
        Act::Draft => Some(ThreadState::Drafted),
        Act::Person | Act::DryRun | Act::Sms => Some(ThreadState::Waiting),
        Act::Reply | Act::Operator | Act::Nothing => None,
    }
}
