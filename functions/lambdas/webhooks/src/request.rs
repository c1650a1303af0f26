//! An HTTP API event -> the message that a platform, or Twilio, has sent.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use aws_lambda_events::http::HeaderMap;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use webhook::MAX_BODY_BYTES;

/// What comes before the platform's id in the path.
const PREFIX: &str = "/webhooks/";
/// Where Twilio tells what became of messages.
pub(crate) const TWILIO: &str = "/callbacks/twilio";

/// Whom a message is to be taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The platform of this id, or Google in the place of one.
    Platform(String),
    /// Twilio.
    Twilio,
}

/// A message as it came. It holds proofs and guests' names, so there is no `Debug`.
pub(crate) struct Request {
    pub(crate) sender: Sender,
    /// The query as it was sent, without its `?`.
    query: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Why an event holds no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is no HTTP request to us, or its body is not what its envelope says.
    Malformed,
    /// The body has more than [`MAX_BODY_BYTES`].
    TooLarge,
}

impl Request {
    /// # Errors
    /// See [`Unreadable`].
    pub(crate) fn read(event: Value) -> Result<Self, Unreadable> {
        let mut event: ApiGatewayV2httpRequest =
            serde_json::from_value(event).map_err(|_| Unreadable::Malformed)?;
        let path = event.raw_path.as_deref().unwrap_or_default();
        let sender = match path.strip_prefix(PREFIX) {
            Some(platform) => Sender::Platform(platform.to_owned()),
            None if path == TWILIO => Sender::Twilio,
            None => return Err(Unreadable::Malformed),
        };
        if event.request_context.http.method.as_str() != "POST" {
            return Err(Unreadable::Malformed);
        }
        let text = event.body.take().unwrap_or_default();
        let body = if event.is_base64_encoded {
            // What is longer than this is too large when it is decoded, too.
            if text.len() > MAX_BODY_BYTES / 3 * 4 + 8 {
                return Err(Unreadable::TooLarge);
            }
            BASE64_STANDARD.decode(text).map_err(|_| Unreadable::Malformed)?
        } else {
            text.into_bytes()
        };
        if body.len() > MAX_BODY_BYTES {
            return Err(Unreadable::TooLarge);
        }
        Ok(Self {
            sender,
            query: event.raw_query_string.take().unwrap_or_default(),
            headers: event.headers,
            body,
        })
    }

    /// The headers' names and values. A value that is not plain text is left out.
    pub(crate) fn headers(&self) -> Vec<(&str, &str)> {
        let headers = self.headers.iter();
        headers
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect()
    }

    /// The header of this name; a value that is not plain text counts as none.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn query(&self) -> &str {
        &self.query
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }
}
