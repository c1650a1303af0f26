//! Where each value of a JSON text stands.

use std::collections::HashSet;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Found, MAX_FINDINGS};

/// A parsed text that can tell the byte offset of what stands at a JSON pointer.
///
/// It looks places up when asked and holds no table of pointers: one long name above many values would make such a
/// table far larger than the text.
pub(super) struct Positions<'a> {
    root: Value<'a>,
}

/// A field whose name already stands in its object.
pub(super) struct Duplicate {
    pub(super) name: String,
    pub(super) pointer: String,
    pub(super) offset: usize,
}

/// Reads the text, or says why it is no JSON. Nesting is bounded by the parser (512 levels).
pub(super) fn read<'a>(text: &'a str, options: &ParseOptions) -> Result<Positions<'a>, Found> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), options);
    match parsed.map(|parsed| parsed.value) {
        Ok(Some(root)) => Ok(Positions { root }),
        Ok(None) => Err(Found::new(0, "", "the file is empty")),
        Err(error) => Err(syntax(&error)),
    }
}

impl Positions<'_> {
    /// Where the value at this pointer begins; the text's begin if there is none.
    pub(super) fn value(&self, pointer: &str) -> usize {
        self.find(pointer).map_or(0, Ranged::start)
    }

    /// Where the name of this field begins, in the object at this pointer.
    pub(super) fn name(&self, object: &str, name: &str) -> usize {
        let fields = self.find(object).and_then(Value::as_object);
        let field = fields.and_then(|fields| last(fields, name));
        field.map_or_else(|| self.value(object), |field| field.name.start())
    }

    /// The fields that are given more than once, except each one's first.
    pub(super) fn duplicates(&self) -> Vec<Duplicate> {
        let mut found = Vec::new();
        duplicates_in(&self.root, &mut Vec::new(), &mut found);
        found
    }

    fn find(&self, pointer: &str) -> Option<&Value<'_>> {
        let mut segments = pointer.split('/');
        segments.next()?;
        segments.try_fold(&self.root, |value, segment| match value {
            Value::Array(array) => array.elements.get(segment.parse::<usize>().ok()?),
            Value::Object(object) => {
                let name = segment.replace("~1", "/").replace("~0", "~");
                Some(&last(object, &name)?.value)
            }
            _ => None,
        })
    }
}

/// The pointer of a field (RFC 6901, section 3).
pub(super) fn join(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The last field of this name: where one is given twice, `serde_json` too keeps the last.
fn last<'a, 'b>(object: &'b Object<'a>, name: &str) -> Option<&'b ObjectProp<'a>> {
    object
        .properties
        .iter()
        .rev()
        .find(|field| field.name.as_str() == name)
}

fn duplicates_in(value: &Value<'_>, path: &mut Vec<String>, found: &mut Vec<Duplicate>) {
    match value {
        Value::Object(object) => {
            let mut seen = HashSet::new();
            for field in &object.properties {
                let name = field.name.as_str();
                path.push(name.to_owned());
                if !seen.insert(name) && found.len() < MAX_FINDINGS {
                    found.push(Duplicate {
                        name: name.to_owned(),
                        pointer: path
                            .iter()
                            .fold(String::new(), |pointer, name| join(&pointer, name)),
                        offset: field.name.start(),
                    });
                }
                duplicates_in(&field.value, path, found);
                path.pop();
            }
        }
        Value::Array(array) => {
            for (at, element) in array.elements.iter().enumerate() {
                path.push(at.to_string());
                duplicates_in(element, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn syntax(error: &ParseError) -> Found {
    let hint = match error.kind() {
        ParseErrorKind::CommentsNotAllowed => "the manifest is plain JSON, which has no comments",
        ParseErrorKind::TrailingCommasNotAllowed => "the manifest is plain JSON; remove the last comma",
        ParseErrorKind::SingleQuotedStringsNotAllowed => "the manifest is plain JSON; use double quotes",
        _ => "the manifest is plain JSON (RFC 8259); nothing else was checked",
    };
    let message = error.kind().to_string();
    let (first, rest) = message.split_at(message.chars().next().map_or(0, char::len_utf8));
    let message = format!("{}{rest}", first.to_lowercase());
    Found::new(error.range().start, "", message).with_hint(Some(hint.to_owned()))
}
