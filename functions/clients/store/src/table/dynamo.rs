//! The table in DynamoDB.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update};

use super::{Key, MAX_ROWS, Outcome, Part, Row, When};
use crate::StoreError;

const WHAT: &str = "the events table";

#[derive(Debug)]
pub(crate) struct Dynamo {
    client: Client,
    table: String,
}

/// A condition as DynamoDB writes it: `#attribute` is its attribute, `:value` its value.
struct Condition {
    expression: Option<&'static str>,
    attribute: Option<&'static str>,
    value: Option<AttributeValue>,
}

impl Dynamo {
    pub(super) fn new(config: &SdkConfig, table: String) -> Self {
        let client = Client::new(config);
        Self { client, table }
    }

    pub(super) async fn get(&self, key: &Key) -> Result<Option<Row>, StoreError> {
        let request = self.client.get_item().table_name(&self.table);
        let request = request.set_key(Some(key.row())).consistent_read(true);
        let answer = request.send().await;
        Ok(answer.map_err(|error| StoreError::of(WHAT, &error))?.item)
    }

    pub(super) async fn between(&self, pk: &str, first: &str, last: &str) -> Result<Vec<Row>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .expression_attribute_values(":first", AttributeValue::S(first.to_owned()))
            .expression_attribute_values(":last", AttributeValue::S(last.to_owned()))
            .into_paginator()
            .send();
        let mut rows = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::of(WHAT, &error))?;
            rows.extend(page.items.unwrap_or_default());
            if rows.len() > MAX_ROWS {
                return Err(StoreError::TooMany { limit: MAX_ROWS });
            }
        }
        Ok(rows)
    }

    pub(super) async fn page(
        &self,
        pk: &str,
        (after, last): (&str, &str),
        most: u16,
    ) -> Result<Vec<Row>, StoreError> {
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            // The next text after `after`: nothing lies in between.
            .expression_attribute_values(":first", AttributeValue::S(format!("{after}\u{0}")))
            .expression_attribute_values(":last", AttributeValue::S(last.to_owned()))
            .limit(most.into());
        // Without a filter, a page of a range that holds rows is never empty.
        let answer = request.send().await;
        let answer = answer.map_err(|error| StoreError::of(WHAT, &error))?;
        Ok(answer.items.unwrap_or_default())
    }

    pub(super) async fn transact(&self, parts: Vec<Part>) -> Result<Outcome, StoreError> {
        let items = parts.into_iter().map(|part| self.item(part));
        let items: Result<Vec<TransactWriteItem>, BuildError> = items.collect();
        let items = items.map_err(|_| StoreError::Corrupt { what: WHAT })?;
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        match request.send().await {
            Ok(_) => Ok(Outcome::Done),
            Err(error) => judge(&error),
        }
    }

    fn item(&self, part: Part) -> Result<TransactWriteItem, BuildError> {
        let item = TransactWriteItem::builder();
        Ok(match part {
            Part::Put(row, when) => {
                let condition = Condition::of(when);
                let put = Put::builder().table_name(&self.table).set_item(Some(row));
                let put = put.set_condition_expression(condition.expression.map(str::to_owned));
                let put = put.set_expression_attribute_names(condition.names());
                let put = put.set_expression_attribute_values(condition.values());
                item.put(put.build()?)
            }
            Part::Set(key, attribute, value, when) => {
                let condition = Condition::of(when);
                let update = Update::builder().table_name(&self.table).set_key(Some(key.row()));
                let update = update.set_condition_expression(condition.expression.map(str::to_owned));
                let update = update.set_expression_attribute_names(condition.names());
                let update = update.set_expression_attribute_values(condition.values());
                let update = update
                    .update_expression("SET #set = :set")
                    .expression_attribute_names("#set", attribute)
                    .expression_attribute_values(":set", value);
                item.update(update.build()?)
            }
            Part::Delete(key, when) => {
                let condition = Condition::of(when);
                let delete = Delete::builder().table_name(&self.table).set_key(Some(key.row()));
                let delete = delete.set_condition_expression(condition.expression.map(str::to_owned));
                let delete = delete.set_expression_attribute_names(condition.names());
                let delete = delete.set_expression_attribute_values(condition.values());
                item.delete(delete.build()?)
            }
            Part::Check(key, when) => {
                let condition = Condition::of(when);
                let check = ConditionCheck::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.row()));
                let check = check.set_condition_expression(condition.expression.map(str::to_owned));
                let check = check.set_expression_attribute_names(condition.names());
                let check = check.set_expression_attribute_values(condition.values());
                item.condition_check(check.build()?)
            }
        }
        .build())
    }
}

impl Condition {
    fn of(when: When) -> Self {
        let (expression, attribute, value) = match when {
            When::Always => (None, None, None),
            When::Lacks(attribute) => (Some("attribute_not_exists(#attribute)"), Some(attribute), None),
            When::Is(attribute, value) => (Some("#attribute = :value"), Some(attribute), Some(value)),
            When::AbsentOrAtMost(attribute, most) => (
                Some("attribute_not_exists(pk) OR #attribute <= :value"),
                Some(attribute),
                Some(AttributeValue::N(most.to_string())),
            ),
        };
        Self {
            expression,
            attribute,
            value,
        }
    }

    fn names(&self) -> Option<std::collections::HashMap<String, String>> {
        let attribute = self.attribute?;
        Some([("#attribute".to_owned(), attribute.to_owned())].into())
    }

    fn values(&self) -> Option<Row> {
        let value = self.value.clone()?;
        Some([(":value".to_owned(), value)].into())
    }
}

/// A transaction that was cancelled by a condition, or by another transaction on the same rows, is refused. Whatever
/// else cancelled it (throttling, for one) is no reason to decide again.
fn judge<R>(error: &SdkError<TransactWriteItemsError, R>) -> Result<Outcome, StoreError>
where
    SdkError<TransactWriteItemsError, R>: ProvideErrorMetadata,
{
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
    else {
        return Err(StoreError::of(WHAT, error));
    };
    let mut codes = cancelled
        .cancellation_reasons()
        .iter()
        .filter_map(|reason| reason.code());
    if codes.any(|code| matches!(code, "ConditionalCheckFailed" | "TransactionConflict")) {
        Ok(Outcome::Refused)
    } else {
        Err(StoreError::Unavailable { what: WHAT })
    }
}
