//! What a writer has seen of an asset's events, and what it adds on the strength of that.

use booking::OwnEvent;
use campaign::Contact;
use chrono::TimeDelta;

use crate::request::{Answered, RequestKey};

/// The longest event that is stored. Events are found by their start, so a read looks back this far for events that
/// reach into its period; a longer one is better written as two.
pub const MAX_EVENT_LENGTH: TimeDelta = TimeDelta::days(400);

/// How often an asset's events have changed: what a writer has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AssetVersion(pub(crate) u64);

/// An asset's events as a decision sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The events that overlap the period, by start, then id.
    pub events: Vec<OwnEvent>,
    /// To be given back when an event is added on the strength of these.
    pub version: AssetVersion,
}

/// A new event, with what its writer knows.
#[derive(Debug, Clone, Copy)]
pub struct Addition<'a> {
    /// The event.
    pub event: &'a OwnEvent,
    /// The version of the asset's events on which the decision rests.
    pub seen: AssetVersion,
    /// The answer to keep for a repetition of the request, stored in the same transaction.
    pub answer: Option<(&'a RequestKey, &'a Answered)>,
    /// Where the event's guest can be written to, stored in the same transaction: at most one for each channel.
    pub guest: &'a [Contact],
}

/// What became of an [`Addition`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddOutcome {
    /// The event is stored.
    Added,
    /// Someone else changed the asset's events, or answered the same request, in between. Nothing was stored: load
    /// again, decide again.
    Raced,
}
