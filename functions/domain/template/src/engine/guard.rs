//! Operators and loops, rewritten so that they call a function of ours before the engine reads a template.
//!
//! The engine compares whatever it is given and loops over `none` without a word. Neither can be changed from outside,
//! so that `a < b` becomes `__lt((a), (b))` and `for x in y` becomes `for x in __each((y))`. [`Guarded`] knows where each
//! piece came from, and an error is told at the author's own place.

mod look;
mod token;
mod write;

use std::ops::Range;

use look::top_level;
use token::{Kind, Token, tokens};

/// A template as the engine reads it.
#[derive(Debug, Default)]
pub(crate) struct Guarded {
    pub(crate) text: String,
    /// Where each copied piece begins, here and in the original.
    pieces: Vec<(usize, Range<usize>)>,
}

impl Guarded {
    /// Rewrites a template. What cannot be understood is left to the engine, which refuses it.
    pub(crate) fn new(source: &str) -> Self {
        let mut writer = Writer {
            source,
            made: Self::default(),
        };
        let mut at = 0;
        while let Some(next) = source
            .get(at..)
            .and_then(|rest| rest.find('{'))
            .map(|next| at + next)
        {
            writer.copy(at..next);
            match writer.tag(next) {
                Some(end) => at = end,
                None => {
                    writer.copy(next..next + 1);
                    at = next + 1;
                }
            }
        }
        writer.copy(at..source.len());
        writer.made
    }

    /// The author's place of one in the rewritten text.
    pub(crate) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let map = |offset: usize| {
            let before = self.pieces.partition_point(|(at, _)| *at <= offset);
            match before.checked_sub(1).and_then(|last| self.pieces.get(last)) {
                Some((at, piece)) => (piece.start + (offset - at)).min(piece.end),
                None => 0,
            }
        };
        // What was inserted before a piece belongs to it.
        let start = self
            .pieces
            .iter()
            .find(|(at, piece)| at + piece.len() > range.start)
            .map_or_else(
                || map(range.start),
                |(at, piece)| piece.start + range.start.saturating_sub(*at),
            );
        start..map(range.end).max(start)
    }
}

struct Writer<'a> {
    source: &'a str,
    made: Guarded,
}

impl<'a> Writer<'a> {
    /// What stands at a `{`, and where it ends: a comment and what is raw as they are, and a tag with its operators
    /// rewritten. None where the brace is nothing of the language.
    fn tag(&mut self, at: usize) -> Option<usize> {
        let rest = self.source.get(at..)?;
        let find = |end: &str| rest.find(end).map(|found| at + found + end.len());
        if rest.starts_with("{#") {
            let end = find("#}")?;
            self.copy(at..end);
            return Some(end);
        }
        let closes = match rest.get(..2)? {
            "{{" => "}}",
            "{%" => "%}",
            _ => return None,
        };
        let (tokens, end) = tokens(self.source, at + 2, closes)?;
        let first = tokens.first().map_or(end, |token| token.range.start);
        self.copy(at..first);
        let word = tokens.first().map_or("", |token| self.word(token));
        if closes == "}}" {
            self.expression(&tokens);
        } else if word == "for" {
            self.loop_over(&tokens);
        } else if let Some((keyword, arguments)) = tokens.split_first() {
            self.copy(keyword.range.clone());
            self.gap(keyword, arguments.first());
            self.expression(arguments);
        }
        let last = tokens.last().map_or(first, |token| token.range.end);
        self.copy(last..end);
        if word == "raw" && closes == "%}" {
            return self.raw(end);
        }
        Some(end)
    }

