//! Reads, decides, does; and all of it anew after a failure, because a write that got no good answer may be done.

use anyhow::{Context, Result};

use super::api::GitHub;
use super::job::Job;
use super::patience::{Failure, wait_after};
use super::post::{Decision, Facts, Place};
use crate::exit::Exit;
use crate::screen;

/// Whether a decision is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It is.
    Do,
    /// It is shown only.
    Show,
}

impl Manner {
    /// What `--dry-run` asks for.
    pub(super) fn of(dry_run: bool) -> Self {
        if dry_run { Self::Show } else { Self::Do }
    }
}

/// Makes what stands at the place what it should be.
pub(super) async fn settle(
    job: &Job,
    place: &Place,
    manner: Manner,
    decide: impl Fn(&Facts) -> Decision,
) -> Result<Exit> {
    let github = GitHub::of(job)?;
    let mut attempt = 1;
    loop {
        let failure = match once(&github, place, manner, &decide).await {
            Ok(decision) => {
                tell(&decision, manner)?;
                return Ok(Exit::Ok);
            }
            Err(failure) => failure,
        };
        let Some(wait) = wait_after(attempt, &failure) else {
            return Err(failure).with_context(|| format!("gave up after {attempt} attempts"));
        };
        screen::step(&format!("{failure}; again in {} s", wait.as_secs()));
        tokio::time::sleep(wait).await;
        attempt += 1;
    }
}

async fn once(
    github: &GitHub<'_>,
    place: &Place,
    manner: Manner,
    decide: &impl Fn(&Facts) -> Decision,
) -> Result<Decision, Failure> {
    let facts = Facts {
        me: github.me().await?,
        posts: github.posts(place).await?,
    };
    let decision = decide(&facts);
    if let (Manner::Do, Some(request)) = (manner, decision.request()) {
        github.send(&request).await?;
    }
    Ok(decision)
}

fn tell(decision: &Decision, manner: Manner) -> Result<()> {
    match (manner, decision.request()) {
        (Manner::Show, Some(request)) => {
            screen::answer(&format!("would {decision}: {} {}", request.method, request.path));
            screen::answer(&serde_json::to_string_pretty(&request.body)?);
        }
        _ => screen::step(&format!("{decision}")),
    }
    Ok(())
}
