//! Rotation as a decision: what the two stores hold now, and what is asked, give the next step.
//!
//! A token's value has a version with labels in Secrets Manager, and its digest has a row in the verifier table.
//! No transaction spans the two, so every step is one conditional write to one of them, and after each step the
//! facts are read again and decided anew. Whoever crashes, repeats a step or meets another rotation ends up in a
//! state from which the same function knows the way.
//!
//! Invariant: no step takes the current token's verifier away, and the label `AWSCURRENT` moves only to a version
//! whose verifier is live.

mod facts;
mod plan;
mod reconcile;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Token, Verifier, VerifierTable};
pub use facts::{Facts, Version};
pub use plan::{Planned, plan};
pub use reconcile::Change;

/// How long a superseded token is still accepted after a rotation: time for every client to fetch the new one.
pub const OVERLAP: TimeDelta = TimeDelta::days(7);
/// How long an ended verifier stays in the table, so that `token status` can tell of it.
pub const KEPT_AFTER_END: TimeDelta = TimeDelta::days(30);
/// The most ended verifiers that the table keeps, whatever their age.
pub const MAX_ENDED: usize = 32;
/// The most tokens that may be live at once: a rotation beyond it is refused. With [`MAX_ENDED`] it bounds the table,
/// and with it the work that each request costs.
pub const MAX_LIVE: usize = 16;
/// How far the clock of a function may be behind the clock that writes the table: a new token is accepted from so
/// long before it was made.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// What is asked. `from` names the version that was current at the beginning, so that asking again after a crash,
/// or beside somebody else, makes one rotation and not two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// A new current token; older ones end after `overlap`.
    Rotate {
        /// The version to replace.
        from: Option<String>,
        /// How long the replaced token is accepted from now on.
        overlap: TimeDelta,
    },
    /// The doomed tokens are refused at once; if the current one is among them, a new one replaces it first.
    Revoke {
        /// The version to replace, if there is one to replace.
        from: Option<String>,
        /// The tokens' kids.
        doomed: BTreeSet<String>,
    },
    /// What a crash left behind is cleared away; the current token stays.
    Repair,
    /// The previous token becomes current again, if it is still live.
    Rollback {
        /// The version to leave.
        from: Option<String>,
    },
}

/// The next step, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Carry this out, read the facts again, and ask again.
    Do(Step),
    /// The goal is reached.
    Done,
    /// The goal cannot be reached from here.
    Refused(Refusal),
}

/// One conditional write, or one question to the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Make a token and store it as `AWSPENDING` under this version id, unless the version exists.
    Create {
        /// The `ClientRequestToken`: equal for all who decide this from the same facts, so that one of them wins.
        version: String,
    },
    /// Write the table over the one that was read.
    Write {
        /// What to write.
        table: VerifierTable,
        /// What that changes.
        changes: Vec<Change>,
    },
    /// See that the API accepts the pending token, and wait until every function does.
    Test {
        /// Which token.
        kid: String,
    },
    /// Move `AWSCURRENT`, if it still is where it was.
    Promote {
        /// The version that has the label now.
        from: Option<String>,
        /// The version that gets it.
        to: String,
        /// Its token.
        kid: String,
    },
    /// Take `AWSPENDING` away from a version.
    Unlabel {
        /// Which version.
        version: String,
    },
}

/// Why a goal cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no live previous token.
    #[error("there is no previous token that is still live: `cargo xtask token rotate` makes a new one")]
    NothingToRollBackTo,
    /// The current token has ended or was revoked, and stays so.
    #[error("the current token has ended or was revoked: `cargo xtask token rotate` makes a new one")]
    CurrentHasEnded,
    /// There are as many live tokens as there may be.
    #[error("{MAX_LIVE} tokens are live: revoke some first (`cargo xtask token revoke --now --kid KID`)")]
    TooManyLive,
}

/// Decides the next step towards a goal.
#[must_use]
pub fn decide(facts: &Facts, goal: &Goal, now: DateTime<Utc>) -> Decision {
    let table = reconcile::table(facts, goal, now);
    if table != facts.table {
        let changes = reconcile::changes(&facts.table, &table);
        return Decision::Do(Step::Write { table, changes });
    }
    let pending = facts.pending.as_ref();
    match goal {
        Goal::Rotate { .. } | Goal::Revoke { .. } => replace(facts, goal, now),
        // Going back: what was begun is given up, and its verifier, if it has one, ends like any superseded one.
        Goal::Repair | Goal::Rollback { .. } if let Some(pending) = pending => unlabel(pending),
        Goal::Rollback { from } if facts.current_id() == from.as_deref() => roll_back(facts, now),
        Goal::Repair | Goal::Rollback { .. } if facts.current_is_live(now) => Decision::Done,
        Goal::Repair | Goal::Rollback { .. } => Decision::Refused(Refusal::CurrentHasEnded),
    }
}

