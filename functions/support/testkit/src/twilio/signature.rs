//! How Twilio signs what it sends ("Validating Signatures from Twilio").

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;

/// The value of `X-Twilio-Signature` for a form that is posted to a URL.
pub(super) fn sign(auth_token: &str, url: &str, fields: &[(&str, String)]) -> String {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let text = sorted.iter().fold(url.to_owned(), |mut text, (name, value)| {
        text.push_str(name);
        text.push_str(value);
        text
    });
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, auth_token.as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::sign;

    /// The example of Twilio's own documentation and libraries.
    #[test]
    fn the_documented_example_is_signed_as_documented() {
        let fields = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ];
        let fields = fields.map(|(name, value)| (name, value.to_owned()));
        let signature = sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", &fields);
        assert_eq!(signature, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }
}
