//! What holds for single tags, and for a document as a whole.

use super::scan::{PieceKind, Tag};
use super::{Class, Piece, Purpose, Report};

/// What Gmail shows of a mail, in bytes; the rest hides behind a link, the unsubscribe link with it.
const GMAIL_CLIPS_BYTES: usize = 102 * 1024;
/// Near to it: tracking and longer names come on top.
const NEAR_CLIP_BYTES: usize = 80 * 1024;
/// The longest line that SMTP carries (RFC 5322, 2.1.1), in bytes. Longer ones are encoded, or cut by bad servers.
const MAX_LINE_BYTES: usize = 998;
/// How many of those are told.
const MAX_LONG_LINES: usize = 5;
/// Elements that mail programs strip, and whose presence filters punish.
const STRIPPED: [&str; 10] = [
    "script", "iframe", "object", "embed", "applet", "frame", "frameset", "form", "input", "textarea",
];
/// How people are asked whether they want no more.
const WAYS_OUT: [&str; 12] = [
    "unsubscribe",
    "unsub",
    "opt out",
    "opt-out",
    "optout",
    "preferences",
    "abmelden",
    "abbestellen",
    "cancelar",
    "désabonn",
    "désinscri",
    "disiscri",
];

/// Checks tags one by one, so that it also works within templates.
pub(super) fn check_tags(report: &mut Report<'_>, pieces: &[Piece<'_>]) {
    for piece in pieces {
        let PieceKind::Open(tag) = &piece.kind else {
            continue;
        };
        if STRIPPED.contains(&tag.name.as_str()) {
            let message = format!(
                "mail programs strip <{}>, and filters take it for an attack",
                tag.name
            );
            report.hinted(
                Class::Error,
                "stripped-element",
                piece.at,
                message,
                "link to a page that has it",
            );
        }
        let is_refresh = tag
            .get("http-equiv")
            .is_some_and(|value| value.eq_ignore_ascii_case("refresh"));
        if tag.name == "meta" && is_refresh {
            report.add(
                Class::Error,
                "stripped-element",
                piece.at,
                "no mail program follows a refresh",
            );
        }
        check_attributes(report, tag);
    }
}

fn check_attributes(report: &mut Report<'_>, tag: &Tag<'_>) {
    for (index, attribute) in tag.attributes.iter().enumerate() {
        let name = attribute.name.as_str();
        if name.len() > 3 && name.starts_with("on") && name.bytes().all(|byte| byte.is_ascii_lowercase()) {
            let message = format!("no mail program runs `{name}`, and filters take it for an attack");
            report.add(Class::Error, "event-handler", attribute.at, message);
        }
        if name.contains(['"', '\'', '<']) && !name.contains(['{', '%', '[', '|']) {
            let message = format!("`{name}` is no attribute: a quote before it is missing, or one too many");
            report.add(Class::Error, "attribute-quote", attribute.at, message);
        }
        let earlier = tag
            .attributes
            .iter()
            .take(index)
            .find(|earlier| earlier.name == name);
        if let Some(earlier) = earlier.filter(|_| !name.contains(['{', '%', '"'])) {
            let loses = earlier.value.trim() != attribute.value.trim();
            let message = format!("`{name}` is given twice: only the first counts");
            let class = if loses { Class::Warning } else { Class::Info };
            report.add(class, "duplicate-attribute", attribute.at, message);
        }
    }
}

/// Checks what only a whole document can lack or have too much of.
pub(super) fn check_document(report: &mut Report<'_>, pieces: &[Piece<'_>], purpose: Purpose) {
    check_size(report);
    check_lines(report);
    check_head(report, pieces);
    if purpose != Purpose::Transactional {
        check_way_out(report, purpose);
    }
}

fn check_size(report: &mut Report<'_>) {
    let bytes = report.text.len();
    let kib = bytes.div_ceil(1024);
    if bytes > GMAIL_CLIPS_BYTES {
        let message = format!("{kib} KB: Gmail clips a mail at 102 KB, and hides its end");
        report.add(Class::Error, "too-large", 0, message);
    } else if bytes > NEAR_CLIP_BYTES {
        let message = format!("{kib} KB: Gmail clips a mail at 102 KB, and this is near");
        report.add(Class::Warning, "too-large", 0, message);
    }
}

fn check_lines(report: &mut Report<'_>) {
    let mut at = 0;
    let mut long = Vec::new();
    for line in report.text.split('\n') {
        if line.len() > MAX_LINE_BYTES {
            long.push((at, line.len()));
        }
        at += line.len() + 1;
    }
    for (at, length) in long.into_iter().take(MAX_LONG_LINES) {
        let message = format!("the line has {length} bytes, and a mail's lines have 998 at most");
        report.hinted(
            Class::Warning,
            "long-line",
            at,
            message,
            "break it, or send it encoded",
        );
    }
}

fn check_head(report: &mut Report<'_>, pieces: &[Piece<'_>]) {
    let mut title_is_empty = None;
    let mut after_title = None;
    for piece in pieces {
        match &piece.kind {
            PieceKind::Open(tag) if tag.name == "html" && tag.get("lang").is_none_or(str::is_empty) => {
                let message = "<html> has no `lang`: screen readers guess how to read the mail";
                report.add(Class::Info, "missing-lang", piece.at, message);
            }
            PieceKind::Open(tag) if tag.name == "title" => after_title = Some(piece.at),
            PieceKind::Raw(text) if after_title.is_some() && title_is_empty.is_none() => {
                title_is_empty = Some(text.trim().is_empty());
            }
            _ => {}
        }
    }
    if title_is_empty.unwrap_or(true) {
        let at = after_title.unwrap_or_default();
        report.add(
            Class::Info,
            "missing-title",
            at,
            "the mail has no <title>: some clients show it in a tab",
        );
    }
}

fn check_way_out(report: &mut Report<'_>, purpose: Purpose) {
    let text = report.text.to_lowercase();
    if WAYS_OUT.iter().any(|way| text.contains(way)) {
        return;
    }
    let (class, message) = match purpose {
        Purpose::Marketing => (
            Class::Error,
            "a mail to many needs a link to unsubscribe, and this has none",
        ),
        _ => (
            Class::Warning,
            "there is no link to unsubscribe: a mail to many needs one",
        ),
    };
    report.add(
        class,
        "missing-unsubscribe",
        report.text.trim_end().len(),
        message,
    );
}
