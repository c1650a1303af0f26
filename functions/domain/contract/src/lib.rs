//! What the stacks and the functions must agree on: environment names, routes, actions, object keys and
//! secret names.
//!
//! Invariant: this crate holds names and shapes and takes no decision, so it depends on nothing of ours.

pub mod campaign;
pub mod content;
pub mod env;
pub mod inbox;
pub mod metric;
pub mod releases;
pub mod replies;
pub mod route;
pub mod sync;

pub use route::{Access, Method, ROUTES, Route};
