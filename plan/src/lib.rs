//! The deploy plan as data: facts in, a [`Plan`] out.
//!
//! Invariant: this crate is pure. It has no I/O, no SDK and no clock, and a [`Plan`] holds no secret: whatever
//! is one is left out when the plan is made, so that no renderer can tell it.

mod build;
mod certainty;
mod colour;
mod condition;
mod difference;
mod exposure;
pub mod facts;
mod iam;
mod markdown;
mod model;
mod redact;
mod refusal;
mod stateful;
mod text;

pub use build::plan;
pub use colour::{Colour, text};
pub use difference::PropertyChange;
pub use iam::{Effect, Grant, IamVerdict};
pub use markdown::{LONGEST_COMMENT, markdown, marker};
pub use model::{
    Action, Change, CodeChange, Counts, Danger, Drift, Fate, Gap, NotChecked, Outcome, Plan, SCHEMA_VERSION,
    SettingChange, StackFirst, StackLater, Touched, verdict,
};
pub use redact::Shown;
pub use refusal::{FailOn, Refusal, refusals};
pub use stateful::is_stateful;
