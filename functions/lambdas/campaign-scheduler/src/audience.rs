//! A campaign's times for an audience: each is one batch, planned page by page and from where the last run stopped.

use campaign::{Due, DueAt, Occurrence, Subject, occurrences, plan};
use chrono::{DateTime, TimeDelta, Utc};
use contract::campaign::Ticked;
use dispatch::{Planned, recipients};
use manifest::{Campaign, Manifest};
use store::{AudienceBatch, Batch, Stage};

use crate::handler::Problem;
use crate::service::{Moment, Service};

/// After a batch cannot be sent any more, what became of its messages is still counted for so long.
const COUNTED_FOR: TimeDelta = TimeDelta::days(7);

impl Service {
    /// Begins what is due and has not begun. One that would go to more people than the operator lets go without a word
    /// waits for that word.
    pub(crate) async fn open_batches(
        &self,
        manifest: &Manifest,
        campaign: &Campaign,
        moment: &Moment,
    ) -> Result<(), Problem> {
        let now = moment.now_is();
        for due in occurrences(campaign, now) {
            let (id, name) = (&due.occurrence.campaign, &due.occurrence.batch);
            if self.deliveries.batch(id, name).await?.is_some() {
                continue;
            }
            let Some(count) = self.count((manifest, campaign), &due, moment).await? else {
                continue;
            };
            let mut batch = batch_of(campaign, &due, now);
            if count > manifest.messages.confirm_above.get().into() {
                batch.stage = Stage::Waiting { recipients: count };
            }
            self.deliveries.put_batch(&mut batch).await?;
        }
        Ok(())
    }

    /// To how many it would go; `None` when there was no time to count them.
    pub(crate) async fn count(
        &self,
        (manifest, campaign): (&Manifest, &Campaign),
        due: &Due,
        moment: &Moment,
    ) -> Result<Option<u64>, Problem> {
        let (mut count, mut after) = (0, None);
        loop {
            if moment.is_over() {
                return Ok(None);
            }
            let now = moment.now_is();
            let (page, next) =
                recipients(&self.deliveries, (manifest, campaign), due, after.as_deref(), now).await?;
            count += plan((manifest, campaign), due, &page, now).deliveries.len() as u64;
            after = next;
            if after.is_none() {
                return Ok(Some(count));
            }
        }
    }

    /// Plans a batch that has begun, up to its end or to that of the invocation.
    pub(crate) async fn plan_batch(
        &self,
        (manifest, campaign): (&Manifest, &Campaign),
        batch: &mut Batch,
        moment: &Moment,
        ticked: &mut Ticked,
    ) -> Result<(), Problem> {
        let Some(due) = due_of(batch) else { return Ok(()) };
        // The audience may have grown since the operator saw how many they are.
        let at_most = batch.audience.as_ref().and_then(|audience| audience.at_most);
        let at_most = at_most.unwrap_or(u64::MAX);
        while let Stage::Planning { after, recipients } = batch.stage.clone() {
            if moment.is_over() {
                ticked.is_unfinished = true;
                return Ok(());
            }
            let now = moment.now_is();
            let left = at_most.saturating_sub(recipients);
            let page = Planned::page_for(
                &self.deliveries,
                (manifest, campaign),
                (&due, left),
                after.as_deref(),
                now,
            )
            .await?;
            let Some(page) = page else {
                batch.stage = Stage::Waiting { recipients };
                self.deliveries.put_batch(batch).await?;
                return Ok(());
            };
            self.queue_new(&page, now, ticked).await?;
            let earliest = page.new.iter().filter_map(|new| new.look_at).min();
            batch.look_at = batch.look_at.into_iter().chain(earliest).min();
            batch.stage = match page.next {
                // Known ones count: whoever stored them may have ended before it could say how many they are.
                Some(next) => Stage::Planning {
                    after: Some(next),
                    recipients: recipients + page.recipients,
                },
                None => Stage::Planned,
            };
            // Another scheduler may be at the same batch: what both plan is planned once, and one of them goes on.
            if !self.deliveries.put_batch(batch).await? {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// A new batch for what is due.
pub(crate) fn batch_of(campaign: &Campaign, due: &Due, now: DateTime<Utc>) -> Batch {
    let last = match due.at {
        DueAt::Instant(at) => at,
        // The last wall on which it is this time is twelve hours behind UTC.
        DueAt::Local(wall) => wall.and_utc() + TimeDelta::hours(12),
    };
    let until = last.max(now) + campaign.max_lateness() + COUNTED_FOR;
    let mut batch = Batch::new(&due.occurrence.campaign, &due.occurrence.batch, (now, until));
    batch.stage = Stage::Planning {
        after: None,
        recipients: 0,
    };
    if let Subject::Audience(name) = &due.subject {
        batch.audience = Some(AudienceBatch {
            key: due.occurrence.key.clone(),
            name: name.clone(),
            at: due.at,
            at_most: None,
        });
    }
    batch
}

/// What a batch is of.
fn due_of(batch: &Batch) -> Option<Due> {
    let audience = batch.audience.as_ref()?;
    Some(Due {
        occurrence: Occurrence {
            campaign: batch.campaign.clone(),
            batch: batch.name.clone(),
            key: audience.key.clone(),
        },
        at: audience.at,
        not_after: None,
        subject: Subject::Audience(audience.name.clone()),
    })
}
