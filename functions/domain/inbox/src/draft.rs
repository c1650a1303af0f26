//! A message as it was read, before it is known which revision it is and where its parts are kept.

use chrono::{DateTime, Utc};
use manifest::Manifest;
use sha2::{Digest, Sha256};

use crate::{
    Attachment, Booking, Message, MessageId, Native, Private, SchemaVersion, Sender, Source, ThreadId,
};

/// What was read of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The platform's id in the manifest.
    pub platform: String,
    /// The platform's own names.
    pub native: Native,
    /// The listing's id in the manifest, where it is known.
    pub listing: Option<String>,
    /// Who wrote it.
    pub sender: Sender,
    /// When it was written, or else arrived.
    pub sent_at: DateTime<Utc>,
    /// When it was last edited, as far as the platform says.
    pub edited_at: Option<DateTime<Utc>>,
    /// The same as the platform wrote it.
    pub edited_mark: Option<String>,
    /// What was written, as plain text.
    pub text: Private,
    /// Whether the text was made from HTML.
    pub is_html_original: bool,
    /// The booking that it is about.
    pub booking: Option<Booking>,
    /// The subject.
    pub subject: Option<Private>,
    /// Whether a machine wrote it.
    pub is_automatic: bool,
    /// By which way it came.
    pub source: Source,
    /// What came with it.
    pub parts: Vec<Part>,
}

/// Something that came with a message and is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What its sender called it.
    pub name: Option<Private>,
    /// What its sender said that it is.
    pub media_type: String,
    /// Where it is.
    pub place: PartPlace,
}

/// Where an attachment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartPlace {
    /// It is to be fetched from there.
    At(Private),
    /// It came along.
    Here(Vec<u8>),
    /// It is not to be had, and why, as a stable name.
    Nowhere(&'static str),
}

impl Draft {
    /// The message's id.
    #[must_use]
    pub fn id(&self) -> MessageId {
        MessageId::of(&self.platform, self.native.message.reveal())
    }

    /// The thread's id.
    #[must_use]
    pub fn thread(&self) -> ThreadId {
        ThreadId::of(&self.platform, self.native.thread.reveal())
    }

    /// The message in its first revision.
    #[must_use]
    pub fn into_message(
        self,
        original: String,
        attachments: Vec<Attachment>,
        manifest: &Manifest,
    ) -> Message {
        let listing = self.listing.as_deref();
        let listing =
            listing.and_then(|id| manifest.listings.iter().find(|listing| listing.id.as_str() == id));
        let asset = listing.map(|listing| listing.asset.to_string());
        let site = asset.as_deref().and_then(|asset| manifest.asset(asset));
        Message {
            schema: SchemaVersion,
            id: self.id(),
            thread: self.thread(),
            listing: listing.map(|listing| listing.id.to_string()),
            site: site.map(|(site, _)| site.id.to_string()),
            asset,
            platform: self.platform,
            sender: self.sender,
            sent_at: self.sent_at,
            edited_at: self.edited_at,
            text: self.text,
            is_html_original: self.is_html_original,
            attachments,
            booking: self.booking,
            subject: self.subject,
            is_automatic: self.is_automatic,
            revision: 1,
            source: self.source,
            native: self.native,
            original,
        }
    }

    /// What an edit changes, as a digest.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let parts = self
            .parts
            .iter()
            .map(|part| part.name.as_ref().map(Private::reveal));
        fingerprint((&self.text, self.subject.as_ref()), self.edited_at, parts)
    }
}

impl Message {
    /// The same digest as the draft's that it was made of. What a manifest says of it does not count, so that another
    /// manifest makes no edit.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let parts = self
            .attachments
            .iter()
            .map(|part| part.name.as_ref().map(Private::reveal));
        fingerprint((&self.text, self.subject.as_ref()), self.edited_at, parts)
    }

    /// When it became what it is: when it was edited, or else written.
    #[must_use]
    pub fn since(&self) -> DateTime<Utc> {
        self.edited_at.unwrap_or(self.sent_at)
    }
}

/// Each field with its length, so that none can pass for another.
fn fingerprint<'a>(
    (text, subject): (&Private, Option<&Private>),
    edited_at: Option<DateTime<Utc>>,
    parts: impl Iterator<Item = Option<&'a str>>,
) -> String {
    let mut hash = Sha256::new();
    let mut add = |field: Option<&str>| {
        let length = field.map_or(-1, |field| i64::try_from(field.len()).unwrap_or(i64::MAX));
        hash.update(length.to_be_bytes());
        hash.update(field.unwrap_or_default());
    };
    add(Some(text.reveal()));
    add(subject.map(Private::reveal));
    add(edited_at.map(|at| at.to_rfc3339()).as_deref());
    parts.for_each(add);
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
