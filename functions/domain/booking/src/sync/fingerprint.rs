//! Short digests: of contents, to see a change; and as ids, so that who plans again finds the same one.

use sha2::{Digest, Sha256};

/// A digest of the parts, 20 hexadecimal digits. No choice of parts reads like another one.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    hex(&digest.finalize())
}

/// The first ten bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(20);
    for byte in bytes.iter().take(10) {
        let digits = [byte >> 4, byte & 15].map(usize::from);
        text.extend(
            digits
                .into_iter()
                .filter_map(|digit| DIGITS.get(digit).copied().map(char::from)),
        );
    }
    text
}
