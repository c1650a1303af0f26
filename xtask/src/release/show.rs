//! `release list` and `release show`.

use std::fmt;

use anyhow::Result;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use serde::Serialize;

use super::ledger::{Entry, Ledger};
use super::record::{Author, Id, Kind, Outcome, Record};
use super::revision::Revision;
use crate::environment::{Environment, StageArg};
use crate::exit::Exit;
use crate::screen;
use crate::workspace::Workspace;

/// What `release list` takes.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    stage: StageArg,
    /// How many releases, the newest first.
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Only releases older than this one: the next page.
    #[arg(long, value_name = "ID")]
    before: Option<String>,
    /// Print one JSON object a line, without templates.
    #[arg(long)]
    json: bool,
}

/// What `release show` takes.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The release, or the beginning of its name.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    stage: StageArg,
    /// Print the whole record, with its templates.
    #[arg(long)]
    json: bool,
}

/// A release in a line: what `release list` tells of it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Row<'a> {
    Readable {
        id: &'a Id,
        at: DateTime<Utc>,
        #[serde(flatten)]
        kind: &'a Kind,
        outcome: Outcome,
        git: Option<&'a Revision>,
        by: &'a Author,
        message: &'a str,
    },
    Unreadable {
        id: &'a Id,
        unreadable: &'a str,
    },
}

/// Lists.
pub(super) async fn list(workspace: &Workspace, args: ListArgs) -> Result<Exit> {
    let environment = Environment::connect(workspace, args.stage.stage).await?;
    let ledger = Ledger::of(&environment);
    let (entries, more) = ledger.page(args.before.as_deref(), args.limit.into()).await?;
    if entries.is_empty() && !args.json {
        screen::answer(&format!("{} has no releases", environment.stage));
    }
    for entry in &entries {
        let row = Row::of(entry);
        let line = if args.json {
            serde_json::to_string(&row)?
        } else {
            row.to_string()
        };
        screen::answer(&line);
    }
    if let (true, Some(last)) = (more, entries.last()) {
        screen::step(&format!("older ones: --before {}", last.id()));
    }
    Ok(Exit::Ok)
}

/// Shows.
pub(super) async fn show(workspace: &Workspace, args: ShowArgs) -> Result<Exit> {
    let environment = Environment::connect(workspace, args.stage.stage).await?;
    let record = Ledger::of(&environment).get(&args.id).await?;
    let text = if args.json {
        serde_json::to_string_pretty(&record)?
    } else {
        Page(&record).to_string()
    };
    screen::answer(text.trim_end());
    Ok(Exit::Ok)
}

impl<'a> Row<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        match entry {
            Entry::Readable(record) => Self::Readable {
                id: &record.id,
                at: record.at,
                kind: &record.draft.kind,
                outcome: record.draft.outcome,
                git: record.draft.git.as_ref(),
                by: &record.draft.by,
                message: &record.draft.message,
            },
            Entry::Unreadable { id, why } => Self::Unreadable { id, unreadable: why },
        }
    }
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Readable {
                id,
                kind,
                outcome,
                git,
                by,
                ..
            } => {
                let dirty = git.is_some_and(|git| git.dirty);
                let dirty = if dirty { " (with uncommitted changes)" } else { "" };
                write!(f, "{id:<24}  {outcome:<12}  {kind}{dirty}  by {by}")
            }
            Self::Unreadable { id, unreadable } => write!(f, "{id:<24}  unreadable    {unreadable}"),
        }
    }
}

/// A release on a page.
pub(super) struct Page<'a>(pub(super) &'a Record);

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Record { id, at, draft, .. } = self.0;
        writeln!(f, "{id}  {}", draft.kind)?;
        writeln!(f, "  stage      {}", draft.stage)?;
        writeln!(
            f,
            "  at         {}",
            at.to_rfc3339_opts(SecondsFormat::Secs, true)
        )?;
        writeln!(f, "  by         {}", draft.by)?;
        match &draft.git {
            Some(git) if git.dirty => writeln!(f, "  commit     {} with uncommitted changes", git.sha)?,
            Some(git) => writeln!(f, "  commit     {}", git.sha)?,
            None => writeln!(f, "  commit     none")?,
        }
        writeln!(f, "  outcome    {}: {}", draft.outcome, draft.message)?;
        for artifact in &draft.artifacts {
            let megabytes = artifact.bytes as f64 / 1e6;
            writeln!(
                f,
                "  artifact   {} {megabytes:.1} MB  {}",
                artifact.package, artifact.key
            )?;
        }
        for stack in &draft.stacks {
            writeln!(
                f,
                "  stack      {} ({} bytes of template)",
                stack.name,
                stack.template.len()
            )?;
            for (name, value) in &stack.parameters {
                writeln!(f, "    {name} = {value}")?;
            }
        }
        Ok(())
    }
}
