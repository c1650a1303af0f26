//! Batches that are open: planned to their end, looked over, counted, stopped when too much comes back, and closed.

use campaign::unhealthy;
use chrono::TimeDelta;
use contract::campaign::Ticked;
use dispatch::{Swept, sweep_batch};
use manifest::{Manifest, MessagePurpose};
use store::{Account, Batch, Pause, Stage};

use crate::handler::Problem;
use crate::service::{Moment, Service};

/// What becomes of messages is counted anew so often, while nothing else makes us look.
const RECOUNT: TimeDelta = TimeDelta::hours(1);
/// But so often while a sending to many goes on: what comes back of its first mails is to stop the others.
const RECOUNT_SENDING: TimeDelta = TimeDelta::minutes(3);

impl Service {
    /// Goes on with every batch. How many deliveries there are of which nobody knows whether they were sent.
    pub(crate) async fn go_on_with_batches(
        &self,
        manifest: &Manifest,
        moment: &Moment,
        ticked: &mut Ticked,
    ) -> Result<u64, Problem> {
        let account = self.deliveries.account(campaign::Channel::Email).await?;
        let backlog = backlog(self.queue.depth().await.unwrap_or_default(), account.as_ref());
        let mut unknown = 0;
        for mut batch in self.deliveries.open_batches().await? {
            if moment.is_over() {
                ticked.is_unfinished = true;
            } else {
                self.go_on(manifest, &mut batch, backlog, moment, ticked).await?;
            }
            unknown += batch.counts.get("UNKNOWN").copied().unwrap_or_default();
        }
        Ok(unknown)
    }

    async fn go_on(
        &self,
        manifest: &Manifest,
        batch: &mut Batch,
        backlog: TimeDelta,
        moment: &Moment,
        ticked: &mut Ticked,
    ) -> Result<(), Problem> {
        let now = moment.now_is();
        if let Some(campaign) = manifest.campaign(&batch.campaign)
            && matches!(batch.stage, Stage::Planning { .. })
        {
            self.plan_batch((manifest, campaign), batch, moment, ticked)
                .await?;
        }
        if matches!(batch.stage, Stage::Waiting { .. }) {
            ticked.waiting += 1;
        }
        let recount = if batch.look_at.is_some() && is_marketing(manifest, batch) {
            RECOUNT_SENDING
        } else {
            RECOUNT
        };
        let is_counted = batch.counted_at.is_some_and(|at| now - at < recount);
        if is_counted && batch.look_at.is_none_or(|at| at > now) {
            return Ok(());
        }
        let is_paused = self.deliveries.pause_of(&batch.campaign).await?.is_some();
        let swept = self
            .look_over(batch, (!is_paused).then_some(backlog), moment)
            .await?;
        ticked.queued += swept.queued;
        ticked.unknown += swept.unknown;
        ticked.expired += swept.expired;
        if !swept.is_whole {
            ticked.is_unfinished = true;
            return Ok(());
        }
        self.stop_if_unhealthy(manifest, batch, moment).await?;
        // Whatever its stage: of one that still waits for somebody's word nothing could be sent any more.
        if !swept.is_open && now >= batch.until {
            batch.stage = Stage::Closed;
        }
        self.deliveries.put_batch(batch).await?;
        Ok(())
    }

    /// Looks a batch over, and keeps what it found in the batch. Nothing of that is stored yet.
    pub(crate) async fn look_over(
        &self,
        batch: &mut Batch,
        may_queue: Option<TimeDelta>,
        moment: &Moment,
    ) -> Result<Swept, Problem> {
        let now = moment.now_is();
        let times = (now, moment.until);
        let swept = sweep_batch(
            (&self.deliveries, &self.queue),
            &batch.full_name(),
            times,
            &moment.time,
            may_queue,
        )
        .await?;
        if swept.is_whole {
            batch.counts.clone_from(&swept.counts);
            batch.counted_at = Some(now);
            batch.look_at = swept.look_at;
        }
        Ok(swept)
    }

    async fn stop_if_unhealthy(
        &self,
        manifest: &Manifest,
        batch: &Batch,
        moment: &Moment,
    ) -> Result<(), Problem> {
        let may_stop = is_marketing(manifest, batch) && !batch.is_excused;
        let Some(why) = unhealthy(&batch.counts).filter(|_| may_stop) else {
            return Ok(());
        };
        if self.deliveries.pause_of(&batch.campaign).await?.is_none() {
            tracing::error!(campaign = batch.campaign, why, "paused");
            let pause = Pause {
                campaign: Some(batch.campaign.clone()),
                why,
                since: moment.now_is(),
            };
            self.deliveries.pause(&pause).await?;
        }
        Ok(())
    }
}

fn is_marketing(manifest: &Manifest, batch: &Batch) -> bool {
    let campaign = manifest.campaign(&batch.campaign);
    campaign.is_some_and(|campaign| campaign.purpose == MessagePurpose::Marketing)
}

/// How long the senders will take for what is in the queue.
fn backlog(depth: u64, account: Option<&Account>) -> TimeDelta {
    let per_second = account.map_or(1.0, |account| {
        account.rate.per_second * account.rate.marketing_share
    });
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let seconds = depth as f64 / per_second.max(0.1);
    #[expect(clippy::cast_possible_truncation, reason = "it is at most a day")]
    let seconds = seconds.min(86_400.0) as i64;
    TimeDelta::seconds(seconds)
}
