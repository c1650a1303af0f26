//! From facts to the plan.

mod stack;

use crate::{
    facts::Facts,
    model::{Action, Change, Counts, Plan, SCHEMA_VERSION},
};
use stack::Stack;

/// Makes the plan. The same facts always make the same plan.
#[must_use]
pub fn plan(facts: &Facts) -> Plan {
    let mut plan = Plan {
        version: SCHEMA_VERSION,
        stage: facts.stage.clone(),
        basis: facts.basis,
        counts: Counts::default(),
        gaps: Vec::new(),
        first: Vec::new(),
        later: Vec::new(),
        danger: Vec::new(),
        drift: Vec::new(),
        drift_not_checked: Vec::new(),
        changes: Vec::new(),
        settings: Vec::new(),
        code: Vec::new(),
        touched: Vec::new(),
    };
    for stack in &facts.stacks {
        Stack::new(stack, facts.basis).add_to(&mut plan);
    }
    plan.counts = count(&plan);
    plan
}

fn count(plan: &Plan) -> Counts {
    let changes = || plan.danger.iter().chain(&plan.changes);
    let of = |wanted: fn(Action) -> bool| changes().filter(|change| wanted(change.action)).count();
    Counts {
        add: of(|action| action == Action::Add),
        change: of(|action| action == Action::Change) + plan.code.len(),
        replace: of(|action| action == Action::WillReplace),
        may_replace: of(|action| matches!(action, Action::MayReplace | Action::UnknownUntilApply)),
        destroy: of(Action::destroys),
        drifted: plan.drift.len(),
        iam: changes()
            .map(|change: &Change| change.iam)
            .max()
            .unwrap_or_default(),
    }
}
