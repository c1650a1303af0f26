//! Templates: from a library of texts and a context to the e-mail or text message that a guest reads, and what a
//! reader of such templates has to complain about.
//!
//! Invariant: nothing here opens a file, a connection or a clock. What a template may include is in its [`Library`],
//! and the same library and context always make the same message.

mod engine;
mod error;
mod inline;
mod library;
pub mod lint;
mod plain;
mod segment;

pub use error::{Kind, RenderError};
pub use inline::inline_css;
pub use library::{Email, Library, MAX_SUBJECT_CHARS, Sms};
pub use plain::plain_text;
pub use segment::{Encoding, Segments, segments};
