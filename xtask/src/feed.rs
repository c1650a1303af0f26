//! `feed inspect`: what our reader sees in an iCalendar file or feed, and why.

use anyhow::{Context, Result};
use calendar::{Budget, Inspection, InspectionStatus, Limits, Period, Question, inspect};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::{Args, Subcommand};
use manifest::Manifest;
use platform::{FeedUrl, Fetched, Fetcher, Policy};

use crate::exit::{Exit, Invalid};
use crate::local::LocalCloud;
use crate::manifest_file;
use crate::screen;
use crate::workspace::Workspace;

/// What can be done with feeds.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read iCalendar files or feeds and say what was understood and what was not.
    Inspect(InspectArgs),
}

/// What `feed inspect` takes.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Files, or http(s) URLs (fetched as the functions fetch them: public addresses only).
    #[arg(required = true, value_name = "PATH|URL")]
    sources: Vec<String>,
    /// List the occurrences that start at or after this instant (RFC 3339).
    #[arg(long, value_name = "INSTANT", requires = "to")]
    from: Option<DateTime<Utc>>,
    /// List the occurrences that start before this instant (RFC 3339).
    #[arg(long, value_name = "INSTANT", requires = "from")]
    to: Option<DateTime<Utc>>,
    /// The zone of floating and all-day values, `utc` or an IANA name [default: the asset's zone for a feed that the
    /// manifest names, else UTC].
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    floating: Option<Tz>,
    /// Print one JSON object a line: file, status, note, events, starts, warnings.
    #[arg(long)]
    json: bool,
}

/// Runs a `feed` command.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    match command {
        Command::Inspect(args) => inspect_all(workspace, &args).await,
    }
}

/// Inspects every source, and fails if one of them could not be read.
async fn inspect_all(workspace: &Workspace, args: &InspectArgs) -> Result<Exit> {
    let window = match (args.from, args.to) {
        (Some(from), Some(to)) => {
            if from >= to {
                return Err(Invalid("--from must lie before --to".to_owned()).into());
            }
            Some(Period::new(from, to))
        }
        _ => None,
    };
    let fetcher = fetcher(workspace)?;
    let zones = Zones::read(workspace);
    let mut broken = false;
    for source in &args.sources {
        let floating = args.floating.unwrap_or_else(|| zones.of(source));
        let question = Question {
            window,
            floating,
            limits: Limits::default(),
            budget: Budget::default(),
        };
        let seen = look(&fetcher, source, &question).await;
        broken |= seen.status == InspectionStatus::Err;
        screen::answer(&if args.json {
            serde_json::to_string(&seen)?
        } else {
            told(&seen)
        });
    }
    Ok(if broken { Exit::Error } else { Exit::Ok })
}

/// `utc`, or an IANA name.
fn parse_zone(text: &str) -> Result<Tz, String> {
    if text.eq_ignore_ascii_case("utc") {
        return Ok(Tz::UTC);
    }
    text.parse()
        .map_err(|_| format!("{text:?} is not an IANA time zone"))
}

async fn look(fetcher: &Fetcher, source: &str, question: &Question) -> Inspection {
    let is_url = source.starts_with("http://") || source.starts_with("https://");
    let (name, bytes) = if is_url {
        fetch(fetcher, source).await
    } else {
        (source.to_owned(), read_file(source))
    };
    match bytes {
        Ok(bytes) => inspect(name, &bytes, question),
        Err(error) => Inspection {
            file: name,
            status: InspectionStatus::Err,
            note: format!("{error:#}"),
            events: 0,
            starts: question.window.map(|_| Vec::new()),
            warnings: Vec::new(),
        },
    }
}

/// A feed's URL is a secret: the answer names its origin and a hash.
async fn fetch(fetcher: &Fetcher, url: &str) -> (String, Result<Vec<u8>>) {
    let feed = match FeedUrl::parse(url) {
        Ok(feed) => feed,
        Err(error) => return ("URL".to_owned(), Err(error.into())),
    };
    let bytes = match fetcher.fetch(&feed, None).await {
        Ok(Fetched::Body { bytes, .. }) => Ok(bytes),
        Ok(Fetched::NotModified) => Err(anyhow::anyhow!(
            "the server says that nothing changed, but nothing was asked before"
        )),
        Err(error) => Err(error.into()),
    };
    (feed.to_string(), bytes)
}

fn read_file(path: &str) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {path}"))
}

/// The functions' own client. The local simulator may be reached too.
fn fetcher(workspace: &Workspace) -> Result<Fetcher> {
    let simulator = LocalCloud::configured(workspace)?
        .simulator_origin()
        .parse()
        .context("the simulator has no origin")?;
    Fetcher::new(Policy {
        allowed_origins: vec![simulator],
        ..Policy::default()
    })
    .context("cannot make the guarded client")
}

/// The zones of the manifest's assets, by the local URL of their feeds.
struct Zones {
    manifest: Option<Manifest>,
}

impl Zones {
    fn read(workspace: &Workspace) -> Self {
        let text = std::fs::read(manifest_file::locate(workspace, manifest_file::NAME.as_ref()));
        Self {
            manifest: text.ok().and_then(|text| Manifest::parse(&text).ok()),
        }
    }

    /// A feed that the manifest names is read in its asset's zone, anything else in UTC.
    fn of(&self, source: &str) -> Tz {
        let Some(manifest) = &self.manifest else {
            return Tz::UTC;
        };
        let is_source = |listing: &&manifest::Listing| {
            listing
                .feed
                .local_url
                .as_ref()
                .is_some_and(|url| url.reveal() == source)
        };
        let asset = manifest
            .listings
            .iter()
            .find(is_source)
            .map(|listing| &listing.asset);
        let site = manifest
            .sites
            .iter()
            .find(|site| site.assets.iter().any(|known| Some(&known.id) == asset));
        site.map_or(Tz::UTC, |site| site.time_zone)
    }
}

fn told(seen: &Inspection) -> String {
    let status = match seen.status {
        InspectionStatus::Ok => "ok",
        InspectionStatus::Err => "error",
    };
    let mut lines = vec![format!(
        "{}: {status}, {}, {} events",
        screen::bold(&seen.file),
        seen.note,
        seen.events
    )];
    for start in seen.starts.iter().flatten() {
        let instant = DateTime::from_timestamp(*start, 0)
            .map(|instant| instant.to_rfc3339())
            .unwrap_or_default();
        lines.push(format!("  starts  {instant}"));
    }
    lines.extend(seen.warnings.iter().map(|warning| format!("  warning {warning}")));
    lines.join("\n")
}
