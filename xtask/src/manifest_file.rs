//! The operator's manifest as a file: check it, print its schema, upload it.

mod template_names;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Subcommand;
use contract::content::MANIFEST_KEY;
use manifest::{Feed, Findings, Manifest};
use stacks::Stage;

use crate::environment::{Environment, StageArg};
use crate::exit::{Exit, Invalid};
use crate::screen;
use crate::templates;
use crate::workspace::Workspace;

/// The manifest's usual name, at the checkout's root.
pub(crate) const NAME: &str = "campaign_schedule.json";

/// What can be done with the manifest.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the manifest: every finding at once, with file, line and column. Campaigns are also held against the
    /// checkout's templates.
    Check {
        /// The file.
        #[arg(default_value = NAME)]
        file: PathBuf,
        #[command(flatten)]
        stage: StageArg,
    },
    /// Print the manifest's JSON Schema, the one that `$schema` points editors at.
    Schema,
}

/// A manifest that holds, with the text it was read from.
pub(crate) struct Checked {
    /// What it says.
    pub manifest: Manifest,
    /// The file's text.
    pub text: String,
}

/// Runs a `manifest` command.
pub(crate) fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::Check { file, stage } => {
            let checked = read_deployable(workspace, &file, stage.stage)?;
            let Manifest {
                sites,
                platforms,
                listings,
                ..
            } = &checked.manifest;
            let assets: usize = sites.iter().map(|site| site.assets.len()).sum();
            screen::answer(&format!(
                "{} holds: {} sites, {assets} assets, {} platforms, {} listings",
                file.display(),
                sites.len(),
                platforms.len(),
                listings.len()
            ));
        }
        Command::Schema => screen::answer(&serde_json::to_string_pretty(&manifest::schema())?),
    }
    Ok(Exit::Ok)
}

/// A relative name is looked up from here, then from the checkout's root, so that commands work in any folder.
pub(crate) fn locate(workspace: &Workspace, file: &Path) -> PathBuf {
    let at_root = workspace.root().join(file);
    if file.exists() || !at_root.exists() {
        file.to_owned()
    } else {
        at_root
    }
}

/// Reads and checks the manifest for a stage.
///
/// # Errors
/// [`Invalid`] with every finding when it does not hold.
pub(crate) fn read_checked(workspace: &Workspace, file: &Path, stage: Stage) -> Result<Checked> {
    let file = &locate(workspace, file);
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let kind = if stage == Stage::Local {
        manifest::Stage::Local
    } else {
        manifest::Stage::Deployed
    };
    let manifest = Manifest::check(&text, &file.display().to_string(), kind)
        .map_err(|findings| Invalid(findings.to_string()))?;
    Ok(Checked { manifest, text })
}

/// Reads and checks the manifest for a stage, and holds it against the checkout's templates: what is deployed together
/// has to fit together.
///
/// # Errors
/// [`Invalid`] with every finding when it does not hold.
pub(crate) fn read_deployable(workspace: &Workspace, file: &Path, stage: Stage) -> Result<Checked> {
    let checked = read_checked(workspace, file, stage)?;
    let findings = template_names::findings(&checked, &templates::paths(workspace)?)?;
    if findings.is_empty() {
        return Ok(checked);
    }
    let file = locate(workspace, file).display().to_string();
    Err(Invalid(Findings { file, findings }.to_string()).into())
}

/// Uploads the manifest if it differs from what is stored, and says whether it did.
pub(crate) async fn push(environment: &Environment, bucket: &str, checked: &Checked) -> Result<bool> {
    let s3 = environment.aws.s3();
    if s3
        .get(bucket, MANIFEST_KEY)
        .await?
        .is_some_and(|(stored, _)| stored == checked.text.as_bytes())
    {
        return Ok(false);
    }
    s3.put(
        bucket,
        MANIFEST_KEY,
        checked.text.clone().into_bytes(),
        "application/json",
    )
    .await?;
    screen::step("uploaded the manifest");
    Ok(true)
}

/// The secrets that the manifest names: name, whose it is (a listing's, an asset's or a platform's), and whether the stage
/// does without.
pub(crate) fn secrets(manifest: &Manifest, local: bool) -> Vec<(String, String, bool)> {
    let named = |feed: &Feed| {
        feed.secret
            .as_ref()
            .map(|name| (name.to_string(), local && feed.local_url.is_some()))
    };
    let of_feeds = manifest.listings.iter().filter_map(|listing| {
        named(&listing.feed).map(|(name, optional)| (name, listing.id.to_string(), optional))
    });
    let of_calendars = manifest.assets().filter_map(|(_, asset)| {
        let google = asset.google_calendar.as_ref()?;
        Some((google.secret.to_string(), asset.id.to_string(), false))
    });
    let of_webhooks = manifest.platforms.iter().filter_map(|platform| {
        let webhook = platform.webhook.as_ref()?;
        Some((webhook.secret.to_string(), platform.id.to_string(), false))
    });
    let of_texts = manifest.messages.sms.as_ref();
    let of_texts = of_texts.map(|sms| (sms.secret.to_string(), "messages".to_owned(), false));
    of_feeds
        .chain(of_calendars)
        .chain(of_webhooks)
        .chain(of_texts)
        .collect()
}
