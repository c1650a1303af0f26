//! Webhooks: whether a message is the platform's own and of this time, and which listings it is about.
//!
//! Invariant: nothing of a body is read before [`verify`] has found it genuine, and what it then says is only which
//! listings to look at: a message never changes a booking.

mod keys;
mod mapping;
mod twilio;
mod verify;

pub use keys::Keys;
pub use mapping::{Mapping, Meaning, Wanted};
pub use twilio::{TWILIO_SIGNATURE, is_twilios};
pub use verify::{Delivery, HeaderNames, MAX_BODY_BYTES, Message, Refusal, Scheme, TOLERANCE, verify};
