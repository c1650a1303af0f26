//! Campaigns: who is due what message, and what became of each.
//!
//! Invariant: everything here is a decision about values. A delivery's id follows from what it is for, so that planning it
//! twice makes it once; its state changes only along [`TRANSITIONS`], each change with a line for the audit trail; and no
//! state leads back to sending once a message may be on its way, but by the operator's own word.
//!
//! The usual way through: [`occurrences`] or [`about_bookings`] say what is due, [`plan`] makes deliveries of it,
//! [`Delivery::after`] carries each along, [`sweep`] finds those that nobody has in hand any more.

mod address;
mod contact;
mod delivery;
mod due;
pub mod feedback;
mod health;
mod pace;
mod plan;
mod quiet;
mod sent;
mod step;
mod suppression;
mod sweep;
pub mod twilio;
mod unsubscribe;

pub use address::{Address, Channel, InvalidAddress};
pub use contact::{Contact, ImportError, import};
pub use delivery::{
    Delivery, DeliveryId, Event, Fate, Hold, InvalidDeliveryId, Occurrence, Purpose, QUEUE_PATIENCE, Refused,
    Standing, State, TRANSITIONS, Told, Transition, Trigger,
};
pub use due::{BookingFact, Due, DueAt, Subject, about_bookings, occurrences};
pub use health::unhealthy;
pub use pace::{Pace, Rate, Reserved};
pub use plan::{CampaignPlan, Exclusion, Recipient, plan};
pub use quiet::quiet_until;
pub use sent::Sent;
pub use step::{Step, step};
pub use suppression::{Lasting, News, Reason, Suppression, Word};
pub use sweep::{Sweep, sweep};
pub use unsubscribe::{Forged, UnsubscribeKey};
