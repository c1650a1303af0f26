//! Where the engine differs from Jinja2, and what is done about it: a filter of our own where one is wanted, and a
//! refusal where not.
//!
//! What the engine would do without a word is made as Jinja2 does it, or an error: `guard` and `order` see to what is
//! compared and looped over, `range` to how ranges are written, `context` to the order of keys. Where Jinja2 would write
//! one of Python's own objects, such as a method, the name is not defined. And the engine lacks much that Python's types
//! can do, which it says. A slice of a range is a list, and a namespace is written as a map: no mail writes either.

mod admit;
mod json;
mod texts;

use minijinja::value::{Kwargs, Rest, StringInput, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters, tests};

use super::escape::{escape, shallow, text};
use super::range::range;
pub(crate) use admit::admit;
use texts::{escaped, format, replace, truncate, urlencode, wordcount, xmlattr};

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
