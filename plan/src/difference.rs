//! What differs between two templates, property by property.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::{Algorithm, ChangeTag, TextDiff, capture_diff_slices};

use crate::redact::{Redactor, Shown};

/// Lines of a long text's difference that are shown.
const MOST_LINES: usize = 40;

/// Properties that name an item of a list.
const NAMES: &[&str] = &[
    "Key",
    "Sid",
    "Id",
    "Name",
    "PolicyName",
    "RuleName",
    "IndexName",
    "AttributeName",
];

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

/// All differences between two resources.
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
        (Some(Value::Array(old)), Some(Value::Array(new))) => walk_list(path, old, new, found),
        _ => found.push(Difference {
            path: path.to_owned(),
            before,
            after,
        }),
    }
}

/// Items are matched by who they are, in their order: one that comes or goes in the middle is one difference, not one
/// for every item behind it. A path counts in the new list, and in the old one for what goes.
fn walk_list<'a>(path: &str, old: &'a [Value], new: &'a [Value], found: &mut Vec<Difference<'a>>) {
    let (ours, theirs): (Vec<String>, Vec<String>) = (
        old.iter().map(identity).collect(),
        new.iter().map(identity).collect(),
    );
    let mut apart: BTreeMap<usize, (Option<&Value>, Option<&Value>)> = BTreeMap::new();
    for step in capture_diff_slices(Algorithm::Myers, &ours, &theirs) {
        let (before, after) = (step.old_range(), step.new_range());
        // The same item, or as many others in its place.
        if before.len() == after.len() {
            for (from, to) in before.zip(after) {
                walk(&join(path, &to.to_string()), old.get(from), new.get(to), found);
            }
            continue;
        }
        for from in before {
            apart.entry(from).or_default().0 = old.get(from);
        }
        for to in after {
            apart.entry(to).or_default().1 = new.get(to);
        }
    }
    found.extend(apart.into_iter().map(|(place, (before, after))| Difference {
        path: join(path, &place.to_string()),
        before,
        after,
    }));
}

/// What names an item of a list: the first of these properties that it has, or all of it.
fn identity(item: &Value) -> String {
    let named = NAMES
        .iter()
        .find_map(|name| item.get(name).filter(|value| value.is_string()));
    named.unwrap_or(item).to_string()
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

#[cfg(test)]
mod tests;
