//! What a booking pays, where its feed tells.

use std::collections::BTreeMap;

use calendar::Expansion;

use crate::reservation_code;
use crate::rules::{CodePlace, Rules};

/// More digits are no price.
const MAX_DIGITS: usize = 15;
/// `US$`, `EUR`, `CHF.`
const MAX_UNIT_CHARS: usize = 4;

/// What the bookings of a feed pay, in hundredths of the operator's currency, by reservation code: of those that have one,
/// and where a place of the platform's rules holds an amount.
#[must_use]
pub fn values(rules: &Rules, expansion: &Expansion<'_>) -> BTreeMap<String, u64> {
    if rules.values.is_empty() {
        return BTreeMap::new();
    }
    let occurrences = expansion.occurrences.iter();
    let of = |event: &calendar::Event| Some((reservation_code(event, rules)?, value(event, rules)?));
    occurrences
        .filter_map(|occurrence| of(occurrence.event))
        .collect()
}

/// The first place that holds an amount decides.
fn value(event: &calendar::Event, rules: &Rules) -> Option<u64> {
    rules.values.iter().find_map(|CodePlace { field, after }| {
        let texts = field.of(event).into_iter();
        texts.flat_map(|text| texts_after(text, after)).find_map(amount)
    })
}

/// What follows the marker, wherever it stands. The case of ASCII letters does not matter.
fn texts_after<'a>(text: &'a str, marker: &str) -> Vec<&'a str> {
    // ASCII lower case keeps every byte where it is.
    let (folded, marker) = (text.to_ascii_lowercase(), marker.to_ascii_lowercase());
    let ends = folded.match_indices(&marker).map(|(at, _)| at + marker.len());
    ends.filter_map(|end| text.get(end..)).collect()
}

/// The amount at the text's begin, in hundredths: after blanks, `:` and the currency's sign or its letters. Of several
/// separators the last one begins the decimals, if one or two digits follow it; every other one only parts thousands.
fn amount(text: &str) -> Option<u64> {
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\u{a0}' | ':' | '=');
    let text = text.trim_start_matches(is_blank);
    let is_unit = |c: &char| {
        !c.is_ascii_digit() && !c.is_whitespace() && !c.is_control() && !matches!(c, '-' | '.' | ',')
    };
    let unit: String = text.chars().take_while(is_unit).collect();
    if unit.chars().count() > MAX_UNIT_CHARS {
        return None;
    }
    let text = text
        .strip_prefix(unit.as_str())
        .unwrap_or(text)
        .trim_start_matches(is_blank);
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '\'' | '\u{a0}'));
    let text = &text[..end.unwrap_or(text.len())];
    let text = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let (whole, decimals) = match text.rsplit_once(['.', ',']) {
        Some((whole, decimals)) if decimals.len() <= 2 => (whole, decimals),
        _ => (text, ""),
    };
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() || digits.len() > MAX_DIGITS {
        return None;
    }
    format!("{digits}{decimals:0<2}").parse().ok()
}

#[cfg(test)]
mod tests;
