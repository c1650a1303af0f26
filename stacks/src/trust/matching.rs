//! The conditions of a statement, held against a token's claims.

use serde_json::Value as Json;

use super::{Claims, ISSUER, document::items};

/// Whether all conditions hold. `unsure` is the answer for what cannot be decided here.
pub(super) fn holds(conditions: &Json, claims: &Claims<'_>, unsure: bool) -> bool {
    match conditions {
        Json::Null => true,
        Json::Object(operators) => operators.iter().all(|(operator, keys)| match keys {
            Json::Object(keys) => keys
                .iter()
                .all(|(key, expected)| judge(operator, key, expected, claims).unwrap_or(unsure)),
            _ => unsure,
        }),
        _ => unsure,
    }
}

/// One operator on one key: `None` when it cannot be decided.
fn judge(operator: &str, key: &str, expected: &Json, claims: &Claims<'_>) -> Option<bool> {
    let claim = claim(key, claims)?;
    // A token holds one value for each of our keys, for which the words before the colon and the suffix mean nothing.
    let operator = operator
        .trim_start_matches("ForAnyValue:")
        .trim_start_matches("ForAllValues:")
        .trim_end_matches("IfExists");
    match operator {
        "StringEquals" => any(expected, |value| value == claim),
        "StringEqualsIgnoreCase" => any(expected, |value| value.eq_ignore_ascii_case(claim)),
        "StringLike" => any(expected, |value| like(value, claim)),
        "StringNotEquals" => any(expected, |value| value == claim).map(|found| !found),
        "StringNotEqualsIgnoreCase" => {
            any(expected, |value| value.eq_ignore_ascii_case(claim)).map(|found| !found)
        }
        "StringNotLike" => any(expected, |value| like(value, claim)).map(|found| !found),
        _ => None,
    }
}

/// The claim that a condition's key names. IAM compares keys without regard to case.
fn claim<'a>(key: &str, claims: &Claims<'a>) -> Option<&'a str> {
    let key = key.to_ascii_lowercase();
    match key.strip_prefix(ISSUER)?.strip_prefix(':')? {
        "aud" => Some(claims.aud),
        "sub" => Some(claims.sub),
        _ => None,
    }
}

/// Whether any of the expected values matches; `None` when none does, but one of them is filled in only later.
fn any(expected: &Json, matches: impl Fn(&str) -> bool) -> Option<bool> {
    let mut undecided = false;
    for value in items(expected) {
        match value.as_str() {
            Some(text) if text.contains("${") => undecided = true,
            Some(text) if matches(text) => return Some(true),
            Some(_) => {}
            None => undecided = true,
        }
    }
    if undecided { None } else { Some(false) }
}

/// Whether the text matches a pattern in which `*` stands for any text and `?` for any one character.
///
/// The steps grow with the product of both lengths at most: on a mismatch only the last `*` takes more.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut read) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at, read));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == text[read] => {
                at += 1;
                read += 1;
            }
            _ => match &mut retry {
                None => return false,
                Some((star, from)) => {
                    *from += 1;
                    (at, read) = (*star + 1, *from);
                }
            },
        }
    }
    pattern[at..].iter().all(|&rest| rest == '*')
}
