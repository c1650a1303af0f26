//! Words that nobody meant to send: placeholders, and what a program writes when it knows nothing.

use super::scan::PieceKind;
use super::{Class, Piece, Report};

/// More left-over braces than this are another engine's template, not a mail that somebody forgot to fill in.
const MANY_BRACES: usize = 2;
/// UTF-8 that was read as Windows-1252: `é`, `–` and `’` begin so.
const MOJIBAKE: [&str; 8] = ["Ã©", "Ã¨", "Ã¼", "Ã¶", "Ã¤", "Ã±", "â€", "Â\u{a0}"];
/// How a mail begins to speak to a guest.
const GREETINGS: [&str; 8] = [
    "dear",
    "hi",
    "hello",
    "hey",
    "for",
    "guten tag",
    "hola",
    "bonjour",
];
/// What programs write instead of a value.
const NOTHINGS: [&str; 5] = ["None", "undefined", "null", "NaN", "nan"];

/// Checks what is read, and what stands in attributes.
pub(super) fn check(report: &mut Report<'_>, pieces: &[Piece<'_>]) {
    check_braces(report, pieces);
    for piece in pieces {
        if let PieceKind::Text(text) = &piece.kind {
            check_nothings(report, text, piece.at);
            check_merge_tags(report, text, piece.at);
            for mark in MOJIBAKE.iter().chain(&["\u{fffd}"]) {
                if let Some(at) = text.find(mark) {
                    let message = format!("`{mark}` looks like UTF-8 that was read as something else");
                    report.hinted(
                        Class::Warning,
                        "mojibake",
                        piece.at + at,
                        message,
                        "save the text as UTF-8",
                    );
                }
            }
        }
    }
}

/// In styles and scripts braces are at home; in comments nobody reads them.
fn check_braces(report: &mut Report<'_>, pieces: &[Piece<'_>]) {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for piece in pieces {
        match &piece.kind {
            PieceKind::Text(text) => found.extend(braces(text, piece.at)),
            PieceKind::Open(tag) => {
                for attribute in &tag.attributes {
                    found.extend(braces(attribute.value, attribute.value_at));
                }
            }
            _ => {}
        }
    }
    // A part without a document around it is not what is sent either.
    let is_document = pieces.iter().any(|piece| match &piece.kind {
        PieceKind::Open(tag) => matches!(tag.name.as_str(), "html" | "body"),
        kind => *kind == PieceKind::Doctype,
    });
    let class = if found.len() > MANY_BRACES || !is_document {
        Class::Warning
    } else {
        Class::Error
    };
    for (at, mark) in found {
        let rest: String = report
            .text
            .get(at..)
            .unwrap_or_default()
            .chars()
            .take(40)
            .collect();
        let shown = rest.split_inclusive("}}").next().unwrap_or(mark);
        report.hinted(
            class,
            "left-over-braces",
            at,
            format!(
                "`{}` would be sent as it stands here",
                shown.lines().next().unwrap_or(mark)
            ),
            "render the template, or check the spelling of its braces",
        );
    }
}

fn braces(text: &str, from: usize) -> Vec<(usize, &'static str)> {
    let mut found: Vec<(usize, &'static str)> = Vec::new();
    for mark in ["{{", "{%", "{#"] {
        found.extend(text.match_indices(mark).map(|(at, _)| (from + at, mark)));
    }
    if found.is_empty() {
        found.extend(text.match_indices("}}").map(|(at, _)| (from + at, "}}")));
        found.extend(text.match_indices("%}").map(|(at, _)| (from + at, "%}")));
    }
    // `{{{` is one place, not two.
    found.dedup_by(|later, earlier| later.0 == earlier.0 + 1);
    found
}

/// "Dear None", "[object Object]", "starts at NaN": but `None of us` is English.
fn check_nothings(report: &mut Report<'_>, text: &str, from: usize) {
    let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    for nothing in NOTHINGS {
        for (at, _) in text.match_indices(nothing) {
            let before = text.get(..at).unwrap_or_default();
            let after = text.get(at + nothing.len()..).unwrap_or_default();
            if before.ends_with(is_word) || after.starts_with(is_word) {
                continue;
            }
            let greeting = before.trim_end().to_lowercase();
            let is_greeted = GREETINGS.iter().any(|word| greeting.ends_with(word));
            if is_greeted || matches!(nothing, "undefined" | "NaN") {
                let message = format!("`{nothing}` stands where a value should: the context lacks it");
                report.add(Class::Warning, "missing-value", from + at, message);
            }
        }
    }
    if let Some(at) = text.find("[object Object]") {
        report.add(
            Class::Warning,
            "missing-value",
            from + at,
            "`[object Object]` is no text: name one of its fields",
        );
    }
}

/// Other services' placeholders. Published templates carry them, so they are told and no more.
fn check_merge_tags(report: &mut Report<'_>, text: &str, from: usize) {
    for (open, close) in [
        ("*|", "|*"),
        ("%%", "%%"),
        ("[[", "]]"),
        ("<%", "%>"),
        ("%recipient", "%"),
    ] {
        let found = text.find(open).and_then(|at| {
            let inside = text.get(at + open.len()..)?;
            let end = inside.find(close)?;
            (end < 60).then_some((at, at + open.len() + end + close.len()))
        });
        if let Some((at, end)) = found {
            let tag = text.get(at..end).unwrap_or_default();
            let message = format!("`{tag}` is a placeholder of another service: we do not fill it");
            report.add(Class::Info, "merge-tag", from + at, message);
        }
    }
}
