//! The operator's own events in DynamoDB; manifest and token verifiers in S3.
//!
//! Invariant: this is the only room that knows tables, keys and buckets, and no SDK type leaves it. Whoever adds an
//! event has seen all of the asset's events: of two writers who decided on the same facts, one is sent back to look
//! again.

mod addition;
mod content;
#[cfg(test)]
mod endpoint;
mod error;
mod events;
mod ledger;
mod request;
mod table;
mod wire;

pub use addition::{AddOutcome, Addition, AssetVersion, MAX_EVENT_LENGTH, Seen};
pub use content::{Content, MANIFEST_TTL, VERIFIERS_TTL};
pub use error::StoreError;
pub use events::Events;
pub use ledger::{
    FeedAddress, GivenBack, GoogleCopy, Lease, Ledger, Loaded, NoticeId, OpenedChannel, Put, Taken,
};
pub use request::{ANSWER_LIFETIME, Answered, Recall, RequestKey};
