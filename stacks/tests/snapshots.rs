//! The templates of every stage, as they are committed: what a reviewer reads, and what the offline plan compares with.

use stacks::{
    Stage,
    bootstrap::{BootstrapSettings, Repository, RepositoryIds, bootstrap},
    inbound_mail, stacks,
};

#[test]
fn the_templates_are_the_committed_ones() {
    for stage in Stage::ALL {
        for stack in stacks(*stage).unwrap() {
            insta::assert_snapshot!(stack.name, stack.template.to_json());
        }
    }
}

#[test]
fn the_templates_of_inbound_mail_are_the_committed_ones() {
    for stage in [Stage::Staging, Stage::Production] {
        let stack = inbound_mail(stage).unwrap();
        insta::assert_snapshot!(stack.name, stack.template.to_json());
    }
}

#[test]
fn the_bootstrap_template_is_the_committed_one() {
    let ids = RepositoryIds {
        owner: 11,
        repository: 22,
    };
    let repository = Repository::new("octo", "landfall", Some(ids)).unwrap();
    let stack = bootstrap(&BootstrapSettings::new(repository)).unwrap();
    insta::assert_snapshot!(stack.name, stack.template.to_json());
}

#[test]
fn ten_generations_are_equal() {
    for stage in Stage::ALL {
        let first = stacks(*stage).unwrap();
        for _ in 0..9 {
            let next = stacks(*stage).unwrap();
            assert_eq!(next, first);
            for (next, first) in next.iter().zip(&first) {
                assert_eq!(next.template.to_json(), first.template.to_json());
            }
        }
    }
}

#[test]
fn a_stage_is_deployed_storage_first() {
    let names: Vec<String> = stacks(Stage::Local)
        .unwrap()
        .into_iter()
        .map(|stack| stack.name)
        .collect();
    assert_eq!(names, ["landfall-local-storage", "landfall-local-runtime"]);
}
