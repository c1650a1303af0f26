//! A message's way through the store and out: what the functions of campaigns share.
//!
//! Invariant: every change of a delivery was decided by `campaign`, and is written on the version that the decision saw.
//! Between the write that a message is about to be sent and the one request that sends it nothing is waited for; whatever
//! ends a sender at any other place leaves a delivery that the next one can go on with.

mod carrier;
mod done;
mod message;
pub mod month;
mod queue;
mod reply;
mod schedule;
mod send;
mod shelf;
mod slots;
mod sweep;
mod time;

pub use carrier::{Carrier, Outgoing};
pub use done::Done;
pub use message::{Broken, Texts, render};
pub use queue::{Queue, QueueSilent, wait_before_next};
pub use reply::{Post, Reply, Terms};
pub use schedule::{Planned, recipients};
pub use send::{Desk, LEASE};
pub use shelf::Shelf;
pub use slots::{Slot, Slots};
pub use sweep::{Stopped, Swept, replan, sweep_batch};
pub use time::Time;

#[cfg(test)]
mod tests;
