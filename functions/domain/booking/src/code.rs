//! A reservation's code, wherever the platform puts it.

use crate::rules::{CodePlace, Field, Rules};

/// Where platforms put a code, tried after the manifest's own places. No platform of ours documents its feed: these
/// are words and paths that published feeds use.
const KNOWN_PLACES: &[(Field, &str)] = &[
    (Field::Url, "/reservations/"),
    (Field::Url, "/reservations/details/"),
    (Field::Url, "/reservation/"),
    (Field::Url, "/bookings/"),
    (Field::Url, "/booking/"),
    (Field::Description, "/reservations/details/"),
    (Field::Description, "/reservations/"),
    (Field::Description, "/bookings/"),
    (Field::Description, "reservation code"),
    (Field::Description, "reservation number"),
    (Field::Description, "confirmation code"),
    (Field::Description, "booking code"),
    (Field::Description, "booking number"),
    (Field::Description, "booking id"),
];

const MIN_CHARS: usize = 4;
const MAX_CHARS: usize = 40;

/// The code of the reservation that the event tells of, in the platform's writing.
#[must_use]
pub fn reservation_code(event: &calendar::Event, rules: &Rules) -> Option<String> {
    let own = rules
        .codes
        .iter()
        .map(|CodePlace { field, after }| (*field, after.as_str()));
    own.chain(KNOWN_PLACES.iter().copied())
        .find_map(|(field, after)| {
            field
                .of(event)
                .into_iter()
                .find_map(|text| code_after(text, after))
        })
        .map(str::to_owned)
}

/// The first code that follows the marker in the text.
fn code_after<'a>(text: &'a str, marker: &str) -> Option<&'a str> {
    // ASCII lower case keeps every byte where it is.
    let (folded, marker) = (text.to_ascii_lowercase(), marker.to_ascii_lowercase());
    if marker.is_empty() {
        return None;
    }
    let ends = folded.match_indices(&marker).map(|(at, _)| at + marker.len());
    ends.filter_map(|end| text.get(end..)).find_map(leading_code)
}

/// The word at the text's begin, after blanks and what people put between a label and its value.
fn leading_code(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '#' | '='));
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'));
    let word = &text[..end.unwrap_or(text.len())];
    is_code(word).then_some(word)
}

/// A code has a digit, or is written in capitals: "Reservation: pending" holds none.
fn is_code(word: &str) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let is_capitals = word.bytes().all(|byte| byte.is_ascii_uppercase());
    (MIN_CHARS..=MAX_CHARS).contains(&word.len()) && (has_digit || is_capitals)
}

#[cfg(test)]
mod tests;
