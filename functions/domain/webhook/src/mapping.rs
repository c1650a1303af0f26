//! What a genuine message is about.
//!
//! It is tolerant: what cannot be read makes us look at all of the platform's listings. Looking once too often costs
//! a request; not looking costs a booking.

use std::collections::BTreeMap;

use serde_json::Value;

/// Where a platform's messages say what they are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping<'a> {
    /// Where the platform's own name for a listing stands, as a JSON pointer (RFC 6901).
    pub listing: Option<&'a str>,
    /// The platform's names for listings, and ours.
    pub listings: BTreeMap<&'a str, &'a str>,
    /// Where the kind of event stands, as a JSON pointer.
    pub event: Option<&'a str>,
    /// What the kinds of event mean. One that is not here may have changed bookings.
    pub events: BTreeMap<&'a str, Meaning>,
}

/// What a kind of event means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A booking came, moved or went.
    BookingsChanged,
    /// Nothing that touches bookings: a message, a review, a test.
    Nothing,
}

/// Which listings to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of the platform's.
    All,
    /// This one, by our id.
    Listing(String),
    /// None.
    Nothing,
}

impl Mapping<'_> {
    /// Decides what a message wants.
    #[must_use]
    pub fn wanted(&self, body: &[u8]) -> Wanted {
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return Wanted::All;
        };
        let meaning = text_at(&body, self.event).and_then(|event| self.events.get(event.as_str()).copied());
        if meaning == Some(Meaning::Nothing) {
            return Wanted::Nothing;
        }
        match text_at(&body, self.listing).and_then(|theirs| self.listings.get(theirs.as_str())) {
            Some(ours) => Wanted::Listing((*ours).to_owned()),
            None => Wanted::All,
        }
    }
}

/// Platforms write ids as texts and as numbers.
fn text_at(body: &Value, pointer: Option<&str>) -> Option<String> {
    match body.pointer(pointer?)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping<'static> {
        Mapping {
            listing: Some("/data/listing/id"),
            listings: BTreeMap::from([("123", "alpha-pontoon"), ("x/y", "alpha-sloop")]),
            event: Some("/a~1b"),
            events: BTreeMap::from([
                ("booking.created", Meaning::BookingsChanged),
                ("ping", Meaning::Nothing),
            ]),
        }
    }

    #[track_caller]
    fn check(body: &str, expected: &Wanted) {
        assert_eq!(mapping().wanted(body.as_bytes()), *expected, "{body}");
    }

    #[test]
    fn a_listing_that_is_known_is_looked_at_alone() {
        let pontoon = Wanted::Listing("alpha-pontoon".to_owned());
        check(r#"{"data": {"listing": {"id": 123}}}"#, &pontoon);
        check(
            r#"{"a/b": "booking.created", "data": {"listing": {"id": "123"}}}"#,
            &pontoon,
        );
        check(
            r#"{"a/b": "never heard of", "data": {"listing": {"id": "x/y"}}}"#,
            &Wanted::Listing("alpha-sloop".to_owned()),
        );
    }

    #[test]
    fn what_cannot_be_read_makes_us_look_at_everything() {
        for body in [
            "",
            "not json",
            "[]",
            "7",
            r#"{"data": {"listing": {"id": "unknown"}}}"#,
            r#"{"data": {"listing": {"id": null}}}"#,
            r#"{"data": {"listing": {"id": 123.0}}}"#,
            r#"{"a/b": "booking.created"}"#,
            r#"{"a/b": ["ping"]}"#,
        ] {
            check(body, &Wanted::All);
        }
        check(&"[".repeat(100_000), &Wanted::All);
        let unmapped = Mapping::default();
        assert_eq!(unmapped.wanted(br#"{"a/b": "ping"}"#), Wanted::All);
    }

    #[test]
    fn only_an_event_that_is_named_harmless_is_left_alone() {
        check(
            r#"{"a/b": "ping", "data": {"listing": {"id": 123}}}"#,
            &Wanted::Nothing,
        );
    }
}
