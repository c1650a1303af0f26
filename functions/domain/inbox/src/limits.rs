//! How much of a message is taken. What is more is cut or left out, and the original keeps all of it.

/// The longest text, in bytes. Longer ones are cut.
pub const MAX_TEXT_BYTES: usize = 256 * 1024;
/// The most attachments of one message.
pub const MAX_ATTACHMENTS: usize = 20;
/// The largest attachment that is kept, in bytes: 10 MiB.
pub const MAX_ATTACHMENT_BYTES: usize = 10 * 1024 * 1024;
/// The largest mail that is read, in bytes: what SES takes, 40 MB.
pub const MAX_MAIL_BYTES: usize = 40 * 1024 * 1024;
/// The longest id, name or code of a platform's, in bytes. A message with a longer id cannot be read; a longer name is cut.
pub(crate) const MAX_NAME_BYTES: usize = 512;
/// The most messages of one page.
pub const MAX_PAGE: usize = 500;

/// The text, cut at a character's border to so many bytes.
pub(crate) fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        let border = (0..=most).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(border.unwrap_or_default());
    }
    text
}
