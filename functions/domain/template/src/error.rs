//! Why a template could not be rendered, said so that its author finds the place.

use std::error::Error as _;
use std::ops::Range;

use minijinja::{Error, ErrorKind, Value};

use crate::engine::{Guarded, Sources, names};

/// Why a template could not be rendered, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}{}", place(path, *line, *column), hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
pub struct RenderError {
    /// The template's path in the library.
    pub path: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// What sort of error it is.
    pub kind: Kind,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What sort of error a rendering ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The template, or one that it includes, is not in the library.
    NotFound,
    /// It is not a template of the language.
    Syntax,
    /// It names a variable or attribute that the context does not have.
    Undefined,
    /// It does not end, or makes too long a text.
    Limit,
    /// It makes something that is no message: a subject of two lines.
    NotAMessage,
    /// Anything else: a filter that does not exist, a division by zero.
    Invalid,
}

impl RenderError {
    /// An error that is about the whole of a template.
    pub(crate) fn whole(path: &str, kind: Kind, message: String) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            column: None,
            kind,
            message,
            hint: None,
        }
    }

    pub(crate) fn too_long(path: &str) -> Self {
        let message = "the text grows beyond 1 MiB: a loop runs too often".to_owned();
        Self::whole(path, Kind::Limit, message)
    }

    /// Takes the engine's innermost error, since the outer ones only say that a template was included.
    pub(crate) fn of(path: &str, error: &Error, sources: &Sources, context: &Value) -> Self {
        let error = innermost(error);
        let path = error.name().unwrap_or(path);
        let source = sources.get(path).map(String::as_str);
        let range = error.range().map(|range| match source {
            Some(source) => {
                let range = Guarded::new(source).original(&range);
                if error.kind() == ErrorKind::UndefinedError {
                    filtered(source, range)
                } else {
                    range
                }
            }
            None => range,
        });
        let place = source
            .zip(range.clone())
            .and_then(|(source, range)| position(source, range.start));
        let culprit = source.zip(range).and_then(|(source, range)| source.get(range));
        let (message, hint) = told(error, culprit, source.unwrap_or_default(), sources, context);
        Self {
            path: path.to_owned(),
            line: place.map(|(line, _)| line).or(error.line()),
            column: place.map(|(_, column)| column),
            kind: kind(error.kind()),
            message,
            hint,
        }
    }
}

fn place(path: &str, line: Option<usize>, column: Option<usize>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!("{path}:{line}:{column}"),
        (Some(line), None) => format!("{path}:{line}"),
        (None, _) => path.to_owned(),
    }
}

fn innermost(error: &Error) -> &Error {
    let inner = error.source().and_then(|source| source.downcast_ref::<Error>());
    inner.map_or(error, innermost)
}

fn kind(kind: ErrorKind) -> Kind {
    match kind {
        ErrorKind::TemplateNotFound => Kind::NotFound,
        ErrorKind::SyntaxError | ErrorKind::BadEscape => Kind::Syntax,
        ErrorKind::UndefinedError => Kind::Undefined,
        ErrorKind::OutOfFuel | ErrorKind::WriteFailure => Kind::Limit,
        _ => Kind::Invalid,
    }
}

/// Line and column, from 1, of a byte of a text.
pub(crate) fn position(text: &str, offset: usize) -> Option<(usize, usize)> {
    let before = text.get(..offset)?;
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some((line, before.get(start..)?.chars().count() + 1))
}

