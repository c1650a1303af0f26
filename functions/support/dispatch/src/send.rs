//! One delivery, from the queue to whoever carries it.

mod may_go;

use campaign::{Delivery, DeliveryId, Event, Hold, Purpose, Sent, State, Step, step};
use chrono::TimeDelta;
use manifest::Manifest;
use store::{Change, Deliveries, StoreError, Turn, With};

use crate::{Carrier, Done, Outgoing, Slots, Texts, Time, render};
use may_go::May;

/// So long a delivery is a sender's own: longer than it waits for its turn and for an answer together.
pub const LEASE: TimeDelta = TimeDelta::seconds(90);
/// So often a delivery gets a turn that passes before it could be used. Then it goes back, and the queue brings it again.
const TURNS: u32 = 5;
/// So often the outcome of a sending is written again when the store does not answer, or somebody else has written.
const ATTEMPTS: u32 = 6;

/// What a sender works with.
pub struct Desk<'a> {
    /// The store.
    pub deliveries: &'a Deliveries,
    /// The operator's rules.
    pub manifest: &'a Manifest,
    /// What messages are made of.
    pub texts: &'a Texts,
    /// Whoever carries them.
    pub carrier: &'a Carrier,
    /// The clock.
    pub time: &'a Time,
    /// Names this run as the one that has deliveries in hand.
    pub owner: &'a str,
}

