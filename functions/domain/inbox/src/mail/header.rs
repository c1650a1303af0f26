//! What a mail's head says.

use mail_parser::{Address, Header, HeaderValue, Message as Mail};

use crate::limits::{MAX_NAME_BYTES, cut};

/// A header's value on one line, decoded; the first where there are several.
pub(super) fn value(mail: &Mail<'_>, name: &str) -> Option<String> {
    // The first, because who receives a mail writes above what its sender wrote.
    let header = mail
        .headers()
        .iter()
        .find(|header| header.name().eq_ignore_ascii_case(name))?;
    let text = match header.value().as_text() {
        Some(text) => text.to_owned(),
        None => raw(mail, header)?,
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then(|| cut(text, 4 * MAX_NAME_BYTES))
}

/// Who says that they wrote the mail.
pub(super) fn author(mail: &Mail<'_>) -> Option<String> {
    Some(mail.from()?.first()?.address()?.to_ascii_lowercase())
}

/// Who sent it for them, and who wants the answer.
pub(super) fn other_senders(mail: &Mail<'_>) -> Vec<String> {
    let each = [mail.sender(), mail.reply_to()].into_iter().flatten();
    let each = each
        .filter_map(Address::first)
        .filter_map(|address| address.address());
    each.map(str::to_ascii_lowercase).collect()
}

/// Whom an answer goes to.
pub(super) fn reply_to(mail: &Mail<'_>) -> Option<String> {
    let address = mail
        .reply_to()
        .or(mail.from())
        .and_then(Address::first)?
        .address()?;
    let is_plain =
        address.len() <= MAX_NAME_BYTES && address.contains('@') && !address.contains(char::is_control);
    is_plain.then(|| address.to_owned())
}

/// A long one is none: cut, it could be another's.
pub(super) fn message_id(mail: &Mail<'_>) -> Option<String> {
    let id = mail
        .message_id()
        .filter(|id| (1..=MAX_NAME_BYTES).contains(&id.len()))?;
    Some(id.to_owned())
}

/// The message with which its thread began.
pub(super) fn first_of_thread(mail: &Mail<'_>) -> Option<String> {
    let first = |value: &HeaderValue<'_>| -> Option<String> {
        let first = match value {
            HeaderValue::Text(text) => text.as_ref(),
            HeaderValue::TextList(list) => list.first()?.as_ref(),
            _ => return None,
        };
        (1..=MAX_NAME_BYTES)
            .contains(&first.len())
            .then(|| first.to_owned())
    };
    first(mail.references()).or_else(|| first(mail.in_reply_to()))
}

/// The first header of this name as it was sent. Who receives a mail writes above what its sender wrote.
pub(super) fn first_raw(mail: &Mail<'_>, name: &str) -> Option<String> {
    let mut headers = mail.headers().iter();
    raw(
        mail,
        headers.find(|header| header.name().eq_ignore_ascii_case(name))?,
    )
}

/// A header's value as it was sent.
fn raw(mail: &Mail<'_>, header: &Header<'_>) -> Option<String> {
    let bytes = usize::try_from(header.offset_start).ok()?..usize::try_from(header.offset_end).ok()?;
    Some(String::from_utf8_lossy(mail.raw_message.get(bytes)?).into_owned())
}
