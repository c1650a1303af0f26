//! How campaigns are doing, counted now.

use std::collections::BTreeMap;

use campaign::Channel;
use chrono::SecondsFormat;
use contract::campaign::{BatchAnswer, CampaignAnswer, PauseAnswer, StatusAnswer};
use store::Stage;

use crate::handler::Problem;
use crate::service::{Moment, Service};

impl Service {
    pub(crate) async fn status(
        &self,
        campaign: Option<&str>,
        moment: &Moment,
    ) -> Result<CampaignAnswer, Problem> {
        let mut batches = Vec::new();
        for mut batch in self.deliveries.batches(campaign).await? {
            let mut not_sent = BTreeMap::new();
            // One that is closed changes no more, but who did not get it is still to be told to who asks for it.
            if batch.stage != Stage::Closed || campaign.is_some() {
                let swept = self.look_over(&mut batch, None, moment).await?;
                not_sent = swept.not_sent;
            }
            batches.push((
                batch.opened_at,
                BatchAnswer {
                    stage: stage(&batch.stage).to_owned(),
                    opened_at: Some(batch.opened_at.to_rfc3339_opts(SecondsFormat::Secs, true)),
                    campaign: batch.campaign,
                    batch: batch.name,
                    counts: batch.counts,
                    not_sent,
                },
            ));
        }
        batches.sort_by(|(a, one), (b, other)| {
            (a, &one.campaign, &one.batch).cmp(&(b, &other.campaign, &other.batch))
        });
        let pauses = self.deliveries.pauses().await?;
        let account = self.deliveries.account(Channel::Email).await?;
        Ok(CampaignAnswer::Status(StatusAnswer {
            batches: batches.into_iter().map(|(_, batch)| batch).collect(),
            pauses: pauses
                .into_iter()
                .map(|pause| PauseAnswer {
                    campaign: pause.campaign,
                    why: pause.why,
                    since: pause.since.to_rfc3339_opts(SecondsFormat::Secs, true),
                })
                .collect(),
            rate_per_second: account.as_ref().map(|account| account.rate.per_second),
            account_stopped: account.and_then(|account| account.stopped.or(account.marketing_stopped)),
        }))
    }
}

const fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Waiting { .. } => "waiting",
        Stage::Planning { .. } => "planning",
        Stage::Planned => "planned",
        Stage::Closed => "closed",
    }
}
