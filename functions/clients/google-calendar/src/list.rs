//! Reading a calendar: whole, or what changed.

use std::collections::HashMap;
use std::fmt;

use reqwest::Method;

use crate::client::{Call, GoogleCalendar, Repeat};
use crate::error::CalendarError;
use crate::id::EventId;
use crate::item::Item;
use crate::wire::Page;

/// Google's largest page.
const PAGE_SIZE: &str = "2500";

/// Where the next list goes on. Opaque; store it with the items of its list, or not at all.
#[derive(Clone, PartialEq, Eq)]
pub struct SyncToken(String);

/// A list to its last page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What is there, or what changed; each id once, as it was last told. Deleted ones are among them.
    pub items: Vec<Item>,
    /// For the next time.
    pub next: SyncToken,
}

/// What changed since a sync token was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// These.
    Listed(Listed),
    /// Google no longer knows (410). List the whole calendar and compare; what is stored stays until then.
    Expired,
}

impl GoogleCalendar {
    /// The whole calendar, series not expanded.
    ///
    /// # Errors
    /// [`CalendarError`]; then nothing of the list may be used.
    pub async fn list(&self, calendar: &str) -> Result<Listed, CalendarError> {
        self.pages(calendar, None).await
    }

    /// What changed since an earlier list.
    ///
    /// # Errors
    /// [`CalendarError`]; then nothing of the list may be used, and the token stays the one that it was.
    pub async fn list_since(&self, calendar: &str, token: &SyncToken) -> Result<Changes, CalendarError> {
        match self.pages(calendar, Some(token)).await {
            Ok(listed) => Ok(Changes::Listed(listed)),
            Err(CalendarError::Gone) => Ok(Changes::Expired),
            Err(error) => Err(error),
        }
    }

    async fn pages(&self, calendar: &str, since: Option<&SyncToken>) -> Result<Listed, CalendarError> {
        let mut items = Items::default();
        let mut page_token: Option<String> = None;
        for _ in 0..self.limits.max_pages {
            let page = self.page(calendar, since, page_token.as_deref()).await?;
            page.items
                .into_iter()
                .map(Item::of)
                .for_each(|item| items.push(item));
            match (page.next_page_token, page.next_sync_token) {
                (Some(next), _) => page_token = Some(next),
                (None, Some(next)) => {
                    return Ok(Listed {
                        items: items.in_order,
                        next: SyncToken(next),
                    });
                }
                (None, None) => {
                    return Err(CalendarError::Transport {
                        cause: "the last page has no sync token",
                    });
                }
            }
        }
        Err(CalendarError::Invalid {
            reason: "the list has more pages than the limit",
        })
    }

    async fn page(
        &self,
        calendar: &str,
        since: Option<&SyncToken>,
        page_token: Option<&str>,
    ) -> Result<Page, CalendarError> {
        let mut url = self.endpoint.resource(&["calendars", calendar, "events"])?;
        // The same for every list of a chain, as a sync token is good for its own parameters only. Guests are none of our
        // business: Google sends one at the least.
        url.query_pairs_mut()
            .append_pair("maxResults", PAGE_SIZE)
            .append_pair("maxAttendees", "1")
            .append_pair("singleEvents", "false")
            .append_pair("showDeleted", "true");
        if let Some(SyncToken(since)) = since {
            url.query_pairs_mut().append_pair("syncToken", since);
        }
        if let Some(page_token) = page_token {
            url.query_pairs_mut().append_pair("pageToken", page_token);
        }
        let call = Call::new(Method::GET, url, Repeat::Always);
        self.call(&call).await?.success()?.json()
    }
}

/// What was listed so far. An event that changes between two pages can be on both.
#[derive(Default)]
struct Items {
    in_order: Vec<Item>,
    places: HashMap<EventId, usize>,
}

impl Items {
    fn push(&mut self, item: Item) {
        if let Some(id) = item.id() {
            if let Some(known) = self
                .places
                .get(id)
                .and_then(|place| self.in_order.get_mut(*place))
            {
                *known = item;
                return;
            }
            self.places.insert(id.clone(), self.in_order.len());
        }
        self.in_order.push(item);
    }
}

impl SyncToken {
    /// A token that was stored.
    #[must_use]
    pub fn known(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The token's text, to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SyncToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SyncToken(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_on_two_pages_counts_once_as_it_was_last_told() {
        let item = |id: &str, status: &str| Item::of(json!({ "id": id, "status": status }));
        let mut items = Items::default();
        for (id, status) in [("a", "confirmed"), ("b", "cancelled"), ("a", "cancelled")] {
            items.push(item(id, status));
        }
        assert_eq!(items.in_order, [item("a", "cancelled"), item("b", "cancelled")]);
        for _ in 0..2 {
            items.push(Item::of(json!({})));
        }
        assert_eq!(items.in_order.len(), 4, "what has no id is never the same");
    }
}
