//! How a platform tells us that something has changed, and where it says what.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::text::{HeaderName, JsonPointer, ListingId, SecretName};

/// A platform's webhook. The platform sends it to `/webhooks/<platform's id>`. It only makes us look sooner: without
/// one, the platform's feeds are read every 15 minutes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// How a message shows that it is the platform's own.
    pub scheme: WebhookScheme,
    /// Name of the secret that holds the key, of 16 bytes or more: for `standard-webhooks` in base64, with or without
    /// `whsec_`. Two keys on two lines are both accepted, while one replaces the other.
    pub secret: SecretName,
    /// The header with the signature or the secret: `X-Hub-Signature-256` when a signature has none,
    /// and never given for `standard-webhooks`, which says it itself.
    #[serde(default)]
    #[schemars(with = "HeaderName")]
    pub header: Option<HeaderName>,
    /// The header that tells one delivery from another, such as `X-GitHub-Delivery`. Without it, the same body within
    /// seconds is the same message. Never given for `standard-webhooks`.
    #[serde(default)]
    #[schemars(with = "HeaderName")]
    pub id_header: Option<HeaderName>,
    /// Where the platform's own id of a listing stands in the body, as a JSON pointer (RFC 6901). Without it, every
    /// message makes us look at all of the platform's listings.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub listing_pointer: Option<JsonPointer>,
    /// The platform's own ids of listings, and ours. Of an id that is not here, all listings are looked at.
    #[serde(default)]
    pub listings: BTreeMap<String, ListingId>,
    /// Where the kind of event stands in the body, as a JSON pointer.
    #[serde(default)]
    #[schemars(with = "JsonPointer")]
    pub event_pointer: Option<JsonPointer>,
    /// What the kinds of event mean. One that is not here may have changed bookings.
    #[serde(default)]
    pub events: BTreeMap<String, WebhookMeaning>,
}

/// How a message shows that it is the platform's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookScheme {
    /// Standard Webhooks 1.0.0: the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    StandardWebhooks,
    /// As GitHub does: a header with `sha256=` and the body's HMAC-SHA256 in hexadecimal digits.
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
    /// A header that holds the secret itself. Anybody who sees one message can make others: only where the platform
    /// offers nothing better.
    SharedSecret,
}

/// What a kind of event means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookMeaning {
    /// A booking came, moved or went.
    BookingsChanged,
    /// Nothing that touches bookings.
    Nothing,
}
