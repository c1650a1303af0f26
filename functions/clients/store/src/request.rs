//! Requests that their sender may repeat, and what they were answered with.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

/// How long the answer to an `Idempotency-Key` is kept. A key that returns later is a new request.
pub const ANSWER_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// A request that its sender may repeat: its `Idempotency-Key`, and a digest of what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    pub(crate) key: String,
    pub(crate) fingerprint: String,
}

/// The stored answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: String,
}

/// What is known of a request's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recall {
    /// Nothing: the request is new.
    New,
    /// The same request was answered before, like this.
    Answered(Answered),
    /// The key belongs to another request.
    Reused,
}

impl RequestKey {
    /// A key as its sender wrote it, for this action and this body. Only digests are kept, so that neither says
    /// anything to whoever reads the table.
    #[must_use]
    pub fn new(action: &str, key: &str, body: &[u8]) -> Self {
        Self {
            key: hex_digest(&[action.as_bytes(), b"\0", key.as_bytes()]),
            fingerprint: hex_digest(&[body]),
        }
    }

    pub(crate) fn judge(&self, fingerprint: &str, answered: Answered) -> Recall {
        if fingerprint == self.fingerprint {
            Recall::Answered(answered)
        } else {
            Recall::Reused
        }
    }
}

fn hex_digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