fn replace(facts: &Facts, goal: &Goal, now: DateTime<Utc>) -> Decision {
    let current = facts.current_id();
    let pending = match &facts.pending {
        // The last step of a rotation: it is current, and no longer pending.
        Some(pending) if current == Some(&pending.id) => return unlabel(pending),
        Some(pending) if pending.kid().is_some_and(|kid| goal.dooms(&kid)) => return unlabel(pending),
        _ if goal.is_reached(facts, now) => return Decision::Done,
        Some(pending) => pending,
        None if goal.is_rotation() && facts.live(now) >= MAX_LIVE => {
            return Decision::Refused(Refusal::TooManyLive);
        }
        None => {
            return Decision::Do(Step::Create {
                version: facts.next_version(),
            });
        }
    };
    let Some(kid) = facts.usable(pending, goal, now) else {
        return unlabel(pending);
    };
    if goal.is_rotation() && facts.proven.as_ref() != Some(&kid) {
        return Decision::Do(Step::Test { kid });
    }
    Decision::Do(Step::Promote {
        from: current.map(str::to_owned),
        to: pending.id.clone(),
        kid,
    })
}

fn roll_back(facts: &Facts, now: DateTime<Utc>) -> Decision {
    let previous = facts.previous.as_ref().and_then(|previous| {
        let kid = previous.kid()?;
        facts.table.has_live(&kid, now).then_some((previous, kid))
    });
    match previous {
        Some((previous, kid)) => Decision::Do(Step::Promote {
            from: facts.current_id().map(str::to_owned),
            to: previous.id.clone(),
            kid,
        }),
        None => Decision::Refused(Refusal::NothingToRollBackTo),
    }
}

fn unlabel(version: &Version) -> Decision {
    Decision::Do(Step::Unlabel {
        version: version.id.clone(),
    })
}

impl Goal {
    /// One rotation from here. One that was begun before is finished instead of making another.
    #[must_use]
    pub fn rotate(facts: &Facts, overlap: TimeDelta) -> Self {
        let is_promoted = facts.pending.is_some() && facts.pending == facts.current;
        let from = facts.current_id().filter(|_| !is_promoted).map(str::to_owned);
        Self::Rotate { from, overlap }
    }

    /// Every token that exists is refused, and a new one made.
    #[must_use]
    pub fn revoke_all(facts: &Facts) -> Self {
        let labelled = facts.labelled().filter_map(Version::kid);
        let listed = facts.table.verifiers.iter().map(|verifier| verifier.kid.clone());
        Self::Revoke {
            from: facts.current_id().map(str::to_owned),
            doomed: labelled.chain(listed).collect(),
        }
    }

    /// The given token is refused; if it is the current one, a new one is made.
    #[must_use]
    pub fn revoke(facts: &Facts, kid: &str) -> Self {
        let is_current = facts.current_kid().as_deref() == Some(kid);
        let from = facts.current_id().filter(|_| is_current).map(str::to_owned);
        Self::Revoke {
            from,
            doomed: BTreeSet::from([kid.to_owned()]),
        }
    }

    /// Back to the previous token.
    #[must_use]
    pub fn roll_back(facts: &Facts) -> Self {
        Self::Rollback {
            from: facts.current_id().map(str::to_owned),
        }
    }

    fn is_rotation(&self) -> bool {
        matches!(self, Self::Rotate { .. })
    }

    fn dooms(&self, kid: &str) -> bool {
        matches!(self, Self::Revoke { doomed, .. } if doomed.contains(kid))
    }

    /// Whether the current token is the one that this goal wants: not the one to replace, and live.
    fn is_reached(&self, facts: &Facts, now: DateTime<Utc>) -> bool {
        match self {
            Self::Rotate { from, .. } => from.as_deref() != facts.current_id() && facts.current_is_live(now),
            Self::Revoke { .. } => self.is_replaced(facts),
            Self::Repair | Self::Rollback { .. } => false,
        }
    }

    /// Whether a revocation need not replace the current token, or has done so: only then do the doomed ones end.
    /// Before, somebody who has read the labels earlier might still promote a doomed one.
    fn is_replaced(&self, facts: &Facts) -> bool {
        let Self::Revoke { from, .. } = self else {
            return false;
        };
        let is_left = from.is_none() || from.as_deref() != facts.current_id();
        is_left && !facts.current_kid().is_some_and(|kid| self.dooms(&kid))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { .. } => f.write_str("make a new token (AWSPENDING)"),
            Self::Write { changes, .. } => {
                for (at, change) in changes.iter().enumerate() {
                    let gap = if at == 0 { "" } else { "; " };
                    write!(f, "{gap}{change}")?;
                }
                Ok(())
            }
            Self::Test { kid } => write!(f, "see that the API accepts {kid}, in every function"),
            Self::Promote { kid, .. } => write!(f, "make {kid} the current token (AWSCURRENT)"),
            Self::Unlabel { .. } => f.write_str("clear the label AWSPENDING"),
        }
    }
}

/// The verifier of a token that is made now.
fn verifier(token: &Token, now: DateTime<Utc>) -> Verifier {
    Verifier::of(token, now - CLOCK_SKEW)
}
