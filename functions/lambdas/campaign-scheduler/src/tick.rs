//! Everything that the clock asks for: the account, what is due, and what was left behind.

use contract::campaign::{CampaignAnswer, Ticked};
use contract::metric;
use manifest::{Campaign, Manifest, Recipients, When};

use crate::handler::Problem;
use crate::service::{Moment, Service};

impl Service {
    /// Does it in the order in which it matters: guests' own messages before audiences, and what is new before what waits.
    pub(crate) async fn tick(&self, manifest: &Manifest, moment: &Moment) -> Result<CampaignAnswer, Problem> {
        let mut ticked = Ticked::default();
        self.look_at_account(moment).await?;
        let about_bookings: Vec<&Campaign> = manifest
            .campaigns
            .iter()
            .filter(|campaign| !is_for_an_audience(campaign))
            .collect();
        self.plan_about_bookings(manifest, &about_bookings, moment, &mut ticked)
            .await?;
        for campaign in manifest
            .campaigns
            .iter()
            .filter(|campaign| is_for_an_audience(campaign))
        {
            self.open_batches(manifest, campaign, moment).await?;
        }
        let unknown = self.go_on_with_batches(manifest, moment, &mut ticked).await?;
        self.mirror_suppressions(moment).await?;
        lambda_boot::metrics::tell(
            &self.stage,
            moment.now_is(),
            &[(
                metric::UNKNOWN_DELIVERIES,
                usize::try_from(unknown).unwrap_or(usize::MAX),
            )],
        );
        Ok(CampaignAnswer::Ticked(ticked))
    }
}

fn is_for_an_audience(campaign: &Campaign) -> bool {
    matches!(campaign.to, Recipients::Audience { .. })
        && matches!(campaign.when, When::At { .. } | When::Every { .. })
}
