//! What is due about bookings: planned whole each time, since what was planned before is known by its id.

use campaign::{Due, about_bookings};
use chrono::{DateTime, Utc};
use contract::campaign::Ticked;
use dispatch::Planned;
use manifest::{Campaign, Manifest};

use crate::facts::{crew_fact, facts};
use crate::handler::Problem;
use crate::service::{Moment, Service};

impl Service {
    pub(crate) async fn plan_about_bookings(
        &self,
        manifest: &Manifest,
        campaigns: &[&Campaign],
        moment: &Moment,
        ticked: &mut Ticked,
    ) -> Result<(), Problem> {
        if campaigns.is_empty() {
            return Ok(());
        }
        for (site, asset) in manifest.assets() {
            if moment.is_over() {
                ticked.is_unfinished = true;
                return Ok(());
            }
            let now = moment.now_is();
            let state = self.ledger.load(asset.id.as_str(), now).await?.state;
            let mut known = facts((site, asset), &state);
            let notices = self.ledger.crew_notices(asset.id.as_str()).await?;
            known.extend(notices.iter().filter_map(|(id, notice)| {
                let at = id.at()?;
                Some(crew_fact((site, asset), notice, at))
            }));
            for campaign in campaigns {
                for due in about_bookings(campaign, &known, now) {
                    self.plan_one((manifest, campaign), &due, moment, ticked).await?;
                }
            }
            // Whoever was to be told has a delivery by now. What was written while we looked is later than our present: its
            // time is the next tick's.
            if campaigns.iter().any(|campaign| hears_of_turnovers(campaign)) {
                let told = notices
                    .iter()
                    .filter(|(id, _)| id.at().is_none_or(|at| at <= now));
                for (id, _) in told {
                    self.ledger.forget_crew_notice(asset.id.as_str(), id).await?;
                }
            }
        }
        Ok(())
    }

    async fn plan_one(
        &self,
        (manifest, campaign): (&Manifest, &Campaign),
        due: &Due,
        moment: &Moment,
        ticked: &mut Ticked,
    ) -> Result<(), Problem> {
        let mut after = None;
        loop {
            let now = moment.now_is();
            let page =
                Planned::page(&self.deliveries, (manifest, campaign), due, after.as_deref(), now).await?;
            self.queue_new(&page, now, ticked).await?;
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Puts what is due now into the queue, and counts.
    pub(crate) async fn queue_new(
        &self,
        page: &Planned,
        now: DateTime<Utc>,
        ticked: &mut Ticked,
    ) -> Result<(), Problem> {
        let due_now = page.new.iter().filter(|delivery| delivery.due_at <= now);
        let ids: Vec<_> = due_now.map(|delivery| delivery.id.clone()).collect();
        ticked.planned += page.new.len() as u64;
        ticked.excluded += page.excluded;
        ticked.queued += self.queue.put(&ids).await?;
        Ok(())
    }
}

fn hears_of_turnovers(campaign: &Campaign) -> bool {
    matches!(
        campaign.when,
        manifest::When::On {
            event: manifest::Happening::Turnover
        }
    )
}
