//! What the JSON Schema says against the manifest, in the reader's words.

use std::collections::HashSet;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::judge::{nearest, quote};
use crate::schema::schema;

use super::positions::{Positions, join};
use super::{Found, MAX_FINDINGS};

/// Every place where the value has not the schema's form.
pub(super) fn findings(value: &Value, positions: &Positions<'_>) -> Vec<Found> {
    let schema = schema();
    let validator = match jsonschema::validator_for(&schema) {
        Ok(validator) => validator,
        // Our own schema: a test compiles it, and the manifest is still judged by its types.
        Err(error) => return vec![Found::new(0, "", error.to_string())],
    };
    let reader = Reader {
        schema: &schema,
        positions,
    };
    let errors: Vec<_> = validator.iter_errors(value).take(MAX_FINDINGS).collect();
    let misspelt: HashSet<String> = errors.iter().flat_map(|error| reader.meant(error)).collect();
    let mut found: Vec<Found> = errors
        .iter()
        .filter(|error| !is_missing(error, &misspelt))
        .flat_map(|error| reader.explain(error))
        .collect();
    if found.is_empty() {
        disguised_numbers(value, "", positions, &mut found);
    }
    found
}

/// Whole numbers with a point or an exponent: a JSON Schema takes `60.0` and `6e1` for 60, and the functions do not.
fn disguised_numbers(value: &Value, pointer: &str, positions: &Positions<'_>, found: &mut Vec<Found>) {
    match value {
        Value::Number(number) if number.is_f64() && found.len() < MAX_FINDINGS => {
            let message = format!(
                "{} has a point or an exponent, and should have digits only",
                called(pointer)
            );
            found.push(Found::new(positions.value(pointer), pointer, message));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                disguised_numbers(item, &join(pointer, &at.to_string()), positions, found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                disguised_numbers(field, &join(pointer, name), positions, found);
            }
        }
        _ => {}
    }
}

/// Whether the error only says that a field is missing whose name was misspelt: that is one mistake, not two.
fn is_missing(error: &ValidationError<'_>, misspelt: &HashSet<String>) -> bool {
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            misspelt.contains(&join(error.instance_path().as_str(), name))
        }
        _ => false,
    }
}

struct Reader<'a> {
    schema: &'a Value,
    positions: &'a Positions<'a>,
}

impl Reader<'_> {
    fn explain(&self, error: &ValidationError<'_>) -> Vec<Found> {
        let pointer = error.instance_path().as_str();
        let node = self.node(error);
        let called = called(pointer);
        let (message, hint) = match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                return unexpected
                    .iter()
                    .map(|name| self.unknown_field(pointer, name, node))
                    .collect();
            }
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let hint = node.pointer(&format!("/properties/{name}"));
                let hint = hint.and_then(|property| self.description(property));
                (format!("{called} has no `{name}`"), hint)
            }
            Kind::Type { .. } => {
                let expected = node["type"].as_str().unwrap_or("value");
                let message = format!(
                    "{called} is {}, and should be {}",
                    named(type_of(error.instance())),
                    named(expected)
                );
                (message, self.description(node))
            }
            Kind::Enum { .. } | Kind::OneOfNotValid { .. } => {
                one_of(&called, error.instance(), &choices(node))
            }
            Kind::Minimum { .. } | Kind::Maximum { .. } => {
                let message = format!("{called} is {}, and should be {}", error.instance(), range(node));
                (message, self.description(node))
            }
            Kind::MinItems { .. } => (format!("{called} is empty"), self.description(node)),
            _ => (format!("{called} is not well-formed"), self.description(node)),
        };
        let offset = self.positions.value(pointer);
        vec![Found::new(offset, pointer, message).with_hint(hint)]
    }

    /// The pointers of the fields that unknown names probably mean.
    fn meant(&self, error: &ValidationError<'_>) -> Vec<String> {
        let Kind::AdditionalProperties { unexpected } = error.kind() else {
            return Vec::new();
        };
        let known = fields(self.node(error));
        let object = error.instance_path().as_str();
        let meant = |name: &String| Some(join(object, nearest(name, known.iter().copied())?));
        unexpected.iter().filter_map(meant).collect()
    }

    fn unknown_field(&self, object: &str, name: &str, node: &Value) -> Found {
        let known = fields(node);
        let message = format!("unknown field {}", quote(name));
        let (message, hint) = match nearest(name, known.iter().copied()) {
            Some(near) => (format!("{message}; did you mean `{near}`?"), None),
            None => (
                message,
                Some(format!("{} has: {}", called(object), known.join(", "))),
            ),
        };
        let offset = self.positions.name(object, name);
        Found::new(offset, &join(object, name), message).with_hint(hint)
    }

    /// The part of the schema that was not satisfied.
    fn node(&self, error: &ValidationError<'_>) -> &Value {
        let path = error.schema_path().as_str();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.schema.pointer(parent).unwrap_or(&Value::Null)
    }

    fn description(&self, node: &Value) -> Option<String> {
        let direct = node["description"].as_str();
        let referred = || {
            let target = node["$ref"].as_str()?.strip_prefix('#')?;
            self.schema.pointer(target)?["description"].as_str()
        };
        Some(direct.or_else(referred)?.replace('\n', " "))
    }
}

/// The fields that an object's schema knows.
fn fields(node: &Value) -> Vec<&str> {
    let properties = node["properties"].as_object().into_iter();
    properties
        .flat_map(|properties| properties.keys().map(String::as_str))
        .collect()
}

/// The numbers that the schema allows.
fn range(node: &Value) -> String {
    match (&node["minimum"], &node["maximum"]) {
        (Value::Number(least), Value::Number(most)) => format!("{least} to {most}"),
        (Value::Number(least), _) => format!("at least {least}"),
        (_, most) => format!("at most {most}"),
    }
}

fn one_of(called: &str, instance: &Value, choices: &[&str]) -> (String, Option<String>) {
    let Some(word) = instance.as_str() else {
        let message = format!("{called} is {}, and should be a text", named(type_of(instance)));
        return (message, Some(format!("one of: {}", choices.join(", "))));
    };
    let message = format!("{called} cannot be {}", quote(word));
    match nearest(word, choices.iter().copied()) {
        Some(near) => (format!("{message}; did you mean `{near}`?"), None),
        None => (message, Some(format!("one of: {}", choices.join(", ")))),
    }
}

/// The words that an enumeration's schema allows: documented variants are a `oneOf` of constants.
fn choices(node: &Value) -> Vec<&str> {
    let listed = |name: &str| node[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let constants = listed("oneOf").iter().map(|choice| &choice["const"]);
    constants
        .chain(listed("enum"))
        .filter_map(Value::as_str)
        .collect()
}

/// What a reader calls the value at this pointer: its field's name, or the list it stands in.
fn called(pointer: &str) -> String {
    let is_index = |segment: &str| segment.bytes().all(|byte| byte.is_ascii_digit());
    let mut segments = pointer.rsplit('/').filter(|segment| !segment.is_empty());
    match (segments.next(), segments.next()) {
        (None, _) => "the manifest".to_owned(),
        (Some(index), Some(list)) if is_index(index) => format!("this entry of `{list}`"),
        (Some(name), _) => quote(name),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn named(json_type: &str) -> &str {
    match json_type {
        "boolean" => "true or false",
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "a text",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}