/// What is wrong, and what to do about it.
fn told(
    error: &Error,
    culprit: Option<&str>,
    source: &str,
    sources: &Sources,
    context: &Value,
) -> (String, Option<String>) {
    let detail = || {
        error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned)
    };
    match error.kind() {
        ErrorKind::UndefinedError => match culprit.and_then(dotted) {
            Some(path) => undefined(&path, source, context),
            None => {
                let what = culprit.map_or_else(|| "a value".to_owned(), quoted);
                let hint = what
                    .contains(" if ")
                    .then(|| "write what holds `else`".to_owned());
                (format!("{what} is not defined"), hint)
            }
        },
        ErrorKind::TemplateNotFound => {
            let missing = missing(&detail());
            let hint = nearest(&missing, sources.keys().map(String::as_str));
            (
                format!("there is no template `{missing}`"),
                hint.map(|name| format!("did you mean `{name}`?")),
            )
        }
        ErrorKind::OutOfFuel => (
            "the template does not come to an end: a loop runs too often".to_owned(),
            None,
        ),
        ErrorKind::InvalidOperation if detail().contains("use % operator") => (
            "`%` does not format texts here".to_owned(),
            Some("write `\"%.2f\" | format(value)`".to_owned()),
        ),
        ErrorKind::SyntaxError
        | ErrorKind::InvalidOperation
        | ErrorKind::UnknownMethod
        | ErrorKind::UnknownFilter
        | ErrorKind::UnknownTest
        | ErrorKind::UnknownFunction => (detail(), None),
        other => match error.detail() {
            Some(detail) => (format!("{other}: {detail}"), None),
            None => (other.to_string(), None),
        },
    }
}

fn quoted(text: &str) -> String {
    format!("`{}`", text.trim())
}

/// A filter that is given nothing is where the engine stumbles; the name before its `|` is the culprit.
fn filtered(source: &str, range: Range<usize>) -> Range<usize> {
    let before = source.get(..range.start).unwrap_or_default().trim_end();
    let Some(expression) = before.strip_suffix('|').map(str::trim_end) else {
        return range;
    };
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
    let start = expression.trim_end_matches(is_part).len();
    if start == expression.len() {
        range
    } else {
        start..expression.len()
    }
}

/// The engine says which template it missed only within its sentence.
fn missing(detail: &str) -> String {
    detail.split('"').nth(1).unwrap_or(detail).to_owned()
}

/// The names of `a.b.c`, at the head of an expression such as `a.b.c | upper`.
fn dotted(expression: &str) -> Option<Vec<String>> {
    let is_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
    let expression = expression.trim_start_matches(['{', '%', '-', ' ']);
    let end = expression
        .find(|character| !is_name(character))
        .unwrap_or(expression.len());
    let names: Vec<String> = expression.get(..end)?.split('.').map(str::to_owned).collect();
    names.iter().all(|name| !name.is_empty()).then_some(names)
}

/// Walks the context as far as it goes: the first name that it lacks is the culprit.
///
/// A name that the template gives itself, as in a loop, is not looked for there.
fn undefined(path: &[String], source: &str, context: &Value) -> (String, Option<String>) {
    let mut at = context.clone();
    let whole = || (format!("`{}` is not defined", path.join(".")), None);
    let first = path.first().map_or("", String::as_str);
    let is_own = ["for ", "set ", "with ", ", "]
        .iter()
        .any(|word| source.contains(&format!("{word}{first}")));
    if path.len() > 1 && (is_own || source.contains("macro ")) && !has(context, first) {
        return whole();
    }
    for (depth, name) in path.iter().enumerate() {
        let next = at.get_attr(name).unwrap_or(Value::UNDEFINED);
        if next.is_undefined() {
            let known = names(&at);
            let parent = path.get(..depth).unwrap_or_default();
            let full = |name: &str| {
                let mut whole = parent.to_vec();
                whole.push(name.to_owned());
                whole.join(".")
            };
            let hint = nearest(name, known.iter().map(String::as_str));
            return (
                format!("`{}` is not defined", full(name)),
                hint.map(|near| format!("did you mean `{}`?", full(near))),
            );
        }
        at = next;
    }
    whole()
}

fn has(context: &Value, name: &str) -> bool {
    context.get_attr(name).is_ok_and(|value| !value.is_undefined())
}

/// The name that was probably meant, if one is near enough.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, _)| *distance * 3 <= name.chars().count().max(3))
        .min()
        .map(|(_, known)| known)
}
