//! What is written of a tag: copies of the original, and what is put between them.

use std::ops::Range;

use super::Writer;
use super::token::Token;

impl Writer<'_> {
    pub(super) fn copy_all(&mut self, tokens: &[Token]) {
        if let (Some(first), Some(last)) = (tokens.first(), tokens.last()) {
            self.copy(first.range.start..last.range.end);
        }
    }

    /// Copies the white space between two tokens.
    pub(super) fn gap(&mut self, token: &Token, next: Option<&Token>) {
        if let Some(next) = next {
            self.copy(token.range.end..next.range.start);
        }
    }

    /// Copies the white space before a delimiter, if anything stands before it.
    pub(super) fn space(&mut self, tokens: &[Token], from: usize, at: usize) {
        if let (true, Some(last), next) = (at > from, tokens.get(at.wrapping_sub(1)), tokens.get(at)) {
            self.gap(last, next);
        }
    }

    pub(super) fn copy(&mut self, range: Range<usize>) {
        let text = self.source.get(range.clone()).unwrap_or_default();
        if !text.is_empty() {
            self.made.pieces.push((self.made.text.len(), range));
            self.made.text.push_str(text);
        }
    }

    pub(super) fn insert(&mut self, text: &str) {
        self.made.text.push_str(text);
    }
}
