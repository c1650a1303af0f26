//! The people of a history: a recipient who leaves, and the operator.

use std::time::Duration;

use campaign::{Address, Lasting, News, Reason, Standing, Trigger};
use store::{Pause, SHARDS};

use super::world::{BATCH, RECIPIENTS, World};
use crate::replan;

impl World {
    /// In some histories a recipient leaves.
    pub(super) async fn somebody_leaves(&self) {
        self.wait_up_to(4_500).await;
        if self.dice.percent(40) {
            let number = self.dice.below(RECIPIENTS);
            let address = Address::email(&format!("guest{number}@example.com")).unwrap();
            self.forbid(&address, Reason::Unsubscribed).await;
        }
    }

    /// In some histories the operator stops the campaign for a while.
    pub(super) async fn operator_pauses(&self) {
        if !self.dice.percent(40) {
            return;
        }
        self.wait_up_to(3_000).await;
        let campaign = self.dice.percent(50).then(|| "blast".to_owned());
        let pause = Pause {
            campaign: campaign.clone(),
            why: "to look".to_owned(),
            since: self.time.now(),
        };
        self.deliveries.pause(&pause).await.unwrap();
        self.wait_up_to(4_000).await;
        self.deliveries
            .resume(campaign.as_deref(), self.time.now())
            .await
            .unwrap();
    }

    /// In some histories a template is wrong for a while.
    pub(super) async fn operator_breaks_the_template(&self) {
        if !self.dice.percent(15) {
            return;
        }
        self.wait_up_to(5_000).await;
        self.is_broken(true);
        self.wait_up_to(1_000).await;
        self.is_broken(false);
    }

    /// In some histories the operator sends again to those who did not get it, and to those of whom nobody knows.
    pub(super) async fn operator_sends_again(&self) {
        if !self.dice.percent(25) {
            return;
        }
        self.wait_up_to(9_000).await;
        for shard in 0..SHARDS {
            for delivery in self.deliveries.page(BATCH, shard, None, 100).await.unwrap() {
                if delivery.standing().after(Trigger::Replan) != Some(Standing::Planned) {
                    continue;
                }
                let now = self.time.now();
                let expires_at = now + self.manifest.campaigns[0].max_lateness();
                if replan(&self.deliveries, &delivery, expires_at, now)
                    .await
                    .unwrap()
                {
                    self.push(&delivery.id);
                }
            }
        }
    }

    /// Nothing goes to an address from now on.
    pub(super) async fn forbid(&self, address: &Address, reason: Reason) {
        let news = News::Lasting(Lasting {
            reason,
            since: self.time.now(),
            source: "test".to_owned(),
        });
        self.deliveries.learn(address, &news).await.unwrap();
        let mut seen = self.seen.lock().unwrap();
        seen.forbidden.entry(address.clone()).or_insert(self.time.now());
    }

    async fn wait_up_to(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(self.dice.below(seconds))).await;
    }
}
