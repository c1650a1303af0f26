//! What has an order, as in Python: numbers among themselves, texts, and lists of either. The engine puts everything
//! into some order; where Python has none, Jinja2 ends with an error, and so do we.

use std::cmp::Ordering;

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters, tests};

use super::compat::present;
use super::context;
use super::escape::is_strict;
use super::range::is_range;

/// Adds what the guarded operators call, and the tests and filters that compare.
pub(crate) fn install(environment: &mut Environment<'static>) {
    compares(environment, ["__lt", "lt", "lessthan", "<"], Ordering::is_lt);
    compares(environment, ["__le", "le", "le", "<="], Ordering::is_le);
    compares(environment, ["__gt", "gt", "greaterthan", ">"], Ordering::is_gt);
    compares(environment, ["__ge", "ge", "ge", ">="], Ordering::is_ge);
    environment.add_function("__eq", |state: &State<'_, '_>, a: &Value, b: &Value| {
        equal(state, a, b)
    });
    environment.add_function("__ne", |state: &State<'_, '_>, a: &Value, b: &Value| {
        equal(state, a, b).map(|are_equal| !are_equal)
    });
    environment.add_function("__in", contained);
    environment.add_test("in", contained);
    environment.add_function("__each", each);
    environment.add_filter("sort", sort);
    environment.add_filter("min", min);
    environment.add_filter("max", max);
    environment.add_filter("dictsort", dictsort);
    environment.add_filter("groupby", groupby);
}

/// In a text is only a text.
fn contained(state: &State<'_, '_>, value: &Value, container: &Value) -> Result<bool, Error> {
    if (value.is_undefined() || container.is_undefined()) && is_strict(state) {
        return Err(ErrorKind::UndefinedError.into());
    }
    if container.as_str().is_some() && value.as_str().is_none() && !value.is_undefined() {
        let why = format!("a {} is in no text: make a text of it", name(value));
        return Err(Error::new(ErrorKind::InvalidOperation, why));
    }
    let holds = matches!(
        container.kind(),
        ValueKind::String | ValueKind::Map | ValueKind::Seq | ValueKind::Iterable | ValueKind::Undefined
    );
    if !holds {
        let why = format!("a {} holds nothing that something could be in", name(container));
        return Err(Error::new(ErrorKind::InvalidOperation, why));
    }
    tests::is_in(state, value, container)
}

/// What a `for` may go through.
fn each(value: Value) -> Result<Value, Error> {
    present(&value)?;
    Ok(value)
}

/// A function that an operator calls, and tests that do the same.
fn compares(
    environment: &mut Environment<'static>,
    [function, tests @ ..]: [&'static str; 4],
    holds: fn(Ordering) -> bool,
) {
    let judge = move |a: &Value, b: &Value| compare(a, b).map(holds);
    environment.add_function(function, judge);
    for test in tests {
        environment.add_test(test, judge);
    }
}

/// A range equals no list, and an object the same in whatever order.
fn equal(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<bool, Error> {
    if (a.is_undefined() || b.is_undefined()) && is_strict(state) {
        return Err(ErrorKind::UndefinedError.into());
    }
    if is_range(a) != is_range(b) {
        return Ok(false);
    }
    Ok(match (a.kind(), b.kind()) {
        (ValueKind::Map, ValueKind::Map) => context::sorted(a) == context::sorted(b),
        _ => a == b,
    })
}

/// Which of two comes first.
fn compare(a: &Value, b: &Value) -> Result<Ordering, Error> {
    let is_number = |value: &Value| matches!(value.kind(), ValueKind::Number | ValueKind::Bool);
    let is_list = |value: &Value| value.kind() == ValueKind::Seq && !is_range(value);
    if a.is_undefined() || b.is_undefined() {
        return Err(ErrorKind::UndefinedError.into());
    }
    if is_number(a) && is_number(b) || a.as_str().is_some() && b.as_str().is_some() {
        return Ok(a.cmp(b));
    }
    if is_list(a) && is_list(b) {
        for (one, other) in a.try_iter()?.zip(b.try_iter()?) {
            if one != other {
                return compare(&one, &other);
            }
        }
        return Ok(a.len().cmp(&b.len()));
    }
    let why = format!(
        "a {} and a {} have no order: compare like with like",
        name(a),
        name(b)
    );
    Err(Error::new(ErrorKind::InvalidOperation, why))
}

fn name(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::None => "none",
        ValueKind::Bool => "boolean",
        ValueKind::Number => "number",
        ValueKind::String => "text",
        ValueKind::Seq | ValueKind::Iterable => "list",
        ValueKind::Map => "map",
        _ => "value",
    }
}

/// Refuses what cannot be sorted: each of some values is compared with the first.
fn sortable(values: &Value, attribute: Option<&Value>) -> Result<(), Error> {
    present(values)?;
    if values.is_undefined() {
        return Ok(());
    }
    let part = |value: Result<Value, Error>| {
        let value = value?;
        match attribute.map(|attribute| (attribute, attribute.as_str())) {
            Some((_, Some(path))) => path.split('.').try_fold(value, |value, step| match step.parse() {
                Ok(index) => value.get_item_by_index(index),
                Err(_) => value.get_attr(step),
            }),
            Some((index, None)) => value.get_item(index),
            None => Ok(value),
        }
    };
    let by: Vec<Value> = values.try_iter()?.checked().map(part).collect::<Result<_, _>>()?;
    let first = by.first().cloned().unwrap_or_default();
    by.iter()
        .skip(1)
        .try_for_each(|value| compare(&first, value).map(drop))
}

fn sort(state: &State<'_, '_>, values: Value, kwargs: Kwargs) -> Result<Value, Error> {
    let attribute = kwargs.peek::<Option<Value>>("attribute")?;
    sortable(&values, attribute.as_ref())?;
    filters::sort(state, values, kwargs)
}

fn min(state: &State<'_, '_>, values: Value, kwargs: Kwargs) -> Result<Value, Error> {
    let attribute = kwargs.peek::<Option<Value>>("attribute")?;
    sortable(&values, attribute.as_ref())?;
    filters::min(state, values, kwargs)
}

fn max(state: &State<'_, '_>, values: Value, kwargs: Kwargs) -> Result<Value, Error> {
    let attribute = kwargs.peek::<Option<Value>>("attribute")?;
    sortable(&values, attribute.as_ref())?;
    filters::max(state, values, kwargs)
}

/// It makes an order, so that it may go through what has lost its own.
fn dictsort(map: &Value, kwargs: Kwargs) -> Result<Value, Error> {
    let map = context::sorted(map);
    if kwargs.peek::<Option<&str>>("by")? == Some("value") && map.kind() == ValueKind::Map {
        let values: Vec<Value> = map
            .try_iter()?
            .map(|key| map.get_item(&key))
            .collect::<Result<_, _>>()?;
        sortable(&Value::from(values), None)?;
    }
    filters::dictsort(&map, kwargs)
}

fn groupby(values: Value, attribute: Option<&str>, kwargs: Kwargs) -> Result<Value, Error> {
    let by = match attribute {
        Some(attribute) => Some(Value::from(attribute)),
        None => kwargs.peek::<Option<Value>>("attribute")?,
    };
    // One with a default groups what lacks the attribute, too.
    if !kwargs.has("default") {
        sortable(&values, by.as_ref())?;
    }
    filters::groupby(values, attribute, kwargs)
}
