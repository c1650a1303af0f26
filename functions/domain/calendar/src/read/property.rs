//! One content line: name, parameters, value.

use std::borrow::Cow;

use crate::read::line::LogicalLine;

/// A content line, cut but not yet understood.
#[derive(Debug)]
pub(crate) struct Property<'a> {
    /// Where it begins, from 1.
    pub(crate) line: u32,
    text: Cow<'a, str>,
    name_end: usize,
    value_start: usize,
}

impl<'a> Property<'a> {
    /// Cuts a line. `None` when it has no name or no colon.
    pub(crate) fn cut(line: LogicalLine<'a>) -> Option<Self> {
        let text = &line.text;
        let name_end = text.find([':', ';'])?;
        let name = text[..name_end].trim();
        let named = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'));
        if !named {
            return None;
        }
        // A quote that is never closed hides the colon; then quotes are not heeded.
        let colon =
            find_unquoted(text, name_end, b':').or_else(|| Some(name_end + text[name_end..].find(':')?))?;
        Some(Self {
            line: line.number,
            name_end,
            value_start: colon + 1,
            text: line.text,
        })
    }

    /// The name as written, without white space around it.
    pub(crate) fn name(&self) -> &str {
        self.text[..self.name_end].trim()
    }

    /// The value as written.
    pub(crate) fn value(&self) -> &str {
        &self.text[self.value_start..]
    }

    /// The first value of a parameter, without quotes; `None` when it is absent or empty.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let end = self.value_start - 1;
        let mut at = self.name_end;
        while at < end {
            let start = at + 1;
            at = find_unquoted(&self.text[..end], start, b';').unwrap_or(end);
            let Some((key, value)) = self.text[start..at].split_once('=') else {
                continue;
            };
            let value = value.trim().trim_matches('"').trim();
            if key.trim().eq_ignore_ascii_case(name) && !value.is_empty() {
                return Some(value);
            }
        }
        None
    }

    /// The value as text: escapes undone. `None` when nothing is left.
    pub(crate) fn text_value(&self) -> Option<String> {
        let text = unescape(self.value());
        (!text.trim().is_empty()).then_some(text)
    }

    /// The value as a list of texts.
    pub(crate) fn text_list(&self) -> Vec<String> {
        let mut items = Vec::new();
        let mut start = 0;
        let value = self.value();
        let mut bytes = value.bytes().enumerate();
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'\\' => drop(bytes.next()),
                b',' => {
                    items.push(&value[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
        items.push(&value[start..]);
        items
            .into_iter()
            .map(|item| unescape(item).split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|item| !item.is_empty())
            .collect()
    }
}

fn find_unquoted(text: &str, from: usize, wanted: u8) -> Option<usize> {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match byte {
            b'"' => quoted = !quoted,
            found if found == wanted && !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

/// Undoes RFC 5545's escapes. A backslash before anything else stands for itself.
fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        match after.next() {
            Some('n' | 'N') => text.push('\n'),
            Some(escaped @ ('\\' | ',' | ';' | '"' | ':')) => text.push(escaped),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
        rest = after.as_str();
    }
    text.push_str(rest);
    text
}
