//! A file's lines as rows under its head, and why a line is none.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead};

use super::cells;
use super::head::{Head, Needs};
use super::line::{Line, Lines};
use crate::table::plain;

/// Tabs and other control characters of one line.
const MOST_CONTROLS: usize = 1_000;

/// What a line turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// As many values as the head has columns.
    Values(u64, Vec<String>),
    /// A line that is none: its cells, or all of it as one where its cells are not known.
    Unread(Vec<String>),
    /// Why some lines are none. It comes after them.
    Refused(Refusal),
}

/// Why lines are not imported. It quotes nothing of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The first line, from 1, the head included.
    pub(super) first: u64,
    /// The last line.
    pub(super) last: u64,
    /// The column's name; none when it is about the whole line.
    pub(super) column: Option<String>,
    /// What is wrong, as a fragment.
    pub(super) message: String,
}

/// Reads rows.
pub(super) struct Rows<R> {
    /// The head.
    pub(super) head: Head,
    lines: Lines<R>,
    /// The line in which a quote was opened that is still open.
    opened: Option<u64>,
    last: u64,
    ready: VecDeque<Row>,
}

/// Why a file cannot be read at all.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// Its first line is no head.
    Head(String),
    /// The file cannot be read.
    File(io::Error),
}

impl<R: BufRead> Rows<R> {
    /// Reads the head.
    ///
    /// # Errors
    /// [`Unreadable`]
    pub(super) fn open(reader: R, needs: Needs) -> Result<Self, Unreadable> {
        let mut lines = Lines::new(reader);
        let first = lines.next().map_err(Unreadable::File)?;
        let Some(line) = first else {
            return Err(Unreadable::Head("the file is empty".to_owned()));
        };
        let Some(bytes) = line.bytes else {
            return Err(Unreadable::Head("the line is longer than 1 MiB".to_owned()));
        };
        let head = Head::read(&bytes, needs).map_err(Unreadable::Head)?;
        lines.separate_by(head.separator);
        Ok(Self {
            head,
            lines,
            opened: None,
            last: 1,
            ready: VecDeque::new(),
        })
    }

    /// How many bytes of the file were read.
    pub(super) const fn position(&self) -> u64 {
        self.lines.position()
    }

    /// The next row. Empty lines are none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                return Ok(Some(row));
            }
            match self.lines.next()? {
                Some(line) => self.take(line),
                None => match self.opened.take() {
                    Some(opened) => {
                        let message = "a quote is opened in this line and never closed";
                        return Ok(Some(refused(opened, self.last, message)));
                    }
                    None => return Ok(None),
                },
            }
        }
    }

    fn take(&mut self, line: Line) {
        self.last = line.number;
        let opened = self.opened.filter(|_| line.begins_within);
        if opened.is_none() && !line.ends_within {
            self.take_alone(line);
            return;
        }
        if let Some(bytes) = &line.bytes {
            let text = String::from_utf8_lossy(bytes).into_owned();
            self.ready.push_back(Row::Unread(vec![text]));
        }
        let opened = opened.unwrap_or(line.number);
        self.opened = line.ends_within.then_some(opened);
        if !line.ends_within {
            let message = format!(
                "a quote is opened in this line and closed in line {}: a value has no line break",
                line.number
            );
            self.ready.push_back(refused(opened, line.number, &message));
        }
    }

    fn take_alone(&mut self, line: Line) {
        let number = line.number;
        let Some(bytes) = line.bytes else {
            let message = "the line is longer than 1 MiB";
            self.ready.push_back(refused(number, number, message));
            return;
        };
        if bytes.trim_ascii().is_empty() {
            return;
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let message = "the line is not UTF-8: save the file as UTF-8";
                return self.refuse(number, vec![text], message);
            }
        };
        if line.has_stray_quote {
            let message = "a value goes on after its closing quote: write a quote within quotes twice";
            return self.refuse(number, vec![text], message);
        }
        // JSON takes six bytes for one of them. No value may have any, so that a line of them is no request's business.
        if text.bytes().filter(u8::is_ascii_control).count() > MOST_CONTROLS {
            let message = format!("the line has more than {MOST_CONTROLS} control characters");
            return self.refuse(number, vec![text], &message);
        }
        let columns = self.head.columns.len();
        match cells::read(&text, self.head.separator) {
            Ok(cells) if cells.len() == columns => self.ready.push_back(Row::Values(number, cells)),
            Ok(cells) => {
                let found = cells.len();
                let message = format!("the head has {columns} columns, and the line {found}");
                self.refuse(number, cells, &message);
            }
            Err(message) => self.refuse(number, vec![text], &message),
        }
    }

    fn refuse(&mut self, number: u64, cells: Vec<String>, message: &str) {
        self.ready.push_back(Row::Unread(cells));
        self.ready.push_back(refused(number, number, message));
    }
}

fn refused(first: u64, last: u64, message: &str) -> Row {
    Row::Refused(Refusal {
        first,
        last,
        column: None,
        message: message.to_owned(),
    })
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        if self.last > self.first {
            write!(f, "-{}", self.last)?;
        }
        if let Some(column) = &self.column {
            write!(f, ": {}", plain(column))?;
        }
        write!(f, ": {}", plain(&self.message))
    }
}

#[cfg(test)]
mod tests;
