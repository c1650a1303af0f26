//! What a mail says, and what came with it.

use mail_parser::{Message as Mail, MessagePart, MimeHeaders, PartType};
use manifest::Passage;

use super::bounds::RESTORED;
use super::place;
use crate::Private;
use crate::api::{plain, unknown_type};
use crate::draft::{Part, PartPlace};
use crate::limits::{MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_NAME_BYTES, MAX_TEXT_BYTES, cut};

pub(super) struct Body {
    /// The whole text.
    pub(super) text: String,
    /// Whether it was made from HTML.
    pub(super) is_html: bool,
    /// What the guest wrote, where that was found.
    pub(super) words: Option<String>,
}

impl Body {
    /// The plain text, unless only the HTML holds the guest's words.
    pub(super) fn of(mail: &Mail<'_>, passages: &[Passage]) -> Self {
        let text = joined(mail, &mail.text_body, |part| match &part.body {
            PartType::Text(text) => Some(text.to_string()),
            _ => None,
        });
        let html = || {
            joined(mail, &mail.html_body, |part| match &part.body {
                PartType::Html(html) => Some(plain(html)),
                _ => None,
            })
        };
        let of_text = Self::with(text, false, passages);
        if of_text.words.is_some() {
            return of_text;
        }
        let of_html = Self::with(html(), true, passages);
        if of_html.words.is_some() || of_text.text.is_empty() {
            of_html
        } else {
            of_text
        }
    }

    fn with(text: String, is_html: bool, passages: &[Passage]) -> Self {
        Self {
            words: place::passage(passages, &text),
            text,
            is_html,
        }
    }
}

fn joined(mail: &Mail<'_>, parts: &[u32], read: impl Fn(&MessagePart<'_>) -> Option<String>) -> String {
    let parts = parts
        .iter()
        .filter_map(|at| mail.parts.get(usize::try_from(*at).ok()?));
    let texts: Vec<String> = parts.take(MAX_ATTACHMENTS).filter_map(read).collect();
    let text = cut(texts.join("\n\n").replace("\r\n", "\n"), MAX_TEXT_BYTES);
    text.trim().to_owned()
}

/// What came with the mail. More than is taken is told of by the last one.
pub(super) fn parts(mail: &Mail<'_>) -> Vec<Part> {
    let count = mail.attachment_count();
    let each = mail.attachments().enumerate().take(MAX_ATTACHMENTS);
    each.map(|(number, part)| {
        let bytes = part.contents();
        let is_rest = number + 1 == MAX_ATTACHMENTS && count > MAX_ATTACHMENTS;
        let kind = part.content_type().map(|kind| match kind.subtype() {
            Some(subtype) if kind.ctype() == "message" && subtype == RESTORED.0 => {
                format!("message/{}", RESTORED.1)
            }
            Some(subtype) => format!("{}/{subtype}", kind.ctype()),
            None => kind.ctype().to_owned(),
        });
        Part {
            name: part
                .attachment_name()
                .map(|name| cut(name.to_owned(), MAX_NAME_BYTES))
                .map(Private::from),
            media_type: kind.map_or_else(unknown_type, |kind| cut(kind, MAX_NAME_BYTES)),
            place: if is_rest {
                PartPlace::Nowhere("too-many")
            } else if bytes.len() > MAX_ATTACHMENT_BYTES {
                PartPlace::Nowhere("too-large")
            } else {
                PartPlace::Here(bytes.to_vec())
            },
        }
    })
    .collect()
}
