//! Where the engine differs from Jinja2, and what is done about it: a filter of our own where one is wanted, and a
//! refusal where not.
//!
//! What the engine would do without a word is made as Jinja2 does it, or an error: `guard` and `order` see to what is
//! compared and looped over, `range` to how ranges are written, `context` to the order of keys. Where Jinja2 would write
//! one of Python's own objects, such as a method, the name is not defined. And the engine lacks much that Python's types
//! can do, which it says. A slice of a range is a list, and a namespace is written as a map: no mail writes either.

mod json;

use minijinja::value::{Kwargs, Rest, StringInput, ValueKind, ValueOrKwargs};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, Value, filters, tests};

use super::escape::{escape, shallow, text};
use super::range::range;

/// The engine's own, which Jinja2 does not know or answers otherwise.
const FOREIGN_FILTERS: [&str; 6] = ["attr", "chain", "lines", "pprint", "split", "zip"];

/// Adds what Jinja2 has and the engine lacks, and takes away what Jinja2 lacks.
pub(crate) fn install(environment: &mut Environment<'static>) {
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    for foreign in FOREIGN_FILTERS {
        environment.remove_filter(foreign);
    }
    environment.remove_global("debug");
    environment.add_function("range", range);
    listed(environment);
    environment.add_filter("tojson", json::to_json);
    environment.add_filter("join", join);
    environment.add_filter("list", list);
    environment.add_filter("string", string);
    environment.add_filter("int", int);
    environment.add_filter("float", float);
    environment.add_filter("urlencode", urlencode);
    environment.add_filter("__format", filters::format);
    environment.add_filter("format", format);
    environment.add_filter("truncate", truncate);
    environment.add_filter("wordcount", wordcount);
    environment.add_filter("xmlattr", xmlattr);
    environment.add_filter("escape", escaped);
    environment.add_filter("e", escaped);
    environment.add_filter("replace", replace);
    environment.add_filter("__round", filters::round);
    environment.add_filter("round", round);
    environment.add_filter("forceescape", |value: &Value| {
        shallow(value).map(|()| Value::from_safe_string(escape(&text(value))))
    });
    environment.add_filter("filesizeformat", minijinja_contrib::filters::filesizeformat);
    environment.add_test("sequence", |value: &Value| {
        tests::is_sequence(value) || matches!(value.kind(), ValueKind::String | ValueKind::Map)
    });
}

/// Filters of lists, to which the engine lets `none` pass as an empty one. Each does its work under a second name.
fn listed(environment: &mut Environment<'static>) {
    environment.add_filter("__batch", filters::batch);
    environment.add_filter("__map", filters::map);
    environment.add_filter("__reject", filters::reject);
    environment.add_filter("__rejectattr", filters::rejectattr);
    environment.add_filter("__reverse", filters::reverse);
    environment.add_filter("__select", filters::select);
    environment.add_filter("__selectattr", filters::selectattr);
    environment.add_filter("__slice", filters::slice);
    environment.add_filter("__sum", filters::sum);
    environment.add_filter("__unique", filters::unique);
    for name in [
        "__batch",
        "__map",
        "__reject",
        "__rejectattr",
        "__reverse",
        "__select",
        "__selectattr",
        "__slice",
        "__sum",
        "__unique",
    ] {
        let shown = name.trim_start_matches('_');
        environment.add_filter(
            shown,
            move |state: &mut State<'_, '_>, value: &Value, more: Rest<ValueOrKwargs>| {
                present(value)?;
                let arguments: Vec<Value> =
                    std::iter::once(value.clone()).chain(more.into_values()).collect();
                state.apply_filter(name, &arguments)
            },
        );
    }
}