impl Desk<'_> {
    /// Sees to a delivery. `wanted` is how many messages of this run may still be sent, itself included.
    ///
    /// # Errors
    /// When the store does not answer: the queue shall bring it again.
    pub async fn see_to(&self, id: &DeliveryId, slots: &Slots, wanted: u32) -> Result<Done, StoreError> {
        let mut wanted = wanted;
        for _ in 0..TURNS {
            if let Some(done) = self.see_to_once(id, slots, wanted).await? {
                return Ok(done);
            }
            wanted = 1;
        }
        Ok(Done::AGAIN)
    }

    /// `None` when its turn was missed, and it may have another one.
    async fn see_to_once(
        &self,
        id: &DeliveryId,
        slots: &Slots,
        wanted: u32,
    ) -> Result<Option<Done>, StoreError> {
        let Some(delivery) = self.deliveries.load(id).await? else {
            tracing::warn!(%id, "a delivery in the queue does not exist");
            return Ok(Some(Done::Forget));
        };
        let is_paused = self.deliveries.pause_of(id.campaign()).await?.is_some();
        let quiet = self.manifest.messages.quiet_hours;
        let done = match step(&delivery, is_paused, quiet, self.time.now()) {
            Step::Nothing => Done::Forget,
            Step::Paused => self.leave_to_who_resumes(&delivery).await?,
            Step::Later => Done::AGAIN,
            Step::Expire => self.write(&delivery, &[Event::Expired]).await?,
            Step::Hold { until } => self.write(&delivery, &[Event::Held { until }]).await?,
            Step::Take => return self.take(delivery, slots, wanted).await,
        };
        Ok(Some(done))
    }

    /// Whoever ends the pause looks for what is to be looked at by then: until the message was ours, that was later.
    async fn leave_to_who_resumes(&self, delivery: &Delivery) -> Result<Done, StoreError> {
        let now = self.time.now();
        if delivery.look_at.is_none_or(|at| at > now) {
            let found_at_once = delivery.queued(now);
            self.deliveries
                .change(delivery, (&found_at_once, &[]), With::Nothing)
                .await?;
        }
        Ok(Done::Forget)
    }

    async fn take(&self, delivery: Delivery, slots: &Slots, wanted: u32) -> Result<Option<Done>, StoreError> {
        let (message, digest) = match render(self.manifest, self.texts, &delivery) {
            Ok(rendered) => rendered,
            // A claim that was left behind cannot break: it is given back first.
            Err(broken) => {
                let broken = Event::Broken { why: broken.0 };
                let events: &[Event] = match delivery.state {
                    State::Claimed(_) => &[released("sender-gone"), broken],
                    _ => &[broken],
                };
                return self.write(&delivery, events).await.map(Some);
            }
        };
        let turn = match self.may_go(&delivery, &message).await? {
            May::Go(turn) => turn,
            May::Not(why) => {
                return self
                    .write(&delivery, &[Event::Suppressed { why }])
                    .await
                    .map(Some);
            }
        };
        // Its turn comes before the claim: who gets none has changed nothing.
        let slot = slots.next(self.deliveries, delivery.purpose, wanted, self.time);
        let Some(slot) = slot.await? else {
            return Ok(Some(Done::AGAIN));
        };
        let Some(claimed) = self.claim(&delivery, &digest).await? else {
            return Ok(Some(Done::Forget));
        };
        if !slot.wait(self.time).await {
            self.write(&claimed, &[released("turn-missed")]).await?;
            return Ok(None);
        }
        self.submit(&claimed, (message, digest), turn).await
    }

    /// Takes it in hand; `None` when somebody else did, or it must not be sent by now.
    async fn claim(&self, delivery: &Delivery, digest: &str) -> Result<Option<Delivery>, StoreError> {
        let now = self.time.now();
        let claim = Event::Claimed(Hold {
            owner: self.owner.to_owned(),
            until: now + LEASE,
        });
        let rendered = Event::Rendered {
            digest: digest.to_owned(),
        };
        let events: &[Event] = match delivery.state {
            State::Planned | State::HeldQuiet { .. } => &[rendered, claim],
            _ => &[claim],
        };
        let Ok((after, lines)) = delivery.after(events, now) else {
            return Ok(None);
        };
        let change = self
            .deliveries
            .change(delivery, (&after, &lines), With::Allowed)
            .await?;
        match change {
            Change::Done => Ok(Some(after)),
            Change::Raced => Ok(None),
            Change::Forbidden => {
                let suppression = self.deliveries.suppression(&delivery.address).await?;
                let why = suppression
                    .forbids(delivery.purpose)
                    .unwrap_or("operator")
                    .to_owned();
                self.write(delivery, &[Event::Suppressed { why }]).await?;
                Ok(None)
            }
        }
    }

    /// From here on a message may be on its way. What comes of it is written whatever happens, as far as we live. `None` when
    /// another message to the same address was faster, and whether there is room for this one is to be looked at anew.
    async fn submit(
        &self,
        claimed: &Delivery,
        (message, digest): (Outgoing, String),
        turn: Option<Turn>,
    ) -> Result<Option<Done>, StoreError> {
        let now = self.time.now();
        // Whoever waited longer than the lease has lost it, and another one may be sending.
        if matches!(&claimed.state, State::Claimed(hold) if hold.until <= now) {
            return Ok(Some(Done::AGAIN));
        }
        let submitted = Event::Submitted {
            until: now + LEASE,
            digest,
        };
        let Ok((submitting, lines)) = claimed.after(&[submitted], now) else {
            return Ok(Some(Done::AGAIN));
        };
        let with = match claimed.purpose {
            Purpose::Marketing => With::Counted(turn),
            Purpose::Transactional | Purpose::Personal => With::Nothing,
        };
        let change = self.deliveries.change(claimed, (&submitting, &lines), with).await;
        match change {
            Ok(Change::Done) => {}
            Ok(Change::Raced) => return Ok(Some(Done::Forget)),
            Ok(Change::Forbidden) => {
                self.write(claimed, &[released("another-was-faster")]).await?;
                return Ok(None);
            }
            // It may be written that we send. We do not; and as long as we live, we say so.
            Err(error) => {
                self.settle(&submitting, None, &released("store-silent")).await;
                return Err(error);
            }
        }
        let sent = self.carrier.send(&submitting, message).await;
        let done = match &sent {
            Sent::NotSent { retry_after, .. } => Done::Again(*retry_after),
            _ => Done::Forget,
        };
        let lesson = sent.lesson(&submitting.id, self.time.now());
        let event = sent.event();
        tracing::info!(id = %submitting.id, outcome = ?event.trigger(), "handed over");
        self.settle(&submitting, Some(submitting.clone()), &event).await;
        // What became of the message is written, whether or not its address can be: the next one is refused again.
        if let Some(news) = lesson
            && let Err(error) = self.deliveries.learn(&submitting.address, &news).await
        {
            tracing::error!(id = %submitting.id, %error, "a refused address was not suppressed");
        }
        Ok(Some(done))
    }

    /// Writes what came of a sending. Meanwhile the other side may have told of it, or somebody may have taken us for gone:
    /// then it is decided anew on what is there. If the store stays silent, the lease ends, and feedback will tell. `seen` is
    /// what is surely stored: what only may be is read first, since somebody else's change has the same version.
    async fn settle(&self, submitting: &Delivery, mut seen: Option<Delivery>, event: &Event) {
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(50 << attempt)).await;
            }
            let before = match seen.take() {
                Some(seen) => seen,
                None => match self.deliveries.load(&submitting.id).await {
                    Ok(Some(now)) => now,
                    Ok(None) => return,
                    Err(_) => continue,
                },
            };
            // Only of our own attempt we know what came of it.
            if before.attempt != submitting.attempt {
                return;
            }
            let now = self.time.now();
            let Ok((after, lines)) = before.after(std::slice::from_ref(event), now) else {
                return;
            };
            if lines.is_empty() {
                return;
            }
            let change = self
                .deliveries
                .change(&before, (&after, &lines), With::Nothing)
                .await;
            if change == Ok(Change::Done) {
                return;
            }
        }
        tracing::error!(id = %submitting.id, "what came of a sending could not be written");
    }

    /// Writes events that have nothing to do with sending. Whoever was faster is right.
    async fn write(&self, before: &Delivery, events: &[Event]) -> Result<Done, StoreError> {
        let now = self.time.now();
        if let Ok((after, lines)) = before.after(events, now) {
            self.deliveries
                .change(before, (&after, &lines), With::Nothing)
                .await?;
        }
        Ok(Done::Forget)
    }
}

fn released(why: &str) -> Event {
    Event::Released { why: why.to_owned() }
}
