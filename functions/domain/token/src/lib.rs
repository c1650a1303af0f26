//! The dashboard token: its format, its digest and the table of verifiers.
//!
//! Invariant: a [`Verifier`] holds only a SHA-256 digest, so that whoever reads the table cannot call the API.

mod format;
mod verifier;

pub use format::{InvalidToken, PREFIX, Token};
pub use verifier::{Verdict, Verifier, VerifierTable};
