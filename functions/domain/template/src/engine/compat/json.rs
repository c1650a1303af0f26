//! The filter `tojson`: Python's `json.dumps` with sorted keys, made safe for HTML.

use std::fmt::Write as _;

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, ErrorKind, Value};

use crate::engine::context::sorted;
use crate::engine::escape::{float, shallow};
use crate::engine::range::is_range;

/// `value | tojson`, or `tojson(indent=2)`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the engine hands arguments over by value"
)]
pub(super) fn to_json(value: &Value, indent: Option<usize>, kwargs: Kwargs) -> Result<Value, Error> {
    let indent = match indent {
        Some(indent) => Some(indent),
        None => kwargs.get("indent")?,
    };
    kwargs.assert_all_used()?;
    if value.is_undefined() {
        return Err(ErrorKind::UndefinedError.into());
    }
    let value = sorted(value);
    shallow(&value)?;
    if has_range(&value) {
        let why = "JSON has no ranges: write `| list`";
        return Err(Error::new(ErrorKind::InvalidOperation, why));
    }
    let value = serde_json::to_value(value)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    let mut json = String::new();
    write(&mut json, &value, indent, 0);
    Ok(Value::from_safe_string(json))
}

fn has_range(value: &Value) -> bool {
    let mut items = value.try_iter().into_iter().flatten();
    match value.kind() {
        ValueKind::Map => items.any(|key| value.get_item(&key).is_ok_and(|item| has_range(&item))),
        ValueKind::Seq => is_range(value) || items.any(|item| has_range(&item)),
        _ => false,
    }
}

fn write(json: &mut String, value: &serde_json::Value, indent: Option<usize>, depth: usize) {
    match value {
        serde_json::Value::String(text) => write_text(json, text),
        serde_json::Value::Array(items) => {
            let items = items.iter().map(|item| (None, item));
            write_all(json, ('[', ']'), items, indent, depth);
        }
        serde_json::Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| (Some(key.as_str()), value));
            write_all(json, ('{', '}'), entries, indent, depth);
        }
        serde_json::Value::Number(number) if number.is_f64() => {
            json.push_str(&float(number.as_f64().unwrap_or_default()));
        }
        plain => json.push_str(&plain.to_string()),
    }
}

fn write_all<'a>(
    json: &mut String,
    (open, close): (char, char),
    items: impl Iterator<Item = (Option<&'a str>, &'a serde_json::Value)>,
    indent: Option<usize>,
    depth: usize,
) {
    let line = |json: &mut String, depth: usize| {
        if let Some(indent) = indent {
            json.push('\n');
            json.push_str(&" ".repeat(indent * depth));
        }
    };
    let mut is_first = true;
    json.push(open);
    for (key, value) in items {
        if !is_first {
            json.push_str(if indent.is_some() { "," } else { ", " });
        }
        is_first = false;
        line(json, depth + 1);
        if let Some(key) = key {
            write_text(json, key);
            json.push_str(": ");
        }
        write(json, value, indent, depth + 1);
    }
    if !is_first {
        line(json, depth);
    }
    json.push(close);
}

/// In ASCII, and with what could end a `<script>` or an attribute as escapes.
fn write_text(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            ' '..='~' if !matches!(character, '<' | '>' | '&' | '\'') => json.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    // Writing to a string does not fail.
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
    json.push('"');
}
