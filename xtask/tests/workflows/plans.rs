//! Plans, made as `xtask` makes them.

use plan::Plan;
use plan::facts::{Basis, DriftDifference, DriftRow, DriftState, Facts, Raw, StackFacts};
use serde_json::{Map, Value, json};

/// A plan that changes so many resources.
pub(super) fn changing(resources: usize, stage: &str, version: &str) -> String {
    let topics = |version: &str| {
        let topic = |number| {
            let name = format!("topic {number} {version} {}", "long ".repeat(30));
            (
                format!("Topic{number}"),
                json!({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}),
            )
        };
        let topics: Map<String, Value> = (0..resources).map(topic).collect();
        Some(Raw(json!({"Resources": topics})))
    };
    printed(&plan::plan(&Facts {
        stage: stage.to_owned(),
        basis: Basis::Deployed,
        stacks: vec![StackFacts {
            name: format!("landfall-{stage}-runtime"),
            deployed: topics("before"),
            new: topics(version),
            ..StackFacts::default()
        }],
    }))
}

/// What `drift` finds: a log group that keeps for longer than it should, or nothing.
pub(super) fn drift(stage: &str, days: Option<u32>) -> String {
    let template =
        json!({"Resources": {"Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}}}});
    let row = |days: u32| DriftRow {
        logical_id: "Log".to_owned(),
        resource_type: "AWS::Logs::LogGroup".to_owned(),
        state: DriftState::Drifted(vec![DriftDifference {
            path: "/RetentionInDays".to_owned(),
            expected: Raw("7".to_owned()),
            actual: Raw(days.to_string()),
        }]),
    };
    printed(&plan::plan(&Facts {
        stage: stage.to_owned(),
        basis: Basis::Deployed,
        stacks: vec![StackFacts {
            name: format!("landfall-{stage}-runtime"),
            deployed: Some(Raw(template.clone())),
            new: Some(Raw(template)),
            drift: days.map(row).into_iter().collect(),
            ..StackFacts::default()
        }],
    }))
}

fn printed(plan: &Plan) -> String {
    serde_json::to_string_pretty(plan).unwrap()
}
