//! Bytes to logical lines: line endings, folding and character set.

use std::borrow::Cow;

use crate::read::Complaints;
use crate::{Warning, WarningKind};

/// A content line as it was before it was folded, with the number of its first physical line, from 1.
pub(crate) struct LogicalLine<'a> {
    pub(crate) number: u32,
    pub(crate) text: Cow<'a, str>,
}

/// The logical lines of a body, empty ones left out.
pub(crate) struct LogicalLines<'a> {
    rest: &'a [u8],
    number: u32,
}

impl<'a> LogicalLines<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
            number: 0,
        }
    }

    pub(crate) fn next(&mut self, complaints: &mut Complaints) -> Option<LogicalLine<'a>> {
        loop {
            let first = self.physical()?;
            let number = self.number;
            let mut line = Cow::Borrowed(first);
            // Folding is undone on bytes: some exporters fold within a character.
            while let [b' ' | b'\t', ..] = self.rest {
                let more = self.physical()?;
                line.to_mut().extend_from_slice(&more[1..]);
            }
            if !line.trim_ascii().is_empty() {
                let text = decode(line, number, complaints);
                return Some(LogicalLine { number, text });
            }
        }
    }

    /// The next line up to LF, CRLF or a lone CR.
    fn physical(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.number = self.number.saturating_add(1);
        let end = self.rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let Some(end) = end else {
            return Some(std::mem::take(&mut self.rest));
        };
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest
            .strip_prefix(b"\r\n")
            .unwrap_or_else(|| rest.get(1..).unwrap_or_default());
        Some(line)
    }
}

/// Text of a line. What is not UTF-8 is taken byte for byte as Windows-1252, the usual reason; nothing gets lost.
/// Control characters have no meaning in iCalendar and go.
fn decode<'a>(line: Cow<'a, [u8]>, number: u32, complaints: &mut Complaints) -> Cow<'a, str> {
    let text = match line {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| line),
        Cow::Owned(bytes) => String::from_utf8(bytes)
            .map(Cow::Owned)
            .map_err(|error| Cow::Owned(error.into_bytes())),
    };
    let text = text.unwrap_or_else(|bytes| {
        complaints.push(Warning::at(number, WarningKind::NotUtf8));
        let mut text = String::with_capacity(bytes.len() + 8);
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            text.extend(chunk.invalid().iter().copied().map(windows_1252));
        }
        Cow::Owned(text)
    });
    if text.contains(is_stray) {
        return Cow::Owned(text.chars().filter(|found| !is_stray(*found)).collect());
    }
    text
}

/// Whether a character cannot stand in iCalendar text: every control character but the tab.
pub(crate) fn is_stray(found: char) -> bool {
    found.is_control() && found != '\t'
}

/// Windows-1252 where it differs from Latin-1: bytes 0x80 to 0x9f. Its five holes stay as they are.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
