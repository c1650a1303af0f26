//! A message that has arrived: what is known is loaded, it is decided, the decision is kept, and then it is carried out.

use booking::Kind;
use campaign::Delivery;
use chrono::{DateTime, Utc};
use contract::inbox::Arrived;
use inbox::answer::{BookingFact, Decision, Facts, History, booking_is, context, decide, words_of};
use inbox::{Message, Role, Thread};
use manifest::{Manifest, ReplyRule};
use store::{Decided, Hour, StoreError};
use template::Library;

use crate::handler::Unready;
use crate::service::Service;

/// So often somebody else may be at the same thread before the queue brings the message again.
const ATTEMPTS: usize = 6;

impl Service {
    /// Sees to a message. Doing it again changes nothing but what was left undone.
    ///
    /// # Errors
    /// [`Unready`]: the queue shall bring it again.
    pub(crate) async fn arrived(&self, arrived: &Arrived, now: DateTime<Utc>) -> Result<(), Unready> {
        let message = self.inbox.message_at(&arrived.key).await?;
        let manifest = self.content.manifest(now).await?;
        let library = self.shelf.library(self.content.templates(now).await?);
        for _ in 0..ATTEMPTS {
            let known = self.inbox.decision(&message.id, message.revision).await?;
            if let Some(decision) = known {
                return self.carry_out(&manifest, &message, &decision).await;
            }
            // Its rows are written before it is told of.
            let thread = self.inbox.thread(&message.thread).await?;
            let thread = thread.ok_or(StoreError::Missing { what: "a thread" })?;
            match message.sender.role {
                Role::Guest => {}
                Role::Host => return self.host_wrote(&thread, &message, now).await,
                Role::Platform => return Ok(()),
            }
            let hour = self.inbox.hour(now).await?;
            let at = thread.next_decision(now);
            let decision = self
                .decide((&manifest, &library), (&thread, &message), &hour, at)
                .await?;
            if self.inbox.decide(&thread, &decision, Some(&hour)).await? == Decided::Done {
                let (rule, act) = (decision.rule.as_deref(), decision.act.name());
                tracing::info!(message = %message.id, act, rule, "decided");
                return self.carry_out(&manifest, &message, &decision).await;
            }
        }
        Err(Unready::Raced)
    }

    async fn decide(
        &self,
        (manifest, library): (&Manifest, &Library),
        (thread, message): (&Thread, &Message),
        hour: &Hour,
        now: DateTime<Utc>,
    ) -> Result<Decision, StoreError> {
        let booking = self.booking(message, now).await?;
        let earlier = self.inbox.decisions_about(&message.id).await?;
        let history = History {
            host_at: self.host_at(thread, message).await?,
            earlier: earlier.iter().map(|decision| decision.act).collect(),
            written: thread.written.clone(),
            attended_at: thread.attended_at,
            in_this_hour: hour.answered,
        };
        let facts = Facts {
            message,
            manifest,
            booking: booking_is(booking.as_ref(), now),
            history: &history,
            now,
        };
        let context = context(manifest, message, booking.as_ref());
        let decision = decide(&facts, |rule| words_of(library, rule, &context));
        let rule = decision.rule.as_deref().and_then(|id| rule_of(manifest, id));
        if !decision.act.is_sent_by_rule() {
            return Ok(decision);
        }
        let deliveries = self.deliveries_of(manifest, (message, rule), &decision).await?;
        if deliveries.is_empty() {
            return Ok(decision.without_recipient());
        }
        let name = |delivery: &Delivery| delivery.id.to_string();
        Ok(Decision {
            deliveries: deliveries.iter().map(name).collect(),
            ..decision
        })
    }

    /// The booking that a message is about, if we know of it.
    async fn booking(
        &self,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<Option<BookingFact>, StoreError> {
        let (Some(asset), Some(about)) = (&message.asset, &message.booking) else {
            return Ok(None);
        };
        let lines = self.ledger.lines(asset, now).await?;
        let ours = lines
            .iter()
            .filter(|link| link.content.code.as_deref() == Some(&about.code));
        // A code that is used again is the newer booking's.
        let newest = ours.max_by_key(|link| link.first_seen);
        Ok(newest.map(|link| BookingFact {
            period: link.content.period(),
            is_firm: link.weight() == Kind::Reservation,
            is_cancelled: !link.is_live(),
        }))
    }
}

pub(crate) fn rule_of<'m>(manifest: &'m Manifest, id: &str) -> Option<&'m ReplyRule> {
    manifest.replies.rules.iter().find(|rule| rule.id.as_str() == id)
}
