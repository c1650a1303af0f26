//! Long lists in pages: a cursor names the last item that was given out, and the window that it was taken from.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How many items a page has unless asked otherwise.
pub(crate) const DEFAULT_LIMIT: usize = 200;
/// The most items that a page has: about half a megabyte of Lambda's 6 MB.
pub(crate) const MAX_LIMIT: usize = 1000;
/// The longest cursor that is read, in characters.
pub(crate) const MAX_CURSOR_CHARS: usize = 1024;

/// What is asked for: how many, and where to go on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PageRequest {
    pub(crate) limit: usize,
    pub(crate) cursor: Option<Cursor>,
}

/// Where a list goes on. The window is part of it, as "from now on" has moved when the next page is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The window's start.
    pub(crate) from: DateTime<Utc>,
    /// The window's end.
    pub(crate) to: DateTime<Utc>,
    /// The place of the last item given out.
    pub(crate) after: Place,
}

/// An item's place in the list: by start, then id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) start: DateTime<Utc>,
    pub(crate) id: String,
}

impl Cursor {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = (text.len() <= MAX_CURSOR_CHARS).then(|| BASE64_URL_SAFE_NO_PAD.decode(text).ok())??;
        serde_json::from_slice(&bytes).ok()
    }

    /// The cursor as callers send it back.
    pub(crate) fn encode(&self) -> String {
        // Instants and texts always serialise.
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// The items of one page, and the place of its last one when more follow.
pub(crate) fn page<T>(
    mut items: Vec<T>,
    place: impl Fn(&T) -> Place,
    request: &PageRequest,
) -> (Vec<T>, Option<Place>) {
    items.sort_by_cached_key(&place);
    if let Some(cursor) = &request.cursor {
        let first = items.partition_point(|item| place(item) <= cursor.after);
        items.drain(..first);
    }
    let more = items.len() > request.limit;
    items.truncate(request.limit);
    let last = items.last().filter(|_| more).map(place);
    (items, last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(item: &(i64, u8)) -> Place {
        Place {
            start: DateTime::from_timestamp(item.0, 0).unwrap(),
            id: item.1.to_string(),
        }
    }

    proptest! {
        #[test]
        fn the_pages_together_are_the_sorted_list(
            items in prop::collection::btree_set((0_i64..50, any::<u8>()), 0..60),
            limit in 1_usize..20,
        ) {
            let items: Vec<_> = items.into_iter().collect();
            let mut all = Vec::new();
            let mut request = PageRequest { limit, cursor: None };
            loop {
                let (part, last) = page(items.clone(), place, &request);
                prop_assert!(part.len() <= limit);
                all.extend(part);
                let Some(after) = last else { break };
                let cursor = Cursor { from: after.start, to: after.start, after };
                request.cursor = Cursor::parse(&cursor.encode());
                prop_assert_eq!(request.cursor.as_ref(), Some(&cursor));
            }
            let mut expected = items;
            expected.sort_by_cached_key(place);
            prop_assert_eq!(all, expected);
        }

        #[test]
        fn any_text_is_a_cursor_or_none(text in ".{0,80}") {
            Cursor::parse(&text);
        }
    }
}
