//! The table in DynamoDB.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use booking::OwnEvent;
use chrono::{DateTime, Utc};

use crate::StoreError;
use crate::addition::{AddOutcome, Addition, AssetVersion};
use crate::request::{Recall, RequestKey};
use crate::wire::{self, Row};

const WHAT: &str = "the events table";
/// The most events that one read gives, so that its memory is bounded.
const MAX_EVENTS: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Dynamo {
    client: Client,
    table: String,
}

impl Dynamo {
    pub(crate) fn new(config: &SdkConfig, table: String) -> Self {
        let client = Client::new(config);
        Self { client, table }
    }

    /// Writes version, event and answer in one transaction, of which each part names its condition.
    pub(crate) async fn add_event(
        &self,
        addition: Addition<'_>,
        now: DateTime<Utc>,
    ) -> Result<AddOutcome, StoreError> {
        let parts = self
            .transaction(addition, now)
            .map_err(|_| StoreError::Corrupt { what: WHAT })?;
        let request = self.client.transact_write_items().set_transact_items(Some(parts));
        match request.send().await {
            Ok(_) => Ok(AddOutcome::Added),
            Err(error) => judge(&error),
        }
    }

    fn transaction(
        &self,
        addition: Addition<'_>,
        now: DateTime<Utc>,
    ) -> Result<Vec<TransactWriteItem>, BuildError> {
        let Addition { event, seen, answer } = addition;
        let next = seen.0 + 1;
        let version = Update::builder()
            .table_name(&self.table)
            .set_key(Some(wire::version_key(&event.asset)))
            .update_expression("SET #version = :next")
            .condition_expression(if seen == AssetVersion::default() {
                "attribute_not_exists(#version)"
            } else {
                "#version = :seen"
            })
            .expression_attribute_names("#version", wire::VERSION)
            .expression_attribute_values(":next", AttributeValue::N(next.to_string()));
        let version = if seen == AssetVersion::default() {
            version
        } else {
            version.expression_attribute_values(":seen", AttributeValue::N(seen.0.to_string()))
        };
        let put_event = self
            .put(wire::event_row(event))
            .condition_expression("attribute_not_exists(pk)");
        let mut parts = vec![
            TransactWriteItem::builder().update(version.build()?).build(),
            TransactWriteItem::builder().put(put_event.build()?).build(),
        ];
        if let Some((request, answered)) = answer {
            let put = self
                .put(wire::answer_row(request, answered, now))
                .condition_expression("attribute_not_exists(pk) OR #expires_at <= :now")
                .expression_attribute_names("#expires_at", wire::EXPIRES_AT)
                .expression_attribute_values(":now", AttributeValue::N(now.timestamp().to_string()));
            parts.push(TransactWriteItem::builder().put(put.build()?).build());
        }
        Ok(parts)
    }

    fn put(&self, row: Row) -> aws_sdk_dynamodb::types::builders::PutBuilder {
        Put::builder().table_name(&self.table).set_item(Some(row))
    }

    /// Every event of the asset whose sort key lies between these, both inclusive.
    pub(crate) async fn events_starting_in(
        &self,
        asset: &str,
        (first, last): (String, String),
    ) -> Result<Vec<OwnEvent>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", AttributeValue::S(wire::asset_key(asset)))
            .expression_attribute_values(":first", AttributeValue::S(first))
            .expression_attribute_values(":last", AttributeValue::S(last))
            .into_paginator()
            .send();
        let mut events = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::of(WHAT, &error))?;
            for row in page.items() {
                events.push(wire::event_of(row)?);
            }
            if events.len() > MAX_EVENTS {
                return Err(StoreError::TooMany { limit: MAX_EVENTS });
            }
        }
        Ok(events)
    }

    pub(crate) async fn version(&self, asset: &str) -> Result<AssetVersion, StoreError> {
        let row = self.row(wire::version_key(asset)).await?;
        let version = row.as_ref().map(wire::version_of).transpose()?;
        Ok(AssetVersion(version.unwrap_or_default()))
    }

    pub(crate) async fn recall(
        &self,
        request: &RequestKey,
        now: DateTime<Utc>,
    ) -> Result<Recall, StoreError> {
        let Some(row) = self.row(wire::answer_key(request)).await? else {
            return Ok(Recall::New);
        };
        let answered = wire::answer_of(&row, now)?;
        Ok(answered.map_or(Recall::New, |(fingerprint, answered)| {
            request.judge(&fingerprint, answered)
        }))
    }

    async fn row(&self, key: Row) -> Result<Option<Row>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key));
        let answer = request.consistent_read(true).send().await;
        Ok(answer.map_err(|error| StoreError::of(WHAT, &error))?.item)
    }
}

/// A transaction that was cancelled by a condition, or by another transaction on the same rows, has raced. Whatever
/// else cancelled it (throttling, for one) is no reason to decide again.
fn judge<R>(error: &SdkError<TransactWriteItemsError, R>) -> Result<AddOutcome, StoreError>
where
    SdkError<TransactWriteItemsError, R>: aws_sdk_dynamodb::error::ProvideErrorMetadata,
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
        Ok(AddOutcome::Raced)
    } else {
        Err(StoreError::Unavailable { what: WHAT })
    }
}
