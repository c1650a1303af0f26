//! One message to somebody who may be sent tests, on the way of all messages.

use std::time::Duration;

use campaign::{Address, Channel, Delivery, DeliveryId, Occurrence, Purpose};
use chrono::TimeDelta;
use contract::campaign::CampaignAnswer;
use manifest::{Campaign, Manifest, MessageChannel};
use serde_json::Value;

use crate::handler::Problem;
use crate::service::{Moment, Service};

/// Where SES's mailbox simulator lives: it bothers nobody.
const MAILBOX_SIMULATOR: &str = "@simulator.amazonses.com";
/// So long a test is waited for.
const PATIENCE: TimeDelta = TimeDelta::seconds(25);
const PAUSE: Duration = Duration::from_millis(250);

impl Service {
    pub(crate) async fn test_send(
        &self,
        manifest: &Manifest,
        campaign: &Campaign,
        (to, context): (&str, Value),
        moment: &Moment,
    ) -> Result<CampaignAnswer, Problem> {
        let channel = Channel::from(campaign.channel);
        let address = Address::parse(channel, to).map_err(|invalid| Problem::Refused(invalid.to_string()))?;
        if !may_be_tested(manifest, &address) {
            let list = match campaign.channel {
                MessageChannel::Email => "test_recipients",
                MessageChannel::Sms => "test_numbers",
            };
            let reason = format!("the address is not in the manifest's `messages.{list}`");
            return Err(Problem::Refused(reason));
        }
        let now = moment.now_is();
        let occurrence = Occurrence {
            campaign: campaign.id.as_str().to_owned(),
            batch: "test".to_owned(),
            key: format!("test {}", now.timestamp_micros()),
        };
        let site = context.pointer("/site/id").and_then(Value::as_str);
        let id = DeliveryId::new(&occurrence, &address, None);
        let what = (Purpose::from(campaign.purpose), campaign.template.as_str());
        let over = now + TimeDelta::minutes(5);
        let delivery = Delivery {
            site: site.map(str::to_owned),
            context,
            zone: manifest.messages.time_zone.unwrap_or(chrono_tz::UTC),
            look_at: Some(over),
            ..Delivery::planned(id, address, what, (now, over))
        };
        self.deliveries.create(std::slice::from_ref(&delivery)).await?;
        self.queue.put(std::slice::from_ref(&delivery.id)).await?;
        let until = moment.until.min(now + PATIENCE);
        loop {
            let found = self
                .deliveries
                .load(&delivery.id)
                .await?
                .unwrap_or_else(|| delivery.clone());
            if !found.standing().is_open() || moment.now_is() >= until {
                return Ok(CampaignAnswer::Tested {
                    state: found.standing().name().to_owned(),
                    why: found.state.why().map(str::to_owned),
                    message_id: found.message_id,
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn may_be_tested(manifest: &Manifest, address: &Address) -> bool {
    let messages = &manifest.messages;
    match address.channel() {
        Channel::Email => {
            address.as_str().ends_with(MAILBOX_SIMULATOR)
                || messages
                    .test_recipients
                    .iter()
                    .any(|known| known.as_str().eq_ignore_ascii_case(address.as_str()))
        }
        Channel::Sms => messages
            .test_numbers
            .iter()
            .any(|known| known.as_str() == address.as_str()),
        // A guest's thread is nobody's to try things on.
        Channel::Thread => false,
    }
}
