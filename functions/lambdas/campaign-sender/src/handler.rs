//! A batch of the queue in; out, which of its messages the queue shall bring again.

use std::collections::BTreeMap;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use campaign::{Channel, DeliveryId};
use chrono::TimeDelta;
use contract::campaign::ToSend;
use contract::replies::{INBOX_NOTICES, REPLIES};
use dispatch::{Desk, Done, Slots, wait_before_next};
use futures_util::StreamExt;
use manifest::{Manifest, MessagePurpose};
use serde_json::Value;

use crate::service::{Service, Unready};

/// So many deliveries are seen to at the same time: one whose answer takes long keeps no other waiting.
const CONCURRENT: usize = 10;
/// The ways by which messages travel.
const CHANNELS: [Channel; 3] = [Channel::Email, Channel::Sms, Channel::Thread];

/// Why a whole invocation fails: every message of it comes again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(&'static str);

/// A message that shall come again.
struct Back<'a> {
    record: &'a SqsMessage,
    /// Not sooner than after this time.
    asked: Option<TimeDelta>,
}

impl Service {
    /// Sees to a batch. A message that names no delivery is left to the dead letters, where somebody looks at it.
    ///
    /// # Errors
    /// When nothing of it can be seen to.
    pub(crate) async fn handle(&self, event: Value, owner: &str) -> Result<Value, Failure> {
        let event: SqsEvent =
            serde_json::from_value(event).map_err(|_| Failure("the event is no batch of a queue"))?;
        let back: Vec<Back<'_>> = match self.see_to(&event.records, owner).await {
            Ok(back) => back,
            Err(error) => {
                tracing::error!(%error, "nothing can be sent");
                event.records.iter().map(Back::soon).collect()
            }
        };
        self.bring_again(&back).await;
        let mut response = SqsBatchResponse::default();
        response.batch_item_failures = back
            .into_iter()
            .map(|back| {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = back.record.message_id.clone().unwrap_or_default();
                failure
            })
            .collect();
        serde_json::to_value(response).map_err(|_| Failure("the answer cannot be written"))
    }

    /// What shall come again comes after seconds, longer each time. If the queue does not hear of that, it comes when its
    /// sender must be gone.
    async fn bring_again(&self, back: &[Back<'_>]) {
        let each = futures_util::stream::iter(back).for_each_concurrent(CONCURRENT, |back| async move {
            let Some(receipt) = &back.record.receipt_handle else {
                return;
            };
            let receives = back.record.attributes.get("ApproximateReceiveCount");
            let receives = receives.and_then(|count| count.parse().ok()).unwrap_or(1);
            let wait = wait_before_next(receives, back.asked);
            if let Err(error) = self.queue.bring_again(receipt, wait).await {
                tracing::warn!(%error, "a delivery comes again later than it could");
            }
        });
        each.await;
    }

    /// The messages that shall come again.
    async fn see_to<'a>(&self, records: &'a [SqsMessage], owner: &str) -> Result<Vec<Back<'a>>, Unready> {
        // Load.
        let now = self.time.now();
        let manifest = self.content.manifest(now).await?;
        let texts = self.texts(now).await?;
        let carrier = self.carrier(&manifest, now).await;
        let mut ways = Vec::with_capacity(CHANNELS.len());
        for channel in CHANNELS {
            let account = self.account(channel).await?;
            let slots = Slots::new(channel, account.rate);
            ways.push((channel, account, slots));
        }
        let desk = Desk {
            deliveries: &self.deliveries,
            manifest: &manifest,
            texts: &texts,
            carrier: &carrier,
            time: &self.time,
            owner,
        };

        // Decide and carry out, each delivery by itself.
        let wanted = &wanted(&manifest, records);
        let (desk, ways, manifest) = (&desk, &ways, &manifest);
        let seen = futures_util::stream::iter(records).map(|record| async move {
            let again = |asked| Some(Back { record, asked });
            let Some(id) = delivery_of(record) else {
                tracing::error!("a message of the queue names no delivery");
                return again(None);
            };
            let kind @ (channel, is_marketing) = kind_of(manifest, &id);
            let Some((_, account, slots)) = ways.iter().find(|(of, ..)| *of == channel) else {
                return again(None);
            };
            // Whoever sweeps finds it again when the account may send.
            if account.stopped.is_some() || (is_marketing && account.marketing_stopped.is_some()) {
                return None;
            }
            let wanted = wanted.get(&kind).copied().unwrap_or(1);
            match desk.see_to(&id, slots, wanted).await {
                Ok(Done::Forget) => None,
                Ok(Done::Again(asked)) => again(asked),
                Err(error) => {
                    tracing::warn!(%id, %error, "a delivery was not seen to");
                    again(None)
                }
            }
        });
        let back: Vec<Option<Back<'a>>> = seen.buffer_unordered(CONCURRENT).collect().await;
        Ok(back.into_iter().flatten().collect())
    }
}

