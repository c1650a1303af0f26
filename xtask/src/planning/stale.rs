//! Whether a kept plan still holds: all that it was made from must be as it was.

use std::collections::BTreeMap;

use super::bound::{Bound, Step, VERSION};

/// What a kept plan is held against.
#[derive(Debug)]
pub(crate) struct Now {
    /// The stage that is asked for.
    pub stage: String,
    /// The account that the credentials belong to.
    pub account: String,
    /// The region in force.
    pub region: String,
    /// The checkout's commit. Changes beside it are seen by what is made from them.
    pub revision: Option<String>,
    /// The stacks, in the plan's order.
    pub stacks: Vec<NowStack>,
    /// The files that would be uploaded.
    pub content: BTreeMap<String, String>,
}

/// One stack.
#[derive(Debug)]
pub(crate) struct NowStack {
    /// Its fingerprint, if it is there.
    pub deployed: Option<String>,
    /// The fingerprint of the stack as it should be.
    pub wanted: String,
    /// The hash of its drift, if that was looked for.
    pub drift: Option<String>,
    /// Whether the plan's change set can be executed; why not, if it cannot.
    pub change_set: Result<(), String>,
}

/// Every reason why the plan does not hold any more. None: it does.
pub(crate) fn reasons(bound: &Bound, now: &Now) -> Vec<String> {
    if bound.version != VERSION {
        return vec![format!(
            "the plan file has version {}, this program reads {VERSION}",
            bound.version
        )];
    }
    let mut reasons = Vec::new();
    let mut hold = |what: &str, planned: &str, found: &str| {
        if planned != found {
            reasons.push(format!("it is for {what} {planned}, this is {found}"));
        }
    };
    hold("the stage", &bound.stage, &now.stage);
    hold("the account", &bound.account, &now.account);
    hold("the region", &bound.region, &now.region);
    let commit = |sha: Option<&str>| sha.unwrap_or("unknown").to_owned();
    let planned = bound.revision.as_ref().map(|revision| revision.sha.as_str());
    hold("the commit", &commit(planned), &commit(now.revision.as_deref()));
    if bound.content != now.content {
        reasons.push("the manifest or the templates are not those that were planned".to_owned());
    }
    if bound.stacks.len() != now.stacks.len() {
        reasons.push("the stage has other stacks than were planned".to_owned());
    }
    for (planned, found) in bound.stacks.iter().zip(&now.stacks) {
        let name = &planned.name;
        if planned.deployed != found.deployed {
            reasons.push(format!("{name} was changed since the plan was made"));
        } else if planned.wanted != found.wanted {
            reasons.push(format!(
                "the template or parameters of {name} are not those that were planned"
            ));
        }
        if planned.drift.is_some() && found.drift.is_some() && planned.drift != found.drift {
            reasons.push(format!(
                "resources of {name} were changed by other means since the plan was made"
            ));
        }
        if let (Step::Execute { .. }, Err(why)) = (&planned.step, &found.change_set) {
            reasons.push(format!("the change set of {name} {why}"));
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn planned() -> Bound {
        serde_json::from_value(json!({
            "version": VERSION,
            "stage": "staging", "account": "1", "region": "r",
            "revision": {"sha": "abcd", "dirty": false},
            "made_at": "2026-01-01T00:00:00Z",
            "stacks": [{
                "name": "runtime", "deployed": "old", "wanted": "new", "drift": "still",
                "step": {"do": "execute", "change_set": "arn"},
            }],
            "code": [], "content": {"manifest": "m"},
            "plan": ::plan::plan(&::plan::facts::Facts {
                stage: "staging".to_owned(),
                basis: ::plan::facts::Basis::Deployed,
                stacks: Vec::new(),
            }),
        }))
        .unwrap()
    }

    fn now() -> Now {
        Now {
            stage: "staging".to_owned(),
            account: "1".to_owned(),
            region: "r".to_owned(),
            revision: Some("abcd".to_owned()),
            stacks: vec![NowStack {
                deployed: Some("old".to_owned()),
                wanted: "new".to_owned(),
                drift: Some("still".to_owned()),
                change_set: Ok(()),
            }],
            content: BTreeMap::from([("manifest".to_owned(), "m".to_owned())]),
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Now), expected: &[&str]) {
        let mut now = now();
        change(&mut now);
        assert_eq!(reasons(&planned(), &now), expected);
    }

    #[test]
    fn a_plan_holds_while_nothing_has_changed() {
        check(|_| {}, &[]);
        check(|now| now.stacks[0].drift = None, &[]);
    }

    #[test]
    fn each_thing_that_a_plan_was_made_from_makes_it_stale() {
        check(
            |now| "2".clone_into(&mut now.account),
            &["it is for the account 1, this is 2"],
        );
        check(
            |now| "s".clone_into(&mut now.region),
            &["it is for the region r, this is s"],
        );
        check(
            |now| "production".clone_into(&mut now.stage),
            &["it is for the stage staging, this is production"],
        );
        check(
            |now| now.revision = Some("dcba".to_owned()),
            &["it is for the commit abcd, this is dcba"],
        );
        check(
            |now| now.content.clear(),
            &["the manifest or the templates are not those that were planned"],
        );
        check(
            |now| now.stacks.clear(),
            &["the stage has other stacks than were planned"],
        );
        check(
            |now| now.stacks[0].deployed = None,
            &["runtime was changed since the plan was made"],
        );
        check(
            |now| now.stacks[0].wanted.clear(),
            &["the template or parameters of runtime are not those that were planned"],
        );
        check(
            |now| now.stacks[0].drift = Some("moved".to_owned()),
            &["resources of runtime were changed by other means since the plan was made"],
        );
        check(
            |now| now.stacks[0].change_set = Err("is gone".to_owned()),
            &["the change set of runtime is gone"],
        );
    }

    #[test]
    fn a_plan_of_another_version_is_refused_before_it_is_understood() {
        let mut bound = planned();
        bound.version = 99;
        assert_eq!(
            reasons(&bound, &now()),
            ["the plan file has version 99, this program reads 1"]
        );
    }
}
