//! Short digests: of contents, to see a change; and as ids, so that who plans again finds the same one.

use sha2::{Digest, Sha256};

/// A digest of the parts, 20 hexadecimal digits. No choice of parts reads like another one.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    let mut text = String::with_capacity(20);
    for byte in digest.finalize().iter().take(10) {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    text
}
