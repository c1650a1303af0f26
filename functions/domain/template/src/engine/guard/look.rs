//! What stands at a place of a tag.

use super::Writer;
use super::token::{Kind, Token};

impl<'a> Writer<'a> {
    /// How many tokens the comparison at a place has.
    pub(super) fn operator(&self, tokens: &[Token], at: usize) -> Option<usize> {
        let token = tokens.get(at)?;
        let word = self.word(token);
        match token.kind {
            Kind::Other => matches!(word, "==" | "!=" | "<" | "<=" | ">" | ">=").then_some(1),
            // `is in` is a test, and no operator.
            Kind::Name if self.is_word(tokens, at, "in") => (!self.follows_is(tokens, at)).then_some(1),
            Kind::Name if self.is_word(tokens, at, "not") && self.is_word(tokens, at + 1, "in") => {
                (!self.follows_is(tokens, at)).then_some(2)
            }
            _ => None,
        }
    }

    /// Whether what is at a place binds less than a comparison.
    pub(super) fn delimits(&self, tokens: &[Token], at: usize) -> bool {
        let Some(token) = tokens.get(at) else {
            return false;
        };
        let word = self.word(token);
        match token.kind {
            Kind::Other => matches!(word, "," | ":" | "="),
            Kind::Name => {
                let is_attribute = at
                    .checked_sub(1)
                    .is_some_and(|before| self.is_dot(tokens, before));
                let is_keyword = matches!(word, "and" | "or" | "if" | "else" | "elif" | "not");
                is_keyword && !is_attribute && !(word == "not" && self.follows_is(tokens, at))
            }
            _ => false,
        }
    }

    pub(super) fn follows_is(&self, tokens: &[Token], at: usize) -> bool {
        let before = |steps: usize| at.checked_sub(steps);
        before(1).is_some_and(|at| self.is_word(tokens, at, "is"))
            || before(1).is_some_and(|at| self.is_word(tokens, at, "not"))
                && before(2).is_some_and(|at| self.is_word(tokens, at, "is"))
    }

    pub(super) fn is_dot(&self, tokens: &[Token], at: usize) -> bool {
        tokens.get(at).is_some_and(|token| self.word(token) == ".")
    }

    /// Whether a word stands at a place, and not as the name of an attribute.
    pub(super) fn is_word(&self, tokens: &[Token], at: usize, word: &str) -> bool {
        let is_it = tokens.get(at).is_some_and(|token| self.word(token) == word);
        is_it
            && !at
                .checked_sub(1)
                .is_some_and(|before| self.is_dot(tokens, before))
    }

    pub(super) fn word(&self, token: &Token) -> &'a str {
        self.source.get(token.range.clone()).unwrap_or_default()
    }
}

/// The places that lie in no brackets. The brackets themselves are not among them.
pub(super) fn top_level(tokens: &[Token]) -> impl Iterator<Item = usize> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let place = at;
            match tokens.get(place)?.kind {
                Kind::Open(length) => at = place + length + 1,
                _ => {
                    at = place + 1;
                    return Some(place);
                }
            }
        }
    })
}
