//! Where links and images lead.

use super::scan::{Attribute, PieceKind, Tag};
use super::{Class, Piece, Report};

/// What a mail program opens.
const SCHEMES: [&str; 11] = [
    "http", "https", "mailto", "tel", "sms", "cid", "webcal", "geo", "maps", "whatsapp", "facetime",
];
/// What none opens: it is a script, or somebody's attack.
const SCRIPTS: [&str; 4] = ["javascript", "vbscript", "data", "file"];
/// How another engine's placeholder begins.
const PLACEHOLDERS: [&str; 10] = ["{{", "{%", "*|", "%%", "[", "<%", "${", "#{", "$(", "%"];

/// Checks every link and image.
pub(super) fn check(report: &mut Report<'_>, pieces: &[Piece<'_>]) {
    for piece in pieces {
        let PieceKind::Open(tag) = &piece.kind else {
            continue;
        };
        match tag.name.as_str() {
            "a" | "area" | "mj-button" => {
                if let Some(href) = tag.attribute("href") {
                    check_link(report, href);
                }
            }
            "link" => {
                // Only what leads nowhere or to a script: style sheets are relative to nothing anyway.
                let href = tag.attribute("href").filter(|href| {
                    let scheme = scheme(href.value.trim());
                    href.value.trim().is_empty()
                        || scheme.is_some_and(|scheme| SCRIPTS.contains(&scheme.as_str()))
                });
                if let Some(href) = href {
                    check_link(report, href);
                }
            }
            "img" | "mj-image" => check_image(report, tag, piece.at),
            _ => {}
        }
    }
    check_empty(report, pieces);
}

fn check_link(report: &mut Report<'_>, href: &Attribute<'_>) {
    let (url, at) = (href.value.trim(), href.value_at);
    if is_placeholder(url) {
        return;
    }
    if url.is_empty() {
        let message = "the link leads nowhere: its `href` is empty";
        report.hinted(
            Class::Error,
            "empty-link",
            at,
            message,
            "give its address, or make it a text",
        );
        return;
    }
    if matches!(url, "#" | "http://" | "https://") {
        let message = format!("the link leads to `{url}`, which is nowhere in a mail");
        report.add(Class::Warning, "placeholder-link", at, message);
        return;
    }
    if url.starts_with('#') {
        return;
    }
    match scheme(url) {
        Some(scheme) if SCRIPTS.contains(&scheme.as_str()) => {
            let message = format!("`{scheme}:` does not open from a mail, and filters take it for an attack");
            report.add(Class::Error, "script-link", at, message);
        }
        Some(scheme) if matches!(scheme.as_str(), "http" | "https") => check_web(report, url, &scheme, at),
        Some(scheme) if SCHEMES.contains(&scheme.as_str()) => {}
        Some(scheme) => unknown_scheme(report, url, &scheme, at),
        None => {
            let message = format!(
                "`{}` is no whole address: a mail has no site to be relative to",
                shortened(url)
            );
            report.hinted(
                Class::Warning,
                "relative-link",
                at,
                message,
                "begin it with https://",
            );
        }
    }
}

fn check_web(report: &mut Report<'_>, url: &str, scheme: &str, at: usize) {
    let rest = url.get(scheme.len() + 1..).unwrap_or_default();
    let host = rest.strip_prefix("//").unwrap_or_default();
    let broken = if !rest.starts_with("//") {
        Some("`//` is missing after the scheme")
    } else if host.is_empty() || host.starts_with('/') {
        Some("it has no host")
    } else if host.contains([' ', '"', '<', '>', '\n']) {
        Some("it has a space or a quote in it")
    } else {
        None
    };
    // A placeholder may hold anything, also the space within `{{ id }}`.
    let has_placeholder = ["{{", "{%", "*|", "<%", "[%", "%%"]
        .iter()
        .any(|mark| url.contains(mark));
    if let Some(why) = broken.filter(|_| !has_placeholder) {
        report.add(
            Class::Error,
            "broken-link",
            at,
            format!("`{}` is no address: {why}", shortened(url)),
        );
    }
}

