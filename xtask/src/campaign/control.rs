//! The brakes: status, pauses, and addresses that are not written to.

use std::io::IsTerminal as _;
use std::time::Duration;

use anyhow::Result;
use contract::campaign::{CampaignAnswer, CampaignRequest, StatusAnswer};

use super::outcome::Outcome;
use super::progress::Progress;
use super::scheduler::{Scheduler, Told, other_release};
use super::show;
use super::word::Operator;
use super::words::counted;
use crate::exit::{Exit, Invalid};
use crate::screen;

/// So often `--watch` asks.
pub(super) const WATCH_EVERY: Duration = Duration::from_secs(2);

/// Whether an address is written to from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// It is not.
    NoMore,
    /// It may be.
    Again,
}

async fn asked(scheduler: &Scheduler, campaign: Option<&str>) -> Result<(StatusAnswer, Told)> {
    let campaign = campaign.map(str::to_owned);
    status_of(scheduler.ask(&CampaignRequest::Status { campaign }).await?)
}

fn status_of(told: Told) -> Result<(StatusAnswer, Told)> {
    match &told.answer {
        CampaignAnswer::Status(status) => Ok((status.clone(), told)),
        _ => Err(other_release()),
    }
}

/// How campaigns are doing.
pub(super) async fn status(scheduler: &Scheduler, campaign: Option<&str>) -> Result<Outcome> {
    let (status, told) = asked(scheduler, campaign).await?;
    Ok(Outcome::done(told, show::status(&status)))
}

/// Whether there is a terminal to draw on.
///
/// # Errors
/// [`Invalid`] when there is none.
pub(super) fn may_watch() -> Result<()> {
    if std::io::stderr().is_terminal() {
        return Ok(());
    }
    let reason = "--watch draws on a terminal: without one, ask `campaign status --json` again and again";
    Err(Invalid(reason.to_owned()).into())
}

/// The same, asked again and again until nothing is open.
pub(super) async fn watch(scheduler: &Scheduler, campaign: Option<&str>, every: Duration) -> Result<Outcome> {
    let bar = screen::bar("", 0);
    let (status, told) = loop {
        let request = CampaignRequest::Status {
            campaign: campaign.map(str::to_owned),
        };
        let (status, told) = status_of(scheduler.ask_silently(&request).await?)?;
        let progress = Progress::of(&status);
        bar.set_length(progress.messages);
        bar.set_position(progress.settled);
        bar.set_message(progress.line());
        if progress.open_batches == 0 {
            break (status, told);
        }
        tokio::time::sleep(every).await;
    };
    bar.finish_and_clear();
    Ok(Outcome::done(told, show::status(&status)))
}

/// Sends nothing any more: of a campaign, or at all.
///
/// Only a question is worth a look at what is open before: from a script, a brake is not to depend on counting.
pub(super) async fn pause(
    scheduler: &Scheduler,
    campaign: Option<String>,
    why: String,
    operator: &mut Operator,
) -> Result<Outcome> {
    if campaign.is_none() && operator.would_be_asked() {
        let (status, told) = asked(scheduler, None).await?;
        let question = format!("Pause everything: {}?", Progress::of(&status).stopped());
        if !operator.confirms(&question)? {
            return Ok(Outcome::not_done(Exit::Error, told, "nothing was paused"));
        }
    }
    let what = campaign.clone().unwrap_or_else(|| "everything".to_owned());
    let again = campaign
        .as_deref()
        .map(|one| format!(" {one}"))
        .unwrap_or_default();
    let told = done(scheduler, &CampaignRequest::Pause { campaign, why }).await?;
    let text = format!(
        "{what} is paused: what a sender has in hand still goes out, and nothing else until `cargo xtask campaign resume{again}`"
    );
    Ok(Outcome::done(told, text))
}

/// Ends a pause, and lets go what waits for the operator's word.
pub(super) async fn resume(
    scheduler: &Scheduler,
    campaign: Option<String>,
    operator: &mut Operator,
) -> Result<Outcome> {
    let what = campaign.clone().unwrap_or_else(|| "everything".to_owned());
    if operator.would_be_asked() {
        let (status, told) = asked(scheduler, campaign.as_deref()).await?;
        screen::step(&format!("{}\n", show::status(&status)));
        // To end the pause of everything lets no batch go that waits for a word about itself.
        let waiting = status.batches.iter().filter(|batch| batch.stage == "waiting");
        let waiting = campaign.as_ref().map_or(0, |_| waiting.count() as u64);
        let mut question = format!("Let {what} go on");
        if waiting > 0 {
            let batches = counted(waiting, "batch that waits", "batches that wait");
            question += &format!(", with {batches} for your word");
        }
        if !operator.confirms(&format!("{question}?"))? {
            return Ok(Outcome::not_done(Exit::Error, told, "nothing was changed"));
        }
    } else {
        operator.confirms("")?;
    }
    let told = done(scheduler, &CampaignRequest::Resume { campaign }).await?;
    Ok(Outcome::done(
        told,
        format!("{what} goes on with the next tick, within a minute"),
    ))
}

/// Writes to an address no more, or again.
pub(super) async fn suppress(
    scheduler: &Scheduler,
    channel: String,
    address: String,
    writing: Writing,
) -> Result<Outcome> {
    let text = match writing {
        Writing::Again => format!("{address} may be written to again"),
        Writing::NoMore => format!("{address} is not written to any more"),
    };
    let request = CampaignRequest::Suppress {
        channel,
        address,
        lift: writing == Writing::Again,
    };
    Ok(Outcome::done(done(scheduler, &request).await?, text))
}

async fn done(scheduler: &Scheduler, request: &CampaignRequest) -> Result<Told> {
    let told = scheduler.ask(request).await?;
    match told.answer {
        CampaignAnswer::Done => Ok(told),
        _ => Err(other_release()),
    }
}
