//! What the parser is given: it follows whatever a mail says of itself, as deep and as often as it is said.

use std::borrow::Cow;

use crate::Unreadable;

/// So many headers may say of what type a part is, or how it is written.
const MAX_TYPES: u64 = 1_000;
/// Each of them may make the parser look through the rest of the mail: so many bytes are looked at in all.
const MAX_LOOKED_AT: u64 = 4_000_000_000;
/// A part begins behind two dashes.
const MAX_DASHES: u64 = 50_000;
/// A header has a colon in its line.
const MAX_NAMED_LINES: u64 = 100_000;
/// What stands in a list has one of these before or behind it.
const MAX_SEPARATORS: u64 = 1_000_000;
/// A parameter in pieces (RFC 2231) has a star in each; every piece is compared with every other.
const MAX_PIECES: u64 = 64;

/// The types of a part that is a mail itself, or has mails in it. Each has as many letters as what is put in its place.
const NESTING: [&[u8]; 3] = [b"rfc822", b"global", b"digest"];
/// Nothing is known of it, so that it is kept as it is.
const OPAQUE: &[u8; 6] = b"opaque";
/// The name that a kept mail's type has again where it is told.
pub(super) const RESTORED: (&str, &str) = ("opaque", "rfc822");

/// The mail as it may be parsed: a mail within it is one part that is not looked into.
///
/// # Errors
/// [`Unreadable::TooDeep`] when it has more of something than any mail that people or platforms write.
pub(super) fn bounded(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    if Tally::of(bytes).is_some_and(|tally| tally.is_bounded(bytes.len())) {
        without_nesting(bytes)
    } else {
        Err(Unreadable::TooDeep)
    }
}

/// What was counted. It is too much rather than too little: bodies are counted like heads, because where a body begins is
/// what the parser finds out.
#[derive(Debug, Default)]
struct Tally {
    types: u64,
    dashes: u64,
    named_lines: u64,
    separators: u64,
}

impl Tally {
    /// Counts; `None` when a parameter has too many pieces.
    fn of(bytes: &[u8]) -> Option<Self> {
        const NAME: &[u8] = b"content-";
        let mut tally = Self::default();
        // How much of NAME was seen. The parser takes no notice of white space in a header's name.
        let mut seen = 0;
        let (mut is_named, mut is_dash) = (false, false);
        let mut pieces: Option<u64> = None;
        for (at, &byte) in bytes.iter().enumerate() {
            let is_pair = byte == b'-' && is_dash;
            is_dash = byte == b'-' && !is_pair;
            match byte {
                b'-' => tally.dashes += u64::from(is_pair),
                b':' => {
                    tally.named_lines += u64::from(!is_named);
                    is_named = true;
                }
                b',' | b';' | b'<' => tally.separators += 1,
                b'*' => pieces = pieces.map(|pieces| pieces + 1),
                b'\n' => {
                    (seen, is_named) = (0, false);
                    if !matches!(bytes.get(at + 1), Some(b' ' | b'\t')) {
                        pieces = None;
                    }
                }
                _ => {}
            }
            if pieces.is_some_and(|pieces| pieces > MAX_PIECES) {
                return None;
            }
            if byte.is_ascii_whitespace() {
                continue;
            }
            let letter = byte.to_ascii_lowercase();
            if seen == NAME.len() {
                // `Content-Type`, `Content-Transfer-Encoding`, `Content-Disposition`.
                tally.types += u64::from(letter == b't');
                if matches!(letter, b't' | b'd') {
                    pieces = pieces.or(Some(0));
                }
                seen = 0;
            }
            seen = match NAME.get(seen) {
                Some(next) if *next == letter => seen + 1,
                _ => usize::from(letter == b'c'),
            };
        }
        Some(tally)
    }

    fn is_bounded(&self, length: usize) -> bool {
        self.types <= MAX_TYPES
            && self.types.saturating_mul(length as u64) <= MAX_LOOKED_AT
            && self.dashes <= MAX_DASHES
            && self.named_lines <= MAX_NAMED_LINES
            && self.separators <= MAX_SEPARATORS
    }
}

/// The parser reads a mail within a mail, and a mail within that, and gives up their memory in the same way: by calling
/// itself. In base64 not even their number can be seen from here. Hence each type that means a mail gets another name.
fn without_nesting(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    let mut kept = Cow::Borrowed(bytes);
    let mut begin = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let last_name = line.windows(OPAQUE.len()).rposition(is_nesting);
        let last_comment = line.iter().rposition(|byte| *byte == b'(');
        let slashes = line.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        // A type's name stands in the line of its slash, or the parser sees none.
        for (slash, _) in slashes.take_while(|(slash, _)| last_name.is_some_and(|name| name > *slash)) {
            let before = without_filler(bytes.get(..begin + slash).unwrap_or_default());
            let is_type = ends_with(before, b"message") || ends_with(before, b"multipart");
            // A comment may stand anywhere around the name (RFC 5322, section 3.2.2), and nobody writes one there.
            let is_behind_comment = before.ends_with(b")");
            if is_behind_comment || (is_type && last_comment.is_some_and(|comment| comment > slash)) {
                return Err(Unreadable::TooDeep);
            }
            let behind = line.get(slash + 1..).unwrap_or_default();
            let skipped = behind.iter().take_while(|byte| is_filler(**byte)).count();
            let name = begin + slash + 1 + skipped;
            let name = name..name + OPAQUE.len();
            if is_type && bytes.get(name.clone()).is_some_and(is_nesting) {
                kept.to_mut()
                    .get_mut(name)
                    .into_iter()
                    .for_each(|name| name.copy_from_slice(OPAQUE));
            }
        }
        begin += line.len();
    }
    Ok(kept)
}

fn is_nesting(name: &[u8]) -> bool {
    NESTING.iter().any(|nesting| name.eq_ignore_ascii_case(nesting))
}

/// What the parser passes over around the name of a type.
const fn is_filler(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\\')
}

fn without_filler(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !is_filler(*byte));
    text.get(..end.map_or(0, |end| end + 1)).unwrap_or_default()
}

fn ends_with(text: &[u8], word: &[u8]) -> bool {
    let begin = text.len().checked_sub(word.len());
    let end = begin.and_then(|begin| text.get(begin..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(word))
}
