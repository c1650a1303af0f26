//! Which release a rollback goes to.

use std::collections::BTreeMap;

use super::{day, draft};
use crate::release::choice::{NoTarget, Runtime, judge_target, newest_healthy, rollback_target};
use crate::release::ledger::Entry;
use crate::release::record::{Draft, Kind, Outcome, Record};

/// A ledger in the making.
#[derive(Default)]
struct Story {
    records: Vec<Record>,
    unreadable: Vec<usize>,
}

impl Story {
    fn deploy(self, code: &str) -> Self {
        self.add(code, Kind::Deploy, Outcome::Healthy)
    }

    fn fails(self, code: &str, outcome: Outcome) -> Self {
        self.add(code, Kind::Deploy, outcome)
    }

    /// A rollback to the release of this number.
    fn rollback(self, to: usize) -> Self {
        let target = self.records[to].clone();
        let code = target.draft.artifacts[0].sha256.clone();
        self.add(&code, Kind::Rollback { to: target.id }, Outcome::Healthy)
    }

    fn unreadable(mut self, code: &str) -> Self {
        self.unreadable.push(self.records.len());
        self.deploy(code)
    }

    fn add(mut self, code: &str, kind: Kind, outcome: Outcome) -> Self {
        let draft = Draft {
            kind,
            outcome,
            ..draft("1f0c9e2", code)
        };
        let at = day(i64::try_from(self.records.len()).unwrap());
        self.records.push(Record::named(draft, at));
        self
    }

    fn newest_first(&self) -> Vec<Entry> {
        let entry = |(number, record): (usize, &Record)| {
            if self.unreadable.contains(&number) {
                Entry::of(&record.id, b"damaged")
            } else {
                Entry::Readable(Box::new(record.clone()))
            }
        };
        self.records.iter().enumerate().map(entry).rev().collect()
    }

    /// The number of the release that a rollback goes to from deployed code.
    fn target(&self, deployed: &str) -> Result<usize, NoTarget> {
        let entries = self.newest_first();
        let now = draft("", deployed);
        let target = rollback_target(&entries, runtime(&now))?;
        Ok(self.records.iter().position(|record| record == target).unwrap())
    }
}

fn runtime(draft: &Draft) -> Runtime<'_> {
    let stack = draft.stacks.iter().find(|stack| stack.kind == "runtime").unwrap();
    Runtime {
        template: &stack.template,
        parameters: &stack.parameters,
    }
}

#[test]
fn the_newest_healthy_release_before_the_deployed_one_is_taken() {
    let story = Story::default().deploy("a").deploy("b").deploy("c");
    assert_eq!(story.target("c"), Ok(1));
}

#[test]
fn a_release_with_the_same_runtime_is_nowhere_to_go() {
    let story = Story::default().deploy("a").deploy("b").deploy("b").deploy("b");
    assert_eq!(story.target("b"), Ok(0));
}

#[test]
fn releases_that_were_not_healthy_are_passed_over() {
    let story = Story::default()
        .deploy("a")
        .fails("b", Outcome::SmokeFailed)
        .fails("c", Outcome::RolledBack)
        .deploy("d");
    assert_eq!(story.target("d"), Ok(0));
}

#[test]
fn from_a_failed_release_that_stayed_it_goes_to_the_one_before() {
    let story = Story::default()
        .deploy("a")
        .deploy("b")
        .fails("c", Outcome::SmokeFailed);
    assert_eq!(story.target("c"), Ok(1));
}

#[test]
fn a_second_rollback_goes_further_back_and_not_forth() {
    let story = Story::default().deploy("a").deploy("b").deploy("c").rollback(1);
    assert_eq!(story.target("b"), Ok(0));
    let story = story.rollback(0);
    assert_eq!(story.target("a"), Err(NoTarget::NoneHealthy));
    let story = story.deploy("d");
    // From there the newest is the first release again, by the rollback's record.
    assert_eq!(story.target("d"), Ok(4));
}

#[test]
fn what_no_record_knows_goes_back_to_the_newest_healthy_release() {
    let story = Story::default().deploy("a").deploy("b");
    assert_eq!(story.target("changed by hand"), Ok(1));
}

#[test]
fn a_record_that_cannot_be_read_is_not_chosen() {
    let story = Story::default().deploy("a").unreadable("b").deploy("c");
    assert_eq!(story.target("c"), Ok(0));
    let story = Story::default().unreadable("a").deploy("b");
    assert_eq!(story.target("b"), Err(NoTarget::NoneHealthy));
}

#[test]
fn the_first_release_has_nothing_to_go_back_to() {
    assert_eq!(Story::default().target("a"), Err(NoTarget::NoneHealthy));
    assert_eq!(
        Story::default().deploy("a").target("a"),
        Err(NoTarget::NoneHealthy)
    );
}

#[test]
fn a_release_that_fails_with_code_of_before_goes_back_to_what_ran_until_then() {
    let entries = Story::default().deploy("a").deploy("b").newest_first();
    let failed = draft("", "a");
    let target = newest_healthy(&entries, runtime(&failed)).unwrap();
    assert_eq!(target.draft.artifacts[0].sha256, "b");
}

#[test]
fn a_named_release_is_judged_by_the_same_rules() {
    let story = Story::default()
        .deploy("a")
        .fails("b", Outcome::SmokeFailed)
        .deploy("c");
    let now = draft("", "c");
    let judge = |number: usize| judge_target(&story.records[number], runtime(&now));
    let id = |number: usize| story.records[number].id.clone();
    assert_eq!(judge(0), Ok(()));
    let outcome = Outcome::SmokeFailed;
    assert_eq!(judge(1), Err(NoTarget::NotHealthy { id: id(1), outcome }));
    assert_eq!(judge(2), Err(NoTarget::Deployed { id: id(2) }));
    let mut bare = story.records[0].clone();
    bare.draft.stacks.clear();
    assert_eq!(
        judge_target(&bare, runtime(&now)),
        Err(NoTarget::NoRuntime { id: id(0) })
    );
}

#[test]
fn a_default_that_cloudformation_tells_is_no_difference_and_another_value_is() {
    let story = Story::default().deploy("a").deploy("b");
    let entries = story.newest_first();
    let mut now = draft("", "b");
    let parameters: &mut BTreeMap<String, String> = &mut now.stacks[1].parameters;
    parameters.insert("AlarmTopicArn".to_owned(), String::new());
    now.stacks[1].template = now.stacks[1].template.replace(',', ", ");
    assert_eq!(
        rollback_target(&entries, runtime(&now)).unwrap(),
        &story.records[0]
    );
    now.stacks[1].parameters.insert(
        "AlarmTopicArn".to_owned(),
        "arn:aws:sns:us-east-1:1:told".to_owned(),
    );
    assert_eq!(
        rollback_target(&entries, runtime(&now)).unwrap(),
        &story.records[1]
    );
}
