//! `audience`: the people whom campaigns go to, from the files in which the operator has them.

mod cells;
mod head;
mod import;
mod line;
mod refused;
mod row;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use contract::campaign::{CampaignAnswer, ImportInto};
use indicatif::ProgressBar;

use crate::campaign::{How, Outcome, Scheduler};
use crate::exit::{Exit, Invalid};
use crate::screen;
use crate::table::plain;
use crate::workspace::Workspace;
use head::Needs;
use import::{Event, Import, Sum};
use refused::RefusedFile;
use row::{Rows, Unreadable};

/// What can be done with audiences.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Keep the people in a CSV file as those whom campaigns go to.
    ///
    /// The first line names the columns: `email` or `phone` or both, then `name`, `booking` (a reservation code or id) and
    /// `time_zone` (IANA) if there are such; up to 20 more are kept for templates. Values stand between commas or, where the
    /// head has more of them, semicolons; the file is UTF-8; a line has at most 1 MiB; empty lines are passed over. An
    /// apostrophe before = + - @ or a tab is left out: it is how spreadsheets keep a text from being a formula.
    ///
    /// A line with an error is not imported and told with its number; the others are imported. Whoever is kept already is
    /// not kept twice, so that a file can be imported again. Ends with 5 when any line was refused.
    Import(ImportArgs),
}

/// What `audience import` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// The CSV file.
    file: PathBuf,
    #[command(flatten)]
    into: IntoArg,
    /// Only check the lines, and keep nobody.
    #[arg(long)]
    dry_run: bool,
    /// Write the refused lines to this new file, with their head, to be mended and imported again. What would be a formula
    /// in a spreadsheet gets an apostrophe before it. A line of more than 1 MiB is not written.
    #[arg(long, value_name = "FILE")]
    write_refused: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

/// Whose they are.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct IntoArg {
    /// They are an audience's.
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,
    /// They are a crew's, as the manifest's assets name it.
    #[arg(long, value_name = "NAME")]
    crew: Option<String>,
    /// Each belongs to the booking that its line names in the column `booking`.
    #[arg(long)]
    bookings: bool,
}

/// Runs an `audience` command.
pub(crate) async fn run(workspace: &Workspace, command: Command) -> Result<Exit> {
    let Command::Import(args) = command;
    let how = args.how;
    let file = Source::open(&args)?;
    let scheduler = how.scheduler(workspace).await?;
    how.tell(import(&scheduler, file, args).await?)
}

/// The file, once its head is known to be one.
struct Source {
    rows: Rows<BufReader<File>>,
    kibibytes: u64,
    refused: Option<RefusedFile>,
}

impl Source {
    fn open(args: &ImportArgs) -> Result<Self> {
        let shown = args.file.display();
        let file =
            File::open(&args.file).map_err(|error| Invalid(format!("cannot read {shown}: {error}")))?;
        let kibibytes = file.metadata().map_or(0, |metadata| metadata.len() / 1024);
        let needs = if args.into.bookings {
            Needs::Booking
        } else {
            Needs::Address
        };
        let rows = Rows::open(BufReader::new(file), needs).map_err(|why| match why {
            Unreadable::Head(message) => Invalid(format!("{shown}:1: {message}")),
            Unreadable::File(error) => Invalid(format!("cannot read {shown}: {error}")),
        })?;
        let create = |path: &PathBuf| RefusedFile::create(path, &rows.head.columns, rows.head.separator);
        let refused = args.write_refused.as_ref().map(create).transpose()?;
        Ok(Self {
            rows,
            kibibytes,
            refused,
        })
    }
}

async fn import(scheduler: &Scheduler, source: Source, args: ImportArgs) -> Result<Outcome> {
    let Source {
        mut rows,
        kibibytes,
        refused,
    } = source;
    let bar = screen::bar("importing, KiB", usize::try_from(kibibytes).unwrap_or(usize::MAX));
    let mut errors = Vec::new();
    let mut tell = |event: Event<'_>| match event {
        Event::ReadTo(position) => bar.set_position(position / 1024),
        Event::Refused(refusal) if args.how.is_json() => errors.push(refusal.to_json()),
        Event::Refused(refusal) => told(&bar, &args.file, refusal),
    };
    let mut import = Import {
        scheduler,
        of: args.into.of(),
        dry_run: args.dry_run,
        refused,
        tell: &mut tell,
        sum: Sum::default(),
    };
    let end = import.run(&mut rows).await;
    let Import { refused, sum, .. } = import;
    bar.finish_and_clear();
    let is_written = refused.map(RefusedFile::finish).transpose()?.unwrap_or_default();
    end.with_context(|| format!("{} so far", sum.line(args.dry_run)))?;
    if let Some(path) = args.write_refused.filter(|_| is_written) {
        screen::step(&format!(
            "the refused lines are in {}: mend them, and import it",
            path.display()
        ));
    }
    Ok(Outcome {
        exit: if sum.refused == 0 { Exit::Ok } else { Exit::Invalid },
        text: sum.line(args.dry_run),
        value: serde_json::to_value(CampaignAnswer::Imported {
            contacts: sum.contacts,
            errors,
        })?,
    })
}

fn told(bar: &ProgressBar, file: &Path, refusal: &row::Refusal) {
    let line = format!("{}:{refusal}", plain(&file.display().to_string()));
    bar.suspend(|| screen::answer(&line));
}

impl IntoArg {
    fn of(self) -> ImportInto {
        match (self.audience, self.crew) {
            (Some(name), _) => ImportInto::Audience { name },
            (None, Some(name)) => ImportInto::Crew { name },
            (None, None) => ImportInto::Bookings,
        }
    }
}

#[cfg(test)]
mod tests;
