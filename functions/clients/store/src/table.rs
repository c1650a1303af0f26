//! A table of rows under two keys, in DynamoDB or in memory, and what is done in it: reads that see every finished write,
//! and transactions of which each part names its condition.

mod dynamo;
#[cfg(feature = "faults")]
mod faulty;
mod memory;
#[cfg(test)]
mod stepped;

use std::collections::HashMap;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::StoreError;
use dynamo::Dynamo;
#[cfg(feature = "faults")]
pub(crate) use faulty::Faulty;
#[cfg(feature = "faults")]
pub use faulty::{Fault, Faults};
use memory::Memory;
#[cfg(test)]
pub(crate) use stepped::Stepped;

/// A row's attributes by name, its keys among them.
pub(crate) type Row = HashMap<String, AttributeValue>;

/// The partition key's name.
pub(crate) const PK: &str = "pk";
/// The sort key's name.
pub(crate) const SK: &str = "sk";
/// The most rows that one read gives, so that its memory is bounded.
pub(crate) const MAX_ROWS: usize = 10_000;

/// The table. Clones are the same table.
#[derive(Debug, Clone)]
pub(crate) enum Table {
    Dynamo(Arc<Dynamo>),
    Memory(Arc<Memory>),
    #[cfg(test)]
    Stepped(Arc<Stepped>),
    #[cfg(feature = "faults")]
    Faulty(Arc<Faulty>),
}

/// Where a row is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

/// A part of a transaction.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    /// Replaces the row.
    Put(Row, When),
    /// Sets one attribute, in a row that need not exist.
    Set(Key, &'static str, AttributeValue, When),
    /// Removes the row, if it is there.
    Delete(Key, When),
    /// Changes nothing.
    Check(Key, When),
}

/// What must hold of a part's row.
#[derive(Debug, Clone)]
pub(crate) enum When {
    /// Nothing.
    Always,
    /// The row does not have this attribute, or does not exist.
    Lacks(&'static str),
    /// The attribute has this value.
    Is(&'static str, AttributeValue),
    /// The row does not exist, or its attribute is at most this number.
    AbsentOrAtMost(&'static str, i64),
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Every part is done.
    Done,
    /// A condition did not hold, or somebody else was at the same rows. Nothing is done.
    Refused,
}

impl Table {
    pub(crate) fn in_dynamodb(config: &SdkConfig, name: String) -> Self {
        Self::Dynamo(Arc::new(Dynamo::new(config, name)))
    }

    pub(crate) fn in_memory() -> Self {
        Self::Memory(Arc::default())
    }

    /// The same rows, reached through faults. Only a table in memory has any.
    #[cfg(feature = "faults")]
    pub(crate) fn through(&self, faults: Faults) -> Self {
        match self {
            Self::Memory(memory) => Self::Faulty(Arc::new(Faulty::over(Arc::clone(memory), faults))),
            other => other.clone(),
        }
    }

    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Row>, StoreError> {
        match self {
            Self::Dynamo(table) => table.get(key).await,
            Self::Memory(table) => Ok(table.get(key)),
            #[cfg(test)]
            Self::Stepped(table) => Ok(table.get(key).await),
            #[cfg(feature = "faults")]
            Self::Faulty(table) => table.get(key).await,
        }
    }

    /// The rows of a partition whose sort keys lie between these, both inclusive, in order.
    ///
    /// # Errors
    /// Also when there are more than [`MAX_ROWS`].
    pub(crate) async fn between(&self, pk: &str, first: &str, last: &str) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Dynamo(table) => table.between(pk, first, last).await,
            Self::Memory(table) => table.between(pk, first, last),
            #[cfg(test)]
            Self::Stepped(table) => table.between(pk, first, last).await,
            #[cfg(feature = "faults")]
            Self::Faulty(table) => table.between(pk, first, last).await,
        }
    }

    /// At most so many rows of a partition, from behind `after` up to `last`, in order. None at all: there are no more.
    /// Fewer than asked for do not mean that.
    pub(crate) async fn page(
        &self,
        pk: &str,
        (after, last): (&str, &str),
        most: u16,
    ) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Dynamo(table) => table.page(pk, (after, last), most).await,
            Self::Memory(table) => Ok(table.page(pk, (after, last), most)),
            #[cfg(test)]
            Self::Stepped(table) => Ok(table.page(pk, (after, last), most).await),
            #[cfg(feature = "faults")]
            Self::Faulty(table) => table.page(pk, (after, last), most).await,
        }
    }

    /// The rows of a partition whose sort keys begin so.
    pub(crate) async fn beginning(&self, pk: &str, prefix: &str) -> Result<Vec<Row>, StoreError> {
        self.between(pk, prefix, &format!("{prefix}\u{10ffff}")).await
    }

    /// Does all parts or none. No two parts may be about the same row.
    pub(crate) async fn transact(&self, parts: Vec<Part>) -> Result<Outcome, StoreError> {
        match self {
            Self::Dynamo(table) => table.transact(parts).await,
            Self::Memory(table) => Ok(table.transact(parts)),
            #[cfg(test)]
            Self::Stepped(table) => Ok(table.transact(parts).await),
            #[cfg(feature = "faults")]
            Self::Faulty(table) => table.transact(parts).await,
        }
    }
}

impl Key {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    /// A row of nothing but its keys.
    pub(crate) fn row(&self) -> Row {
        HashMap::from([text(PK, &self.pk), text(SK, &self.sk)])
    }

    fn of(row: &Row) -> Option<Self> {
        Some(Self::new(string(row, PK)?, string(row, SK)?))
    }
}

pub(crate) fn text(name: &str, value: &str) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::S(value.to_owned()))
}

pub(crate) fn count(name: &str, value: &impl ToString) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::N(value.to_string()))
}

pub(crate) fn string<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.get(name)?.as_s().ok().map(String::as_str)
}

pub(crate) fn number<T: std::str::FromStr>(row: &Row, name: &str) -> Option<T> {
    row.get(name)?.as_n().ok()?.parse().ok()
}
