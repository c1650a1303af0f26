//! Bookings: what a platform's feed events mean, and which of them stand in the way of a new event.
//!
//! Invariant: an [`Expansion`](calendar::Expansion) and rules in, values out. Nothing here knows where a feed came
//! from or where rules are written down, and no `Debug` shows what a guest may have written.
//!
//! The usual way through: [`from_feed`] per listing, then [`conflicts_with`] for a candidate; or all of it at once,
//! [`sync::plan`].

mod booking;
mod classify;
mod code;
mod conflict;
mod feed;
pub mod log;
mod own_event;
pub mod report;
mod rules;
pub mod sync;
mod untold;
mod value;

pub use booking::{Booking, Kind, Origin, Status};
pub use classify::{Classification, Reason, classify};
pub use code::reservation_code;
pub use conflict::{Candidate, Cause, Conflict, conflicts_with};
pub use feed::{FeedBookings, Listing, Warning, from_feed};
pub use own_event::{OwnEvent, OwnEventKind};
pub use rules::{CodePlace, Field, Pattern, Rule, Rules};
pub use untold::untold;
pub use value::values;
