//! What an event should be on Google's side.

use calendar::{Event, Status};
use chrono_tz::Tz;

use crate::fields::{Fields, LONGEST_LINK};
use crate::item::Stored;

/// An event to be written: what we say of it, and nothing of what people add there.
///
/// `CATEGORIES` have no place at Google. `UID` is Google's to give, because an event cannot be inserted with both an id and
/// a UID of ours ("Events", field `iCalUID`); the link says whose it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    pub(crate) fields: Fields,
    zone: Tz,
}

/// Why an event cannot be written to Google.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unmappable {
    /// A time is in a zone that only its own calendar defines.
    #[error("a time is in a zone that the IANA database does not know")]
    CustomZone,
    /// One of start and end is a day and the other a time.
    #[error("one of start and end is a day and the other a time")]
    MixedTimes,
    /// The end lies beyond what a calendar can say.
    #[error("the end is out of reach")]
    EndOutOfReach,
    /// A cancelled event is deleted, not written.
    #[error("the event is cancelled")]
    Cancelled,
    /// It replaces one recurrence of another event. Google makes the id of those; patch what a list returned.
    #[error("the event replaces one recurrence of another")]
    Recurrence,
    /// The link is longer than Google keeps a property's value.
    #[error("the link is empty or longer than {LONGEST_LINK} bytes")]
    Link,
}

impl Draft {
    /// What an event is to be: its link, by which it is recognised when it comes back, and the zone of the asset, in which
    /// floating times are meant.
    ///
    /// # Errors
    /// [`Unmappable`] when Google has no way to hold it.
    pub fn new(event: &Event, link: &str, zone: Tz) -> Result<Self, Unmappable> {
        if event.status == Status::Cancelled {
            return Err(Unmappable::Cancelled);
        }
        if event.recurrence_id.is_some() {
            return Err(Unmappable::Recurrence);
        }
        if !(1..=LONGEST_LINK).contains(&link.len()) {
            return Err(Unmappable::Link);
        }
        let fields = Fields::of(event, Some(link), zone)?;
        Ok(Self { fields, zone })
    }

    /// Whether the stored event says all that this one does: then there is nothing to write.
    #[must_use]
    pub fn is_written_in(&self, stored: &Stored) -> bool {
        self.change_from(stored).is_none()
    }

    /// What to send so that the stored event becomes this one, if anything.
    pub(crate) fn change_from(&self, stored: &Stored) -> Option<serde_json::Value> {
        // What came from Google has times that Google can hold; were it otherwise, all of it would be sent.
        let before = Fields::of(&stored.event, stored.link.as_deref(), self.zone).ok();
        self.fields.change_from(before.as_ref())
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("start", &self.fields.start)
            .field("end", &self.fields.end)
            .finish_non_exhaustive()
    }
}
