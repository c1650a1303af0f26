//! Filters of texts.

use minijinja::value::{Kwargs, Rest, ValueKind, ValueOrKwargs};
use minijinja::{AutoEscape, Error, ErrorKind, State, Value, filters};

use super::super::escape::{escape, shallow, text};
use super::defined;

/// In MarkupSafe's notation, as everything else.
pub(super) fn escaped(value: &Value) -> Result<Value, Error> {
    defined(value)?;
    if value.is_safe() {
        return Ok(value.clone());
    }
    shallow(value)?;
    Ok(Value::from_safe_string(escape(&text(value))))
}

/// `replace(old, new, count=none)`. What is safe stays safe, and what is put into it is escaped.
pub(super) fn replace(
    state: &State<'_, '_>,
    value: &Value,
    old: &Value,
    new: &Value,
    count: Option<usize>,
) -> Result<Value, Error> {
    for given in [value, old, new] {
        defined(given)?;
        shallow(given)?;
    }
    let is_html = !matches!(state.auto_escape(), AutoEscape::None);
    let is_safe = value.is_safe() || is_html && (old.is_safe() || new.is_safe());
    let written = |value: &Value| match value.is_safe() || !is_safe {
        true => text(value),
        false => escape(&text(value)),
    };
    let (whole, old, new) = (written(value), written(old), written(new));
    let replaced = match count {
        Some(count) => whole.replacen(&old, &new, count),
        None => whole.replace(&old, &new),
    };
    Ok(if is_safe {
        Value::from_safe_string(replaced)
    } else {
        Value::from(replaced)
    })
}

/// Python wants a place in the text for each value; the engine drops those that have none.
pub(super) fn format(
    state: &mut State<'_, '_>,
    text: &Value,
    values: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let values = values.into_values();
    let places = self::text(text).replace("%%", "").matches('%').count();
    let is_by_name = values.last().is_some_and(Value::is_kwargs);
    if !is_by_name && places < values.len() {
        let why = "the text takes fewer values than `format` gives it";
        return Err(Error::new(ErrorKind::InvalidOperation, why));
    }
    let arguments: Vec<Value> = std::iter::once(text.clone()).chain(values).collect();
    state.apply_filter("__format", &arguments)
}

/// A text only: Jinja2 makes a query of a map, with `+` for a space.
pub(super) fn urlencode(value: &Value) -> Result<String, Error> {
    if matches!(value.kind(), ValueKind::Map | ValueKind::Seq) {
        let why = "`urlencode` takes a text: write out the query, and encode each value";
        return Err(Error::new(ErrorKind::InvalidOperation, why));
    }
    filters::urlencode(value)
}

/// `truncate(length=255, killwords=false, end="...", leeway=5)`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the engine hands arguments over by value"
)]
pub(super) fn truncate(value: &Value, positional: Rest<Value>, kwargs: Kwargs) -> Result<String, Error> {
    shallow(value)?;
    let text = text(value);
    let argument = |index: usize, name: &str| match positional.get(index) {
        Some(value) => Ok(Some(value.clone())),
        None => kwargs.get::<Option<Value>>(name),
    };
    let number = |value: Option<Value>, default| value.map_or(Ok(default), usize::try_from);
    let length = number(argument(0, "length")?, 255)?;
    let cuts_words = argument(1, "killwords")?.is_some_and(|value| value.is_true());
    let end = argument(2, "end")?.map_or_else(|| "...".to_owned(), |value| self::text(&value));
    let leeway = number(argument(3, "leeway")?, 5)?;
    kwargs.assert_all_used()?;
    if text.chars().count() <= length + leeway {
        return Ok(text);
    }
    let kept: String = text
        .chars()
        .take(length.saturating_sub(end.chars().count()))
        .collect();
    let kept = match kept.rsplit_once(' ') {
        Some((whole_words, _)) if !cuts_words => whole_words.to_owned(),
        _ => kept,
    };
    Ok(kept + &end)
}

pub(super) fn wordcount(value: &Value) -> Result<usize, Error> {
    shallow(value)?;
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    Ok(text(value)
        .split(|character| !is_word(character))
        .filter(|word| !word.is_empty())
        .count())
}

/// ` a="1" b="2"` of a map, without those that are none or undefined.
pub(super) fn xmlattr(state: &mut State<'_, '_>, map: &Value) -> Result<Value, Error> {
    if map.kind() != ValueKind::Map {
        return Err(Error::new(ErrorKind::InvalidOperation, "`xmlattr` takes a map"));
    }
    let mut attributes = String::new();
    for key in map.try_iter()?.checked() {
        let key = key?;
        let (name, value) = (text(&key), map.get_item(&key)?);
        if name.contains([' ', '/', '>', '=', '\t', '\n', '\r', '\u{c}']) {
            let why = "a key that `xmlattr` is given is no name of an attribute";
            return Err(Error::new(ErrorKind::InvalidOperation, why));
        }
        if !value.is_none() && !value.is_undefined() {
            attributes.push_str(&format!(" {}=\"{}\"", escape(&name), escape(&text(&value))));
        }
    }
    Ok(match state.auto_escape() {
        AutoEscape::None => Value::from(attributes),
        _ => Value::from_safe_string(attributes),
    })
}
