//! All steps ahead, for whoever wants to see them before the first one is taken.

use chrono::{DateTime, Utc};

use super::{Decision, Facts, Goal, Refusal, Step, Version, decide};
use crate::Token;

/// More steps than any goal needs.
const ENOUGH_STEPS: usize = 32;

/// What would be done if nobody else did anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The steps in their order.
    pub steps: Vec<Step>,
    /// Why the goal is not reached by them.
    pub refusal: Option<Refusal>,
}

/// Plans the whole way. `stand_in` plays the token that a step would make.
#[must_use]
pub fn plan(facts: &Facts, goal: &Goal, stand_in: &Token, now: DateTime<Utc>) -> Planned {
    let mut facts = facts.clone();
    let mut steps = Vec::new();
    while steps.len() < ENOUGH_STEPS {
        match decide(&facts, goal, now) {
            Decision::Do(step) => {
                facts = facts.after(&step, stand_in);
                steps.push(step);
            }
            Decision::Done => return Planned { steps, refusal: None },
            Decision::Refused(refusal) => {
                return Planned {
                    steps,
                    refusal: Some(refusal),
                };
            }
        }
    }
    Planned { steps, refusal: None }
}

impl Facts {
    /// What the stores hold after a step.
    fn after(mut self, step: &Step, made: &Token) -> Self {
        match step {
            Step::Create { version } => {
                self.taken.insert(version.clone());
                self.pending = Some(Version {
                    id: version.clone(),
                    token: Some(made.clone()),
                });
            }
            Step::Write { table, .. } => self.table = table.clone(),
            Step::Test { kid } => self.proven = Some(kid.clone()),
            Step::Promote { to, .. } => {
                let labelled = self.labelled().find(|version| version.id == *to).cloned();
                self.previous = self.current.take();
                self.current = labelled;
            }
            Step::Unlabel { .. } => self.pending = None,
        }
        self
    }
}
