//! Twilio's signatures: an HMAC over the address and the form's fields, in SHA-1 as Twilio has always made them or in
//! SHA-256. <https://www.twilio.com/docs/usage/security#validating-requests>
//!
//! Nothing in them says when they were made. Whoever acts on a message must therefore do nothing new when it comes again.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;

/// The header that holds the signature.
pub const TWILIO_SIGNATURE: &str = "X-Twilio-Signature";
/// The most fields that a form of Twilio's has; it sends some thirty.
const MAX_FIELDS: usize = 200;

/// Whether Twilio, or somebody else with the account's token, has sent this form to this address. The address is the one
/// that Twilio was given, with its query.
#[must_use]
pub fn is_twilios(auth_token: &str, url: &str, form: &[(String, String)], signature: &str) -> bool {
    let Ok(tag) = BASE64_STANDARD.decode(signature.trim()) else {
        return false;
    };
    let algorithm = match tag.len() {
        20 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        32 => hmac::HMAC_SHA256,
        _ => return false,
    };
    if form.len() > MAX_FIELDS || auth_token.is_empty() {
        return false;
    }
    let key = hmac::Key::new(algorithm, auth_token.as_bytes());
    hmac::verify(&key, signed(url, form).as_bytes(), &tag).is_ok()
}

/// The address, then each field's name and value, in the order of names. Of a field that comes twice each value counts once.
fn signed(url: &str, form: &[(String, String)]) -> String {
    let mut fields: Vec<&(String, String)> = form.iter().collect();
    fields.sort();
    fields.dedup();
    let mut text = url.to_owned();
    for (name, value) in fields {
        text.push_str(name);
        text.push_str(value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        fields.iter().map(owned).collect()
    }

    const URL: &str = "https://example.com/callbacks/twilio?delivery=a.b.c";

    fn signature(algorithm: hmac::Algorithm, token: &str, url: &str, fields: &str) -> String {
        let key = hmac::Key::new(algorithm, token.as_bytes());
        BASE64_STANDARD.encode(hmac::sign(&key, format!("{url}{fields}").as_bytes()))
    }

    #[test]
    fn both_algorithms_are_taken_and_fields_are_signed_in_order() {
        for algorithm in [hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA256] {
            let made = signature(algorithm, "token", URL, "A1B2");
            assert!(is_twilios("token", URL, &form(&[("B", "2"), ("A", "1")]), &made));
            assert!(is_twilios(
                "token",
                URL,
                &form(&[("B", "2"), ("A", "1"), ("A", "1")]),
                &made
            ));
        }
    }

    #[test]
    fn whatever_is_altered_is_refused() {
        let made = signature(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, "token", URL, "A1");
        let good = form(&[("A", "1")]);
        assert!(!is_twilios("other", URL, &good, &made));
        assert!(!is_twilios(
            "",
            URL,
            &good,
            &signature(hmac::HMAC_SHA256, "x", URL, "A1")
        ));
        assert!(!is_twilios(
            "token",
            "https://example.com/callbacks/twilio?delivery=d",
            &good,
            &made
        ));
        assert!(!is_twilios("token", URL, &form(&[("A", "2")]), &made));
        assert!(!is_twilios("token", URL, &form(&[("A", "1"), ("B", "")]), &made));
        for broken in ["", "not base64", "AAAA", &made[1..]] {
            assert!(!is_twilios("token", URL, &good, broken), "{broken}");
        }
    }

    /// What Twilio's own library signs.
    #[test]
    fn twilios_own_vectors_are_genuine() {
        let Some(corpus) = testkit::need("twilios_own_vectors_are_genuine", "LANDFALL_CORPUS") else {
            return;
        };
        let path = std::path::Path::new(&corpus).join("twilio_signature_vectors.json");
        let vectors: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let vectors = vectors.as_array().unwrap();
        assert!(vectors.len() >= 12);
        for vector in vectors {
            let text = |name: &str| vector[name].as_str().unwrap();
            let fields = vector["params"].as_object().unwrap().iter();
            let form: Vec<(String, String)> = fields
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect();
            assert!(
                is_twilios(text("token"), text("url"), &form, text("sig")),
                "{vector}"
            );
            assert!(
                !is_twilios("another token", text("url"), &form, text("sig")),
                "{vector}"
            );
        }
    }
}
