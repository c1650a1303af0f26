//! What differs between two templates, property by property.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::redact::{Redactor, Shown};

/// Lines of a long text's difference that are shown.
const MOST_LINES: usize = 40;

/// One property that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyChange {
    /// The place in the resource, such as `Properties.Environment.Variables.X`.
    pub path: String,
    /// The value before.
    pub before: Shown,
    /// The value after. It can look like `before` when both are redacted or cut: it changed all the same.
    pub after: Shown,
    /// For a text of several lines: the lines that go (`-`) and come (`+`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// The parameter or resource whose change this one follows, if the property's own text stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
}

/// Two values that are not the same, and where they stand.
pub(crate) struct Difference<'a> {
    pub(crate) path: String,
    pub(crate) before: Option<&'a Value>,
    pub(crate) after: Option<&'a Value>,
}

impl Difference<'_> {
    pub(crate) fn show(&self, redactor: &Redactor) -> PropertyChange {
        let before = redactor.show(&self.path, self.before);
        let after = redactor.show(&self.path, self.after);
        let lines = match (&before, &after) {
            (Shown::Text(_), Shown::Text(_)) => self.lines(redactor),
            _ => Vec::new(),
        };
        PropertyChange {
            path: redactor.scrub(&self.path),
            before,
            after,
            lines,
            follows: None,
        }
    }

    fn lines(&self, redactor: &Redactor) -> Vec<String> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(|text| redactor.scrub(text));
        let (Some(before), Some(after)) = (text(self.before), text(self.after)) else {
            return Vec::new();
        };
        if !before.contains('\n') && !after.contains('\n') {
            return Vec::new();
        }
        let diff = TextDiff::from_lines(before.as_str(), after.as_str());
        let mut lines: Vec<String> = diff
            .iter_all_changes()
            .filter_map(|change| {
                let sign = match change.tag() {
                    ChangeTag::Equal => return None,
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                };
                Some(format!("{sign} {}", change.value().trim_end()))
            })
            .collect();
        if lines.len() > MOST_LINES {
            let more = lines.len() - MOST_LINES;
            lines.truncate(MOST_LINES);
            lines.push(format!("… {more} more lines"));
        }
        lines
    }
}

/// All differences between two resources, in the order of their paths. Lists of another length differ as a whole:
/// a shifted list would otherwise differ in every element.
pub(crate) fn differences<'a>(before: &'a Value, after: &'a Value) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    walk("", Some(before), Some(after), &mut found);
    found
}

fn walk<'a>(
    path: &str,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
    found: &mut Vec<Difference<'a>>,
) {
    if before == after {
        return;
    }
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new)))
            if !is_function(before) && !is_function(after) =>
        {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                walk(&join(path, name), old.get(name), new.get(name), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                walk(&join(path, &index.to_string()), Some(old), Some(new), found);
            }
        }
        _ => found.push(Difference {
            path: path.to_owned(),
            before,
            after,
        }),
    }
}

pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// `{"Ref": ...}` or `{"Fn::...": ...}`: one value, not a group of properties.
pub(crate) fn is_function(value: Option<&Value>) -> bool {
    value.and_then(Value::as_object).is_some_and(|fields| {
        fields.len() == 1
            && fields
                .keys()
                .all(|name| name == "Ref" || name == "Condition" || name.starts_with("Fn::"))
    })
}

/// The places of a value that refer to something, with the logical id or parameter that they refer to.
pub(crate) fn references(value: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    gather("", value, &mut found);
    found.sort();
    found.dedup();
    found
}

fn gather(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match (name.as_str(), field) {
                    ("Ref", Value::String(target)) => found.push((path.to_owned(), target.clone())),
                    ("Fn::GetAtt", Value::Array(parts)) => {
                        if let Some(target) = parts.first().and_then(Value::as_str) {
                            found.push((path.to_owned(), target.to_owned()));
                        }
                    }
                    ("Fn::GetAtt", Value::String(text)) => {
                        let target = text.split('.').next().unwrap_or(text);
                        found.push((path.to_owned(), target.to_owned()));
                    }
                    ("Fn::Sub", _) => {
                        let text = field
                            .as_str()
                            .or_else(|| field.get(0)?.as_str())
                            .unwrap_or_default();
                        for target in substituted(text) {
                            found.push((path.to_owned(), target));
                        }
                        if let Some(variables) = field.get(1) {
                            gather(path, variables, found);
                        }
                    }
                    // A function's arguments have no path of their own.
                    (name, _) if name.starts_with("Fn::") => gather(path, field, found),
                    _ if path_ends(path) => gather(path, field, found),
                    _ => gather(&join(path, name), field, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                gather(&join(path, &index.to_string()), item, found);
            }
        }
        _ => {}
    }
}

/// Deeper places are not told apart: no property of ours is nested as deep.
fn path_ends(path: &str) -> bool {
    path.matches('.').count() > 32
}

/// The names in `${Name}` and `${Name.Attribute}`; `${!Name}` is text.
fn substituted(text: &str) -> Vec<String> {
    text.split("${")
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .filter(|(name, _)| !name.starts_with('!'))
        .map(|(name, _)| name.split('.').next().unwrap_or(name).to_owned())
        .collect()
}
