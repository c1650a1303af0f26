//! A page of a platform's list, whose messages stay as they came, byte for byte.

use std::collections::BTreeMap;

use manifest::{JsonPointer, MessageList};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::Unreadable;
use crate::limits::MAX_PAGE;

/// A page.
#[derive(Debug)]
pub struct Page {
    /// Its messages in the platform's order.
    pub messages: Vec<Box<RawValue>>,
    /// By which the next page is asked for; none: it was the last.
    pub next: Option<String>,
}

/// Reads a page.
///
/// # Errors
/// [`Unreadable`] when it is no JSON, not whole, or holds no list or too long a one. Nothing of it is used then: the
/// platform is asked again.
pub fn read_page(bytes: &[u8], list: &MessageList) -> Result<Page, Unreadable> {
    let root: &RawValue = serde_json::from_slice(bytes).map_err(|_| Unreadable::NoJson)?;
    let messages = match &list.messages {
        None => root,
        Some(pointer) => walk(root, pointer).ok_or(Unreadable::NoList)?,
    };
    let messages: Vec<Box<RawValue>> =
        serde_json::from_str(messages.get()).map_err(|_| Unreadable::NoList)?;
    if messages.len() > MAX_PAGE {
        return Err(Unreadable::TooMany);
    }
    let next = list.next.as_ref().and_then(|pointer| walk(root, pointer));
    Ok(Page {
        messages,
        next: next.and_then(cursor),
    })
}

fn cursor(raw: &RawValue) -> Option<String> {
    match serde_json::from_str(raw.get()).ok()? {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Follows a pointer without taking apart what it does not pass.
fn walk<'a>(root: &'a RawValue, pointer: &JsonPointer) -> Option<&'a RawValue> {
    let mut here = root;
    for step in pointer.as_str().split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        here = if here.get().starts_with('[') {
            let items: Vec<&RawValue> = read(here)?;
            items.get(name.parse::<usize>().ok()?).copied()?
        } else {
            let fields: BTreeMap<String, &RawValue> = read(here)?;
            fields.get(&name).copied()?
        };
    }
    Some(here)
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}
