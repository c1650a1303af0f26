//! The functions' way in: plain serde, then the same judgement that the operator's check makes.

use serde_json::Value;

use crate::judge::{self, Problem};
use crate::model::{Manifest, Stage};

/// The largest manifest that is read, in bytes: 1 MiB, which is some thousands of listings.
pub const MAX_BYTES: usize = 1 << 20;

/// Why bytes are no manifest. It quotes no value of the file, because a secret may stand there by mistake.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// Longer than [`MAX_BYTES`].
    #[error("the manifest is longer than {limit_bytes} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit_bytes: usize,
    },
    /// Not JSON, or not in the manifest's form.
    #[error("the manifest is not well-formed at line {line}, column {column}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },
    /// Well-formed, but it contradicts itself.
    #[error("the manifest contradicts itself in {} places; the first is {}", .0.len(), first(.0))]
    Contradictory(Vec<Problem>),
}

fn first(problems: &[Problem]) -> String {
    problems.first().map(ToString::to_string).unwrap_or_default()
}

impl Manifest {
    /// Reads a manifest that a deploy has checked.
    ///
    /// # Errors
    /// [`ParseError`] when the bytes are too many, not in the manifest's form, or contradict themselves.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > MAX_BYTES {
            return Err(ParseError::TooLarge {
                limit_bytes: MAX_BYTES,
            });
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
        let value: Value = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
        let problems = judge::judge(&value, Stage::Local);
        if problems.is_empty() {
            Ok(manifest)
        } else {
            Err(ParseError::Contradictory(problems))
        }
    }
}

/// Keeps the place only: serde's message quotes what it found there.
fn malformed(error: &serde_json::Error) -> ParseError {
    ParseError::Malformed {
        line: error.line(),
        column: error.column(),
    }
}
