//! Our own security rules: each catches its mistake, and none has anything to say of our templates.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in what its tests share"
)]

use serde_json::{Value as Json, json};
use stacks::{
    StackSpec, Stage,
    bootstrap::{BootstrapSettings, Repository, bootstrap},
    inbound_mail,
    rules::{Rule, judge, judge_stack, waivers},
    stacks,
};

const SUB: &str = "token.actions.githubusercontent.com:sub";
const AUD: &str = "token.actions.githubusercontent.com:aud";
const OURS: &str = "repo:octo/landfall:environment:production";

fn ours() -> Vec<StackSpec> {
    let repository = Repository::new("octo", "landfall", None).unwrap();
    let shared = bootstrap(&BootstrapSettings::new(repository)).unwrap();
    let stacks = Stage::ALL.iter().flat_map(|stage| stacks(*stage).unwrap());
    let receiving = Stage::ALL.iter().filter(|stage| **stage != Stage::Local);
    let receiving = receiving.map(|stage| inbound_mail(*stage).unwrap());
    stacks.chain(receiving).chain([shared]).collect()
}

/// The rules that the template breaks, all by the same thing.
fn check(template: &Json, id: &str, expected: &[Rule]) {
    let findings = judge(template);
    let rules: Vec<Rule> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, expected, "{template:#}: {findings:?}");
    assert!(
        findings.iter().all(|finding| finding.logical_id == id),
        "{findings:?}"
    );
}

fn resource(kind: &str, properties: &Json) -> Json {
    json!({ "Resources": { "It": { "Type": kind, "Properties": properties } } })
}

fn trusting(condition: &Json) -> Json {
    resource(
        "AWS::IAM::Role",
        &json!({
            "PermissionsBoundary": "arn:aws:iam::123456789012:policy/boundary",
            "AssumeRolePolicyDocument": { "Statement": [{
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": { "Federated": { "Ref": "Provider" } },
                "Condition": condition,
            }] },
        }),
    )
}

fn allowing(statement: &Json) -> Json {
    resource(
        "AWS::IAM::ManagedPolicy",
        &json!({ "PolicyDocument": { "Statement": statement } }),
    )
}

#[test]
fn our_templates_give_no_finding_that_is_not_waived() {
    let stacks = ours();
    assert_eq!(stacks.len(), 9);
    for stack in stacks {
        let findings = judge_stack(&stack).findings;
        assert!(findings.is_empty(), "{}: {findings:?}", stack.name);
    }
}

#[test]
fn every_waiver_is_needed_and_says_why() {
    let used: Vec<(String, String)> = ours()
        .iter()
        .flat_map(|stack| judge_stack(stack).waived)
        .map(|(finding, waiver)| {
            (
                waiver.stack.clone() + "/" + finding.rule.name(),
                finding.logical_id,
            )
        })
        .collect();
    assert!(!waivers().is_empty());
    for waiver in waivers() {
        assert!(waiver.reason.len() > 20, "{waiver:?}");
        for id in &waiver.logical_ids {
            let key = (format!("{}/{}", waiver.stack, waiver.rule), id.clone());
            assert!(used.contains(&key), "{key:?} waives nothing");
        }
    }
}

#[test]
fn a_subject_that_is_left_open_is_caught() {
    let exact = json!({ "StringEquals": { SUB: OURS, AUD: "sts.amazonaws.com" } });
    check(&trusting(&exact), "It", &[]);
    for sub in [
        "repo:octo/landfall:*",
        "repo:octo/*:environment:production",
        "repo:octo/landfall:environment:production*",
        "repo:octo/landfall:ref:refs/heads/main",
        "repo:octo/landfall:pull_request",
    ] {
        let open = json!({ "StringEquals": { SUB: [OURS, sub], AUD: "sts.amazonaws.com" } });
        check(&trusting(&open), "It", &[Rule::WildcardOidcSubject]);
    }
    for condition in [
        json!({ "StringLike": { SUB: "repo:octo/landfall:*" }, "StringEquals": { AUD: "sts.amazonaws.com" } }),
        json!({ "StringEqualsIfExists": { SUB: OURS }, "StringEquals": { AUD: "sts.amazonaws.com" } }),
        json!({ "StringEquals": { AUD: "sts.amazonaws.com" } }),
    ] {
        check(&trusting(&condition), "It", &[Rule::WildcardOidcSubject]);
    }
}

#[test]
fn a_token_for_somebody_else_is_caught() {
    for condition in [
        json!({ "StringEquals": { SUB: OURS } }),
        json!({ "StringEquals": { SUB: OURS, AUD: ["sts.amazonaws.com", "https://github.com/octo"] } }),
        json!({ "StringEquals": { SUB: OURS }, "StringLike": { AUD: "*" } }),
    ] {
        check(&trusting(&condition), "It", &[Rule::MissingOidcAudience]);
    }
}

