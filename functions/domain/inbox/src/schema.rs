//! The JSON Schema of a stored message, for whoever reads them.

use serde_json::Value;

use crate::Message;

/// The schema (draft 2020-12) of version 1.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Message);
    schema.insert("$id".to_owned(), Value::from("landfall-message-1.schema.json"));
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_version_1() {
        insta::assert_json_snapshot!(schema());
    }
}
