//! No double booking: what the platforms, Google Calendar and our own calendar say, brought together.
//!
//! Invariant: [`plan`] is the only decision. It reads [`Facts`] and gives a [`SyncPlan`], an ordered list of writes with
//! their reasons; carrying one out is [`State::after`] for what we store, and a call for what Google stores. A run that
//! stops after any write is finished by planning again: each write is derived from what is there, never from what a run
//! remembers, and the ledger names a copy before the copy is made.
//!
//! Facts may hold one asset or all of them, but always every listing and event of an asset that they hold.

mod config;
mod content;
mod decision;
mod echo;
mod facts;
mod fingerprint;
#[cfg(any(test, feature = "histories"))]
pub mod histories;
mod identity;
mod inbound;
mod ledger;
mod lines;
mod link;
mod merge;
mod mirror;
mod order;
mod outbound;
mod pending;
mod planner;
mod reconcile;
mod safety;
mod show;
pub(crate) mod span;
mod state;
mod task;
mod turnover;
mod write;

pub use config::{AssetConfig, Breaker, Config, ListingConfig, Policy};
pub use content::{Content, Face};
pub use decision::{Decider, Decision, Matter, UndoError, resolve, undo};
pub use facts::{Facts, FeedFault, FeedReading, GoogleEvent, GoogleReading};
pub(crate) use fingerprint::hex;
pub use link::{Link, Missing, Side, Tombstone, google_id};
pub use merge::{Merged, Seen, merge};
pub use outbound::{Lately, Outbound, OutboundBlock};
pub use pending::{AnswerError, Pending, confirm, hold, pending, taken_as_firm};
pub use planner::{SyncPlan, plan};
pub use safety::{Quarantine, Suspicion, accept};
pub use show::Row;
pub use state::{Entry, Source, State};
pub use task::{Task, TaskKind};
pub use turnover::{CrewNotice, Slot, SlotNews, crew_notice};
pub use write::{GoogleWrite, Planned, Touch, Write};

#[cfg(test)]
mod tests;