/// `htp:/` is a slip, `myapp:` perhaps not.
fn unknown_scheme(report: &mut Report<'_>, url: &str, scheme: &str, at: usize) {
    let near = SCHEMES
        .iter()
        .find(|known| strsim::damerau_levenshtein(known, scheme) == 1);
    match near {
        Some(known) => report.hinted(
            Class::Error,
            "broken-link",
            at,
            format!("`{}` is no address", shortened(url)),
            format!("did you mean `{known}:`?"),
        ),
        None => report.add(
            Class::Warning,
            "unusual-scheme",
            at,
            format!("few mail programs open `{scheme}:`"),
        ),
    }
}

fn check_image(report: &mut Report<'_>, tag: &Tag<'_>, at: usize) {
    if tag.attribute("alt").is_none() {
        let message = "the image has no `alt`: half of all clients show it first, or nothing";
        report.hinted(
            Class::Warning,
            "missing-alt",
            at,
            message,
            "say what it shows, or alt=\"\" if it adorns",
        );
    }
    let Some(source) = tag.attribute("src") else {
        report.add(Class::Warning, "image-source", at, "the image has no `src`");
        return;
    };
    let url = source.value.trim();
    if is_placeholder(url) {
        return;
    }
    let at = source.value_at;
    match scheme(url).as_deref() {
        Some("https" | "cid") => {}
        Some("http") => {
            let message = "the image comes over http: clients block it or warn";
            report.hinted(
                Class::Warning,
                "insecure-image",
                at,
                message,
                "begin it with https://",
            );
        }
        Some("data") => report.add(
            Class::Warning,
            "data-image",
            at,
            "Gmail and Outlook do not show `data:` images",
        ),
        Some(other) => report.add(
            Class::Error,
            "image-source",
            at,
            format!("no client loads an image from `{other}:`"),
        ),
        None => {
            let message = format!(
                "`{}` is no whole address, so that no client finds the image",
                shortened(url)
            );
            report.hinted(
                Class::Warning,
                "relative-image",
                at,
                message,
                "begin it with https://",
            );
        }
    }
}

/// A link without text or image cannot be seen or read out.
fn check_empty(report: &mut Report<'_>, pieces: &[Piece<'_>]) {
    let mut open: Option<usize> = None;
    for piece in pieces {
        match &piece.kind {
            PieceKind::Open(tag) if tag.name == "a" => {
                open = tag.attribute("href").map(|_| piece.at);
            }
            PieceKind::Open(tag) if matches!(tag.name.as_str(), "img" | "v:roundrect" | "svg") => open = None,
            PieceKind::Text(text) if !text.trim().is_empty() => open = None,
            PieceKind::Comment(comment) if comment.starts_with("[if") => open = None,
            PieceKind::Close(name) if name == "a" => {
                if let Some(at) = open.take() {
                    report.add(
                        Class::Warning,
                        "empty-link-text",
                        at,
                        "the link has no text and no image: nobody sees it",
                    );
                }
            }
            _ => {}
        }
    }
}

fn is_placeholder(url: &str) -> bool {
    PLACEHOLDERS.iter().any(|mark| url.starts_with(mark))
        || (!url.is_empty() && url.bytes().all(|byte| byte == b'x'))
}

/// What stands before the first `:`, in lower case, if that can be a scheme. White space within does not hide it from
/// a browser.
fn scheme(url: &str) -> Option<String> {
    let (scheme, _) = url.split_once(':')?;
    let scheme: String = scheme
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .collect();
    let is_scheme = scheme.starts_with(|character: char| character.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "+-".contains(character));
    is_scheme.then(|| scheme.to_ascii_lowercase())
}

fn shortened(url: &str) -> String {
    let short: String = url.chars().take(40).collect();
    if short.len() < url.len() {
        short + "..."
    } else {
        short
    }
}
