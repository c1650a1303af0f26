//! What speaks against a message that is ready: looked at last, because it changes while messages wait.

use campaign::{Address, Channel, Delivery, Purpose};
use chrono::TimeDelta;
use store::{StoreError, Turn};

use super::Desk;
use crate::Outgoing;

/// Whether a message may go.
pub(super) enum May {
    /// It may; where marketing has a cap, as the next one to its address.
    Go(Option<Turn>),
    /// It must not, and why.
    Not(String),
}

impl Desk<'_> {
    pub(super) async fn may_go(&self, delivery: &Delivery, message: &Outgoing) -> Result<May, StoreError> {
        if let Some(why) = self.forbidden_mailbox(delivery, message).await? {
            return Ok(May::Not(why));
        }
        let (Purpose::Marketing, Some(cap)) = (delivery.purpose, self.manifest.messages.frequency_cap) else {
            return Ok(May::Go(None));
        };
        let since = self.time.now() - TimeDelta::days(cap.days.get().into());
        let most = u16::try_from(cap.messages.get()).unwrap_or(u16::MAX);
        // The turn before the count: whoever is counted after it takes it.
        let turn = self.deliveries.turn(&delivery.address).await?;
        let recent = self
            .deliveries
            .marketing_since(&delivery.address, since, most, Some(&delivery.id))
            .await?;
        if recent >= cap.messages.get() {
            return Ok(May::Not("frequency-cap".to_owned()));
        }
        Ok(May::Go(Some(turn)))
    }

    /// Why an answer must not go to the mailbox that stands for its thread. A claim looks at the delivery's own address only.
    async fn forbidden_mailbox(
        &self,
        delivery: &Delivery,
        message: &Outgoing,
    ) -> Result<Option<String>, StoreError> {
        let (Channel::Thread, Outgoing::Mail(mail)) = (delivery.channel(), message) else {
            return Ok(None);
        };
        let Ok(mailbox) = Address::email(&mail.to) else {
            return Ok(None);
        };
        let suppression = self.deliveries.suppression(&mailbox).await?;
        Ok(suppression.forbids(delivery.purpose).map(str::to_owned))
    }
}
