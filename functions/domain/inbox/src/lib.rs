//! What guests, hosts and platforms write: from a platform's JSON or mail to one standard, versioned [`Message`].
//!
//! Invariant: nothing here opens a file, a connection or a clock, and nothing of what people wrote is shown by `Debug`.

pub mod answer;
mod api;
mod draft;
mod limits;
mod mail;
mod message;
mod news;
mod private;
mod schema;
mod thread;
mod unreadable;

pub use api::{Page, read_api, read_page};
pub use draft::{Draft, Part, PartPlace};
pub use limits::{MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_MAIL_BYTES, MAX_PAGE, MAX_TEXT_BYTES};
pub use mail::read_mail;
pub use message::{
    Attachment, Booking, InvalidId, Message, MessageId, Native, Role, SchemaVersion, Sender, Source, ThreadId,
};
pub use news::{Known, News};
pub use private::Private;
pub use schema::schema;
pub use thread::{Counts, Preview, ReplyDraft, Thread, ThreadState, Written, text_digest};
pub use unreadable::Unreadable;
