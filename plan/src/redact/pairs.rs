//! Lists of pairs, such as `[{"Name": "API_KEY", "Value": "..."}]`: there a value's name stands beside it, not above.

use serde_json::{Map, Value};

use super::is_secret_name;

/// The fields that hold a pair's name, and those that hold its value, as CloudFormation's resource types call them.
const NAMES: [&str; 4] = ["Name", "Key", "ParameterKey", "ParameterName"];
const VALUES: [&str; 2] = ["Value", "ParameterValue"];

/// The text of a pair whose name says that it is a secret.
pub(super) fn secret_of(fields: &Map<String, Value>) -> Option<&str> {
    let is_secret = |field: &&str| {
        fields
            .get(*field)
            .and_then(Value::as_str)
            .is_some_and(is_secret_name)
    };
    NAMES.iter().find(|field| is_secret(field))?;
    VALUES.iter().find_map(|field| fields.get(*field)?.as_str())
}

/// The texts of all such pairs, wherever they stand.
pub(super) fn secrets(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| secrets(item, found)),
        Value::Object(fields) => {
            found.extend(secret_of(fields).map(str::to_owned));
            fields.values().for_each(|field| secrets(field, found));
        }
        _ => {}
    }
}
