//! The table in memory, with the same outcomes as the real one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use booking::OwnEvent;
use chrono::{DateTime, Utc};

use crate::addition::{AddOutcome, Addition, AssetVersion};
use crate::request::{ANSWER_LIFETIME, Answered, Recall, RequestKey};

#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Rows>);

#[derive(Debug, Default)]
struct Rows {
    assets: HashMap<String, Asset>,
    answers: HashMap<String, Row>,
}

#[derive(Debug, Default)]
struct Asset {
    version: u64,
    events: Vec<OwnEvent>,
}

#[derive(Debug)]
struct Row {
    fingerprint: String,
    answered: Answered,
    expires_at: DateTime<Utc>,
}

impl Memory {
    pub(crate) fn events(&self, asset: &str) -> Vec<OwnEvent> {
        let rows = self.rows();
        rows.assets
            .get(asset)
            .map(|asset| asset.events.clone())
            .unwrap_or_default()
    }

    pub(crate) fn version(&self, asset: &str) -> AssetVersion {
        AssetVersion(self.rows().assets.get(asset).map_or(0, |asset| asset.version))
    }

    pub(crate) fn add_event(&self, addition: Addition<'_>, now: DateTime<Utc>) -> AddOutcome {
        let mut rows = self.rows();
        let answered_before = addition.answer.is_some_and(|(request, _)| {
            let row = rows.answers.get(&request.key);
            row.is_some_and(|row| now < row.expires_at)
        });
        let asset = rows.assets.entry(addition.event.asset.clone()).or_default();
        let raced = asset.version != addition.seen.0
            || asset.events.iter().any(|event| event.id == addition.event.id)
            || answered_before;
        if raced {
            return AddOutcome::Raced;
        }
        asset.version += 1;
        asset.events.push(addition.event.clone());
        if let Some((request, answered)) = addition.answer {
            let row = Row {
                fingerprint: request.fingerprint.clone(),
                answered: answered.clone(),
                expires_at: now + ANSWER_LIFETIME,
            };
            rows.answers.insert(request.key.clone(), row);
        }
        AddOutcome::Added
    }

    pub(crate) fn recall(&self, request: &RequestKey, now: DateTime<Utc>) -> Recall {
        match self.rows().answers.get(&request.key) {
            Some(row) if now < row.expires_at => request.judge(&row.fingerprint, row.answered.clone()),
            _ => Recall::New,
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
