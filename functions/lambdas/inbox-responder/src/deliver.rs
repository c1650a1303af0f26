//! What a decision sends: deliveries, made once and put into the senders' queue.

use campaign::{Channel, Delivery, DeliveryId, Occurrence, Purpose};
use chrono::{DateTime, Utc};
use contract::replies::{DECIDED_WORDS, INBOX_NOTICES};
use dispatch::{Reply, Terms, month};
use inbox::answer::{Act, Decision, PATIENCE, zone};
use inbox::{Message, Private};
use manifest::{Manifest, ReplyRule, Then, ToldCrew};
use serde_json::json;
use store::{ContactsOf, StoreError};

use crate::arrive::rule_of;
use crate::handler::Unready;
use crate::service::Service;

/// A crew has no more members than this.
const MOST_MEMBERS: u16 = 50;

impl Service {
    /// Does what was decided about a message, as far as it is not done.
    pub(crate) async fn carry_out(
        &self,
        manifest: &Manifest,
        message: &Message,
        decision: &Decision,
    ) -> Result<(), Unready> {
        if !decision.act.is_sent_by_rule() {
            return Ok(());
        }
        let rule = decision.rule.as_deref().and_then(|id| rule_of(manifest, id));
        let deliveries = self.deliveries_of(manifest, (message, rule), decision).await?;
        // Only what was decided then: who has joined the crew since hears of the next message.
        let decided = deliveries
            .into_iter()
            .filter(|delivery| decision.deliveries.contains(&delivery.id.to_string()));
        self.send(&decided.collect::<Vec<_>>()).await
    }

    /// Makes deliveries, unless they are made, and has them sent. If it ends anywhere, who sweeps goes on.
    pub(crate) async fn send(&self, deliveries: &[Delivery]) -> Result<(), Unready> {
        for delivery in deliveries {
            let batch = (delivery.id.campaign(), delivery.id.batch());
            month::note(&self.deliveries, batch, delivery.since, delivery.look_at).await?;
        }
        self.deliveries.create(deliveries).await?;
        let ids: Vec<DeliveryId> = deliveries.iter().map(|delivery| delivery.id.clone()).collect();
        self.queue.put(&ids).await?;
        Ok(())
    }

    /// The deliveries of a decision: always the same ones.
    pub(crate) async fn deliveries_of(
        &self,
        manifest: &Manifest,
        (message, rule): (&Message, Option<&ReplyRule>),
        decision: &Decision,
    ) -> Result<Vec<Delivery>, StoreError> {
        let key = format!("{}#{}", message.id, message.revision);
        match (decision.act, rule.map(|rule| &rule.then), &decision.text) {
            (Act::Reply, _, Some(text)) => {
                let terms = terms(manifest, message, (decision.at, decision.at));
                let reply = reply(message, text, true).delivery(&key, terms);
                Ok(reply.ok().into_iter().collect())
            }
            (Act::Sms, Some(Then::Sms(told)), Some(text)) => {
                self.notices(manifest, (message, told), (&key, text), decision)
                    .await
            }
            _ => Ok(Vec::new()),
        }
    }

    /// One SMS for each member of the crew that has a number.
    async fn notices(
        &self,
        manifest: &Manifest,
        (message, told): (&Message, &ToldCrew),
        (key, text): (&str, &Private),
        decision: &Decision,
    ) -> Result<Vec<Delivery>, StoreError> {
        let of = ContactsOf::Crew(told.crew.to_string());
        let (members, _) = self.deliveries.contacts(&of, None, MOST_MEMBERS).await?;
        let now = decision.at;
        let occurrence = Occurrence {
            campaign: INBOX_NOTICES.to_owned(),
            batch: month::name(now),
            key: key.to_owned(),
        };
        let with_number = members
            .into_iter()
            .filter(|member| member.address.channel() == Channel::Sms);
        let each = with_number.map(|member| {
            let id = DeliveryId::new(&occurrence, &member.address, None);
            let what = (Purpose::Transactional, told.template.as_str());
            Delivery {
                site: message.site.clone(),
                context: json!({ DECIDED_WORDS: text.reveal() }),
                zone: member.zone.unwrap_or_else(|| zone(manifest, message)),
                ..Delivery::planned(id, member.address, what, (now, now + PATIENCE))
            }
        });
        Ok(each.collect())
    }
}

/// An answer to this message.
pub(crate) fn reply(message: &Message, text: &Private, is_automatic: bool) -> Reply {
    Reply {
        thread: message.thread.clone(),
        platform: message.platform.clone(),
        native: message.native.clone(),
        source: message.source.clone(),
        subject: message.subject.clone(),
        text: text.clone(),
        is_automatic,
    }
}

/// `asked` is a moment that stays the same however often it is asked for.
pub(crate) fn terms(
    manifest: &Manifest,
    message: &Message,
    (asked, now): (DateTime<Utc>, DateTime<Utc>),
) -> Terms {
    Terms {
        site: message.site.clone(),
        zone: zone(manifest, message),
        batch: month::name(asked),
        now,
        expires_at: now + PATIENCE,
    }
}
