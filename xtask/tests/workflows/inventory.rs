//! Every command of every workflow, and every right: what comes or goes is seen here.

use std::collections::BTreeSet;

use super::workflow::{Workflow, names};

#[test]
fn every_command_of_every_workflow_is_known() {
    let mut commands = String::new();
    for name in names() {
        for (id, job) in Workflow::read(&name).jobs {
            for command in job.steps.into_iter().filter_map(|step| step.run) {
                commands.push_str(&format!("{name} {id}: {command}\n"));
            }
            if let Some(called) = job.uses {
                commands.push_str(&format!("{name} {id} calls {called}\n"));
            }
        }
    }
    insta::assert_snapshot!(commands);
}

#[test]
fn each_duty_has_the_environment_whose_role_it_assumes() {
    let mut jobs = String::new();
    for name in names() {
        for (id, job) in Workflow::read(&name).jobs {
            let rights: Vec<_> = job
                .permissions
                .iter()
                .map(|(name, right)| format!("{name}: {right}"))
                .collect();
            let environment = job.environment.as_deref().unwrap_or("-");
            jobs.push_str(&format!("{name} {id} [{environment}] {}\n", rights.join(", ")));
            // An identity is for a job in an environment, which the roles trust; a caller only hands the right on.
            let may_assume = job.permissions.contains_key("id-token");
            assert_eq!(
                may_assume,
                job.environment.is_some() || job.uses.is_some(),
                "{name} {id}"
            );
        }
    }
    insta::assert_snapshot!(jobs);
}

#[test]
fn each_action_has_one_version() {
    let mut actions = BTreeSet::new();
    for name in names() {
        let steps = Workflow::read(&name).jobs.into_values().flat_map(|job| job.steps);
        actions.extend(steps.filter_map(|step| step.uses));
    }
    let names: BTreeSet<_> = actions.iter().map(|action| action.split('@').next()).collect();
    assert_eq!(names.len(), actions.len(), "{actions:?}");
}
