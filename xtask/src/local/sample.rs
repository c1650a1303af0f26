//! Sample data, so that the first deploy shows something alive: the feeds of the partner simulator, read by the deployed
//! functions, and people at example.com who are written to.
//!
//! Invariant: nothing is written but by asking the functions that the operator's commands ask, each with a request that does
//! nothing when it is made again.

use std::path::Path;

use anyhow::{Context, Result, bail};
use contract::campaign::{CampaignAnswer, CampaignRequest, ImportInto};
use contract::inbox::{InboxAnswer, InboxRequest, SCRAPER};
use contract::sync::{FUNCTION, Outcome, SyncAnswer, SyncRequest};
use manifest::Manifest;
use stacks::Stage;
use testkit::sample::letters;
use testkit::sample::people::{self, People};

use crate::campaign::{Scheduler, other_release};
use crate::environment::Environment;
use crate::exit::Refused;
use crate::function;
use crate::workspace::Workspace;
use crate::{manifest_file, screen};

/// The sending's name, under which everybody gets it once.
const SENDING: &str = "sample";
/// So often the inbox is polled at most: the letters are few.
const MOST_POLLS: usize = 5;

/// Lays the sample out in the local stage, as its operator asks.
pub(super) async fn run(workspace: &Workspace, manifest: &Path) -> Result<()> {
    let environment = Environment::connect(workspace, Stage::Local).await?;
    let checked = manifest_file::read_checked(workspace, manifest, Stage::Local)?;
    if !is_wanted(&environment, &checked.manifest) {
        return Err(Refused("no feed of the manifest is the partner simulator's".to_owned()).into());
    }
    lay_out(&environment).await
}

/// Lays the sample out where the simulator plays the manifest's feeds, and LANDFALL_NO_SAMPLE=1 does not forbid it. What was
/// deployed stands whether that works or not, so that a failure is told and does not fail the deploy.
pub(crate) async fn after_deploy(environment: &Environment, manifest: &Manifest) {
    let is_forbidden = std::env::var("LANDFALL_NO_SAMPLE").is_ok_and(|value| value == "1");
    if is_forbidden || !is_wanted(environment, manifest) {
        return;
    }
    if let Err(error) = lay_out(environment).await {
        screen::step(&format!(
            "the sample data is not complete: {error:#}; `cargo xtask local sample` tries again"
        ));
    }
}

fn is_wanted(environment: &Environment, manifest: &Manifest) -> bool {
    let Some(cloud) = &environment.local else {
        return false;
    };
    let mut urls = manifest
        .listings
        .iter()
        .filter_map(|listing| listing.feed.local_url.as_ref());
    urls.any(|url| cloud.plays(url.reveal()))
}

/// People first: whoever is known when a booking is found is written to about it.
async fn lay_out(environment: &Environment) -> Result<()> {
    let scheduler = Scheduler::of(environment);
    let crew = ImportInto::Crew {
        name: people::CREW.to_owned(),
    };
    let audience = ImportInto::Audience {
        name: people::AUDIENCE.to_owned(),
    };
    let guests = people::guests(chrono::Utc::now());
    import(&scheduler, crew, people::crew()).await?;
    import(&scheduler, ImportInto::Bookings, guests).await?;
    let readers = import(&scheduler, audience, people::readers()).await?;
    synchronise(environment).await?;
    let send = CampaignRequest::Send {
        campaign: people::CAMPAIGN.to_owned(),
        name: SENDING.to_owned(),
        at_most: readers,
    };
    scheduler
        .ask(&send)
        .await
        .context("cannot send the sample campaign")?;
    scheduler.ask(&CampaignRequest::Tick {}).await?;
    write_letters(environment).await?;
    screen::step(
        "laid out the sample data: bookings, a conflict, requests, guests' questions and messages to nobody",
    );
    Ok(())
}

/// Guests write at the simulator's platform, and the inbox is polled as its schedule does.
async fn write_letters(environment: &Environment) -> Result<()> {
    let Some(cloud) = &environment.local else {
        return Ok(());
    };
    for letter in letters::letters(chrono::Utc::now()) {
        cloud.write(letters::PLATFORM, &letter).await?;
    }
    // The platform's pages shift while its messages are confirmed: what slips through comes with the next poll.
    for _ in 0..MOST_POLLS {
        let poll = InboxRequest::Poll { platform: None };
        match function::ask(environment, SCRAPER, &poll).await? {
            InboxAnswer::Polled(polled) if polled.platforms.iter().all(|platform| platform.new == 0) => break,
            InboxAnswer::Polled(_) => {}
            _ => return Err(other_release()),
        }
    }
    Ok(())
}

async fn import(scheduler: &Scheduler, of: ImportInto, people: People) -> Result<u64> {
    let request = CampaignRequest::Import {
        of,
        head: people.head,
        // The head is the file's first line.
        lines: (2..).zip(people.lines).collect(),
        dry_run: false,
    };
    match scheduler.ask(&request).await?.answer {
        CampaignAnswer::Imported { contacts, errors } if errors.is_empty() => Ok(contacts),
        CampaignAnswer::Imported { errors, .. } => {
            bail!("{} lines of the sample's people were refused", errors.len())
        }
        _ => Err(other_release()),
    }
}

async fn synchronise(environment: &Environment) -> Result<()> {
    let request = SyncRequest::Sync {
        platform: None,
        listings: Vec::new(),
        assets: Vec::new(),
        dry_run: false,
    };
    match function::ask(environment, FUNCTION, &request).await? {
        SyncAnswer::Synced { assets } => {
            // Busy is well: the schedule's own run reads the same feeds.
            match assets
                .iter()
                .find(|asset| matches!(asset.outcome, Outcome::Stopped { .. }))
            {
                Some(asset) => bail!("the synchronisation of {} stopped", asset.asset),
                None => Ok(()),
            }
        }
        SyncAnswer::Refused { reason, .. } => Err(Refused(reason).into()),
        _ => bail!("platform-sync answered something else than it was asked: deploy first"),
    }
}
