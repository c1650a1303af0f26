//! The operator's word: a plan to look at, a sending, a pause and its end, an address.

use std::collections::BTreeMap;

use campaign::{Address, Channel, Due, DueAt, Lasting, News, Occurrence, Reason, Subject, occurrences, plan};
use contract::campaign::{CampaignAnswer, PlanAnswer, Ticked, batch_by_hand};
use dispatch::recipients;
use manifest::{Campaign, Manifest, Recipients};
use store::Pause;

use crate::audience::batch_of;
use crate::facts::facts;
use crate::handler::Problem;
use crate::service::{Moment, Service};

/// So many of those who are left out are shown, masked.
const EXAMPLES: usize = 20;
/// The longest reason for a pause, in characters.
const MAX_WHY: usize = 200;

impl Service {
    /// To whom a campaign would go now. It writes nothing.
    pub(crate) async fn plan(
        &self,
        manifest: &Manifest,
        campaign: &Campaign,
        moment: &Moment,
    ) -> Result<CampaignAnswer, Problem> {
        let now = moment.now_is();
        let mut answer = PlanAnswer {
            campaign: campaign.id.as_str().to_owned(),
            recipients: 0,
            excluded: BTreeMap::new(),
            examples: Vec::new(),
            confirm_above: manifest.messages.confirm_above.get().into(),
            due: None,
        };
        let dues = match &campaign.to {
            Recipients::Audience { name } => {
                let due = occurrences(campaign, now).into_iter().next();
                answer.due = due.as_ref().map(|due| due.occurrence.key.clone());
                vec![now_for(campaign, name.as_str(), "plan", now)]
            }
            Recipients::Guest {} | Recipients::Crew {} => {
                self.due_about_bookings(manifest, campaign, moment).await?
            }
        };
        for due in &dues {
            let mut after = None;
            loop {
                if moment.is_over() {
                    let reason = "there was no time to look at everybody".to_owned();
                    return Err(Problem::Refused(reason));
                }
                let (page, next) =
                    recipients(&self.deliveries, (manifest, campaign), due, after.as_deref(), now).await?;
                let planned = plan((manifest, campaign), due, &page, now);
                answer.recipients += planned.deliveries.len() as u64;
                for (delivery, why) in &planned.excluded {
                    *answer.excluded.entry(why.name().to_owned()).or_default() += 1;
                    if answer.examples.len() < EXAMPLES {
                        answer
                            .examples
                            .push((delivery.address.masked(), why.name().to_owned()));
                    }
                }
                after = next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(CampaignAnswer::Planned(answer))
    }

    async fn due_about_bookings(
        &self,
        manifest: &Manifest,
        campaign: &Campaign,
        moment: &Moment,
    ) -> Result<Vec<Due>, Problem> {
        let now = moment.now_is();
        let mut dues = Vec::new();
        for (site, asset) in manifest.assets() {
            let state = self.ledger.load(asset.id.as_str(), now).await?.state;
            dues.extend(campaign::about_bookings(
                campaign,
                &facts((site, asset), &state),
                now,
            ));
        }
        Ok(dues)
    }

    /// Sends to an audience now. Under one name everybody gets it once, however often it is asked for.
    pub(crate) async fn send_now(
        &self,
        manifest: &Manifest,
        campaign: &Campaign,
        (name, at_most): (&str, u64),
        moment: &Moment,
    ) -> Result<CampaignAnswer, Problem> {
        let Recipients::Audience { name: audience } = &campaign.to else {
            let reason = "it goes to the guests or crews of bookings, when these are due; only an audience can be sent to now";
            return Err(Problem::Refused(reason.to_owned()));
        };
        let is_name = (1..=40).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_name {
            let reason = "a sending's name is 1 to 40 letters, digits and hyphens".to_owned();
            return Err(Problem::Refused(reason));
        }
        let now = moment.now_is();
        let due = now_for(campaign, audience.as_str(), name, now);
        let mut batch = batch_of(campaign, &due, now);
        if let Some(audience) = &mut batch.audience {
            audience.at_most = Some(at_most);
        }
        let answer = |is_new| CampaignAnswer::Sending {
            batch: due.occurrence.batch.clone(),
            is_new,
        };
        if self
            .deliveries
            .batch(&batch.campaign, &batch.name)
            .await?
            .is_some()
            || !self.deliveries.put_batch(&mut batch).await?
        {
            return Ok(answer(false));
        }
        // What there is no time for the next tick goes on with.
        let mut ticked = Ticked::default();
        self.plan_batch((manifest, campaign), &mut batch, moment, &mut ticked)
            .await?;
        Ok(answer(true))
    }

    pub(crate) async fn pause(
        &self,
        campaign: Option<String>,
        why: String,
        moment: &Moment,
    ) -> Result<CampaignAnswer, Problem> {
        let pause = Pause {
            campaign,
            why: why
                .chars()
                .filter(|letter| !letter.is_control())
                .take(MAX_WHY)
                .collect(),
            since: moment.now_is(),
        };
        self.deliveries.pause(&pause).await?;
        Ok(CampaignAnswer::Done)
    }

    /// Ends a pause, and lets go what waits for the operator's word. Its deliveries are looked for at the next tick.
    pub(crate) async fn resume(
        &self,
        campaign: Option<&str>,
        moment: &Moment,
    ) -> Result<CampaignAnswer, Problem> {
        self.deliveries.resume(campaign, moment.now_is()).await?;
        Ok(CampaignAnswer::Done)
    }

    pub(crate) async fn suppress(
        &self,
        (channel, address): (&str, &str),
        lift: bool,
        moment: &Moment,
    ) -> Result<CampaignAnswer, Problem> {
        let channel = match channel {
            "email" => Channel::Email,
            "sms" => Channel::Sms,
            _ => return Err(Problem::Refused("a channel is `email` or `sms`".to_owned())),
        };
        let address =
            Address::parse(channel, address).map_err(|invalid| Problem::Refused(invalid.to_string()))?;
        if lift {
            self.lift(&address).await?;
            return Ok(CampaignAnswer::Done);
        }
        let lasting = Lasting {
            reason: Reason::Operator,
            since: moment.now_is(),
            source: "operator".to_owned(),
        };
        self.deliveries.learn(&address, &News::Lasting(lasting)).await?;
        Ok(CampaignAnswer::Done)
    }
}

impl Service {
    /// SES's own list comes first: an address that it still holds gets nothing, and would be mirrored again.
    async fn lift(&self, address: &Address) -> Result<(), Problem> {
        if let (Channel::Email, Some(mailer)) = (address.channel(), &self.mailer) {
            mailer.unsuppress(address.as_str()).await.map_err(|error| {
                let reason = format!("the account's own list still holds the address: {error}");
                Problem::Refused(reason)
            })?;
        }
        Ok(self.deliveries.forgive(address).await?)
    }
}

/// A sending to an audience that is due now.
fn now_for(campaign: &Campaign, audience: &str, name: &str, now: chrono::DateTime<chrono::Utc>) -> Due {
    Due {
        occurrence: Occurrence {
            campaign: campaign.id.as_str().to_owned(),
            batch: batch_by_hand(name),
            key: format!("by hand {name}"),
        },
        at: DueAt::Instant(now),
        not_after: None,
        subject: Subject::Audience(audience.to_owned()),
    }
}
