//! DynamoDB.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{Resource, Tags};
use crate::{
    Stateful,
    template::{Arn, Handle, Kind, Value},
};

/// `AWS::DynamoDB::Table`, paid per request, encrypted, and restorable to any second of the last 35 days where
/// its data is kept. Only [`Table::with_string_keys`] makes one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Table {
    attribute_definitions: Json,
    billing_mode: &'static str,
    deletion_protection_enabled: bool,
    key_schema: Json,
    point_in_time_recovery_specification: Json,
    #[serde(rename = "SSESpecification")]
    sse_specification: Json,
    time_to_live_specification: Json,
}

/// A table's name.
#[derive(Debug)]
pub enum TableName {}

impl Kind for TableName {}

impl Table {
    /// A table with a partition key and a sort key, both strings, and an attribute that holds the Unix second
    /// after which DynamoDB may remove an item.
    #[must_use]
    pub fn with_string_keys(partition: &str, sort: &str, expires: &str, stateful: Stateful) -> Self {
        let kept = stateful == Stateful::Kept;
        Self {
            attribute_definitions: json!([
                { "AttributeName": partition, "AttributeType": "S" },
                { "AttributeName": sort, "AttributeType": "S" },
            ]),
            billing_mode: "PAY_PER_REQUEST",
            deletion_protection_enabled: kept,
            key_schema: json!([
                { "AttributeName": partition, "KeyType": "HASH" },
                { "AttributeName": sort, "KeyType": "RANGE" },
            ]),
            point_in_time_recovery_specification: json!({ "PointInTimeRecoveryEnabled": true }),
            sse_specification: json!({ "SSEEnabled": true }),
            time_to_live_specification: json!({ "AttributeName": expires, "Enabled": true }),
        }
    }
}

impl Resource<'_> for Table {
    const TYPE: &'static str = "AWS::DynamoDB::Table";
    const TAGS: Tags = Tags::List;
}

impl<'t> Handle<'t, Table> {
    /// The table's name.
    #[must_use]
    pub fn name(&self) -> Value<'t, TableName> {
        self.reference()
    }
}

impl<'t> Value<'t, TableName> {
    /// The ARN of the table of that name in the stack's region and account.
    #[must_use]
    pub fn table_arn(&self) -> Value<'t, Arn<Table>> {
        Value::regional_arn("dynamodb", [Value::literal("table/"), self.text()])
    }
}
