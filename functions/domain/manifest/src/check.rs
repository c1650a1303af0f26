//! The operator's way in: every finding at once, each with its line and column.

mod finding;
mod positions;
mod structure;

use jsonc_parser::ParseOptions;
use serde_json::Value;

use crate::judge::{self, quote};
use crate::model::{Manifest, Stage};
use crate::parse::MAX_BYTES;

pub use finding::{Finding, Findings};
use finding::{Found, MAX_FINDINGS};
use positions::Positions;

impl Manifest {
    /// Checks the manifest's text and reads it. `file` is how the findings call it.
    ///
    /// # Errors
    /// [`Findings`], in the text's order: all of them, or only the first one when the text is not JSON.
    pub fn check(text: &str, file: &str, stage: Stage) -> Result<Self, Findings> {
        read(text, stage).map_err(|found| Findings::new(file, text, found))
    }
}

fn read(text: &str, stage: Stage) -> Result<Manifest, Vec<Found>> {
    if text.len() > MAX_BYTES {
        let message = format!("the manifest is longer than {MAX_BYTES} bytes");
        return Err(vec![Found::new(0, "", message)]);
    }
    let positions = positions::read(text, &STRICT).map_err(|found| vec![found])?;
    let value: Value = serde_json::from_str(text).map_err(|error| vec![from_serde(text, &error)])?;

    let mut found = duplicate_fields(&positions);
    found.extend(structure::findings(&value, &positions));
    for problem in judge::judge(&value, stage).into_iter().take(MAX_FINDINGS) {
        let offset = positions.value(&problem.pointer);
        found.push(Found::new(offset, &problem.pointer, problem.message).with_hint(problem.hint));
    }
    if !found.is_empty() {
        return Err(found);
    }
    // Schema and types say the same; should they ever differ, the types decide, because the functions read by them.
    Manifest::parse(text.as_bytes()).map_err(|error| vec![Found::new(0, "", error.to_string())])
}

/// Plain JSON (RFC 8259): the functions read the file with `serde_json`.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

fn duplicate_fields(positions: &Positions<'_>) -> Vec<Found> {
    let found = |duplicate: positions::Duplicate| {
        let message = format!("the field {} is given twice", quote(&duplicate.name));
        Found::new(duplicate.offset, &duplicate.pointer, message)
    };
    positions.duplicates().into_iter().map(found).collect()
}

/// For what the first parser lets pass and `serde_json` does not, such as a number beyond a double.
fn from_serde(text: &str, error: &serde_json::Error) -> Found {
    let lines_before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let line_start: usize = lines_before.map(str::len).sum();
    let full = error.to_string();
    let message = full.split(" at line ").next().unwrap_or_default();
    Found::new(line_start + error.column().saturating_sub(1), "", message)
}

#[cfg(test)]
mod tests;
