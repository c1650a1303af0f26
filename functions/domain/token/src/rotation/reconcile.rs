//! The table that should be, by the labels and the goal.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::{Facts, Goal, KEPT_AFTER_END, MAX_ENDED, OVERLAP, Version, verifier};
use crate::{Verifier, VerifierTable};

/// A difference between two tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A token is accepted from now on.
    Accept(String),
    /// A token is accepted without end again.
    Keep(String),
    /// A token is accepted until then.
    End(String, DateTime<Utc>),
    /// A token is refused at once and for good.
    Revoke(String),
    /// An ended token's row goes.
    Forget(String),
}

/// What the table should be now.
pub(super) fn table(facts: &Facts, goal: &Goal, now: DateTime<Utc>) -> VerifierTable {
    let mut table = facts.table.clone();
    let current = facts.current_kid();
    let mut endless: BTreeSet<String> = kept(facts, goal, now).filter_map(Version::kid).collect();
    endless.extend(current.clone());
    let accepted = facts.current.iter().chain(begun(facts, goal, now));
    for token in accepted.filter_map(|version| version.token.as_ref()) {
        if table.find(&token.kid()).is_none() && !goal.dooms(&token.kid()) {
            table.verifiers.push(verifier(token, now));
        }
    }
    for verifier in &mut table.verifiers {
        let is_current = current.as_ref() == Some(&verifier.kid);
        if verifier.is_revoked() {
            continue;
        }
        if goal.dooms(&verifier.kid) && !is_current && goal.is_replaced(facts) {
            verifier.revoke(now);
        } else if endless.contains(&verifier.kid) {
            // An end that has passed stays: what was refused once is not accepted again.
            verifier.not_after = verifier.not_after.filter(|end| *end <= now);
        } else if verifier.not_after.is_none() {
            verifier.not_after = Some(now + overlap(goal));
        }
    }
    prune(&mut table, facts, now);
    table
}

/// The versions besides the current one that need no end: what has been begun, and what will be current again.
fn kept<'a>(facts: &'a Facts, goal: &'a Goal, now: DateTime<Utc>) -> impl Iterator<Item = &'a Version> {
    let pending = facts
        .pending
        .iter()
        .filter(move |_| !matches!(goal, Goal::Repair | Goal::Rollback { .. }));
    let target = facts.previous.iter().filter(move |previous| {
        let is_live = previous.kid().is_some_and(|kid| facts.table.has_live(&kid, now));
        is_live && matches!(goal, Goal::Rollback { from } if from.as_deref() == facts.current_id())
    });
    pending.chain(target)
}

/// The pending version, if this goal is about to promote it.
fn begun<'a>(facts: &'a Facts, goal: &'a Goal, now: DateTime<Utc>) -> impl Iterator<Item = &'a Version> {
    let is_forward = matches!(goal, Goal::Rotate { .. } | Goal::Revoke { .. });
    let needed = is_forward && !goal.is_reached(facts, now);
    facts.pending.iter().filter(move |_| needed)
}

fn overlap(goal: &Goal) -> TimeDelta {
    match goal {
        Goal::Rotate { overlap, .. } => *overlap,
        Goal::Revoke { .. } | Goal::Repair | Goal::Rollback { .. } => OVERLAP,
    }
}

/// Forgets what has ended long ago, and the oldest of what has ended if there is too much of it. The row of a version
/// with a label stays: without it, a revoked token would look like one that was never accepted yet.
fn prune(table: &mut VerifierTable, facts: &Facts, now: DateTime<Utc>) {
    let labelled: BTreeSet<String> = facts.labelled().filter_map(Version::kid).collect();
    let may_go = |verifier: &Verifier| verifier.has_ended(now) && !labelled.contains(&verifier.kid);
    let mut ends: Vec<_> = table
        .verifiers
        .iter()
        .filter(|verifier| may_go(verifier))
        .collect();
    ends.sort_by_key(|verifier| std::cmp::Reverse((verifier.not_after, verifier.kid.clone())));
    let recent = ends.iter().take(MAX_ENDED);
    let recent = recent.filter(|verifier| verifier.not_after.is_some_and(|end| now < end + KEPT_AFTER_END));
    let recent: BTreeSet<String> = recent.map(|verifier| verifier.kid.clone()).collect();
    table
        .verifiers
        .retain(|verifier| !may_go(verifier) || recent.contains(&verifier.kid));
}

/// What tells one table from the other.
pub(super) fn changes(before: &VerifierTable, after: &VerifierTable) -> Vec<Change> {
    let changed = after.verifiers.iter().filter_map(|verifier| {
        let kid = verifier.kid.clone();
        match (before.find(&kid), verifier.not_after) {
            (Some(known), _) if known == verifier => None,
            (Some(_), _) if verifier.is_revoked() => Some(Change::Revoke(kid)),
            (Some(_), Some(end)) => Some(Change::End(kid, end)),
            (Some(_), None) => Some(Change::Keep(kid)),
            (None, _) => Some(Change::Accept(kid)),
        }
    });
    let gone = before
        .verifiers
        .iter()
        .filter(|known| after.find(&known.kid).is_none());
    changed
        .chain(gone.map(|known| Change::Forget(known.kid.clone())))
        .collect()
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept(kid) => write!(f, "accept {kid}"),
            Self::Keep(kid) => write!(f, "accept {kid} without end"),
            Self::End(kid, end) => {
                write!(
                    f,
                    "accept {kid} until {}",
                    end.to_rfc3339_opts(SecondsFormat::Secs, true)
                )
            }
            Self::Revoke(kid) => write!(f, "refuse {kid} at once and for good"),
            Self::Forget(kid) => write!(f, "forget {kid}, which ended long ago"),
        }
    }
}