impl<'a> Back<'a> {
    fn soon(record: &'a SqsMessage) -> Self {
        Self { record, asked: None }
    }
}

/// How a delivery travels, and whether it is marketing: messages of one kind take their turns from one row.
type Kind = (Channel, bool);

fn kind_of(manifest: &Manifest, id: &DeliveryId) -> Kind {
    let campaign = manifest.campaign(id.campaign());
    let is_marketing = campaign.is_some_and(|campaign| campaign.purpose == MessagePurpose::Marketing);
    (channel_of(manifest, id.campaign()), is_marketing)
}

/// How many of each kind a batch may send. To reserve a turn for every other message, too, would leave turns to nobody.
fn wanted(manifest: &Manifest, records: &[SqsMessage]) -> BTreeMap<Kind, u32> {
    let mut wanted = BTreeMap::new();
    for id in records.iter().filter_map(delivery_of) {
        *wanted.entry(kind_of(manifest, &id)).or_default() += 1;
    }
    wanted
}

/// How a campaign's messages travel. Of one that left the manifest it is not known any more, and does not matter.
fn channel_of(manifest: &Manifest, campaign: &str) -> Channel {
    match campaign {
        REPLIES => Channel::Thread,
        INBOX_NOTICES => Channel::Sms,
        other => manifest
            .campaign(other)
            .map_or(Channel::Email, |campaign| campaign.channel.into()),
    }
}

fn delivery_of(record: &SqsMessage) -> Option<DeliveryId> {
    let body: ToSend = serde_json::from_str(record.body.as_deref()?).ok()?;
    body.delivery.parse().ok()
}

#[cfg(test)]
mod tests {
    use campaign::{Address, Occurrence};
    use serde_json::json;

    use super::*;

    fn record(campaign: &str, number: u32) -> SqsMessage {
        let occurrence = Occurrence {
            campaign: campaign.to_owned(),
            batch: "x".to_owned(),
            key: number.to_string(),
        };
        let address = Address::email("alex@example.com").unwrap();
        let id = DeliveryId::new(&occurrence, &address, None);
        let mut record = SqsMessage::default();
        record.body = Some(json!({"delivery": id.to_string()}).to_string());
        record
    }

    #[test]
    fn a_batch_reserves_a_turn_for_each_message_of_a_kind_and_none_for_another_kinds() {
        let campaign = |id: &str, channel: &str, purpose: &str| {
            json!({"id": id, "channel": channel, "purpose": purpose, "template": id,
                "to": {"type": "guest"}, "when": {"type": "before-booking", "minutes": 60}})
        };
        let text = json!({
            "version": 1,
            "sites": [],
            "messages": {
                "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
                "sms": {"secret": "TWILIO", "number": "+15551230000"}
            },
            "campaigns": [
                campaign("reminder", "email", "transactional"),
                campaign("blast", "email", "marketing"),
                campaign("text", "sms", "transactional")
            ]
        });
        let manifest = Manifest::parse(text.to_string().as_bytes()).unwrap();
        let mut records = vec![record("reminder", 1), record("blast", 2), record("blast", 3)];
        records.extend([record("text", 4), record(REPLIES, 5), SqsMessage::default()]);
        let expected = BTreeMap::from([
            ((Channel::Email, false), 1),
            ((Channel::Email, true), 2),
            ((Channel::Sms, false), 1),
            ((Channel::Thread, false), 1),
        ]);
        assert_eq!(wanted(&manifest, &records), expected);
    }
}
