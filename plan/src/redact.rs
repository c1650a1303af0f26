//! What may be shown. Every text that enters a plan goes through here first.

mod pairs;

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};
use serde_json::Value;

use crate::facts::StackFacts;

/// What stands in the place of a secret inside a longer text.
pub(crate) const REDACTED: &str = "(redacted)";
/// Characters of one value that are shown. A longer one is cut, and says so.
const LONGEST_VALUE: usize = 240;
/// A shorter `NoEcho` value is not searched for in other texts: it would be found in every word.
const SHORTEST_SEARCHED: usize = 4;
/// Words of a name that make its value a secret. Compared in lower case, without `_`, `-` and space.
const SECRET_NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "feedurl",
    "signingkey",
];
/// What a token begins with: ours, GitHub's, AWS's, Slack's, Stripe's and Google's, and a JWT.
const TOKEN_PREFIXES: &[&str] = &[
    "lf_",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "AKIA",
    "ASIA",
    "xoxb-",
    "xoxp-",
    "sk_live_",
    "sk_test_",
    "whsec_",
    "ya29.",
    "eyJ",
];
/// A word that is shorter than this is no token, whatever it begins with.
const SHORTEST_TOKEN: usize = 12;

/// A value as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// There is no value.
    Absent,
    /// The value, in the notation of JSON.
    Text(String),
    /// There is a value, and it is a secret.
    Redacted,
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Redacted => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("redacted", &true)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self::Absent),
            Value::String(text) => Ok(Self::Text(text)),
            Value::Object(map) if map.get("redacted") == Some(&Value::Bool(true)) => Ok(Self::Redacted),
            _ => Err(de::Error::custom(
                "a shown value is null, a string or {\"redacted\": true}",
            )),
        }
    }
}

/// Knows the secrets of one stack, and leaves them out.
pub(crate) struct Redactor {
    no_echo: BTreeSet<String>,
    values: Vec<String>,
}

impl Redactor {
    pub(crate) fn of(stack: &StackFacts) -> Self {
        let templates = [&stack.deployed, &stack.new];
        let no_echo: BTreeSet<String> = templates
            .into_iter()
            .flatten()
            .filter_map(|template| template.0.get("Parameters")?.as_object())
            .flatten()
            .filter(|(_, parameter)| is_true(parameter.get("NoEcho")))
            .map(|(name, _)| name.clone())
            .collect();
        let defaults = templates.into_iter().flatten().flat_map(|template| {
            let parameters = template.0.get("Parameters");
            no_echo
                .iter()
                .filter_map(move |name| parameters?.get(name)?.get("Default")?.as_str())
                .map(str::to_owned)
        });
        let given = [&stack.deployed_parameters, &stack.new_parameters]
            .into_iter()
            .flatten()
            .filter(|(name, _)| no_echo.contains(*name) || is_secret_name(name))
            .map(|(_, value)| value.0.clone());
        let mut paired = Vec::new();
        for template in templates.into_iter().flatten() {
            pairs::secrets(&template.0, &mut paired);
        }
        let mut values: Vec<String> = given
            .chain(defaults)
            .chain(paired)
            .filter(|value| value.len() >= SHORTEST_SEARCHED && !value.trim_matches('*').is_empty())
            .collect();
        // The longest first, so that a value that contains another leaves no rest behind.
        values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        Self { no_echo, values }
    }

    /// A value at a place such as `Properties.Environment.Variables.X`.
    pub(crate) fn show(&self, path: &str, value: Option<&Value>) -> Shown {
        let Some(value) = value else {
            return Shown::Absent;
        };
        if self.is_secret(path, value) {
            return Shown::Redacted;
        }
        Shown::Text(shorten(&self.scrub(&value.to_string())))
    }

    /// A value that was read as text: JSON, or any other text.
    pub(crate) fn show_text(&self, path: &str, text: Option<&str>) -> Shown {
        let parsed = text.map(|text| {
            serde_json::from_str(text)
                .ok()
                .filter(|value: &Value| value.is_object() || value.is_array())
                .unwrap_or_else(|| Value::from(text))
        });
        self.show(path, parsed.as_ref())
    }

    /// Whether nothing of this value may be shown.
    pub(crate) fn is_secret(&self, path: &str, value: &Value) -> bool {
        path.split(['.', '/'])
            .any(|part| is_secret_name(part) || self.no_echo.contains(part))
            || self.holds_secret(value)
    }

    fn holds_secret(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.scrub(text) != plain(text),
            Value::Array(items) => items.iter().any(|item| self.holds_secret(item)),
            Value::Object(fields) if pairs::secret_of(fields).is_some() => true,
            Value::Object(fields) => fields.iter().any(|(name, field)| {
                // A name such as `SecretId` says a secret only if a text stands there, not a reference.
                (is_secret_name(name) && (field.is_string() || field.is_number())) || self.holds_secret(field)
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// A sentence or a name, without what is known or shaped as a secret, and without control characters.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let mut text = plain(text);
        for value in &self.values {
            text = text.replace(value.as_str(), REDACTED);
        }
        without_tokens(&without_resolves(&text))
    }
}

/// Whether a property of this name holds a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect();
    SECRET_NAMES.iter().any(|word| name.contains(word))
}

fn is_true(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value == &Value::Bool(true) || value.as_str() == Some("true"))
}

/// Control characters could move the cursor of the terminal that shows the plan, and marks of direction the order
/// in which it is read.
fn plain(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .filter(|c| !turns(*c) && (!c.is_control() || matches!(c, '\n' | '\t')))
        .collect()
}

fn without_resolves(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{resolve:") {
        out.push_str(before);
        out.push_str(REDACTED);
        // An unclosed one hides the whole rest.
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    out + rest
}

fn without_tokens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') {
            word.push(c);
            continue;
        }
        flush(&mut word, &mut out);
        out.push(c);
    }
    flush(&mut word, &mut out);
    let out = without_user_info(&out);
    if out.contains("PRIVATE KEY-----") {
        return REDACTED.to_owned();
    }
    out
}

fn flush(word: &mut String, out: &mut String) {
    if is_token(word) {
        out.push_str(REDACTED);
    } else {
        out.push_str(word);
    }
    word.clear();
}

/// Also a token in the middle of a word, as in `bearer-lf_...`.
fn is_token(word: &str) -> bool {
    TOKEN_PREFIXES.iter().any(|prefix| {
        word.match_indices(prefix).any(|(at, _)| {
            let starts_word = word[..at]
                .chars()
                .last()
                .is_none_or(|c| !c.is_ascii_alphanumeric());
            starts_word && word.len() - at >= SHORTEST_TOKEN
        })
    })
}

/// `https://user:password@host` without what stands before the `@`.
fn without_user_info(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let end = after
            .find(|c: char| c == '/' || c == '"' || c.is_whitespace())
            .unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((user, host)) if user.contains(':') => {
                out.push_str(REDACTED);
                out.push('@');
                out.push_str(host);
            }
            _ => out.push_str(authority),
        }
        rest = tail;
    }
    out + rest
}

fn shorten(text: &str) -> String {
    let length = text.chars().count();
    if length <= LONGEST_VALUE {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST_VALUE).collect();
    format!("{start}… ({length} characters)")
}
