//! What the check found, and how it reads.

use std::fmt;

use serde::Serialize;

/// One thing to correct in the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The same place as a JSON pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// What is wrong, as a lowercase fragment.
    pub message: String,
    /// What to do about it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What a finding is before its line and column are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    /// In bytes from the text's begin.
    pub(super) offset: usize,
    pub(super) message: String,
    pub(super) pointer: String,
    pub(super) hint: Option<String>,
}

impl Found {
    pub(super) fn new(offset: usize, pointer: &str, message: impl Into<String>) -> Self {
        Self {
            offset,
            message: message.into(),
            pointer: pointer.to_owned(),
            hint: None,
        }
    }

    pub(super) fn with_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }

    fn locate(self, text: &str) -> Finding {
        let before = text
            .get(..text.floor_char_boundary(self.offset))
            .unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Finding {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            pointer: self.pointer,
            message: self.message,
            hint: self.hint,
        }
    }
}

/// Every finding of one check, in the order of the text. Its `Display` is what the operator reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Findings {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// At least one finding, and at most 1000.
    pub findings: Vec<Finding>,
}

/// So many findings are shown. More of them have few causes, and counting the lines of each would take its time.
pub(super) const MAX_FINDINGS: usize = 1_000;

impl Findings {
    pub(super) fn new(file: &str, text: &str, mut found: Vec<Found>) -> Self {
        found.sort();
        found.dedup();
        found.truncate(MAX_FINDINGS);
        Self {
            file: file.to_owned(),
            findings: found.into_iter().map(|found| found.locate(text)).collect(),
        }
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let Finding {
                line,
                column,
                message,
                hint,
                ..
            } = finding;
            writeln!(f, "{}:{line}:{column}: {message}", self.file)?;
            if let Some(hint) = hint {
                writeln!(f, "    hint: {hint}")?;
            }
        }
        match self.findings.len() {
            1 => write!(f, "1 finding"),
            MAX_FINDINGS => write!(f, "the first {MAX_FINDINGS} findings"),
            count => write!(f, "{count} findings"),
        }
    }
}
