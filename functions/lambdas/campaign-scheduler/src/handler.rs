//! One request in, one answer out.

use std::panic::AssertUnwindSafe;

use contract::campaign::{CampaignAnswer, CampaignRequest};
use contract::replies::{INBOX_NOTICES, REPLIES};
use futures_util::FutureExt;
use manifest::{Campaign, Manifest};
use serde_json::Value;
use store::StoreError;

use crate::service::{Moment, Service};
use dispatch::{QueueSilent, Stopped};

/// Why an invocation fails. It names nobody.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(&'static str);

/// Why there is no answer to a request.
#[derive(Debug)]
pub(crate) enum Problem {
    /// What is asked for cannot be done.
    Refused(String),
    /// What it needs cannot be read or written.
    Store(StoreError),
    /// The queue does not answer.
    Queue(QueueSilent),
}

impl Service {
    /// Answers an event.
    ///
    /// # Errors
    /// When there is no answer because something that it needs has failed: the invocation then fails, which raises an
    /// alarm, and whoever called without waiting is called again by Lambda.
    pub(crate) async fn handle(&self, event: Value, moment: &Moment) -> Result<Value, Failure> {
        let answer = match serde_json::from_value::<CampaignRequest>(event) {
            Ok(request) => {
                AssertUnwindSafe(self.answer(request, moment))
                    .catch_unwind()
                    .await
            }
            // The parser's message quotes the request.
            Err(_) => Ok(Err(Problem::Refused("the request cannot be read".to_owned()))),
        };
        let answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(Problem::Refused(reason))) => {
                tracing::warn!(reason, "refused");
                CampaignAnswer::Refused { reason }
            }
            Ok(Err(Problem::Store(error))) => {
                tracing::error!(%error, "failed");
                return Err(Failure("the store cannot be used"));
            }
            Ok(Err(Problem::Queue(error))) => {
                tracing::error!(%error, "failed");
                return Err(Failure("the queue cannot be used"));
            }
            // The panic's own text was logged where it happened.
            Err(_) => return Err(Failure("something failed inside, and was logged")),
        };
        serde_json::to_value(answer).map_err(|_| Failure("the answer cannot be written"))
    }

    async fn answer(&self, request: CampaignRequest, moment: &Moment) -> Result<CampaignAnswer, Problem> {
        let manifest = self.content.manifest(moment.now_is()).await?;
        let manifest = &*manifest;
        match request {
            CampaignRequest::Tick {} => self.tick(manifest, moment).await,
            CampaignRequest::Plan { campaign } => {
                let campaign = named(manifest, &campaign)?;
                self.plan(manifest, campaign, moment).await
            }
            CampaignRequest::Send {
                campaign,
                name,
                at_most,
            } => {
                let campaign = named(manifest, &campaign)?;
                self.send_now(manifest, campaign, (&name, at_most), moment).await
            }
            CampaignRequest::TestSend {
                campaign,
                to,
                context,
            } => {
                let campaign = named(manifest, &campaign)?;
                self.test_send(manifest, campaign, (&to, context), moment).await
            }
            CampaignRequest::Status { campaign } => {
                if let Some(campaign) = &campaign {
                    known(manifest, campaign)?;
                }
                self.status(campaign.as_deref(), moment).await
            }
            CampaignRequest::Pause { campaign, why } => {
                if let Some(campaign) = &campaign {
                    known(manifest, campaign)?;
                }
                self.pause(campaign, why, moment).await
            }
            CampaignRequest::Resume { campaign } => self.resume(campaign.as_deref(), moment).await,
            CampaignRequest::Resend {
                campaign,
                batch,
                states,
                dry_run,
            } => {
                let campaign = named(manifest, &campaign)?;
                self.resend(campaign, (&batch, &states), dry_run, moment).await
            }
            CampaignRequest::Import {
                of,
                head,
                lines,
                dry_run,
            } => self.import(&of, (&head, &lines), dry_run).await,
            CampaignRequest::Suppress {
                channel,
                address,
                lift,
            } => self.suppress((&channel, &address), lift, moment).await,
        }
    }
}

/// Answers to guests are paused and told of like a campaign, although none of the manifest makes them.
fn known(manifest: &Manifest, id: &str) -> Result<(), Problem> {
    if [REPLIES, INBOX_NOTICES].contains(&id) {
        return Ok(());
    }
    named(manifest, id).map(drop)
}

fn named<'m>(manifest: &'m Manifest, id: &str) -> Result<&'m Campaign, Problem> {
    let unknown = || Problem::Refused(format!("the manifest has no campaign `{}`", id.escape_debug()));
    manifest.campaign(id).ok_or_else(unknown)
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Store(error) => Self::Store(error),
            Stopped::Queue(error) => Self::Queue(error),
        }
    }
}

impl From<QueueSilent> for Problem {
    fn from(error: QueueSilent) -> Self {
        Self::Queue(error)
    }
}

#[cfg(test)]
mod tests;
