//! The guarded client: the one way in which a configured URL is fetched.
//!
//! Invariant: no byte is exchanged with an address that is not public, unless the URL's exact origin is on the
//! policy's list. The address is judged after the name is resolved and is the one that is connected to, for every
//! hop of a redirect, so that no answer of a name server can change in between.
//!
//! The client knows nothing of what it fetches. It bounds bytes (before and after decompression), time and
//! redirects, and neither its errors nor its `Debug` output hold a URL: feed URLs are secrets.

mod address;
mod body;
mod call;
mod error;
mod feed_url;
mod fetch;
mod policy;
mod resolve;

pub use call::{Answered, Call, Verb};
pub use error::FetchError;
pub use feed_url::{FeedUrl, InvalidUrl};
pub use fetch::{Fetched, Fetcher, Validators};
pub use policy::{InvalidOrigin, InvalidPolicy, Limits, Origin, Policy};
