//! The texts of requests to platforms.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::InvalidText;

text_type!(
    /// A path below a base URL, in which `{message}` and `{thread}` stand for a platform's own ids, and `{edited_at}`
    /// for when it says that the message was edited.
    PathTemplate,
    r"^/([A-Za-z0-9/._~?&=%:-]|\{message\}|\{thread\}|\{edited_at\}){0,199}$",
    "a path begins with `/`, has at most 200 letters, digits and `/._~?&=%:-`, and no braces but `{message}`, `{thread}` and `{edited_at}`",
    is_path_template
);

text_type!(
    /// The name of a query parameter.
    ParameterName,
    "^[A-Za-z0-9_.-]{1,64}$",
    "a parameter's name is 1 to 64 letters, digits and `_.-`",
    is_parameter_name
);

fn is_path_template(text: &str) -> bool {
    let plain = text
        .replace("{message}", "m")
        .replace("{thread}", "t")
        .replace("{edited_at}", "e");
    plain.starts_with('/')
        && plain.len() <= 200
        && plain
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._~?&=%:-".contains(&byte))
}

fn is_parameter_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}
