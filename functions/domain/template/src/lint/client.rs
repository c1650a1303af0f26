//! What some mail programs do not show: a small table in the manner of caniemail.com, of what templates do use.
//!
//! Sources: the support tables of caniemail.com (Gmail, Outlook for Windows with Word as its engine, Apple Mail), and
//! Google's list of supported CSS (developers.google.com/gmail/design/css).

use super::scan::PieceKind;
use super::{Class, Piece, Report};

/// One thing, and who lacks it.
struct Gap {
    /// A CSS property or `property:value`, an at-rule, or an element in angle brackets. In lower case.
    what: &'static str,
    /// Who does not show it.
    clients: &'static str,
    /// A warning if a reader without it misses something.
    class: Class,
}

const fn gap(what: &'static str, clients: &'static str, class: Class) -> Gap {
    Gap { what, clients, class }
}

const GAPS: [Gap; 34] = [
    gap("<video>", "Gmail, Outlook", Class::Warning),
    gap("<audio>", "Gmail, Outlook", Class::Warning),
    gap("<svg>", "Gmail, Outlook", Class::Warning),
    gap("<canvas>", "Gmail, Outlook", Class::Warning),
    gap("<picture>", "Gmail, Outlook", Class::Info),
    gap("<button>", "Outlook", Class::Info),
    gap("<marquee>", "Gmail, Outlook", Class::Info),
    gap("<dialog>", "Gmail, Outlook", Class::Warning),
    gap("display:flex", "Outlook", Class::Warning),
    gap("display:inline-flex", "Outlook", Class::Warning),
    gap("display:grid", "Gmail, Outlook", Class::Warning),
    gap("position:absolute", "Gmail, Outlook", Class::Warning),
    gap("position:fixed", "Gmail, Outlook", Class::Warning),
    gap("position:sticky", "Gmail, Outlook", Class::Warning),
    gap("background-image", "Outlook", Class::Info),
    gap("background-size", "Outlook", Class::Info),
    gap("border-radius", "Outlook", Class::Info),
    gap("box-shadow", "Gmail, Outlook", Class::Info),
    gap("text-shadow", "Gmail, Outlook", Class::Info),
    gap("opacity", "Gmail on phones, Outlook", Class::Info),
    gap("max-width", "Outlook", Class::Info),
    gap("object-fit", "Gmail, Outlook", Class::Info),
    gap("float", "Outlook", Class::Info),
    gap("transform", "Gmail, Outlook", Class::Info),
    gap("filter", "Gmail, Outlook", Class::Info),
    gap("animation", "Gmail, Outlook", Class::Info),
    gap("transition", "Gmail, Outlook", Class::Info),
    gap("clip-path", "Gmail, Outlook", Class::Info),
    gap("gap", "Outlook", Class::Info),
    gap(
        "@media",
        "Outlook, Gmail for addresses that are not Google's",
        Class::Info,
    ),
    gap("@font-face", "Gmail, Outlook", Class::Info),
    gap("@import", "Gmail, Outlook", Class::Info),
    gap("@keyframes", "Gmail, Outlook", Class::Info),
    gap("@supports", "Gmail, Outlook", Class::Info),
];

/// Names each gap once, where it first shows.
pub(super) fn check(report: &mut Report<'_>, pieces: &[Piece<'_>]) {
    let mut used: Vec<(&'static str, usize)> = Vec::new();
    let mut in_style = false;
    for piece in pieces {
        match &piece.kind {
            PieceKind::Open(tag) => {
                in_style = tag.name == "style";
                let element = format!("<{}>", tag.name);
                used.extend(known(&element).map(|gap| (gap.what, piece.at)));
                if let Some(style) = tag.attribute("style") {
                    declared(style.value, style.value_at, &mut used);
                }
                let source = tag.get("src").unwrap_or_default().to_ascii_lowercase();
                if tag.name == "img" && (source.ends_with(".webp") || source.ends_with(".svg")) {
                    report.add(
                        Class::Warning,
                        "client-support",
                        piece.at,
                        "Outlook does not show WebP and SVG images",
                    );
                }
                if tag.name == "link"
                    && tag
                        .get("rel")
                        .is_some_and(|rel| rel.eq_ignore_ascii_case("stylesheet"))
                {
                    let message =
                        "Gmail and Outlook load no style sheet: web fonts fall back to the next in the list";
                    report.add(Class::Info, "client-support", piece.at, message);
                }
            }
            PieceKind::Raw(css) if in_style => {
                declared(css, piece.at, &mut used);
                for (at, _) in css.match_indices('@') {
                    let word = css.get(at..).unwrap_or_default();
                    let end = word
                        .find(|character: char| !character.is_alphanumeric() && !"@-".contains(character));
                    let rule = word
                        .get(..end.unwrap_or(word.len()))
                        .unwrap_or_default()
                        .to_ascii_lowercase();
                    used.extend(known(&rule).map(|gap| (gap.what, piece.at + at)));
                }
            }
            _ => {}
        }
    }
    for gap in &GAPS {
        let first = used
            .iter()
            .filter(|(what, _)| *what == gap.what)
            .map(|(_, at)| *at)
            .min();
        if let Some(at) = first {
            let message = format!("`{}` has no effect in {}", gap.what, gap.clients);
            report.add(gap.class, "client-support", at, message);
        }
    }
}

fn known(what: &str) -> impl Iterator<Item = &'static Gap> {
    GAPS.iter().filter(move |gap| gap.what == what)
}

/// The gaps among `property: value` pairs, in a `style` attribute or between the braces of a style sheet.
fn declared(css: &str, from: usize, used: &mut Vec<(&'static str, usize)>) {
    let mut at = 0;
    for part in css.split_inclusive([';', '{', '}']) {
        let start = from + at + part.len() - part.trim_start().len();
        at += part.len();
        let part = part.trim_end_matches([';', '{', '}']);
        let Some((property, value)) = part.split_once(':') else {
            continue;
        };
        let property = property.trim().to_ascii_lowercase();
        let value = value
            .trim()
            .trim_end_matches("!important")
            .trim()
            .to_ascii_lowercase();
        used.extend(known(&property).map(|gap| (gap.what, start)));
        used.extend(known(&format!("{property}:{value}")).map(|gap| (gap.what, start)));
    }
}
