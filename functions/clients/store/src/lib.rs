//! The operator's own events in DynamoDB; manifest and token verifiers in S3; messages and deliveries in both.
//!
//! Invariant: this is the only room that knows tables, keys and buckets, and no SDK type leaves it. Whoever adds an
//! event has seen all of the asset's events: of two writers who decided on the same facts, one is sent back to look
//! again.

mod addition;
mod content;
mod deliveries;
mod error;
mod events;
mod inbox;
mod ledger;
mod request;
mod sessions;
mod table;
mod wire;

pub use addition::{AddOutcome, Addition, AssetVersion, MAX_EVENT_LENGTH, Seen};
pub use content::{Content, MANIFEST_TTL, RELEASES_TTL, VERIFIERS_TTL};
pub use deliveries::{
    Account, AudienceBatch, Batch, Change, ContactsOf, Deliveries, Heard, Mirroring, Pause, SHARDS, Stage,
    Turn, With,
};
pub use error::StoreError;
pub use events::Events;
pub use inbox::{Decided, Hour, Inbox, Line, Open, OpenAnswer, Quarantined, thread_place};
pub use ledger::{
    FeedAddress, GivenBack, GoogleCopy, InquiryPage, InquiryPlace, Lease, Ledger, Loaded, LogPage, LogPlace,
    NoticeId, OpenedChannel, Put, Taken,
};
pub use request::{ANSWER_LIFETIME, Answered, Recall, RequestKey};
pub use sessions::{Session, Sessions};
#[cfg(feature = "faults")]
pub use table::{Fault, Faults};
