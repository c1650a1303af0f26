//! Where words stand in a mail.

use mail_parser::Message as Mail;
use manifest::{MailPlace, Marker, Passage};

use super::header;
use crate::limits::MAX_NAME_BYTES;

/// The first place that holds something decides. A long one holds nothing: cut, it could be another's.
pub(super) fn find(places: &[MailPlace], mail: &Mail<'_>, text: &str) -> Option<String> {
    places.iter().find_map(|place| {
        let header = place
            .header
            .as_ref()
            .map(|name| header::value(mail, name.as_str()));
        let within = match &header {
            Some(value) => value.as_deref()?,
            None => text,
        };
        let found = match &place.after {
            Some(marker) => after(within, marker)?,
            None => within,
        };
        let line = found.trim_start_matches([' ', '\t']).lines().next()?;
        let word = place
            .before
            .as_ref()
            .and_then(|marker| before(line, marker))
            .unwrap_or(line)
            .trim();
        (1..=MAX_NAME_BYTES)
            .contains(&word.len())
            .then(|| word.to_owned())
    })
}

/// The first passage that is there.
pub(super) fn passage(passages: &[Passage], text: &str) -> Option<String> {
    passages.iter().find_map(|passage| {
        let rest = after(text, &passage.after)?;
        let end = passage
            .before
            .iter()
            .filter_map(|marker| before(rest, marker).map(str::len))
            .min();
        let words = rest.get(..end.unwrap_or(rest.len()))?.trim();
        (!words.is_empty()).then(|| words.to_owned())
    })
}

fn after<'t>(text: &'t str, marker: &Marker) -> Option<&'t str> {
    text.get(position(text, marker)? + marker.as_str().len()..)
}

fn before<'t>(text: &'t str, marker: &Marker) -> Option<&'t str> {
    text.get(..position(text, marker)?)
}

/// ASCII letters count alike in both cases; the lengths stay.
fn position(text: &str, marker: &Marker) -> Option<usize> {
    text.to_ascii_lowercase()
        .find(&marker.as_str().to_ascii_lowercase())
}
