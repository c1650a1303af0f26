//! Ids and versions.

use std::fmt;

use sha2::{Digest, Sha256};

/// The length that Google allows for an id of ours.
const LENGTH: std::ops::RangeInclusive<usize> = 5..=1024;
/// The digits of base32hex (RFC 4648, section 7), in lower case as Google wants them.
const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// An event's id in its calendar: one that we chose, or whatever Google calls its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(String);

/// The text cannot be the id of an event that we insert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 5 to 1,024 characters of a-v and 0-9")]
pub struct InvalidEventId;

/// A version of an event, with its quotes. Opaque.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Etag(String);

impl EventId {
    /// The id under which a link is written: the same for the same three, so that an insert that is repeated, in this
    /// process or the next, meets itself. Google never gives the id of a deleted event free, so whoever writes a link anew
    /// after its event was deleted counts the generation up.
    ///
    /// Google's rule ("Events: insert", field `id`): base32hex digits, 5 to 1,024 of them, unique in the calendar.
    #[must_use]
    pub fn derive(tenant: &str, link: &str, generation: u32) -> Self {
        let mut hash = Sha256::new();
        // Lengths first, so that no two triples give the same bytes.
        for part in [tenant, link] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(generation.to_be_bytes());
        Self(base32hex(&hash.finalize()))
    }

    /// An id that we chose earlier.
    ///
    /// # Errors
    /// [`InvalidEventId`] when Google would not take it.
    pub fn parse(text: &str) -> Result<Self, InvalidEventId> {
        let is_good = LENGTH.contains(&text.len()) && text.bytes().all(|byte| DIGITS.contains(&byte));
        is_good.then(|| Self(text.to_owned())).ok_or(InvalidEventId)
    }

    /// An id as Google or a store gave it; that of a recurrence holds other characters, too.
    #[must_use]
    pub fn known(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Etag {
    /// A version as Google or a store gave it.
    #[must_use]
    pub fn known(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The version's text, with its quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn base32hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(digit(buffer >> bits));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(digit(buffer << (5 - bits)));
    }
    text
}

fn digit(value: u32) -> char {
    DIGITS[(value & 31) as usize].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32hex_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "co"),
            ("foo", "cpnmu"),
            ("foob", "cpnmuog"),
            ("fooba", "cpnmuoj1"),
            ("foobar", "cpnmuoj1e8"),
        ] {
            assert_eq!(base32hex(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn an_id_is_its_links_own_and_good_for_google() {
        let id = EventId::derive("harbour", "getmyboat:1", 0);
        // Pinned: another value would write every event a second time.
        assert_eq!(
            id.as_str(),
            "bnunbmvsqne3qfdk8nc7ppd4thmqghsfasl5qil1mhrqv0h95pvg"
        );
        assert_eq!(EventId::parse(id.as_str()), Ok(id.clone()));
        for other in [
            ("harbour", "getmyboat:1", 1),
            ("harbour", "getmyboat:2", 0),
            ("harbourg", "etmyboat:1", 0),
        ] {
            assert_ne!(EventId::derive(other.0, other.1, other.2), id);
        }
    }

    #[test]
    fn ids_that_google_refuses_are_refused_here() {
        for text in ["", "abcd", "ABCDE", "abcdw", "abc_d", &"a".repeat(1025)] {
            assert_eq!(EventId::parse(text), Err(InvalidEventId), "{text}");
        }
        assert!(EventId::parse(&"v".repeat(1024)).is_ok());
    }
}
