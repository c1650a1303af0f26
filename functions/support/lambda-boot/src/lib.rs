//! What every function does before its first request: logging, settings, AWS configuration, secrets.
//!
//! Invariant: nothing here opens a connection or loads a certificate before the first AWS call, so that a cold
//! start pays for nothing that its request does not use; and nothing here logs a value that it read.

pub mod aws;
pub mod logging;
pub mod metrics;
pub mod secrets;
pub mod settings;

pub use secrets::{Secret, SecretError, Secrets};
pub use settings::{Environment, SettingsError};
