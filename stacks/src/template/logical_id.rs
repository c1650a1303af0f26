//! Names within a template.

use std::fmt;

use serde::Serialize;

use crate::SynthError;

/// The longest logical id that CloudFormation takes, in characters.
const MAX_CHARS: usize = 255;

/// The name of a resource, parameter, condition or output within its template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct LogicalId(String);

impl LogicalId {
    /// Reads a logical id.
    ///
    /// # Errors
    /// [`SynthError::InvalidLogicalId`] unless it is 1 to 255 ASCII letters and digits.
    pub fn new(text: &str) -> Result<Self, SynthError> {
        let well_formed =
            (1..=MAX_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(SynthError::InvalidLogicalId { id: text.to_owned() })
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LogicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `words-with-dashes` and `/paths/{too}` as one PascalCase word.
pub(crate) fn pascal_case(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(|word| word.split_at_checked(1))
        .map(|(first, rest)| first.to_ascii_uppercase() + rest)
        .collect()
}