    /// Copies up to the `endraw`.
    fn raw(&mut self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let tag = at + self.source.get(at..)?.find("{%")?;
            let inside = self
                .source
                .get(tag + 2..)?
                .trim_start_matches(['-', '+'])
                .trim_start();
            at = tag + 2;
            if inside.starts_with("endraw") {
                self.copy(from..at);
                return Some(at);
            }
        }
    }

    /// `for target in iterable [if condition] [recursive]`.
    fn loop_over(&mut self, tokens: &[Token]) {
        let position = |word: &str, from: usize| {
            let depth_zero = top_level(tokens).filter(|at| *at >= from);
            depth_zero.into_iter().find(|at| self.is_word(tokens, *at, word))
        };
        let Some(is_in) = position("in", 1) else {
            return self.copy_all(tokens);
        };
        let is_recursive = tokens
            .len()
            .checked_sub(1)
            .filter(|at| self.is_word(tokens, *at, "recursive"));
        let end = is_recursive.unwrap_or(tokens.len());
        let condition = position("if", is_in + 1).filter(|at| *at < end);
        let iterable = tokens
            .get(is_in + 1..condition.unwrap_or(end))
            .unwrap_or_default();
        if iterable.is_empty() {
            return self.copy_all(tokens);
        }
        self.copy_all(tokens.get(..=is_in).unwrap_or_default());
        self.insert(" __each((");
        self.expression(iterable);
        self.insert("))");
        if let Some(at) = condition {
            self.insert(" if ");
            self.expression(tokens.get(at + 1..end).unwrap_or_default());
        }
        if is_recursive.is_some() {
            self.insert(" recursive");
        }
    }

    /// Any expressions: each run of comparisons is rewritten, and what lies between is copied.
    fn expression(&mut self, tokens: &[Token]) {
        let mut from = 0;
        let mut operators = Vec::new();
        let ends: Vec<usize> = top_level(tokens).collect();
        let mut places = ends.into_iter().peekable();
        while let Some(at) = places.next() {
            if let Some(length) = self.operator(tokens, at) {
                operators.push(at..at + length);
                if length == 2 {
                    places.next();
                }
            } else if self.delimits(tokens, at) {
                self.comparisons(tokens, from..at, &operators);
                operators.clear();
                self.space(tokens, from, at);
                self.copy_all(tokens.get(at..=at).unwrap_or_default());
                if let (Some(token), next) = (tokens.get(at), tokens.get(at + 1)) {
                    self.gap(token, next);
                }
                from = at + 1;
            }
        }
        self.comparisons(tokens, from..tokens.len(), &operators);
    }

    /// `a < b < c` as `(__lt((a), (b)) and __lt((b), (c)))`, as Python reads it.
    fn comparisons(&mut self, tokens: &[Token], run: Range<usize>, operators: &[Range<usize>]) {
        let guards = |word: &str| match word {
            "==" => Some("__eq"),
            "!=" => Some("__ne"),
            "<" => Some("__lt"),
            "<=" => Some("__le"),
            ">" => Some("__gt"),
            ">=" => Some("__ge"),
            "in" => Some("__in"),
            "not in" => Some("not __in"),
            _ => None,
        };
        let text = |operator: &Range<usize>| {
            let tokens = tokens.get(operator.clone()).unwrap_or_default();
            tokens
                .iter()
                .map(|token| self.word(token))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let words: Vec<String> = operators.iter().map(text).collect();
        if words.is_empty() {
            return self.operand(tokens.get(run).unwrap_or_default());
        }
        let starts = std::iter::once(run.start).chain(operators.iter().map(|operator| operator.end));
        let ends = operators.iter().map(|operator| operator.start).chain([run.end]);
        let operands: Vec<&[Token]> = starts
            .zip(ends)
            .map(|(start, end)| tokens.get(start..end).unwrap_or_default())
            .collect();
        if operands.iter().any(|operand| operand.is_empty()) {
            return self.copy_all(tokens.get(run).unwrap_or_default());
        }
        // `not` binds less than whatever may stand around.
        let is_bracketed = words.len() > 1 || words.iter().any(|word| word == "not in");
        self.insert(if is_bracketed { "(" } else { "" });
        for (index, (word, pair)) in words.iter().zip(operands.windows(2)).enumerate() {
            let [left, right] = pair else { continue };
            self.insert(if index > 0 { " and " } else { "" });
            self.insert(guards(word).unwrap_or_default());
            self.insert("((");
            self.operand(left);
            self.insert("), (");
            self.operand(right);
            self.insert("))");
        }
        self.insert(if is_bracketed { ")" } else { "" });
    }

    /// What has no comparison but within brackets. A `loop(...)` goes deeper in a tree, and is a loop, too.
    fn operand(&mut self, tokens: &[Token]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            self.copy(token.range.clone());
            let close = match token.kind {
                Kind::Open(length) => at + length,
                _ => at,
            };
            if close > at {
                let inside = tokens.get(at + 1..close).unwrap_or_default();
                let calls_loop = self.word(token) == "("
                    && at
                        .checked_sub(1)
                        .is_some_and(|before| self.is_word(tokens, before, "loop"));
                let is_loop = calls_loop && !inside.is_empty();
                self.gap(token, inside.first());
                self.insert(if is_loop { "__each((" } else { "" });
                self.expression(inside);
                self.insert(if is_loop { "))" } else { "" });
                if let (Some(last), Some(end)) = (tokens.get(close - 1), tokens.get(close)) {
                    if close - 1 > at {
                        self.gap(last, Some(end));
                    }
                    self.copy(end.range.clone());
                }
            }
            if let Some(last) = tokens.get(close) {
                self.gap(last, tokens.get(close + 1));
            }
            at = close + 1;
        }
    }
}

#[cfg(test)]
mod tests;
