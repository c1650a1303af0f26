//! `lf_` + 30 base62 characters of randomness + 6 base62 characters of CRC32 over what stands before them.
//!
//! The checksum refuses a typing error, and a scanner's false hit, before any look-up (GitHub's tokens do the same).

use std::fmt;

use sha2::{Digest, Sha256};

/// What every token begins with, so that secret scanners recognise one.
pub const PREFIX: &str = "lf_";
const RANDOM_CHARS: usize = 30;
const CHECKSUM_CHARS: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The largest multiple of 62 that fits a byte: bytes from here on are skipped, so that no character is likelier.
const FAIR_LIMIT: u8 = 248;

/// A well-formed token. Its `Debug` hides the value; only [`Token::reveal`] gives it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// The text is not a token: wrong prefix, length, alphabet or checksum. It says no more on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed token")]
pub struct InvalidToken;

impl Token {
    /// Makes a token of random bytes. `None` when too few of them were usable: 64 bytes of a good source
    /// always suffice in practice.
    #[must_use]
    pub fn from_random(bytes: &[u8]) -> Option<Self> {
        let body: String = bytes
            .iter()
            .filter(|byte| **byte < FAIR_LIMIT)
            .take(RANDOM_CHARS)
            .map(|byte| char::from(ALPHABET[usize::from(byte % 62)]))
            .collect();
        if body.len() < RANDOM_CHARS {
            return None;
        }
        let head = format!("{PREFIX}{body}");
        let sum = checksum(&head);
        Some(Self(head + &sum))
    }

    /// Reads a token.
    ///
    /// # Errors
    /// [`InvalidToken`] unless prefix, length, alphabet and checksum all hold.
    pub fn parse(text: &str) -> Result<Self, InvalidToken> {
        let well_formed = text.len() == PREFIX.len() + RANDOM_CHARS + CHECKSUM_CHARS
            && text.starts_with(PREFIX)
            && text[PREFIX.len()..].bytes().all(|byte| ALPHABET.contains(&byte));
        if !well_formed {
            return Err(InvalidToken);
        }
        let (head, sum) = text.split_at(PREFIX.len() + RANDOM_CHARS);
        if checksum(head) == sum {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidToken)
        }
    }

    /// The secret itself: to show once, or to store in Secrets Manager.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the token: what a verifier stores.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// A public name for the token: the first 12 hex digits of the digest of its digest.
    #[must_use]
    pub fn kid(&self) -> String {
        Sha256::digest(self.sha256())
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({PREFIX}…)")
    }
}

fn checksum(head: &str) -> String {
    let mut rest = crc32fast::hash(head.as_bytes());
    let mut digits = [b'0'; CHECKSUM_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(seed: u8) -> Token {
        let bytes: Vec<u8> = (0..64)
            .map(|i: u8| i.wrapping_mul(7).wrapping_add(seed))
            .collect();
        Token::from_random(&bytes).unwrap()
    }

    #[test]
    fn a_new_token_parses_back() {
        let token = token(3);
        assert_eq!(Token::parse(token.reveal()), Ok(token.clone()));
        assert_eq!(token.reveal().len(), 39);
    }

    #[test]
    fn any_changed_character_breaks_the_checksum() {
        let good = token(9);
        for at in PREFIX.len()..good.reveal().len() {
            let mut bytes = good.reveal().as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(Token::parse(&changed), Err(InvalidToken), "{at}");
        }
    }

    #[test]
    fn text_that_is_no_token_is_refused() {
        for text in ["", "lf_", "Bearer lf_", "lf_é", &"x".repeat(39), &"é".repeat(20)] {
            assert_eq!(Token::parse(text), Err(InvalidToken), "{text}");
        }
    }

    #[test]
    fn debug_and_kid_do_not_give_the_token_away() {
        let token = token(1);
        assert_eq!(format!("{token:?}"), "Token(lf_…)");
        assert_eq!(token.kid().len(), 12);
        assert!(!token.reveal().contains(&token.kid()));
    }

    #[test]
    fn too_few_random_bytes_make_no_token() {
        assert!(Token::from_random(&[1; 29]).is_none());
        assert!(Token::from_random(&[255; 64]).is_none());
    }
}
