//! Elements that are not closed, closed twice, or in one another's way.
//!
//! Only what a reader notices is told: a `<p>` or `<td>` that the standard closes by itself is not.

use super::scan::{Fault, PieceKind};
use super::{Class, Piece, Report};

/// Elements without an end.
const VOID: [&str; 16] = [
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "hr", "img", "input", "link", "meta",
    "param", "source", "track", "wbr",
];
/// Elements that may be left open: the next one, or their parent's end, closes them.
const OPTIONAL: [&str; 15] = [
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "option", "html", "head",
    "body",
];
/// An element that ends what its container holds: an end tag does not reach beyond it.
const SCOPES: [&str; 4] = ["table", "td", "th", "body"];
/// More than this many open elements at the end are one cut, and not that many mistakes.
const CUT: usize = 3;

struct Element {
    name: String,
    at: usize,
}

/// Checks how elements lie in one another.
pub(super) fn check(report: &mut Report<'_>, pieces: &[Piece<'_>], faults: &[(usize, Fault)]) {
    for (at, fault) in faults {
        let (rule, message) = match fault {
            Fault::Comment => (
                "unclosed-comment",
                "the comment has no `-->`: nothing after it is shown",
            ),
            Fault::Tag => (
                "unclosed-tag",
                "the tag has no `>`, or a quote is not closed: the rest is lost",
            ),
            Fault::Raw => (
                "unclosed-raw",
                "the element has no end tag: nothing after it is shown",
            ),
        };
        report.add(Class::Error, rule, *at, message);
    }
    let mut open: Vec<Element> = Vec::new();
    let mut has_ended = false;
    for piece in pieces {
        match &piece.kind {
            PieceKind::Open(tag) => {
                // `<o:p/>` and the like are XML, where the slash counts.
                let is_whole = tag.is_self_closing && tag.name.contains(':');
                if !is_whole && !VOID.contains(&tag.name.as_str()) {
                    opened(report, &mut open, &tag.name, piece.at);
                }
            }
            PieceKind::Close(name) => {
                has_ended |= matches!(name.as_str(), "html" | "body");
                closed(report, &mut open, name, piece.at);
            }
            PieceKind::Text(text) => check_text(report, &open, text, piece.at),
            PieceKind::Raw(_) | PieceKind::Comment(_) | PieceKind::Doctype => {}
        }
    }
    let left: Vec<Element> = open
        .into_iter()
        .filter(|element| is_missed(&element.name))
        .collect();
    let begins = pieces
        .iter()
        .any(|piece| matches!(&piece.kind, PieceKind::Open(tag) if tag.name == "html"));
    if begins && !has_ended && !left.is_empty() {
        let message = format!(
            "the file ends here, and {} elements are still open: it is cut off",
            left.len()
        );
        report.add(Class::Error, "truncated", report.text.trim_end().len(), message);
    }
    if left.len() <= CUT || has_ended {
        left.iter().for_each(|element| unclosed(report, element));
    }
}

fn is_missed(name: &str) -> bool {
    !OPTIONAL.contains(&name)
}

/// A link within a link closes the outer one, and leaves its end tag without a link.
fn opened(report: &mut Report<'_>, open: &mut Vec<Element>, name: &str, at: usize) {
    if name == "a" {
        // A cell begins anew: a link around a table with a link in it is odd, and works.
        let cell = open
            .iter()
            .rposition(|element| matches!(element.name.as_str(), "td" | "th"))
            .unwrap_or(0);
        match open.iter().rposition(|element| element.name == "a") {
            Some(outer) if outer >= cell => unclosed(report, &open.remove(outer)),
            Some(_) => report.add(
                Class::Warning,
                "link-in-link",
                at,
                "the link lies in another link",
            ),
            None => {}
        }
    }
    let closes: &[&str] = match name {
        "tr" => &["tr", "td", "th"],
        "td" | "th" => &["td", "th"],
        "li" => &["li"],
        "thead" | "tbody" | "tfoot" => &["tr", "td", "th", "thead", "tbody", "tfoot"],
        _ => &[],
    };
    while open
        .last()
        .is_some_and(|element| closes.contains(&element.name.as_str()))
    {
        open.pop();
    }
    open.push(Element {
        name: name.to_owned(),
        at,
    });
}

fn closed(report: &mut Report<'_>, open: &mut Vec<Element>, name: &str, at: usize) {
    let is_table = matches!(
        name,
        "table" | "tr" | "td" | "th" | "tbody" | "thead" | "tfoot" | "body" | "html"
    );
    let limit =
        |element: &Element| !is_table && SCOPES.contains(&element.name.as_str()) && element.name != name;
    let mut found = None;
    for (index, element) in open.iter().enumerate().rev() {
        if element.name == name {
            found = Some(index);
            break;
        }
        // An end tag of a row or cell belongs to the innermost table.
        let is_other_table =
            element.name == "table" && matches!(name, "tr" | "td" | "th" | "tbody" | "thead" | "tfoot");
        if limit(element) || is_other_table {
            break;
        }
    }
    let Some(index) = found else {
        stray(report, name, at);
        return;
    };
    for element in open.drain(index..).skip(1) {
        if is_missed(&element.name) {
            unclosed(report, &element);
        }
    }
}

fn unclosed(report: &mut Report<'_>, element: &Element) {
    let (class, effect) = match element.name.as_str() {
        "table" => (Class::Error, "what follows lands inside it"),
        "a" => (Class::Error, "what follows becomes part of the link"),
        "div" | "center" => (Class::Warning, "what follows lands inside it"),
        _ => (Class::Warning, "what follows looks like it"),
    };
    let message = format!("<{}> is not closed: {effect}", element.name);
    report.add(class, "unclosed-element", element.at, message);
}

fn stray(report: &mut Report<'_>, name: &str, at: usize) {
    let class = match name {
        "table" | "tr" | "td" | "th" => Class::Warning,
        _ => Class::Info,
    };
    report.add(
        class,
        "stray-end-tag",
        at,
        format!("</{name}> closes nothing that is open"),
    );
}

/// A browser moves such text to before the table.
fn check_text(report: &mut Report<'_>, open: &[Element], text: &str, at: usize) {
    let is_between = open.last().is_some_and(|element| {
        matches!(
            element.name.as_str(),
            "table" | "tbody" | "thead" | "tfoot" | "tr"
        )
    });
    // Another engine's tags, such as those of a loop over rows, make no text.
    let is_tag = text.trim_start().starts_with(['{', '[', '*', '%']);
    if is_between && !is_tag && !text.trim().is_empty() {
        let start = at + text.len() - text.trim_start().len();
        report.hinted(
            Class::Error,
            "text-in-table",
            start,
            "the text stands in a table but in no cell: it is shown above the table",
            "put it into a <td>",
        );
    }
}
