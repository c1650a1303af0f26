//! Each kind of change in all three formats: what the operator, a machine and a pull request are told.

use std::collections::BTreeMap;

use plan::facts::{
    Artifact, ArtifactFacts, Basis, Cause, ChangeAction, ChangeSet, DriftDifference, DriftRow, DriftState,
    Evaluation, Facts, First, Later, LaterReason, Raw, Remnant, Replacement, ResourceChange, StackFacts,
};
use plan::{Plan, markdown, plan};
use serde_json::{Value, json};

/// A stack whose resources are to change from `old` to `new`.
fn stack(old: &Value, new: &Value) -> StackFacts {
    StackFacts {
        name: "landfall-staging-runtime".to_owned(),
        deployed: Some(Raw(json!({ "Resources": old }))),
        new: Some(Raw(json!({ "Resources": new }))),
        change_set: Some(ChangeSet::default()),
        ..StackFacts::default()
    }
}

#[track_caller]
fn check(row: &str, stack: StackFacts) {
    let facts = Facts {
        stage: "staging".to_owned(),
        basis: Basis::Deployed,
        stacks: vec![stack],
    };
    let made = plan(&facts);
    let json = |plan: &Plan| serde_json::to_string_pretty(plan).unwrap_or_else(|error| error.to_string());
    assert_eq!(
        json(&made),
        json(&plan(&facts)),
        "the same facts give the same plan"
    );
    let kept = serde_json::from_str(&json(&made)).map_err(|error| error.to_string());
    assert_eq!(
        kept,
        Ok(made.clone()),
        "a plan that is kept and read again is the same"
    );
    let told = format!(
        "{made}\n---- json\n{}\n---- markdown\n{}",
        json(&made),
        markdown(&made, "the step summary")
    );
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "formats" }, {
        insta::assert_snapshot!(row, told);
    });
}

fn log(days: u32) -> Value {
    json!({"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": days}})
}

fn table(name: &str) -> Value {
    json!({"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": {"TableName": name}})
}

