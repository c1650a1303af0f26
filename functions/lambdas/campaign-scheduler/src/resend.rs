//! Once more to those who did not get it, and to nobody else.

use campaign::{Delivery, Standing};
use contract::campaign::CampaignAnswer;
use dispatch::replan;
use manifest::Campaign;
use store::{Batch, SHARDS, Stage, StoreError};

use crate::handler::Problem;
use crate::service::{Moment, Service};

const PAGE: u16 = 200;

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
        let id = campaign.id.as_str();
        let batch = if dry_run {
            self.deliveries.batch(id, name).await?
        } else {
            self.reopen(campaign, name, moment).await?
        };
        let Some(batch) = batch else {
            let reason = format!("there is no batch `{}` of this campaign", name.escape_debug());
            return Err(Problem::Refused(reason));
        };
        let mut resent = 0;
        for shard in 0..SHARDS {
            let mut after = None;
            loop {
                if moment.is_over() {
                    return Err(Problem::Refused(unfinished(resent, dry_run)));
                }
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
            // A tick in between has found nothing to do in it.
            self.reopen(campaign, name, moment).await?;
        }
        Ok(CampaignAnswer::Resent { deliveries: resent })
    }

    /// Before anything is planned again: what we leave behind in a batch that is looked at goes on without us.
    async fn reopen(
        &self,
        campaign: &Campaign,
        name: &str,
        moment: &Moment,
    ) -> Result<Option<Batch>, StoreError> {
        let now = moment.now_is();
        let reopen = |batch: &mut Batch| {
            if batch.stage == Stage::Closed {
                batch.stage = Stage::Planned;
            }
            batch.until = batch.until.max(now + campaign.max_lateness());
            batch.look_at = Some(now);
        };
        self.deliveries
            .change_batch(campaign.id.as_str(), name, reopen)
            .await
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

fn unfinished(resent: u64, dry_run: bool) -> String {
    if dry_run {
        "there was no time to look at everybody".to_owned()
    } else {
        format!("there was time for {resent} only, and they are sent: ask again for the others")
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
