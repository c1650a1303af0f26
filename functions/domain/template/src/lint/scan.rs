//! HTML as a list of tags, comments and texts, each with its place.
//!
//! The parser of html5ever repairs what it reads and says on which line it did so. A finding has to name the very
//! character, so that tags are found here a second time, as the HTML standard's tokenizer finds them.

mod piece;

pub(crate) use piece::{Attribute, Fault, Piece, PieceKind, Tag};

/// Finds a document's pieces, and where it loses its rest.
pub(crate) fn scan(html: &str) -> (Vec<Piece<'_>>, Vec<(usize, Fault)>) {
    let mut scanner = Scanner {
        html,
        at: 0,
        pieces: Vec::new(),
        faults: Vec::new(),
    };
    scanner.run();
    (scanner.pieces, scanner.faults)
}

struct Scanner<'a> {
    html: &'a str,
    at: usize,
    pieces: Vec<Piece<'a>>,
    faults: Vec<(usize, Fault)>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.html.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, at: usize, kind: PieceKind<'a>) {
        self.pieces.push(Piece { at, kind });
    }

    fn run(&mut self) {
        while self.at < self.html.len() {
            let (start, rest) = (self.at, self.rest());
            if rest.starts_with("<!--") {
                self.comment();
            } else if rest.starts_with("<!") || rest.starts_with("<?") {
                self.declaration();
            } else if starts_tag(rest, "</") {
                self.close();
            } else if starts_tag(rest, "<") {
                self.open();
            } else {
                // The first character is text, even if it is `<`.
                let length = rest
                    .char_indices()
                    .skip(1)
                    .find(|(_, character)| *character == '<');
                let text = rest
                    .get(..length.map_or(rest.len(), |(at, _)| at))
                    .unwrap_or(rest);
                self.at += text.len();
                self.push(start, PieceKind::Text(text));
            }
        }
    }

    fn comment(&mut self) {
        let start = self.at;
        let inside = self.html.get(start + 4..).unwrap_or_default();
        // `<!-->` is a comment too, and `--!>` ends one.
        let ends = [
            inside.find("-->").map(|end| (end, 3)),
            inside.find("--!>").map(|end| (end, 4)),
        ];
        let end = if inside.starts_with('>') {
            Some((0, 1))
        } else if inside.starts_with("->") {
            Some((0, 2))
        } else {
            ends.into_iter().flatten().min()
        };
        match end {
            Some((end, length)) => {
                self.at = start + 4 + end + length;
                self.push(start, PieceKind::Comment(inside.get(..end).unwrap_or_default()));
            }
            None => {
                self.faults.push((start, Fault::Comment));
                self.push(start, PieceKind::Comment(inside));
                self.at = self.html.len();
            }
        }
    }

    /// A doctype, `<![endif]>` outside a comment, or `<?xml`: all of them end at the next `>`.
    fn declaration(&mut self) {
        let (start, rest) = (self.at, self.rest());
        let is_doctype = rest
            .get(..9)
            .is_some_and(|head| head.eq_ignore_ascii_case("<!doctype"));
        let inside = match rest.find('>') {
            Some(end) => {
                self.at += end + 1;
                rest.get(2..end)
            }
            None => {
                self.faults.push((start, Fault::Tag));
                self.at = self.html.len();
                rest.get(2..)
            }
        };
        let kind = if is_doctype {
            PieceKind::Doctype
        } else {
            PieceKind::Comment(inside.unwrap_or_default())
        };
        self.push(start, kind);
    }

    fn close(&mut self) {
        let start = self.at;
        self.at += 2;
        let (name, _) = self.name();
        match self.rest().find('>') {
            Some(end) => self.at += end + 1,
            None => {
                self.faults.push((start, Fault::Tag));
                self.at = self.html.len();
            }
        }
        self.push(start, PieceKind::Close(name));
    }

    fn open(&mut self) {
        let start = self.at;
        self.at += 1;
        let (name, _) = self.name();
        let mut tag = Tag {
            name,
            attributes: Vec::new(),
            is_self_closing: false,
        };
        loop {
            self.skip(|character| character.is_ascii_whitespace());
            match self.rest().chars().next() {
                None => {
                    self.faults.push((start, Fault::Tag));
                    break;
                }
                Some('>') => {
                    self.at += 1;
                    break;
                }
                Some('/') => {
                    self.at += 1;
                    tag.is_self_closing = self.rest().starts_with('>');
                }
                Some(_) => match self.attribute() {
                    Some(attribute) => tag.attributes.push(attribute),
                    None => {
                        self.faults.push((start, Fault::Tag));
                        self.at = self.html.len();
                        break;
                    }
                },
            }
        }
        let raw =
            matches!(tag.name.as_str(), "style" | "script" | "title" | "textarea").then(|| tag.name.clone());
        self.push(start, PieceKind::Open(tag));
        if let Some(name) = raw {
            self.raw(start, &name);
        }
    }

    /// Nothing but its own end tag ends these.
    fn raw(&mut self, start: usize, name: &str) {
        let (from, rest) = (self.at, self.rest());
        let is_end = |at: usize| {
            let tail = rest.get(at + 2..at + 2 + name.len());
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(name))
        };
        let end = rest.match_indices("</").map(|(at, _)| at).find(|at| is_end(*at));
        if end.is_none() {
            self.faults.push((start, Fault::Raw));
        }
        let text = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.at += text.len();
        self.push(from, PieceKind::Raw(text));
    }

    /// One attribute, or nothing if its value does not end.
    fn attribute(&mut self) -> Option<Attribute<'a>> {
        let at = self.at;
        // A `=` at the beginning belongs to the name: it is an error, and the standard's way to read it.
        self.at += self.rest().chars().next().map_or(0, char::len_utf8);
        self.skip(|character| !character.is_ascii_whitespace() && !matches!(character, '/' | '>' | '='));
        let name = self
            .html
            .get(at..self.at)
            .unwrap_or_default()
            .to_ascii_lowercase();
        let after_name = self.at;
        self.skip(|character| character.is_ascii_whitespace());
        if !self.rest().starts_with('=') {
            self.at = after_name;
            return Some(Attribute {
                at,
                name,
                value: "",
                value_at: after_name,
            });
        }
        self.at += 1;
        self.skip(|character| character.is_ascii_whitespace());
        let quote = self
            .rest()
            .chars()
            .next()
            .filter(|character| matches!(character, '"' | '\''));
        let value_at = self.at + usize::from(quote.is_some());
        let rest = self.html.get(value_at..).unwrap_or_default();
        let is_end = |character: char| character.is_ascii_whitespace() || character == '>';
        let length = match quote {
            Some(quote) => rest.find(quote)?,
            None => rest.find(is_end).unwrap_or(rest.len()),
        };
        self.at = value_at + length + usize::from(quote.is_some());
        let value = rest.get(..length).unwrap_or_default();
        Some(Attribute {
            at,
            name,
            value,
            value_at,
        })
    }

    fn name(&mut self) -> (String, usize) {
        let start = self.at;
        self.skip(|character| !character.is_ascii_whitespace() && !matches!(character, '/' | '>'));
        let name = self.html.get(start..self.at).unwrap_or_default();
        (name.to_ascii_lowercase(), start)
    }

    fn skip(&mut self, is_part: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|character| !is_part(character)).unwrap_or(rest.len());
    }
}

fn starts_tag(rest: &str, prefix: &str) -> bool {
    let after = rest.strip_prefix(prefix).and_then(|rest| rest.chars().next());
    after.is_some_and(|character| character.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests;