/// Refuses a text that Jinja2 would read differently, or not at all.
pub(crate) fn admit(source: &str) -> Result<(), Error> {
    if source.contains("macro") && source.contains(".arguments") {
        return Err(refused("a macro's `arguments` are not supported"));
    }
    for tag in tags(source) {
        let words: Vec<&str> = tag.split_whitespace().collect();
        match words.as_slice() {
            ["include", .., "without", "context"] => {
                return Err(refused(
                    "`include` without context is not supported: pass what it needs by `with`",
                ));
            }
            ["with", rest @ ..] if rest.concat().matches('=').count() > 1 && refers_back(&rest.concat()) => {
                return Err(refused(
                    "one `with` gives a name and uses it again: nest two, since Jinja2 knows it only inside",
                ));
            }
            ["set", name, "=", value @ ..] if name.contains('.') && nests(name, &value.concat()) => {
                return Err(refused(
                    "the value holds itself, deeper each time: add to a list by `+` instead",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a name stands within brackets: what lies in itself thousands deep cannot be freed again.
fn nests(name: &str, value: &str) -> bool {
    value.match_indices(name).any(|(at, _)| {
        let before = value.get(..at).unwrap_or_default();
        before.matches(['[', '{']).count() > before.matches([']', '}']).count()
    })
}

/// The insides of `{% %}`. Good enough for a refusal: what stands in a `raw` block or a comment is looked at too.
fn tags(source: &str) -> impl Iterator<Item = &str> {
    source.split("{%").skip(1).filter_map(|rest| {
        let tag = rest.split_once("%}")?.0;
        Some(tag.trim_matches(['-', '+', ' ', '\n']))
    })
}

/// Whether a later value of `a=1,b=a` names an earlier name.
fn refers_back(assignments: &str) -> bool {
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    let mut names: Vec<&str> = Vec::new();
    for assignment in assignments.split(',') {
        let Some((name, value)) = assignment.split_once('=') else {
            continue;
        };
        if value
            .split(|character| !is_name(character))
            .any(|word| names.contains(&word))
        {
            return true;
        }
        names.push(name);
    }
    false
}

fn refused(why: &'static str) -> Error {
    Error::new(ErrorKind::SyntaxError, why)
}

/// Python has nothing to iterate over in `None`, and Jinja2 says so.
pub(super) fn present(value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Err(Error::new(ErrorKind::InvalidOperation, "`none` is no list"));
    }
    Ok(())
}

fn defined(value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        return Err(ErrorKind::UndefinedError.into());
    }
    Ok(())
}

fn join(
    state: &mut State<'_, '_>,
    value: &Value,
    joiner: Option<StringInput<'_>>,
    attribute: Option<&str>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    present(value)?;
    filters::join(state, value, joiner, attribute, kwargs)
}

fn list(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    present(&value)?;
    filters::list(state, value)
}

fn string(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    shallow(value)?;
    if value.is_undefined() || value.kind() == ValueKind::String {
        return filters::string(state, value);
    }
    Ok(Value::from(text(value)))
}

fn int(
    state: &State<'_, '_>,
    value: &Value,
    default: Option<Value>,
    base: Option<u32>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    defined(value)?;
    filters::int(state, value, default, base, kwargs)
}

fn float(
    state: &State<'_, '_>,
    value: &Value,
    default: Option<Value>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    defined(value)?;
    filters::float(state, value, default, kwargs)
}

/// In MarkupSafe's notation, as everything else.
fn escaped(value: &Value) -> Result<Value, Error> {
    defined(value)?;
    if value.is_safe() {
        return Ok(value.clone());
    }
    shallow(value)?;
    Ok(Value::from_safe_string(escape(&text(value))))
}

/// `replace(old, new, count=none)`. What is safe stays safe, and what is put into it is escaped.
fn replace(
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

/// `round(precision=0, method="common")`: the engine knows no other method, and does not say so.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the engine hands arguments over by value"
)]
fn round(
    state: &mut State<'_, '_>,
    value: &Value,
    precision: Option<i32>,
    method: Option<&str>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let precision = match precision {
        Some(precision) => precision,
        None => kwargs.get::<Option<i32>>("precision")?.unwrap_or_default(),
    };
    let method = match method {
        Some(method) => method,
        None => kwargs.get::<Option<&str>>("method")?.unwrap_or("common"),
    };
    kwargs.assert_all_used()?;
    let up_or_down = match method {
        "common" => return state.apply_filter("__round", &[value.clone(), Value::from(precision)]),
        "ceil" => f64::ceil,
        "floor" => f64::floor,
        _ => {
            let why = "`round` has the methods `common`, `ceil` and `floor`";
            return Err(Error::new(ErrorKind::InvalidOperation, why));
        }
    };
    let scale = 10_f64.powi(precision);
    Ok(Value::from(
        up_or_down(f64::try_from(value.clone())? * scale) / scale,
    ))
}

/// Python wants a place in the text for each value; the engine drops those that have none.
fn format(state: &mut State<'_, '_>, text: &Value, values: Rest<ValueOrKwargs>) -> Result<Value, Error> {
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
fn urlencode(value: &Value) -> Result<String, Error> {
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
fn truncate(value: &Value, positional: Rest<Value>, kwargs: Kwargs) -> Result<String, Error> {
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

fn wordcount(value: &Value) -> Result<usize, Error> {
    shallow(value)?;
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    Ok(text(value)
        .split(|character| !is_word(character))
        .filter(|word| !word.is_empty())
        .count())
}

/// ` a="1" b="2"` of a map, without those that are none or undefined.
fn xmlattr(state: &mut State<'_, '_>, map: &Value) -> Result<Value, Error> {
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
