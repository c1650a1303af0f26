//! What a template is given, and whether the order of its objects' keys is known.
//!
//! JSON that is still a text has an order, and a `for` goes through the keys as they are written, as in Jinja2. What a
//! delivery keeps is a [`serde_json::Value`], which has lost it: to go through such an object is refused, because it would
//! be sent in another order than its author wrote and saw. `dictsort` makes an order that is the same everywhere.

use std::cmp::Ordering;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Serde, ValueKind};
use minijinja::{Error, ErrorKind, Value};

use super::range::is_range;

/// Deeper than anything that may be written.
const MAX_NESTING: usize = 200;

/// An object whose keys have lost their order: looked up as any other, and gone through only by `dictsort`.
///
/// The entries are sorted by [`shorter`]. Their keys are texts, of which the engine keeps short ones without allocating.
#[derive(Debug)]
struct Unordered(Box<[(Value, Value)]>);

/// An order in which most keys differ by their lengths already: a template looks up each name some forty times.
fn shorter(one: &str, other: &str) -> Ordering {
    (one.len(), one).cmp(&(other.len(), other))
}

fn name(key: &Value) -> &str {
    key.as_str().unwrap_or_default()
}

/// Takes a context that has lost the order of its keys.
pub(crate) fn unordered(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Object(entries) => {
            let entry =
                |(key, value): (&String, &serde_json::Value)| (Value::from(key.as_str()), unordered(value));
            let mut entries: Box<[(Value, Value)]> = entries.iter().map(entry).collect();
            entries.sort_unstable_by(|(one, _), (other, _)| shorter(name(one), name(other)));
            Value::from_object(Unordered(entries))
        }
        serde_json::Value::Array(items) => items.iter().map(unordered).collect(),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        plain => Value::from(Serde(plain)),
    }
}

/// The value with an order for each of its objects, the sorted one: for whatever sorts anyway.
pub(crate) fn sorted(value: &Value) -> Value {
    sorted_within(value, MAX_NESTING)
}

/// Whatever lies deeper is left out: it is refused where it is written.
fn sorted_within(value: &Value, left: usize) -> Value {
    let Some(left) = left.checked_sub(1) else {
        return Value::UNDEFINED;
    };
    match value.kind() {
        ValueKind::Map => match value.downcast_object_ref::<Unordered>() {
            Some(Unordered(entries)) => {
                let mut entries = entries.to_vec();
                entries.sort_unstable_by(|(one, _), (other, _)| name(one).cmp(name(other)));
                let entry = |(key, value)| (key, sorted_within(&value, left));
                Value::from_pairs(entries.into_iter().map(entry))
            }
            None => Value::from_pairs(pairs(value).map(|(key, value)| (key, sorted_within(&value, left)))),
        },
        ValueKind::Seq if !is_range(value) => {
            let items = value.try_iter().into_iter().flatten();
            items.map(|item| sorted_within(&item, left)).collect()
        }
        _ => value.clone(),
    }
}

/// The names that an object has, in whatever order.
pub(crate) fn names(value: &Value) -> Vec<String> {
    match value.downcast_object_ref::<Unordered>() {
        Some(Unordered(entries)) => entries.iter().map(|(key, _)| name(key).to_owned()).collect(),
        None => pairs(value).map(|(key, _)| key.to_string()).collect(),
    }
}

fn pairs(value: &Value) -> impl Iterator<Item = (Value, Value)> {
    let keys = (value.kind() == ValueKind::Map).then(|| value.try_iter());
    keys.into_iter().flatten().flatten().map(|key| {
        let item = value.get_item(&key).unwrap_or(Value::UNDEFINED);
        (key, item)
    })
}

impl Object for Unordered {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let found = self
            .0
            .binary_search_by(|(known, _)| shorter(name(known), key))
            .ok()?;
        self.0.get(found).map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        if self.0.len() < 2 {
            return Enumerator::Values(self.0.iter().map(|(key, _)| key.clone()).collect());
        }
        let why = "the keys of this object have no order that is kept until a message is sent: write `| dictsort`, or give a list";
        let refused = Value::from(Error::new(ErrorKind::InvalidOperation, why));
        Enumerator::Iter(Box::new(std::iter::once(refused)))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.0.len())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some(self.0.cmp(&other.0))
    }
}
