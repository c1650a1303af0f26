//! What was decided, why, and how to undo it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::fingerprint::fingerprint;
use super::{Face, Link, State, Write};
use crate::Cause;

/// An entry of the decision log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Opaque. It follows from the facts that were decided on: other facts make another decision.
    pub id: String,
    /// The asset's id.
    pub asset: String,
    /// What was decided.
    pub matter: Matter,
    /// Why, as a sentence without a full stop. It names no guest.
    pub reason: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// By whom.
    pub by: Decider,
    /// Whether the operator took it back. It stays so until the facts change.
    pub is_undone: bool,
}

impl Decision {
    /// The two events that want the same time, where that was decided.
    #[must_use]
    pub fn overlapping(&self) -> &[String] {
        match &self.matter {
            Matter::Overlap { links, .. } => links,
            Matter::Edit { .. } => &[],
        }
    }
}

/// What there was to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matter {
    /// Two events want the same time.
    Overlap {
        /// Both, the smaller id first.
        links: [String; 2],
        /// Who keeps the time; nobody while the operator has not decided.
        winner: Option<String>,
        /// How they are in each other's way.
        cause: Cause,
    },
    /// One event says two things.
    Edit {
        /// The ledger's line.
        link: String,
        /// What it says now.
        kept: Face,
        /// What was overwritten.
        lost: Face,
    },
}

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decider {
    /// The manifest's policy.
    Policy,
    /// A person.
    Operator,
}

/// Why a decision cannot be made or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UndoError {
    /// There is none of this id.
    #[error("there is no such decision")]
    Unknown,
    /// The named winner is not one of the two.
    #[error("the winner must be one of the two that overlap")]
    NotOfThePair,
    /// The event has changed since, so that the decision no longer holds anyway.
    #[error("the event has changed since the decision")]
    Outdated,
}

/// Lets the operator name who keeps the time.
///
/// # Errors
/// [`UndoError`] when there is no such decision, or it is not between two of whom this is one.
pub fn resolve(state: &State, id: &str, winner: &str, now: DateTime<Utc>) -> Result<Write, UndoError> {
    let mut decision = state.decisions.get(id).ok_or(UndoError::Unknown)?.clone();
    match &mut decision.matter {
        Matter::Overlap {
            links, winner: kept, ..
        } if links.iter().any(|link| link == winner) => {
            *kept = Some(winner.to_owned());
        }
        _ => return Err(UndoError::NotOfThePair),
    }
    decision.by = Decider::Operator;
    decision.decided_at = now;
    decision.is_undone = false;
    "you decided it".clone_into(&mut decision.reason);
    Ok(Write::PutDecision(Box::new(decision)))
}

/// Takes a decision back: nobody keeps the time, or the event says again what was overwritten. The next run carries it
/// out, and does not decide again while the facts are the same.
///
/// # Errors
/// [`UndoError`] when there is no such decision, or the event has changed since.
pub fn undo(state: &State, id: &str) -> Result<Vec<Write>, UndoError> {
    let mut decision = state.decisions.get(id).ok_or(UndoError::Unknown)?.clone();
    let mut writes = Vec::new();
    match &mut decision.matter {
        Matter::Overlap { winner, .. } => *winner = None,
        Matter::Edit { link, kept, lost } => {
            let link = state
                .links
                .get(link)
                .filter(|link| link.is_live() && link.content.face == *kept);
            let mut link = link.ok_or(UndoError::Outdated)?.clone();
            link.content.face = lost.clone();
            writes.push(Write::PutLink(Box::new(link)));
        }
    }
    decision.is_undone = true;
    decision.by = Decider::Operator;
    "you took the decision back".clone_into(&mut decision.reason);
    writes.insert(0, Write::PutDecision(Box::new(decision)));
    Ok(writes)
}

pub(crate) fn edit(link: &Link, kept: &Face, lost: &Face, reason: String, now: DateTime<Utc>) -> Decision {
    Decision {
        id: fingerprint(&["edit", &link.id, &kept.hash(), &lost.hash()]),
        asset: link.asset.clone(),
        matter: Matter::Edit {
            link: link.id.clone(),
            kept: kept.clone(),
            lost: lost.clone(),
        },
        reason,
        decided_at: now,
        by: Decider::Policy,
        is_undone: false,
    }
}
