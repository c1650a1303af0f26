//! A secret goes in everywhere and comes out nowhere.

use std::collections::{BTreeMap, BTreeSet};

use plan::facts::{
    Artifact, ArtifactFacts, Basis, Cause, ChangeAction, ChangeSet, DriftDifference, DriftRow, DriftState,
    Evaluation, Facts, First, Later, LaterReason, Raw, Remnant, Replacement, ResourceChange, StackFacts,
};
use plan::{Colour, FailOn, Outcome, markdown, plan, refusals, text, verdict};
use proptest::prelude::*;
use serde_json::{Value, json};

const CANARY: &str = "canary-7f3a";

fn facts(old: Value, new: Value) -> Facts {
    let secret = |n: u8| BTreeMap::from([("Seed".to_owned(), Raw(format!("{CANARY}{n}")))]);
    Facts {
        stage: "staging".to_owned(),
        basis: Basis::Deployed,
        stacks: vec![StackFacts {
            name: "storage".to_owned(),
            deployed: Some(Raw(old)),
            new: Some(Raw(new)),
            deployed_parameters: secret(1),
            new_parameters: secret(2),
            change_set: Some(ChangeSet::default()),
            ..StackFacts::default()
        }],
    }
}

fn template(name: &str, value: &str) -> Value {
    json!({"Parameters": {"Seed": {"Type": "String", "NoEcho": true}}, "Resources": {"Events": {
        "Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name, "Tags": {"ApiKey": value}}}}})
}

#[test]
fn a_secret_that_changes_says_so_and_no_more() {
    let facts = facts(template("a", "canary-7f3a-x"), template("b", "canary-7f3a-y"));
    let plan = plan(&facts);
    let told = [
        plan.to_string(),
        serde_json::to_string(&plan).unwrap(),
        markdown(&plan, "the summary"),
        format!("{plan:?} {facts:?}"),
        format!("{:?}", refusals(&plan, &BTreeSet::new(), &BTreeSet::new())),
    ];
    for text in &told {
        assert!(!text.contains(CANARY), "{text}");
    }
    assert!(
        told[0].contains("Parameters.Seed: (redacted), it changes"),
        "{}",
        told[0]
    );
    assert!(told[0].contains("Properties.Tags.ApiKey: (redacted), it changes"));
    assert!(told[0].starts_with("Plan: 1 REPLACE\n"), "{}", told[0]);
    assert_eq!(
        refusals(&plan, &BTreeSet::new(), &BTreeSet::from(["Events".to_owned()])),
        []
    );
    assert_eq!(refusals(&plan, &BTreeSet::new(), &BTreeSet::new()).len(), 1);
}

#[test]
fn nothing_to_do_is_no_changes() {
    let mut facts = facts(template("a", "x"), template("a", "x"));
    facts.stacks[0].new_parameters = facts.stacks[0].deployed_parameters.clone();
    assert_eq!(verdict(&plan(&facts)), Outcome::NoChanges);
}

/// Everything that is told of a plan: each text, with a name for the message.
fn tellings(facts: &Facts) -> Vec<(&'static str, String)> {
    let made = plan(facts);
    let all = BTreeSet::from([
        FailOn::Destroy,
        FailOn::Replace,
        FailOn::IamBroadened,
        FailOn::PublicExposure,
        FailOn::Drift,
        FailOn::Incomplete,
    ]);
    let refused = refusals(&made, &all, &BTreeSet::new());
    let said: Vec<String> = refused.iter().map(ToString::to_string).collect();
    vec![
        ("text", text(&made, Colour::Never)),
        ("colour", text(&made, Colour::Ansi)),
        (
            "json",
            serde_json::to_string(&made).unwrap_or_else(|error| error.to_string()),
        ),
        ("markdown", markdown(&made, "the summary")),
        ("debug", format!("{made:?}")),
        ("refusals", format!("{refused:?} {}", said.join("\n"))),
    ]
}

#[track_caller]
fn silent(facts: &Facts) {
    for (name, told) in tellings(facts) {
        assert!(!told.contains(CANARY), "{name}: {told}");
    }
}

fn change(path: &str, entity: &str, value: &str) -> ChangeSet {
    let cause = Cause {
        path: path.to_owned(),
        evaluation: Evaluation::Static,
        recreation: Replacement::Always,
        causing_entity: Some(entity.to_owned()),
        before: Some(Raw(format!("{value}-before"))),
        after: Some(Raw(json!({ "Nested": [value] }).to_string())),
    };
    ChangeSet {
        changes: vec![ResourceChange {
            action: ChangeAction::Modify,
            logical_id: "Events".to_owned(),
            resource_type: "AWS::DynamoDB::Table".to_owned(),
            replacement: Some(Replacement::Always),
            causes: vec![cause],
        }],
        incomplete: Some(format!("could not read {value}")),
    }
}

/// A `NoEcho` value, as the stack gets it, at every place to which CloudFormation may carry it.
#[test]
fn a_known_secret_is_left_out_wherever_it_is_repeated() {
    let secret = format!("{CANARY}2");
    let mut facts = facts(template("a", "x"), template("b", "x"));
    let stack = &mut facts.stacks[0];
    stack.change_set = Some(change(&format!("Properties.{secret}"), &secret, &secret));
    let differences = vec![DriftDifference {
        path: format!("/Properties/{secret}"),
        expected: Raw(secret.clone()),
        actual: Raw(format!("x {secret} y")),
    }];
    let row = |id: &str, state| DriftRow {
        logical_id: id.to_owned(),
        resource_type: "AWS::DynamoDB::Table".to_owned(),
        state,
    };
    stack.drift = vec![
        row("Events", DriftState::Drifted(differences)),
        row(&secret, DriftState::Deleted),
        row("Log", DriftState::NotChecked(format!("denied for {secret}"))),
    ];
    let remnant = Remnant {
        logical_id: secret.clone(),
        resource_type: secret.clone(),
    };
    stack.first = Some(First::DeleteFailedCreation {
        status: secret.clone(),
        left: vec![remnant],
    });
    stack.later = Some(Later {
        reason: LaterReason::Parameters,
        waits_for: vec![secret.clone()],
        parameters: vec![secret.clone()],
    });
    stack.artifacts = vec![ArtifactFacts {
        function: secret.clone(),
        parameter: secret.clone(),
        old: None,
        new: Some(Artifact {
            sha256: secret,
            bytes: Some(1),
        }),
    }];
    silent(&facts);
}

/// Drift tells values that no template holds: their place says that they are secret.
#[test]
fn an_unknown_secret_is_left_out_by_its_place() {
    let mut facts = facts(template("a", "x"), template("a", "x"));
    let stack = &mut facts.stacks[0];
    let place = "Properties.Environment.Variables.API_KEY";
    stack.change_set = Some(ChangeSet {
        incomplete: None,
        ..change(place, "Seed", CANARY)
    });
    stack.drift = vec![DriftRow {
        logical_id: "Events".to_owned(),
        resource_type: "AWS::Lambda::Function".to_owned(),
        state: DriftState::Drifted(vec![DriftDifference {
            path: format!("/{}", place.replace('.', "/")),
            expected: Raw(CANARY.to_owned()),
            actual: Raw(format!("{CANARY}-changed")),
        }]),
    }];
    silent(&facts);
    let debug = format!("{:?} {:?}", facts.stacks[0].drift, facts.stacks[0].change_set);
    assert!(!debug.contains(CANARY), "{debug}");
}

/// Puts the canary at a secret-like place of a resource.
fn hidden(place: usize, n: u8) -> Value {
    let secret = format!("{CANARY}{n}");
    match place {
        0 => json!({"Environment": {"Variables": {"DB_PASSWORD": secret}}}),
        1 => json!({"Value": format!("{{{{resolve:ssm-secure:{secret}}}}}")}),
        2 => json!({"Value": format!("lf_{secret}_0123456789")}),
        3 => json!({"Url": format!("https://user:{secret}@example.com/x")}),
        4 => json!({"List": [{"Name": "x"}, {"ClientSecret": secret}]}),
        5 => json!({"Text": format!("a\n-----BEGIN PRIVATE KEY-----\n{secret}\n")}),
        6 => json!({"Deep": {"Fn::Join": ["", ["x", format!("eyJ{secret}.abc")]]}}),
        7 => json!({"Headers": format!("{{\"Authorization\": \"Bearer ghp_{secret}\"}}")}),
        _ => json!({"FeedUrl": format!("https://example.com/{secret}")}),
    }
}

proptest! {
    #[test]
    fn no_secret_place_of_any_template_is_told(
        before in 0usize..9,
        after in 0usize..9,
        kinds in proptest::collection::vec(0usize..4, 1..5),
        keep in any::<bool>(),
    ) {
        let kind = |n: usize| ["AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::IAM::Role", "AWS::Example::Thing"][n];
        let resources = |place: usize, n: u8| -> Value {
            let all = kinds.iter().enumerate().map(|(at, kind_of)| {
                (format!("R{at}"), json!({"Type": kind(*kind_of), "Properties": hidden(place, n)}))
            });
            let seed = json!({"Seed": {"Type": "String", "NoEcho": "true"}});
            json!({"Parameters": seed, "Resources": Value::Object(all.collect()), "Outputs": {"O": {"Value": hidden(place, n)}}})
        };
        let mut facts = facts(resources(before, 1), resources(after, 2));
        if !keep {
            facts.stacks[0].deployed = None;
        }
        for (name, told) in tellings(&facts) {
            prop_assert!(!told.contains(CANARY), "{}: {}", name, told);
        }
    }
}

#[test]
fn a_secret_is_known_by_the_name_that_stands_beside_it() {
    let task = |value: &str, more: &str| {
        json!({"Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [{
            "Name": "web",
            "Environment": [{"Name": "API_TOKEN", "Value": value}, {"Name": "MODE", "Value": more}],
        }]}}}})
    };
    let old = task("canary-7f3a-before", "one");
    let pairs = [
        task("canary-7f3a-after", "one"),
        task("canary-7f3a-before", "two"),
        json!({"Resources": {}}),
    ];
    for new in pairs {
        for (old, new) in [(old.clone(), new.clone()), (new, old.clone())] {
            let mut facts = facts(old, new);
            facts.stacks[0].deployed_parameters.clear();
            facts.stacks[0].new_parameters.clear();
            let plan = plan(&facts);
            for told in [
                plan.to_string(),
                serde_json::to_string(&plan).unwrap(),
                markdown(&plan, "the summary"),
            ] {
                assert!(!told.contains(CANARY), "{told}");
            }
        }
    }
}
