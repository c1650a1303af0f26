//! A template as it is written: whether it is one, and whether what it refers to is there.

use std::collections::BTreeMap;

use super::{Class, Engine, Report};
use crate::engine::{self, Escaping};

/// Parses the text, and says where that fails.
pub(super) fn check(report: &mut Report<'_>) {
    let texts = BTreeMap::from([(report.path.to_owned(), report.text.to_owned())]);
    let Err(error) = Engine::new(&engine::sources(texts), Escaping::ByName).parse(report.path) else {
        return;
    };
    let line = error.line.unwrap_or(1);
    let at = report
        .lines
        .get(line.saturating_sub(1))
        .copied()
        .unwrap_or_default();
    // Others have tags in braces, too: only a file that says so by its name is to be a template of ours.
    let class = if super::is_jinja(report.path) {
        Class::Error
    } else {
        Class::Warning
    };
    report.add_with(class, "template-syntax", at, error.message, error.hint);
    if let (Some(finding), Some(column)) = (report.findings.last_mut(), error.column) {
        finding.column = column;
    }
}

/// Looks for each name that is written out in an `extends`, `include`, `import` or `from`.
pub(super) fn check_references(report: &mut Report<'_>, is_known: impl Fn(&str) -> bool) {
    for (at, tag) in tags(report.text) {
        let mut words = tag.split_whitespace();
        let keyword = words.next().unwrap_or_default();
        let is_reference = matches!(keyword, "extends" | "include" | "import" | "from");
        if !is_reference || tag.contains("ignore missing") {
            continue;
        }
        let name = tag
            .find(['"', '\''])
            .and_then(|start| tag.get(start + 1..)?.split(['"', '\'']).next());
        // A list of names is satisfied by one of them.
        let is_list = tag.contains('[');
        if let Some(name) = name.filter(|name| !is_list && !is_known(name)) {
            let within = tag.find(name).unwrap_or_default();
            let message = format!("there is no template `{name}` to {}", verb(keyword));
            report.add(Class::Error, "unknown-template", at + within, message);
        }
    }
}

fn verb(keyword: &str) -> &str {
    match keyword {
        "from" => "import from",
        other => other,
    }
}

/// The insides of `{% %}` outside comments, and where they begin.
fn tags(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let comments = spans(source, "{#", "#}");
    source.match_indices("{%").filter_map(move |(at, _)| {
        let is_comment = comments.iter().any(|(from, to)| (*from..*to).contains(&at));
        let inside = source.get(at + 2..)?.split_once("%}")?.0;
        let trimmed = inside.trim_start_matches(['-', '+', ' ', '\n', '\t']);
        (!is_comment).then_some((at + 2 + inside.len() - trimmed.len(), trimmed))
    })
}

fn spans(source: &str, open: &str, close: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = source
        .get(from..)
        .and_then(|rest| rest.find(open))
        .map(|at| from + at)
    {
        let end = source.get(start..).and_then(|rest| rest.find(close));
        let end = end.map_or(source.len(), |end| start + end + close.len());
        found.push((start, end));
        from = end;
    }
    found
}

/// The source with its template tags blanked out, byte for byte, so that places stay: `{{ }}` become letters, since
/// they stand for some text, and the others spaces.
pub(super) fn blanked(source: &str) -> String {
    let mut bytes = source.as_bytes().to_vec();
    for (open, close, filler) in [("{#", "#}", b' '), ("{%", "%}", b' '), ("{{", "}}", b'x')] {
        for (from, to) in spans(source, open, close) {
            for byte in bytes.iter_mut().take(to).skip(from) {
                if *byte != b'\n' {
                    *byte = filler;
                }
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
