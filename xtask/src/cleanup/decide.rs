//! What goes and what stays: decided from listings. Nothing else.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use stacks::artifacts::FUNCTIONS_PREFIX;

use super::CleanUp;
use crate::aws::s3::Object;
use crate::release::Entry;

/// Younger archives may belong to a deploy that is under way, or to a plan.
const OLD: TimeDelta = TimeDelta::days(30);
/// So many releases of each stage can be rolled back to.
pub(super) const KEPT_RELEASES: usize = 20;

/// What is known.
#[derive(Debug)]
pub(super) struct Facts {
    /// What lies under the functions' prefix.
    pub objects: Vec<Object>,
    /// The newest releases of each stage that shares the bucket, the newest first.
    pub ledgers: Vec<Vec<Entry>>,
    /// Parameter values of the deployed stacks.
    pub deployed: BTreeSet<String>,
    /// The saved plans.
    pub plans: Vec<SavedPlan>,
    /// The time.
    pub now: DateTime<Utc>,
}

/// A saved plan.
#[derive(Debug)]
pub(super) struct SavedPlan {
    /// When it was saved.
    pub modified: DateTime<Utc>,
    /// The archives that it names.
    pub names: BTreeSet<String>,
}

/// Decides.
pub(super) fn decide(facts: &Facts) -> CleanUp {
    let named = named(facts);
    let doubts = doubts(facts);
    let candidates: Vec<Object> = old(&facts.objects, facts.now)
        .filter(|object| !named.contains(object.key.as_str()))
        .cloned()
        .collect();
    // A doubt about nothing is not worth a line.
    let (gone, doubts) = match (candidates.is_empty(), doubts.is_empty()) {
        (true, _) => (Vec::new(), Vec::new()),
        (false, true) => (candidates, Vec::new()),
        (false, false) => (Vec::new(), doubts),
    };
    let archives = facts
        .objects
        .iter()
        .filter(|object| is_archive(&object.key))
        .count();
    CleanUp {
        kept: archives - gone.len(),
        gone,
        doubts,
    }
}

/// The archives that are old enough to go.
pub(super) fn old(objects: &[Object], now: DateTime<Utc>) -> impl Iterator<Item = &Object> {
    objects
        .iter()
        .filter(move |object| is_archive(&object.key) && now - object.modified > OLD)
}

/// Whether a saved plan may still be applied.
pub(super) fn is_live(saved: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - saved <= OLD
}

/// The keys of archives in a text, whatever its form.
pub(super) fn archives_in(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices(FUNCTIONS_PREFIX);
    starts
        .filter_map(|(start, _)| text.get(start..start + FUNCTIONS_PREFIX.len() + DIGITS + SUFFIX.len()))
        .filter(|key| is_archive(key))
        .map(str::to_owned)
        .collect()
}

const SUFFIX: &str = ".zip";
/// Of a SHA-256 in hexadecimal.
const DIGITS: usize = 64;

/// Whether the key is one that a deploy gives to an archive. Anything else in the bucket is not ours to delete.
fn is_archive(key: &str) -> bool {
    let digits = key
        .strip_prefix(FUNCTIONS_PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(is_digit))
}

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn kept_releases(facts: &Facts) -> impl Iterator<Item = &Entry> {
    facts
        .ledgers
        .iter()
        .flat_map(|ledger| ledger.iter().take(KEPT_RELEASES))
}

fn named(facts: &Facts) -> BTreeSet<&str> {
    let mut named: BTreeSet<&str> = facts.deployed.iter().map(String::as_str).collect();
    for entry in kept_releases(facts) {
        if let Entry::Readable(record) = entry {
            named.extend(
                record
                    .draft
                    .artifacts
                    .iter()
                    .map(|artifact| artifact.key.as_str()),
            );
            let parameters = record
                .draft
                .stacks
                .iter()
                .flat_map(|stack| stack.parameters.values());
            named.extend(parameters.map(String::as_str));
        }
    }
    let plans = facts
        .plans
        .iter()
        .filter(|plan| is_live(plan.modified, facts.now));
    named.extend(plans.flat_map(|plan| plan.names.iter().map(String::as_str)));
    named
}

/// A kept release that cannot be read may name anything.
fn doubts(facts: &Facts) -> Vec<String> {
    kept_releases(facts)
        .filter_map(|entry| match entry {
            Entry::Readable(_) => None,
            Entry::Unreadable { id, why } => Some(format!("the release {id} cannot be read: {why}")),
        })
        .collect()
}
