//! Short digests: of contents, to see a change; and as ids, so that who plans again finds the same one.

use sha2::{Digest, Sha256};

/// A digest of the parts, 20 hexadecimal digits. No choice of parts reads like another one.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut whole = Vec::with_capacity(128);
    for part in parts {
        whole.extend_from_slice(&(part.len() as u64).to_be_bytes());
        whole.extend_from_slice(part.as_bytes());
    }
    hex(&Sha256::digest(&whole))
}

/// The first ten bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(20);
    for byte in bytes.iter().take(10) {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
    text
}
