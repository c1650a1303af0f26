//! The JSON Schema, for editors and for the check.

use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use crate::model::Manifest;

/// The manifest's JSON Schema (draft 2020-12), as committed in `campaign_schedule.schema.json`.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Manifest);
    RecursiveTransform(without_null_default).transform(&mut schema);
    schema.insert("$id".to_owned(), Value::from("campaign_schedule.schema.json"));
    schema.to_value()
}

/// An absent field is no `null`, which no field may be.
fn without_null_default(schema: &mut Schema) {
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
}

#[cfg(test)]
mod tests;
