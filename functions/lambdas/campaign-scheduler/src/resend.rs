//! Once more to those who did not get it, and to nobody else.

use campaign::{Delivery, Standing};
use contract::campaign::CampaignAnswer;
use dispatch::replan;
use manifest::Campaign;
use store::{Batch, SHARDS, Stage};

use crate::handler::Problem;
use crate::service::{Moment, Service};

const PAGE: u16 = 200;
/// So often a tick may write the batch between our look and our write before we give up.
const ATTEMPTS: usize = 4;

impl Service {
    /// Plans again what is in these states. What it made is in the trail of each.
    pub(crate) async fn resend(
        &self,
        campaign: &Campaign,
        (name, states): (&str, &[String]),
        dry_run: bool,
        moment: &Moment,
    ) -> Result<CampaignAnswer, Problem> {
        let wanted = wanted(states)?;
        let Some(mut batch) = self.deliveries.batch(campaign.id.as_str(), name).await? else {
            let reason = format!("there is no batch `{}` of this campaign", name.escape_debug());
            return Err(Problem::Refused(reason));
        };
        if !dry_run {
            self.open_again(&mut batch, campaign, moment).await?;
        }
        let mut resent = 0;
        for shard in 0..SHARDS {
            let mut after = None;
            loop {
                let page = self
                    .deliveries
                    .page(&batch.full_name(), shard, after.as_ref(), PAGE)
                    .await?;
                let Some(last) = page.last() else { break };
                after = Some(last.id.clone());
                let mut queued = Vec::new();
                for delivery in page
                    .iter()
                    .filter(|delivery| wanted.contains(&delivery.standing()))
                {
                    if dry_run || self.replan(campaign, delivery, moment).await? {
                        resent += 1;
                        queued.push(delivery.id.clone());
                    }
                }
                if !dry_run {
                    self.queue.put(&queued).await?;
                }
            }
        }
        if !dry_run && resent > 0 {
            self.open_again(&mut batch, campaign, moment).await?;
        }
        Ok(CampaignAnswer::Resent { deliveries: resent })
    }

    /// Has the next tick look at a batch, even one that was closed. It comes before anything is planned again, too: what is in
    /// a closed batch would be looked at by nobody, should we end in between.
    async fn open_again(
        &self,
        batch: &mut Batch,
        campaign: &Campaign,
        moment: &Moment,
    ) -> Result<(), Problem> {
        for _ in 0..ATTEMPTS {
            let now = moment.now_is();
            if batch.stage == Stage::Closed {
                batch.stage = Stage::Planned;
            }
            batch.until = batch.until.max(now + campaign.max_lateness());
            batch.look_at = Some(now);
            if self.deliveries.put_batch(batch).await? {
                return Ok(());
            }
            // A tick was faster.
            if let Some(newer) = self.deliveries.batch(&batch.campaign, &batch.name).await? {
                *batch = newer;
            }
        }
        let reason = "the batch is being looked at; ask again".to_owned();
        Err(Problem::Refused(reason))
    }

    async fn replan(
        &self,
        campaign: &Campaign,
        delivery: &Delivery,
        moment: &Moment,
    ) -> Result<bool, Problem> {
        let now = moment.now_is();
        Ok(replan(&self.deliveries, delivery, now + campaign.max_lateness(), now).await?)
    }
}

fn wanted(states: &[String]) -> Result<Vec<Standing>, Problem> {
    let of = |name: &String| {
        let standing = Standing::named(name)?;
        standing.after(campaign::Trigger::Replan).map(|_| standing)
    };
    let wanted: Option<Vec<Standing>> = states.iter().map(of).collect();
    wanted.filter(|wanted| !wanted.is_empty()).ok_or_else(|| {
        let reason = "only FAILED, EXPIRED, BOUNCED and UNKNOWN can be sent again".to_owned();
        Problem::Refused(reason)
    })
}
