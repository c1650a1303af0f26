//! Lines go to campaign-scheduler some at a time, and what it refuses comes back by line.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use anyhow::{Context, Result};
use contract::campaign::{CampaignAnswer, CampaignRequest, ImportInto};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refused::RefusedFile;
use super::row::{Refusal, Row, Rows};
use crate::campaign::{Scheduler, other_release};

/// So many lines at once, as the function takes them.
const MOST_LINES: usize = 500;
/// So many bytes at once, as JSON: Lambda takes 6 MB.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What is imported, and how.
pub(super) struct Import<'a> {
    /// Who is asked.
    pub(super) scheduler: &'a Scheduler,
    /// Whose the contacts are.
    pub(super) of: ImportInto,
    /// Whether they are only checked.
    pub(super) dry_run: bool,
    /// Where refused lines go.
    pub(super) refused: Option<RefusedFile>,
    /// Who hears how it goes.
    pub(super) tell: &'a mut dyn FnMut(Event<'_>),
    /// What came of it so far.
    pub(super) sum: Sum,
}

/// How an import goes.
pub(super) enum Event<'a> {
    /// Lines were refused.
    Refused(&'a Refusal),
    /// So many bytes of the file are done.
    ReadTo(u64),
}

/// What came of an import.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Lines whose contacts are kept, or would be.
    pub(super) lines: u64,
    /// The contacts: two of a line with both addresses.
    pub(super) contacts: u64,
    /// Lines that were refused.
    pub(super) refused: u64,
}

#[derive(Deserialize)]
struct ImportError {
    line: u64,
    column: String,
    message: String,
}

/// What is wrong, by line.
type Errors = BTreeMap<u64, Vec<ImportError>>;

impl Import<'_> {
    /// Imports every row.
    ///
    /// # Errors
    /// When the file or the function fails; what was imported until then stays.
    pub(super) async fn run<R: BufRead>(&mut self, rows: &mut Rows<R>) -> Result<()> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next().context("cannot read the file")? {
            let size = size_of(&row)?;
            if chunk.len() == MOST_LINES || bytes + size > MOST_BYTES {
                self.put(std::mem::take(&mut chunk), &rows.head.columns).await?;
                bytes = 0;
                (self.tell)(Event::ReadTo(rows.position()));
            }
            bytes += size;
            chunk.push(row);
        }
        self.put(chunk, &rows.head.columns).await
    }

    async fn put(&mut self, chunk: Vec<Row>, head: &[String]) -> Result<()> {
        let errors = self.ask(&chunk, head).await?;
        for row in chunk {
            self.settle(row, &errors)?;
        }
        Ok(())
    }

    async fn ask(&mut self, chunk: &[Row], head: &[String]) -> Result<Errors> {
        let value = |row: &Row| match row {
            Row::Values(line, values) => Some((*line, values.clone())),
            Row::Unread(_) | Row::Refused(_) => None,
        };
        let lines: Vec<(u64, Vec<String>)> = chunk.iter().filter_map(value).collect();
        let (Some((first, _)), Some((last, _))) = (lines.first(), lines.last()) else {
            return Ok(Errors::new());
        };
        let failed = format!(
            "cannot import the lines {first} to {last}; to import the file again is safe, because nobody is kept twice"
        );
        let asked: BTreeSet<u64> = lines.iter().map(|(line, _)| *line).collect();
        let request = CampaignRequest::Import {
            of: self.of.clone(),
            head: head.to_vec(),
            lines,
            dry_run: self.dry_run,
        };
        let told = self.scheduler.ask_silently(&request).await.context(failed)?;
        let CampaignAnswer::Imported { contacts, errors } = told.answer else {
            return Err(other_release());
        };
        self.sum.contacts += contacts;
        let mut by_line = Errors::new();
        for error in errors {
            let error: ImportError = serde_json::from_value(error).map_err(|_| other_release())?;
            if !asked.contains(&error.line) {
                return Err(other_release());
            }
            by_line.entry(error.line).or_default().push(error);
        }
        Ok(by_line)
    }

    fn settle(&mut self, row: Row, errors: &Errors) -> Result<()> {
        match row {
            Row::Values(line, values) => {
                let Some(errors) = errors.get(&line) else {
                    self.sum.lines += 1;
                    return Ok(());
                };
                self.sum.refused += 1;
                for error in errors {
                    (self.tell)(Event::Refused(&Refusal {
                        first: line,
                        last: line,
                        column: Some(error.column.clone()),
                        message: error.message.clone(),
                    }));
                }
                if let Some(file) = &mut self.refused {
                    file.line(&values)?;
                }
            }
            Row::Unread(cells) => {
                if let Some(file) = &mut self.refused {
                    file.line(&cells)?;
                }
            }
            Row::Refused(refusal) => {
                self.sum.refused += refusal.last - refusal.first + 1;
                (self.tell)(Event::Refused(&refusal));
            }
        }
        Ok(())
    }
}

/// How much of a request, or of memory, a row takes.
fn size_of(row: &Row) -> Result<usize> {
    Ok(match row {
        Row::Values(_, values) => serde_json::to_string(values)?.len(),
        Row::Unread(cells) => cells.iter().map(String::len).sum(),
        Row::Refused(_) => 0,
    })
}

impl Refusal {
    /// As the function tells its own.
    pub(super) fn to_json(&self) -> Value {
        let mut told = json!({"line": self.first, "column": self.column, "message": self.message});
        if self.last > self.first {
            told["last_line"] = json!(self.last);
        }
        told
    }
}

impl Sum {
    /// The last line of the answer.
    pub(super) fn line(&self, dry_run: bool) -> String {
        let Self {
            lines,
            contacts,
            refused,
        } = self;
        let imported = if dry_run { "would import" } else { "imported" };
        let contacts = if contacts == lines {
            String::new()
        } else {
            format!(" ({contacts} contacts)")
        };
        format!("{imported} {lines}{contacts}, refused {refused}")
    }
}