#[test]
fn a_secret_that_can_be_read_is_caught_and_not_repeated() {
    let caught = &[Rule::PlaintextSecret];
    let variables = |variables: Json| {
        resource(
            "AWS::Lambda::Function",
            &json!({
                "LoggingConfig": { "LogGroup": "group" },
                "Environment": { "Variables": variables },
            }),
        )
    };
    check(&variables(json!({ "TWILIO_AUTH_TOKEN": "abc" })), "It", caught);
    check(
        &variables(json!({ "DB_PASSWORD": "{{resolve:secretsmanager:db}}" })),
        "It",
        caught,
    );
    check(
        &variables(json!({ "LANDFALL_PARTNER_SECRETS_PREFIX": "landfall/local/partner/" })),
        "It",
        &[],
    );
    let canary = format!("lf_{}", "a1B2c3".repeat(6));
    let template = variables(json!({ "NOTE": format!("use {canary}.") }));
    check(&template, "It", caught);
    assert!(!format!("{:?}", judge(&template)).contains(&canary));

    check(
        &json!({ "Parameters": { "ApiToken": { "Type": "String" } } }),
        "ApiToken",
        caught,
    );
    check(
        &json!({ "Parameters": { "ApiToken": { "Type": "String", "NoEcho": true } } }),
        "ApiToken",
        &[],
    );
    let defaulted =
        json!({ "Parameters": { "ApiToken": { "Type": "String", "NoEcho": true, "Default": "x" } } });
    check(&defaulted, "ApiToken", caught);
    check(
        &json!({ "Outputs": { "DashboardToken": { "Value": { "Ref": "X" } } } }),
        "DashboardToken",
        caught,
    );
    check(
        &json!({ "Outputs": { "DashboardTokenSecretArn": { "Value": { "Ref": "X" } } } }),
        "X",
        &[],
    );
    check(
        &resource("AWS::SecretsManager::Secret", &json!({ "SecretString": "x" })),
        "It",
        caught,
    );
}

#[test]
fn a_role_without_a_boundary_is_caught() {
    let role = resource("AWS::IAM::Role", &json!({ "AssumeRolePolicyDocument": {} }));
    check(&role, "It", &[Rule::RoleWithoutBoundary]);
}

#[test]
fn passing_any_role_or_to_anyone_is_caught() {
    let to_lambda = json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } });
    let pass = |resource: &str, condition: &Json| {
        allowing(
            &json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": resource, "Condition": condition }),
        )
    };
    check(
        &pass("arn:aws:iam::123456789012:role/landfall-*", &to_lambda),
        "It",
        &[],
    );
    for (resource, condition) in [
        ("*", &to_lambda),
        ("arn:aws:iam::123456789012:role/*", &to_lambda),
        ("arn:aws:iam::123456789012:role/landfall-x", &Json::Null),
    ] {
        check(&pass(resource, condition), "It", &[Rule::PassRoleOnEverything]);
    }
}

#[test]
fn a_wildcard_among_actions_is_caught_unless_it_denies() {
    let caught = &[Rule::WildcardAction];
    check(
        &allowing(&json!({ "Effect": "Allow", "Action": ["s3:Get*"], "Resource": "*" })),
        "It",
        caught,
    );
    check(
        &allowing(&json!({ "Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "*" })),
        "It",
        caught,
    );
    check(
        &allowing(&json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "*" })),
        "It",
        &[],
    );
    let everything = allowing(&json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }));
    check(
        &everything,
        "It",
        &[Rule::PassRoleOnEverything, Rule::WildcardAction],
    );
}

#[test]
fn a_route_that_nobody_checks_is_caught() {
    let caught = &[Rule::PublicRoute];
    let route = |key: &str, target: &str, function: &str| {
        json!({ "Resources": {
            "It": { "Type": "AWS::ApiGatewayV2::Route", "Properties": {
                "RouteKey": key, "Target": { "Fn::Sub": format!("integrations/${{{target}}}") },
            } },
            "Behind": { "Type": "AWS::ApiGatewayV2::Integration", "Properties": {
                "IntegrationUri": { "Fn::GetAtt": [function, "Arn"] },
            } },
        } })
    };
    check(&route("GET /calendar/events", "Behind", "EventBroker"), "It", &[]);
    for (key, target, function) in [
        ("GET /bookings/export", "Behind", "EventBroker"),
        ("$default", "Behind", "EventBroker"),
        ("ANY /{proxy+}", "Behind", "EventBroker"),
        ("GET /calendar/events", "Behind", "SomethingElse"),
        ("GET /calendar/events", "Nothing", "EventBroker"),
    ] {
        check(&route(key, target, function), "It", caught);
    }
    let mut guarded = route("GET /bookings/export", "Behind", "EventBroker");
    guarded["Resources"]["It"]["Properties"]["AuthorizationType"] = "AWS_IAM".into();
    check(&guarded, "It", &[]);
    check(
        &resource("AWS::Lambda::Url", &json!({ "AuthType": "NONE" })),
        "It",
        caught,
    );
    check(
        &resource("AWS::Lambda::Permission", &json!({ "Principal": "*" })),
        "It",
        caught,
    );
}

#[test]
fn a_bucket_that_could_be_opened_and_a_log_for_ever_are_caught() {
    let caught = [Rule::BucketWithoutPublicAccessBlock; 4];
    check(&resource("AWS::S3::Bucket", &json!({})), "It", &caught);
    let three = json!({ "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": true, "BlockPublicPolicy": false, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
    } });
    check(&resource("AWS::S3::Bucket", &three), "It", &caught[..1]);
    let caught = &[Rule::LogGroupWithoutRetention];
    check(
        &resource("AWS::Logs::LogGroup", &json!({ "LogGroupName": "x" })),
        "It",
        caught,
    );
    check(&resource("AWS::Lambda::Function", &json!({})), "It", caught);
}
