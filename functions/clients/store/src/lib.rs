//! The operator's own events in DynamoDB; manifest and token verifiers in S3.
//!
//! Invariant: this is the only room that knows tables, keys and buckets, and no SDK type leaves it. Whoever adds an
//! event has seen all of the asset's events: of two writers who decided on the same facts, one is sent back to look
//! again.

mod content;
mod dynamo;
#[cfg(test)]
mod endpoint;
mod error;
mod events;
mod memory;
mod wire;

pub use content::{Content, MANIFEST_TTL, VERIFIERS_TTL};
pub use error::StoreError;
pub use events::{
    ANSWER_LIFETIME, AddOutcome, Addition, Answered, AssetVersion, Events, MAX_EVENT_LENGTH, Recall,
    RequestKey, Seen,
};
