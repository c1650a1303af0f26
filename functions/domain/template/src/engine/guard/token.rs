//! The words of a tag.

use std::ops::Range;

/// A word, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// What sort of word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    /// A text or a number.
    Literal,
    /// A bracket that opens; so many tokens later is the one that closes it.
    Open(usize),
    Other,
}

/// The tokens from a place on, up to what closes the tag outside of texts and brackets, and where the tag ends. None if
/// it does not end, or if its brackets do not fit.
pub(super) fn tokens(source: &str, from: usize, closes: &str) -> Option<(Vec<Token>, usize)> {
    let mut found: Vec<Token> = Vec::new();
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut at = from;
    loop {
        let rest = source.get(at..)?;
        if open.is_empty() && rest.starts_with(closes) {
            break;
        }
        let first = rest.chars().next()?;
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = word(rest, first)?;
        match first {
            '(' | '[' | '{' => open.push((found.len(), first)),
            ')' | ']' | '}' => {
                let (opened, bracket) = open.pop()?;
                if !matches!((bracket, first), ('(', ')') | ('[', ']') | ('{', '}')) {
                    return None;
                }
                let apart = found.len() - opened;
                found.get_mut(opened)?.kind = Kind::Open(apart);
            }
            _ => {}
        }
        found.push(Token {
            kind,
            range: at..at + length,
        });
        at += length;
    }
    trim(source, &mut found, (from, at));
    Some((found, at + closes.len()))
}

/// The sort and the length of the word that a text begins with.
fn word(rest: &str, first: char) -> Option<(Kind, usize)> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let run = |is_in: &dyn Fn(char) -> bool| rest.find(|character| !is_in(character)).unwrap_or(rest.len());
    if matches!(first, '"' | '\'') {
        return Some((Kind::Literal, text(rest, first)?));
    }
    if first.is_ascii_digit() {
        return Some((Kind::Literal, run(&is_part)));
    }
    if is_part(first) {
        return Some((Kind::Name, run(&is_part)));
    }
    let is_double = ["==", "!=", "<=", ">=", "//", "**"]
        .iter()
        .any(|double| rest.starts_with(double));
    Some((Kind::Other, if is_double { 2 } else { first.len_utf8() }))
}

/// The length of a quoted text.
fn text(rest: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        if is_escaped {
            is_escaped = false;
        } else if character == '\\' {
            is_escaped = true;
        } else if character == quote {
            return Some(at + 1);
        }
    }
    None
}

/// Takes away the signs that only say what becomes of the white space around a tag.
fn trim(source: &str, tokens: &mut Vec<Token>, (start, end): (usize, usize)) {
    let is_sign = |token: &Token| matches!(source.get(token.range.clone()), Some("-" | "+"));
    if tokens
        .first()
        .is_some_and(|token| token.range.start == start && is_sign(token))
    {
        tokens.remove(0);
    }
    if tokens
        .last()
        .is_some_and(|token| token.range.end == end && is_sign(token))
    {
        tokens.pop();
    }
}
