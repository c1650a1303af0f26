//! The table in memory, with the same outcomes as the real one.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Key, MAX_ROWS, Outcome, Part, Row, When, number};
use crate::StoreError;

#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<BTreeMap<Key, Row>>);

impl Memory {
    pub(super) fn get(&self, key: &Key) -> Option<Row> {
        self.rows().get(key).cloned()
    }

    pub(super) fn between(&self, pk: &str, first: &str, last: &str) -> Result<Vec<Row>, StoreError> {
        let rows = self.rows();
        let found = rows.range(Key::new(pk, first)..=Key::new(pk, last));
        let found: Vec<Row> = found.map(|(_, row)| row.clone()).collect();
        if found.len() > MAX_ROWS {
            return Err(StoreError::TooMany { limit: MAX_ROWS });
        }
        Ok(found)
    }

    pub(super) fn page(&self, pk: &str, (after, last): (&str, &str), most: u16) -> Vec<Row> {
        let rows = self.rows();
        let range = (
            Bound::Excluded(Key::new(pk, after)),
            Bound::Included(Key::new(pk, last)),
        );
        let found = rows.range(range).take(most.into());
        found.map(|(_, row)| row.clone()).collect()
    }

    pub(super) fn transact(&self, parts: Vec<Part>) -> Outcome {
        let mut rows = self.rows();
        let keyed: Option<Vec<(Key, Part)>> =
            parts.into_iter().map(|part| Some((part.key()?, part))).collect();
        let Some(keyed) = keyed else {
            return Outcome::Refused;
        };
        if !keyed.iter().all(|(key, part)| part.when().holds(rows.get(key))) {
            return Outcome::Refused;
        }
        for (key, part) in keyed {
            match part {
                Part::Put(row, _) => {
                    rows.insert(key, row);
                }
                Part::Set(_, attribute, value, _) => {
                    let empty = key.row();
                    let row = rows.entry(key).or_insert(empty);
                    row.insert(attribute.to_owned(), value);
                }
                Part::Delete(..) => {
                    rows.remove(&key);
                }
                Part::Check(..) => {}
            }
        }
        Outcome::Done
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<Key, Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Part {
    fn key(&self) -> Option<Key> {
        match self {
            Self::Put(row, _) => Key::of(row),
            Self::Set(key, ..) | Self::Delete(key, _) | Self::Check(key, _) => Some(key.clone()),
        }
    }

    fn when(&self) -> &When {
        match self {
            Self::Put(_, when) | Self::Set(.., when) | Self::Delete(_, when) | Self::Check(_, when) => when,
        }
    }
}

impl When {
    fn holds(&self, row: Option<&Row>) -> bool {
        match self {
            Self::Always => true,
            Self::Lacks(attribute) => row.is_none_or(|row| !row.contains_key(*attribute)),
            Self::Is(attribute, value) => row.is_some_and(|row| row.get(*attribute) == Some(value)),
            Self::AbsentOrAtMost(attribute, most) => {
                row.is_none_or(|row| number::<i64>(row, attribute).is_some_and(|found| found <= *most))
            }
        }
    }
}
