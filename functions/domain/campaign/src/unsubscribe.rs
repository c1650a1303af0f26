//! The address by which a recipient leaves: nobody can make one but who has the key.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use crate::DeliveryId;

/// The key under which unsubscribe tokens are made and checked.
#[derive(Clone)]
pub struct UnsubscribeKey(hmac::Key);

/// The token was not made by us, or was altered since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not one of our unsubscribe links")]
pub struct Forged;

/// What the key is used for, so that a signature made for anything else is none here.
const CONTEXT: &[u8] = b"landfall unsubscribe 1\n";

impl UnsubscribeKey {
    /// The key of these bytes: at least 32 random ones.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The token of a delivery: `<delivery>.<signature>`. It tells nobody's address.
    #[must_use]
    pub fn token(&self, delivery: &DeliveryId) -> String {
        let tag = hmac::sign(&self.0, &signed(delivery.as_str()));
        format!("{delivery}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// The delivery that a token is of.
    ///
    /// # Errors
    /// [`Forged`] when we did not make it.
    pub fn read(&self, token: &str) -> Result<DeliveryId, Forged> {
        let (delivery, tag) = token.rsplit_once('.').ok_or(Forged)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| Forged)?;
        hmac::verify(&self.0, &signed(delivery), &tag).map_err(|_| Forged)?;
        delivery.parse().map_err(|_| Forged)
    }
}

impl fmt::Debug for UnsubscribeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnsubscribeKey")
    }
}

fn signed(delivery: &str) -> Vec<u8> {
    [CONTEXT, delivery.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id() -> DeliveryId {
        format!("blast_20261201T0900_{}", "0123456789abcdef".repeat(2))
            .parse()
            .unwrap()
    }

    #[test]
    fn our_own_token_names_its_delivery() {
        let key = UnsubscribeKey::new(&[7; 32]);
        assert_eq!(key.read(&key.token(&id())), Ok(id()));
    }

    #[test]
    fn a_token_under_another_key_is_forged() {
        let token = UnsubscribeKey::new(&[8; 32]).token(&id());
        assert_eq!(UnsubscribeKey::new(&[7; 32]).read(&token), Err(Forged));
    }

    proptest! {
        #[test]
        fn an_altered_token_is_forged(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9._-]") {
            let key = UnsubscribeKey::new(&[7; 32]);
            let token = key.token(&id());
            let at = at.index(token.len());
            let mut altered = token.clone();
            altered.replace_range(at..=at, &with);
            // The last character holds two bits that say nothing; a decoder that is strict refuses them, too.
            prop_assert_eq!(key.read(&altered).is_ok(), altered == token);
        }

        #[test]
        fn any_text_is_forged(text in "\\PC{0,80}") {
            prop_assert_eq!(UnsubscribeKey::new(&[7; 32]).read(&text), Err(Forged));
        }
    }
}
