//! Requests that wait for the operator's answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Face, Link, State, Write};
use crate::Kind;

/// A request on a platform that nobody has answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The id of the ledger's line.
    pub id: String,
    /// The asset's id.
    pub asset: String,
    /// The platform's id.
    pub platform: String,
    /// The listing's id.
    pub listing: String,
    /// What people see of it. The title may name a guest, so `Debug` leaves it out.
    pub face: Face,
    /// When it was first seen.
    pub first_seen: DateTime<Utc>,
    /// What it would pay, in the smallest unit of the operator's currency.
    pub value: Option<u64>,
}

/// Why a request cannot be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// There is none of this id.
    #[error("there is no such booking")]
    Unknown,
    /// It is no platform's request: a booking, a block, or something of the operator's own.
    #[error("it is no request that waits for an answer")]
    NotPending,
    /// Its time has come, or it was cancelled.
    #[error("the request is over")]
    Over,
}

/// The request that a line of the ledger is, if it is one that waits.
#[must_use]
pub fn pending(link: &Link) -> Option<Pending> {
    if !link.takes_up_time() || link.weight() != Kind::Hold {
        return None;
    }
    as_request(link)
}

/// The request that the operator has confirmed on this line, if it could be taken back: its feed still shows a hold, and it
/// is not over.
#[must_use]
pub fn taken_as_firm(link: &Link, now: DateTime<Utc>) -> Option<Pending> {
    let is_firm_by_us = link.accepted.is_some() && link.content.weight() == Kind::Hold;
    let is_ahead = link.takes_up_time() && link.content.period().end > now;
    if is_firm_by_us && is_ahead {
        as_request(link)
    } else {
        None
    }
}

fn as_request(link: &Link) -> Option<Pending> {
    Some(Pending {
        id: link.id.clone(),
        asset: link.asset.clone(),
        platform: link.platform()?.to_owned(),
        listing: link.listing()?.to_owned(),
        face: link.content.face.clone(),
        first_seen: link.first_seen,
        value: link.content.value,
    })
}

/// Counts a request as firm from now on, whatever its feed still shows. What was confirmed before stays so.
///
/// # Errors
/// [`AnswerError`] when there is no such request, or it is over.
pub fn confirm(state: &State, id: &str, now: DateTime<Utc>) -> Result<Vec<Write>, AnswerError> {
    let mut link = request(state, id, now)?.clone();
    if link.accepted.is_some() {
        return Ok(Vec::new());
    }
    link.accepted = Some(now);
    link.confirmed_at.get_or_insert(now);
    Ok(vec![Write::PutLink(Box::new(link))])
}

/// Takes the operator's word back: it is a request again. What was not confirmed stays so.
///
/// # Errors
/// [`AnswerError`] when there is no such request, or it is over.
pub fn hold(state: &State, id: &str, now: DateTime<Utc>) -> Result<Vec<Write>, AnswerError> {
    let mut link = request(state, id, now)?.clone();
    let Some(accepted) = link.accepted.take() else {
        return Ok(Vec::new());
    };
    // Unless its feed had shown it firm before, it never was.
    link.confirmed_at = link.confirmed_at.filter(|at| *at != accepted);
    Ok(vec![Write::PutLink(Box::new(link))])
}

/// A line whose feed shows a hold, whatever the operator has made of it.
fn request<'s>(state: &'s State, id: &str, now: DateTime<Utc>) -> Result<&'s Link, AnswerError> {
    let link = state.links.get(id).ok_or(AnswerError::Unknown)?;
    if link.platform().is_none() || link.content.weight() != Kind::Hold {
        return Err(AnswerError::NotPending);
    }
    if !link.takes_up_time() || link.content.period().end <= now {
        return Err(AnswerError::Over);
    }
    Ok(link)
}
