//! The text of an HTML mail, for those who read text.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind,
};

/// Makes a text of an HTML document: links as `text (address)`, tables row by row, lists with dashes. Styles, scripts
/// and what is hidden are left out; lines are as long as their paragraphs.
#[must_use]
pub fn plain_text(html: &str) -> String {
    let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    // Nothing here asks for a pause, so that one run takes all of it.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.state.into_inner().finish()
}

#[derive(Default)]
struct Reader {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    lines: Vec<String>,
    line: String,
    /// Elements whose text is not shown, innermost last.
    hidden: Vec<String>,
    links: Vec<Link>,
    lists: Vec<Option<usize>>,
    /// For each open row, at which line each of its cells begins.
    rows: Vec<Vec<usize>>,
    /// White space that is written if text follows on the line.
    gap: bool,
}

struct Link {
    href: String,
    /// Where its text begins in the line.
    from: usize,
}

/// A cell of more lines than this is a column of the layout.
const MAX_CELL_LINES: usize = 4;
/// Deeper than this nothing is told apart any more, so that hostile HTML costs no more than its length.
const MAX_NESTING: usize = 64;
/// Deeper lists are not indented further.
const MAX_INDENT: usize = 4;
/// Elements that have no end tag, so that none may be waited for.
const VOID: [&str; 8] = ["area", "br", "col", "hr", "img", "input", "link", "meta"];

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let raw = match &*tag.name {
                    "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
                    "script" => Some(RawKind::ScriptData),
                    "title" | "textarea" => Some(RawKind::Rcdata),
                    _ => None,
                };
                state.open(&tag);
                if let Some(kind) = raw {
                    return TokenSinkResult::RawData(kind);
                }
            }
            Token::TagToken(tag) => state.close(&tag.name),
            Token::CharacterTokens(text) => state.write(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn open(&mut self, tag: &Tag) {
        let name = &*tag.name;
        let attribute = |name: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            found.map(|attribute| attribute.value.to_string())
        };
        let is_mute = matches!(
            name,
            "head" | "style" | "script" | "title" | "textarea" | "template" | "svg"
        );
        let is_hidden =
            attribute("style").is_some_and(|style| hides(&style)) || attribute("hidden").is_some();
        if !self.hidden.is_empty() || is_mute || is_hidden {
            if !VOID.contains(&name) && !tag.self_closing && self.hidden.len() < MAX_NESTING {
                self.hidden.push(name.to_owned());
            }
            return;
        }
        match name {
            "br" => self.end_line(),
            "hr" => {
                self.paragraph();
                self.write("---");
                self.paragraph();
            }
            "img" => self.write(&attribute("alt").unwrap_or_default()),
            "a" if self.links.len() < MAX_NESTING => {
                // The gap stands before the link, and not in it.
                self.fill_gap();
                let from = self.line.len();
                self.links.push(Link {
                    href: attribute("href").unwrap_or_default(),
                    from,
                });
            }
            "ul" if self.lists.len() < MAX_NESTING => self.lists.push(None),
            "ol" if self.lists.len() < MAX_NESTING => self.lists.push(Some(0)),
            "li" => self.item(),
            "tr" if self.rows.len() < MAX_NESTING => {
                self.end_line();
                self.rows.push(Vec::new());
            }
            "td" | "th" => {
                self.end_line();
                if let Some(row) = self.rows.last_mut() {
                    row.push(self.lines.len());
                }
            }
            _ => {}
        }
        self.around(name);
    }

    fn close(&mut self, name: &str) {
        if !self.hidden.is_empty() {
            if let Some(at) = self.hidden.iter().rposition(|hidden| hidden == name) {
                self.hidden.truncate(at);
            }
            return;
        }
        match name {
            "a" => self.end_link(),
            "ul" | "ol" => drop(self.lists.pop()),
            "tr" => self.end_row(),
            _ => {}
        }
        self.around(name);
    }

    /// A row of short cells is one line; if one of them has several, each cell is. A row that only lays out its cells
    /// stays as it is.
    fn end_row(&mut self) {
        self.end_line();
        let Some(starts) = self.rows.pop().filter(|starts| starts.len() > 1) else {
            return;
        };
        let Some(first) = starts.first().copied() else {
            return;
        };
        let ends = starts.iter().skip(1).copied().chain([self.lines.len()]);
        let cells: Vec<Vec<String>> = starts
            .iter()
            .zip(ends)
            .map(|(start, end)| {
                let lines = self.lines.get(*start..end).unwrap_or_default();
                lines.iter().filter(|line| !line.is_empty()).cloned().collect()
            })
            .collect();
        if cells.iter().any(|cell| cell.len() > MAX_CELL_LINES) {
            return;
        }
        self.lines.truncate(first);
        let are_short = cells.iter().all(|cell| cell.len() <= 1);
        let texts: Vec<String> = cells
            .into_iter()
            .map(|cell| cell.join(" "))
            .filter(|text| !text.is_empty())
            .collect();
        match are_short {
            true if texts.is_empty() => {}
            true => self.lines.push(texts.join(" ")),
            false => self.lines.extend(texts),
        }
    }

    /// What a block is set apart with, before and after it.
    fn around(&mut self, name: &str) {
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "ul" | "ol" | "blockquote" | "pre" => {
                self.paragraph();
            }
            "div" | "tr" | "center" | "section" | "article" | "header" | "footer" | "dt" | "dd" => {
                self.end_line();
            }
            _ => {}
        }
    }

    fn item(&mut self) {
        self.end_line();
        let depth = self.lists.len().saturating_sub(1).min(MAX_INDENT);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{number}. ")
            }
            _ => "- ".to_owned(),
        };
        self.line = "  ".repeat(depth) + &mark;
    }

    /// An address that is the text itself is not told twice.
    fn end_link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        let text = self.line.get(link.from..).unwrap_or_default().trim();
        let address = link
            .href
            .strip_prefix("mailto:")
            .or(link.href.strip_prefix("tel:"))
            .unwrap_or(&link.href);
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        if link.href.starts_with("tel:") && digits(text) == digits(address) {
            return;
        }
        let is_web = link.href.starts_with("http") || address != link.href;
        if is_web && !text.is_empty() && text != address {
            self.line.push_str(&format!(" ({address})"));
        }
    }

    fn write(&mut self, text: &str) {
        if !self.hidden.is_empty() {
            return;
        }
        for character in text.chars() {
            match character {
                // What preheaders are padded with.
                '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' | '\u{34f}' => {}
                character if character.is_whitespace() => self.gap = true,
                character => {
                    self.fill_gap();
                    self.line.push(character);
                }
            }
        }
    }

    fn fill_gap(&mut self) {
        if self.gap && !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
        self.gap = false;
    }

    fn end_line(&mut self) {
        self.gap = false;
        if !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.lines.push(line.trim_end().to_owned());
        }
        self.links.iter_mut().for_each(|link| link.from = 0);
    }

    fn paragraph(&mut self) {
        self.end_line();
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    fn finish(mut self) -> String {
        self.end_line();
        let text = self.lines.join("\n");
        let text = text.trim();
        if text.is_empty() {
            String::new()
        } else {
            format!("{text}\n")
        }
    }
}

/// Whether a style hides its element, as those of preheaders do.
fn hides(style: &str) -> bool {
    let style: String = style
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let style = style.to_ascii_lowercase();
    style.contains("display:none") || style.contains("visibility:hidden")
}

#[cfg(test)]
mod tests;