fn function(key: &str) -> Value {
    json!({"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "artifacts", "S3Key": key}}})
}

fn role(actions: &[&str]) -> Value {
    let statement =
        json!({"Sid": "Use", "Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::content/*"});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyName": "own", "PolicyDocument": document}]}})
}

/// What the endpoint says of one resource.
fn said(id: &str, kind: &str, replacement: Replacement, cause: Cause) -> ChangeSet {
    let change = ResourceChange {
        action: ChangeAction::Modify,
        logical_id: id.to_owned(),
        resource_type: kind.to_owned(),
        replacement: Some(replacement),
        causes: vec![cause],
    };
    ChangeSet {
        changes: vec![change],
        incomplete: None,
    }
}

fn cause(path: &str, evaluation: Evaluation, recreation: Replacement, entity: Option<&str>) -> Cause {
    Cause {
        path: path.to_owned(),
        evaluation,
        recreation,
        causing_entity: entity.map(str::to_owned),
        before: None,
        after: None,
    }
}

#[test]
fn no_change() {
    check(
        "no_change",
        stack(&json!({"Log": log(7)}), &json!({"Log": log(7)})),
    );
}

#[test]
fn add() {
    check("add", stack(&json!({}), &json!({"Log": log(7)})));
}

#[test]
fn modify() {
    let place = cause(
        "Properties.RetentionInDays",
        Evaluation::Static,
        Replacement::Never,
        None,
    );
    let set = said("Log", "AWS::Logs::LogGroup", Replacement::Never, place);
    let facts = stack(&json!({"Log": log(7)}), &json!({"Log": log(14)}));
    check(
        "modify",
        StackFacts {
            change_set: Some(set),
            ..facts
        },
    );
}

#[test]
fn replace() {
    let place = cause(
        "Properties.TableName",
        Evaluation::Static,
        Replacement::Always,
        None,
    );
    let set = said("Events", "AWS::DynamoDB::Table", Replacement::Always, place);
    let facts = stack(&json!({"Events": table("old")}), &json!({"Events": table("new")}));
    check(
        "replace",
        StackFacts {
            change_set: Some(set),
            ..facts
        },
    );
}

#[test]
fn replace_predicted() {
    let facts = stack(&json!({"Events": table("old")}), &json!({"Events": table("new")}));
    check(
        "replace_predicted",
        StackFacts {
            change_set: None,
            later: Some(Later {
                reason: LaterReason::Parameters,
                waits_for: vec!["landfall-staging-storage".to_owned()],
                parameters: vec!["ContentBucket".to_owned()],
            }),
            ..facts
        },
    );
}

#[test]
fn may_replace() {
    let place = cause(
        "Properties.ClusterConfig",
        Evaluation::Static,
        Replacement::Conditional,
        None,
    );
    let set = said("Search", "AWS::Example::Cluster", Replacement::Conditional, place);
    let cluster = |size: u8| json!({"Search": {"Type": "AWS::Example::Cluster", "Properties": {"ClusterConfig": size}}});
    check(
        "may_replace",
        StackFacts {
            change_set: Some(set),
            ..stack(&cluster(1), &cluster(2))
        },
    );
}

#[test]
fn unknown_until_apply() {
    let entity = Some("EventBroker.Arn");
    let place = cause(
        "Properties.FunctionName",
        Evaluation::Dynamic,
        Replacement::Always,
        entity,
    );
    let set = said(
        "Permission",
        "AWS::Lambda::Permission",
        Replacement::Conditional,
        place,
    );
    let same = json!({"Permission": {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Fn::GetAtt": ["EventBroker", "Arn"]}}}});
    check(
        "unknown_until_apply",
        StackFacts {
            change_set: Some(set),
            ..stack(&same, &same)
        },
    );
}

#[test]
fn destroy_stateful() {
    check(
        "destroy_stateful",
        stack(&json!({"Events": table("events")}), &json!({})),
    );
}

#[test]
fn iam_broadened() {
    let (old, new) = (role(&["s3:GetObject"]), role(&["s3:GetObject", "s3:PutObject"]));
    check(
        "iam_broadened",
        stack(&json!({"Role": old}), &json!({"Role": new})),
    );
}

#[test]
fn iam_narrowed() {
    let (old, new) = (role(&["s3:GetObject", "s3:PutObject"]), role(&["s3:GetObject"]));
    check(
        "iam_narrowed",
        stack(&json!({"Role": old}), &json!({"Role": new})),
    );
}

#[test]
fn public_exposure() {
    let bucket = |closed: bool| {
        let block = json!({"BlockPublicAcls": closed, "BlockPublicPolicy": closed, "IgnorePublicAcls": closed, "RestrictPublicBuckets": closed});
        json!({"Content": {"Type": "AWS::S3::Bucket", "Properties": {"PublicAccessBlockConfiguration": block}}})
    };
    check("public_exposure", stack(&bucket(true), &bucket(false)));
}

#[test]
fn code_only() {
    let artifact = |hash: &str, bytes| {
        Some(Artifact {
            sha256: hash.repeat(32),
            bytes: Some(bytes),
        })
    };
    let code = ArtifactFacts {
        function: "EventBroker".to_owned(),
        parameter: "EventBrokerArtifactKey".to_owned(),
        old: artifact("aa", 4_500_000),
        new: artifact("bb", 4_620_000),
    };
    let facts = stack(
        &json!({"EventBroker": function("functions/a.zip")}),
        &json!({"EventBroker": function("functions/b.zip")}),
    );
    check(
        "code_only",
        StackFacts {
            artifacts: vec![code],
            ..facts
        },
    );
}

#[test]
fn drifted() {
    let difference = DriftDifference {
        path: "/Properties/RetentionInDays".to_owned(),
        expected: Raw("7".to_owned()),
        actual: Raw("1".to_owned()),
    };
    let row = |id: &str, kind: &str, state| DriftRow {
        logical_id: id.to_owned(),
        resource_type: kind.to_owned(),
        state,
    };
    let drift = vec![
        row(
            "Log",
            "AWS::Logs::LogGroup",
            DriftState::Drifted(vec![difference]),
        ),
        row("Old", "AWS::Logs::LogGroup", DriftState::Deleted),
        row(
            "Api",
            "AWS::ApiGatewayV2::Api",
            DriftState::NotChecked("drift detection does not know the type".to_owned()),
        ),
        row("Well", "AWS::Logs::LogGroup", DriftState::InSync),
    ];
    let facts = stack(&json!({"Log": log(7)}), &json!({"Log": log(7)}));
    check("drifted", StackFacts { drift, ..facts });
}

#[test]
fn incomplete_data() {
    let set = ChangeSet {
        changes: vec![],
        incomplete: Some("the endpoint left property values out".to_owned()),
    };
    let facts = stack(&json!({"Log": log(7)}), &json!({"Log": log(7)}));
    check(
        "incomplete_data",
        StackFacts {
            change_set: Some(set),
            ..facts
        },
    );
}

#[test]
fn secret_changed() {
    let environment = |value: &str| {
        json!({"EventBroker": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {
            "API_KEY": value,
            "RESOLVED": format!("{{{{resolve:secretsmanager:{value}}}}}"),
            "LOOKS_PLAIN": format!("lf_{}", value.repeat(12)),
        }}}}})
    };
    let seed = |value: &str| BTreeMap::from([("Seed".to_owned(), Raw(value.to_owned()))]);
    let parameters = json!({"Seed": {"Type": "String", "NoEcho": true}});
    let template = |value: &str| {
        Some(Raw(
            json!({"Parameters": parameters, "Resources": environment(value)}),
        ))
    };
    let facts = StackFacts {
        deployed: template("old"),
        new: template("new"),
        deployed_parameters: seed("canary-old"),
        new_parameters: seed("canary-new"),
        ..stack(&json!({}), &json!({}))
    };
    check("secret_changed", facts);
}

#[test]
fn touched_by_reference() {
    let integration = json!({"Type": "AWS::ApiGatewayV2::Integration", "Properties": {"IntegrationUri": {"Fn::GetAtt": ["Broker", "Arn"]}}});
    let old = json!({"Broker": function("old.zip"), "Integration": integration});
    let new = json!({"Broker": function("new.zip"), "Integration": integration});
    let cause = Cause {
        path: "Properties.IntegrationUri".to_owned(),
        evaluation: Evaluation::Dynamic,
        recreation: Replacement::Never,
        causing_entity: Some("Broker.Arn".to_owned()),
        before: None,
        after: None,
    };
    let mut said = said(
        "Integration",
        "AWS::ApiGatewayV2::Integration",
        Replacement::Conditional,
        cause,
    );
    said.changes.push(ResourceChange {
        action: ChangeAction::Modify,
        logical_id: "Broker".to_owned(),
        resource_type: "AWS::Lambda::Function".to_owned(),
        replacement: Some(Replacement::Never),
        causes: Vec::new(),
    });
    let mut stack = stack(&old, &new);
    stack.change_set = Some(said);
    check("touched_by_reference", stack);
}

fn remnant(id: &str, kind: &str) -> Remnant {
    Remnant {
        logical_id: id.to_owned(),
        resource_type: kind.to_owned(),
    }
}

#[test]
fn a_new_stack_that_waits_for_another() {
    let later = Later {
        reason: LaterReason::NewStack,
        waits_for: vec!["landfall-staging-storage".to_owned()],
        parameters: vec!["ContentBucket".to_owned(), "EventsTable".to_owned()],
    };
    let new = json!({"Log": log(7), "Role": role(&["s3:GetObject"])});
    let facts = StackFacts {
        deployed: None,
        change_set: None,
        later: Some(later),
        ..stack(&json!({}), &new)
    };
    check("later_new_stack", facts);
}

#[test]
fn a_stack_whose_parameters_come_from_one_before_it() {
    let later = Later {
        reason: LaterReason::Parameters,
        waits_for: vec!["landfall-staging-storage".to_owned()],
        parameters: vec!["Days".to_owned()],
    };
    let waiting = json!({"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": {"Ref": "Days"}}});
    let facts = StackFacts {
        change_set: None,
        later: Some(later),
        ..stack(
            &json!({"Log": log(7), "Waiting": waiting}),
            &json!({"Log": log(14), "Waiting": waiting}),
        )
    };
    check("later_parameters", facts);
}

#[test]
fn what_is_left_of_a_failed_creation_goes_first() {
    let left = vec![
        remnant("Log", "AWS::Logs::LogGroup"),
        remnant("Events", "AWS::DynamoDB::Table"),
    ];
    let status = "ROLLBACK_COMPLETE".to_owned();
    let facts = StackFacts {
        deployed: None,
        change_set: None,
        first: Some(First::DeleteFailedCreation { status, left }),
        ..stack(&json!({}), &json!({"Log": log(7)}))
    };
    check("failed_creation", facts);
}

#[test]
fn a_stack_that_is_stuck_is_recovered_first() {
    let stuck = vec![remnant("Broker", "AWS::Lambda::Function")];
    let status = "UPDATE_ROLLBACK_FAILED".to_owned();
    let facts = StackFacts {
        first: Some(First::Recover { status, stuck }),
        ..stack(&json!({"Log": log(7)}), &json!({"Log": log(7)}))
    };
    check("recover", facts);
}

#[test]
fn no_change_set_is_a_gap() {
    let facts = StackFacts {
        change_set: None,
        ..stack(&json!({"Log": log(7)}), &json!({"Log": log(14)}))
    };
    check("no_change_set", facts);
}

#[test]
fn a_replaced_table_is_kept_only_if_both_templates_say_so() {
    let table = |name: &str| {
        let mut table = table(name);
        table["UpdateReplacePolicy"] = json!("Retain");
        table
    };
    check(
        "replace_kept",
        stack(&json!({"Events": table("old")}), &json!({"Events": table("new")})),
    );
}

#[test]
fn a_resource_under_a_condition_that_nobody_can_evaluate() {
    let template = |days: u32| {
        let mut log = log(days);
        log["Condition"] = json!("InEurope");
        let condition = json!({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]});
        json!({"Conditions": {"InEurope": condition}, "Resources": {"Log": log}})
    };
    let facts = StackFacts {
        deployed: Some(Raw(template(7))),
        new: Some(Raw(template(14))),
        ..stack(&json!({}), &json!({}))
    };
    check("depends_on_condition", facts);
}
