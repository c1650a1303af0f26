//! What a platform and we both know.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};
use ring::hmac::{self, HMAC_SHA256};
use subtle::{Choice, ConstantTimeEq};

/// What begins the text of a Standard Webhooks secret; the rest is base64.
const STANDARD_PREFIX: &str = "whsec_";
/// The fewest bytes that a key has: below, it can be guessed.
const MIN_KEY_BYTES: usize = 16;

/// The secrets that are accepted now, one a line in the stored text: two while one replaces the other.
pub struct Keys(Vec<Vec<u8>>);

/// The keys open the door, so none is shown.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

impl Keys {
    /// The lines' bytes as they are. Lines of less than 16 bytes are left out, so that no keys may be left: then
    /// nothing is genuine.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self::of(text, |line| Some(line.as_bytes().to_vec()))
    }

    /// The lines as Standard Webhooks writes them: base64, with or without `whsec_`. Lines that are not, and keys of
    /// less than 16 bytes, are left out.
    #[must_use]
    pub fn standard(text: &str) -> Self {
        let decode = |line: &str| BASE64_STANDARD.decode(line.strip_prefix(STANDARD_PREFIX).unwrap_or(line));
        Self::of(text, |line| decode(line).ok())
    }

    fn of(text: &str, read: impl Fn(&str) -> Option<Vec<u8>>) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys = lines.filter_map(read);
        Self(keys.filter(|key| key.len() >= MIN_KEY_BYTES).collect())
    }

    /// One key of any length: published vectors have short ones.
    #[cfg(test)]
    pub(crate) fn of_bytes(key: &[u8]) -> Self {
        Self(vec![key.to_vec()])
    }

    /// Whether there is none: the stored text has to be set anew.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the tag is the HMAC-SHA256 of the parts, one after the other, under one of the keys. In constant time.
    pub(crate) fn have_signed(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        let message = parts.concat();
        let signed = |key: &Vec<u8>| hmac::verify(&hmac::Key::new(HMAC_SHA256, key), &message, tag).is_ok();
        // Each key is tried: how long it takes does not tell which one fitted.
        self.0.iter().filter(|key| signed(key)).count() > 0
    }

    /// Whether the text is one of the keys. In constant time, and also without telling their length.
    pub(crate) fn contain(&self, presented: &str) -> bool {
        let presented = digest(&SHA256, presented.as_bytes());
        let is_equal = |key: &Vec<u8>| digest(&SHA256, key).as_ref().ct_eq(presented.as_ref());
        self.0
            .iter()
            .fold(Choice::from(0), |found, key| found | is_equal(key))
            .into()
    }
}
