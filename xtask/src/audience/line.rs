//! A file's lines, each bounded, with what their quotes say.
//!
//! Records are cut at line breaks before they are read as CSV, because no value may have one: a quote that somebody forgot
//! spoils the lines up to the next quote, and is told with its own line's number.

use std::io::{self, BufRead};

/// The longest line.
const MOST_BYTES: usize = 1024 * 1024;

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    /// Its bytes; none when there are more than a MiB of them.
    pub(super) bytes: Option<Vec<u8>>,
    /// Whether it begins within a quote of a line before.
    pub(super) begins_within: bool,
    /// Whether a quote is still open where it ends.
    pub(super) ends_within: bool,
    /// Whether a value goes on after its closing quote.
    pub(super) has_stray_quote: bool,
}

/// Reads lines. They end with LF, CRLF or CR, as each program likes it.
pub(super) struct Lines<R> {
    reader: R,
    quotes: Quotes,
    number: u64,
    position: u64,
    /// A CR was the end of the last line, and an LF after it belongs to it.
    was_return: bool,
}

/// Where a line stands between quotes, as CSV has them (RFC 4180, section 2).
struct Quotes {
    separator: u8,
    at: At,
    has_stray: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Begin,
    Bare,
    Within,
    /// After a quote that closes the value, or is the first half of a quote in it.
    Closing,
}

impl<R: BufRead> Lines<R> {
    /// Reads from here. Quotes are not looked at before the separator is known.
    pub(super) const fn new(reader: R) -> Self {
        Self {
            reader,
            quotes: Quotes::new(b','),
            number: 0,
            position: 0,
            was_return: false,
        }
    }

    /// From the next line on, this stands between values, and no quote is open.
    pub(super) const fn separate_by(&mut self, separator: u8) {
        self.quotes = Quotes::new(separator);
    }

    /// How many bytes were read.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// The next line. What is longer than a MiB is passed over without being held.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Some(Vec::new());
        let begins_within = self.quotes.begin_line();
        let mut is_empty = true;
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                if is_empty {
                    return Ok(None);
                }
                break;
            }
            let skipped = usize::from(self.was_return && available.first() == Some(&b'\n'));
            self.was_return = false;
            let rest = available.get(skipped..).unwrap_or_default();
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let piece = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            for byte in piece {
                self.quotes.pass(*byte);
            }
            bytes = bytes
                .filter(|bytes| bytes.len() + piece.len() <= MOST_BYTES)
                .map(|mut bytes| {
                    bytes.extend_from_slice(piece);
                    bytes
                });
            self.was_return = end.is_some_and(|end| rest.get(end) == Some(&b'\r'));
            is_empty = is_empty && piece.is_empty() && end.is_none();
            let read = skipped + piece.len() + usize::from(end.is_some());
            self.reader.consume(read);
            self.position += read as u64;
            if end.is_some() {
                break;
            }
        }
        self.number += 1;
        Ok(Some(Line {
            number: self.number,
            bytes,
            begins_within,
            ends_within: self.quotes.at == At::Within,
            has_stray_quote: self.quotes.has_stray,
        }))
    }
}

/// Whether a quote is open at the end of a line that begins outside of one.
pub(super) fn ends_within(line: &[u8], separator: u8) -> bool {
    let mut quotes = Quotes::new(separator);
    for byte in line {
        quotes.pass(*byte);
    }
    quotes.at == At::Within
}

impl Quotes {
    const fn new(separator: u8) -> Self {
        Self {
            separator,
            at: At::Begin,
            has_stray: false,
        }
    }

    /// Whether the line begins within a quote.
    fn begin_line(&mut self) -> bool {
        let is_within = self.at == At::Within;
        if !is_within {
            self.at = At::Begin;
        }
        self.has_stray = false;
        is_within
    }

    fn pass(&mut self, byte: u8) {
        self.at = match (self.at, byte) {
            (At::Within, b'"') => At::Closing,
            (At::Within, _) | (At::Begin | At::Closing, b'"') => At::Within,
            (_, byte) if byte == self.separator => At::Begin,
            (At::Closing, _) => {
                self.has_stray = true;
                At::Bare
            }
            (At::Begin | At::Bare, _) => At::Bare,
        };
    }
}

#[cfg(test)]
mod tests;
