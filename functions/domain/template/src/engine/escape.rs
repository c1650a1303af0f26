//! How a value is written: as Python, Jinja2 and MarkupSafe write it.

use std::fmt;

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use super::range::is_range;

/// Writes what `{{ }}` holds.
pub(crate) fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_undefined() && is_strict(state) {
        return Err(ErrorKind::UndefinedError.into());
    }
    let is_escaped = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
    // Most values are texts, and go out without being copied.
    if let Some(text) = value.as_str() {
        return put(out, text, is_escaped);
    }
    shallow(value)?;
    put(out, &text(value), is_escaped)
}

fn put(out: &mut Output<'_>, text: &str, is_escaped: bool) -> Result<(), Error> {
    if is_escaped {
        escape_into(text, |piece| out.write_str(piece))?;
    } else {
        out.write_str(text)?;
    }
    Ok(())
}

/// How deep lists and maps that are written may lie in one another. Writing them calls itself.
const MAX_NESTING: usize = 64;

/// Refuses what would need more of the stack than there is, and what has no order to be written in.
pub(crate) fn shallow(value: &Value) -> Result<(), Error> {
    fn judge(value: &Value, left: usize) -> Result<(), Error> {
        let is_map = match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => false,
            ValueKind::Map => true,
            _ => return Ok(()),
        };
        if left == 0 {
            let why = "lists and maps lie more than 64 deep in one another: nobody reads that";
            return Err(Error::new(ErrorKind::InvalidOperation, why));
        }
        for item in value.try_iter()?.checked() {
            let item = item?;
            judge(&if is_map { value.get_item(&item)? } else { item }, left - 1)?;
        }
        Ok(())
    }
    judge(value, MAX_NESTING)
}

pub(crate) fn is_strict(state: &State<'_, '_>) -> bool {
    matches!(
        state.env().undefined_behavior(),
        UndefinedBehavior::Strict | UndefinedBehavior::SemiStrict
    )
}

/// The text of a value, as Python's `str` gives it.
pub(crate) fn text(value: &Value) -> String {
    match value.kind() {
        ValueKind::String => value.as_str().unwrap_or_default().to_owned(),
        ValueKind::Undefined => String::new(),
        ValueKind::Number if !value.is_integer() => {
            f64::try_from(value.clone()).map_or_else(|_| value.to_string(), float)
        }
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map => nested(value),
        _ => value.to_string(),
    }
}

/// Python changes to exponents at 1e16 and below 1e-4, as Rust does, but writes them with a sign and two digits.
pub(crate) fn float(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string().to_lowercase();
    }
    let text = format!("{number:?}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = match exponent.strip_prefix('-') {
                Some(exponent) => ('-', exponent),
                None => ('+', exponent),
            };
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

/// The engine writes lists and maps as Python does, but for floats of unusual size, safe texts and what is undefined.
fn nested(value: &Value) -> String {
    if is_range(value) {
        return value.to_string();
    }
    let is_tuple = value.to_string().starts_with('(');
    let items = || value.try_iter().into_iter().flatten();
    match value.kind() {
        ValueKind::Map => {
            let entry = |key: Value| {
                let value = value.get_item(&key).unwrap_or(Value::UNDEFINED);
                format!("{}: {}", inner(&key), inner(&value))
            };
            format!("{{{}}}", items().map(entry).collect::<Vec<_>>().join(", "))
        }
        ValueKind::Seq | ValueKind::Iterable if !is_tuple => {
            let items: Vec<String> = items().map(|item| inner(&item)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => value.to_string(),
    }
}

fn inner(value: &Value) -> String {
    match value.kind() {
        ValueKind::Undefined => "Undefined".to_owned(),
        ValueKind::String if value.is_safe() => {
            format!(
                "Markup({})",
                inner(&Value::from(value.as_str().unwrap_or_default()))
            )
        }
        // A text within something else is quoted: the engine does that when the something is a list.
        ValueKind::String => {
            let list = Value::from(vec![value.clone()]).to_string();
            list.get(1..list.len().saturating_sub(1))
                .unwrap_or_default()
                .to_owned()
        }
        _ => text(value),
    }
}

/// Escapes the five characters that MarkupSafe escapes, in its notation.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // Nothing can go wrong in a text.
    let _ = escape_into(text, |piece| {
        escaped.push_str(piece);
        Ok(())
    });
    escaped
}

/// Hands on what is between the escaped characters as it stands.
fn escape_into(text: &str, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
    let mut rest = text;
    // All five are ASCII: a byte that is one of them is no part of another character.
    let special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
    while let Some(at) = rest.bytes().position(special) {
        let (before, from) = rest.split_at(at);
        let (escaped, after) = match from.split_at(1) {
            ("&", after) => ("&amp;", after),
            ("<", after) => ("&lt;", after),
            (">", after) => ("&gt;", after),
            ("\"", after) => ("&#34;", after),
            (_, after) => ("&#39;", after),
        };
        put(before)?;
        put(escaped)?;
        rest = after;
    }
    put(rest)
}
