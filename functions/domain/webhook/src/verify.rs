//! Whether a message is genuine: size, then signature, then time. Whether it is a replay is for its receiver, who
//! remembers deliveries.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::digest::{SHA256, digest};

use crate::keys::Keys;

/// The largest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// How far a signed time may lie from ours, in both directions: what the Standard Webhooks libraries take.
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// The longest header that is read, in bytes: a header is not a second body.
const MAX_HEADER_BYTES: usize = 4096;
/// The most signatures that one header may hold. A sender has two while it replaces its key.
const MAX_SIGNATURES: usize = 16;

/// How a platform shows that a message is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme<'a> {
    /// Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp` and `webhook-signature`, of which `v1` is an
    /// HMAC-SHA256 over the three.
    StandardWebhooks,
    /// As GitHub does: a header with `sha256=` and the body's HMAC-SHA256 in hexadecimal digits. Nothing in it says
    /// when it was made.
    HmacSha256(HeaderNames<'a>),
    /// A header that holds the secret itself. It says nothing of the body, so that it is the weakest.
    SharedSecret(HeaderNames<'a>),
}

/// Where a scheme looks. Case does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderNames<'a> {
    /// The header with the signature or the secret.
    pub proof: &'a str,
    /// The header that tells one delivery from another.
    pub id: Option<&'a str>,
}

/// A message as it came.
pub struct Message<'a> {
    /// The headers' names and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// The bytes that were signed.
    pub body: &'a [u8],
}

/// A message that is genuine, and what tells it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The same for the same message sent again, and for no other.
    pub id: String,
    /// For how long another message of this id is the same one. Where only the body tells messages apart it is short:
    /// a platform may say the same thing of two bookings.
    pub lifetime: TimeDelta,
}

/// Why a message is not taken. For the log: a sender hears the same of all but the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More than [`MAX_BODY_BYTES`].
    #[error("the body is too large")]
    TooLarge,
    /// What the scheme needs is absent or malformed.
    #[error("the signature is missing or malformed")]
    Missing,
    /// No key of ours has signed it.
    #[error("the signature is wrong")]
    NotGenuine,
    /// It was signed too long ago, or in the future.
    #[error("the signed time is too far from now")]
    OutOfTime,
}

/// A platform tries again for days, and each time it is the same message.
const ID_LIFETIME: TimeDelta = TimeDelta::days(3);
/// Long enough for a message that is sent twice at once, and too short to lose a second one that says the same.
const BODY_LIFETIME: TimeDelta = TimeDelta::seconds(10);

/// Judges a message.
///
/// # Errors
/// The first [`Refusal`] in the order size, signature, time.
pub fn verify(
    scheme: Scheme<'_>,
    keys: &Keys,
    message: &Message<'_>,
    now: DateTime<Utc>,
) -> Result<Delivery, Refusal> {
    if message.body.len() > MAX_BODY_BYTES {
        return Err(Refusal::TooLarge);
    }
    match scheme {
        Scheme::StandardWebhooks => standard(keys, message, now),
        Scheme::HmacSha256(names) => {
            let tag = message.header(names.proof)?.strip_prefix("sha256=");
            let tag = tag.and_then(from_hex).ok_or(Refusal::Missing)?;
            genuine(keys.have_signed(&[message.body], &tag))?;
            Ok(unsigned_id(names, message))
        }
        Scheme::SharedSecret(names) => {
            genuine(keys.contain(message.header(names.proof)?))?;
            Ok(unsigned_id(names, message))
        }
    }
}

fn standard(keys: &Keys, message: &Message<'_>, now: DateTime<Utc>) -> Result<Delivery, Refusal> {
    let id = message.header("webhook-id")?;
    let timestamp = message.header("webhook-timestamp")?;
    let signatures = message.header("webhook-signature")?;
    // A dot in the id would let its end be taken for the beginning of the time.
    if id.contains('.') || signatures.split(' ').count() > MAX_SIGNATURES {
        return Err(Refusal::Missing);
    }
    let parts = [id.as_bytes(), b".", timestamp.as_bytes(), b".", message.body];
    let tags = signatures
        .split(' ')
        .filter_map(|signature| signature.strip_prefix("v1,"))
        .filter_map(|tag| BASE64_STANDARD.decode(tag).ok());
    let signed = tags.filter(|tag| keys.have_signed(&parts, tag)).count();
    genuine(signed > 0)?;
    let seconds: i64 = timestamp.parse().map_err(|_| Refusal::Missing)?;
    let at = DateTime::from_timestamp(seconds, 0).ok_or(Refusal::OutOfTime)?;
    if (now - at).abs() > TOLERANCE {
        return Err(Refusal::OutOfTime);
    }
    Ok(Delivery {
        id: id.to_owned(),
        lifetime: ID_LIFETIME,
    })
}

/// The header with the id is not signed, so the body counts too: nobody can use up the id of another message.
fn unsigned_id(names: HeaderNames<'_>, message: &Message<'_>) -> Delivery {
    let body = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, message.body));
    match names.id.and_then(|name| message.header(name).ok()) {
        Some(id) => Delivery {
            id: format!("{id} {body}"),
            lifetime: ID_LIFETIME,
        },
        None => Delivery {
            id: body,
            lifetime: BODY_LIFETIME,
        },
    }
}

impl<'a> Message<'a> {
    fn header(&self, name: &str) -> Result<&'a str, Refusal> {
        let is_it = |(own, _): &&(&str, &str)| own.eq_ignore_ascii_case(name);
        let (_, value) = self.headers.iter().find(is_it).ok_or(Refusal::Missing)?;
        let is_fit = (1..=MAX_HEADER_BYTES).contains(&value.len()) && value.is_ascii();
        if is_fit { Ok(value) } else { Err(Refusal::Missing) }
    }
}

fn genuine(is_genuine: bool) -> Result<(), Refusal> {
    if is_genuine {
        Ok(())
    } else {
        Err(Refusal::NotGenuine)
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    let byte = |pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests;
