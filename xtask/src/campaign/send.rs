//! Sending: to an audience, to a tester, and once more.

use anyhow::Result;
use clap::ValueEnum;
use contract::campaign::{CampaignAnswer, CampaignRequest, PlanAnswer};
use serde_json::Value;

use super::outcome::Outcome;
use super::scheduler::{Scheduler, Told, other_release};
use super::show;
use super::word::Operator;
use super::words::{counted, of_state};
use crate::exit::{Exit, Refused};
use crate::screen;
use crate::table::plain;

/// A state whose messages can be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Resendable {
    /// It could not be sent.
    Failed,
    /// Its time was over before it could be sent.
    Expired,
    /// It has not arrived.
    Bounced,
    /// It may have been sent and may not.
    Unknown,
}

/// States whose messages may be sent again, duplicates accepted where there may be some.
#[derive(Debug)]
pub(super) struct Only(Vec<Resendable>);

impl Only {
    /// Takes the states.
    ///
    /// # Errors
    /// [`Refused`] when one may give duplicates, and these were not accepted.
    pub(super) fn of(states: Vec<Resendable>, accepts_duplicates: bool) -> Result<Self> {
        if states.contains(&Resendable::Unknown) && !accepts_duplicates {
            let reason = "some of UNKNOWN may have been delivered, and would get it twice: pass --accept-duplicates, or \
                          leave UNKNOWN out of --only";
            return Err(Refused(reason.to_owned()).into());
        }
        Ok(Self(states))
    }
}

/// To whom a campaign would go.
pub(super) async fn plan(scheduler: &Scheduler, campaign: String) -> Result<Outcome> {
    let (plan, told) = planned(scheduler, campaign).await?;
    Ok(Outcome::done(told, show::plan(&plan)))
}

async fn planned(scheduler: &Scheduler, campaign: String) -> Result<(PlanAnswer, Told)> {
    let told = scheduler.ask(&CampaignRequest::Plan { campaign }).await?;
    match &told.answer {
        CampaignAnswer::Planned(plan) => Ok((plan.clone(), told)),
        _ => Err(other_release()),
    }
}

/// Sends to no more than were shown.
pub(super) async fn send(
    scheduler: &Scheduler,
    campaign: String,
    name: String,
    operator: &mut Operator,
) -> Result<Outcome> {
    let (plan, told) = planned(scheduler, campaign.clone()).await?;
    screen::step(&format!("{}\n", show::plan(&plan)));
    if plan.recipients == 0 {
        let text = "nobody would get it: nothing was sent";
        return Ok(Outcome::not_done(Exit::Ok, told, text));
    }
    if !operator.confirms_number(plan.recipients, plan.confirm_above)? {
        let text = "that is not the number: nothing was sent";
        return Ok(Outcome::not_done(Exit::Error, told, text));
    }
    let request = CampaignRequest::Send {
        campaign: campaign.clone(),
        name: name.clone(),
        at_most: plan.recipients,
    };
    let told = scheduler.ask(&request).await?;
    let CampaignAnswer::Sending { batch, is_new } = &told.answer else {
        return Err(other_release());
    };
    let batch = plain(batch);
    let text = if *is_new {
        format!(
            "{campaign} is being sent to at most {} as batch {batch}: follow it with `cargo xtask campaign status {campaign} \
             --watch`",
            counted(plan.recipients, "recipient", "recipients")
        )
    } else {
        format!(
            "{campaign} was sent under the name {name} before, as batch {batch}: nobody gets it twice, and nothing was done; \
             for another sending pass another --name"
        )
    };
    Ok(Outcome::done(told, text))
}

/// Sends one message to somebody on the manifest's test list. Ends with 1 unless it went out.
pub(super) async fn test(
    scheduler: &Scheduler,
    campaign: String,
    to: String,
    context: Value,
) -> Result<Outcome> {
    let request = CampaignRequest::TestSend {
        campaign,
        to: to.clone(),
        context,
    };
    let told = scheduler.ask(&request).await?;
    let CampaignAnswer::Tested {
        state,
        why,
        message_id,
    } = &told.answer
    else {
        return Err(other_release());
    };
    let mut text = format!("{to}: {}", of_state(state));
    if let Some(why) = why {
        text += &format!(": {}", plain(why));
    }
    if let Some(id) = message_id {
        text += &format!(" (message {})", plain(id));
    }
    let standing = campaign::Standing::named(state);
    if standing.is_some_and(campaign::Standing::is_open) {
        text += "; it is still on its way: look at the sender's logs if it does not arrive";
    }
    let was_sent = standing.is_some_and(campaign::Standing::was_sent);
    let exit = if was_sent { Exit::Ok } else { Exit::Error };
    Ok(Outcome {
        exit,
        text,
        value: told.value,
    })
}

/// Sends again to those who did not get it, after it was told to how many.
pub(super) async fn resend(
    scheduler: &Scheduler,
    (campaign, batch): (String, String),
    only: &Only,
    operator: &mut Operator,
) -> Result<Outcome> {
    let request = |dry_run| CampaignRequest::Resend {
        campaign: campaign.clone(),
        batch: batch.clone(),
        states: only.0.iter().map(|one| one.name()).collect(),
        dry_run,
    };
    let told = scheduler.ask(&request(true)).await?;
    let number = resent(&told)?;
    let messages = counted(number, "message", "messages");
    if number == 0 {
        let text = "no message is in these states: nothing was sent";
        return Ok(Outcome::not_done(Exit::Ok, told, text));
    }
    screen::step(&format!("{campaign}, batch {batch}: {messages} in these states"));
    if !operator.confirms(&format!("Send {messages} again?"))? {
        let text = "nothing was sent";
        return Ok(Outcome::not_done(Exit::Error, told, text));
    }
    let told = scheduler.ask(&request(false)).await?;
    let messages = counted(resent(&told)?, "message is", "messages are");
    let text = format!("{messages} sent again");
    Ok(Outcome::done(told, text))
}

fn resent(told: &Told) -> Result<u64> {
    match &told.answer {
        CampaignAnswer::Resent { deliveries } => Ok(*deliveries),
        _ => Err(other_release()),
    }
}

impl Resendable {
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}
