//! The dashboard token: its format, its digest, the table of verifiers and its rotation.
//!
//! Invariant: a [`Verifier`] holds only a SHA-256 digest, so that whoever reads the table cannot call the API.

mod format;
pub mod rotation;
mod verifier;

pub use format::{InvalidToken, PREFIX, Token};
pub use verifier::{REVOCATION_BOUND, Verdict, Verifier, VerifierTable};
