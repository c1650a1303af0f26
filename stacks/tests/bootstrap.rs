//! What the bootstrap stack lets GitHub Actions do, and what not, read back from the JSON that CloudFormation gets.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in what its tests share"
)]

use serde_json::Value as Json;
use stacks::{
    StackKind, Stage, SynthError,
    bootstrap::{BootstrapSettings, Duty, Repository, RepositoryIds, bootstrap},
    stacks,
    trust::{AUDIENCE, Claims, trusts},
};

const STAGES: [Stage; 2] = [Stage::Staging, Stage::Production];

fn settings() -> BootstrapSettings {
    let ids = RepositoryIds {
        owner: 11,
        repository: 22,
    };
    BootstrapSettings::new(Repository::new("octo", "landfall", Some(ids)).unwrap())
}

fn template() -> Json {
    serde_json::from_str(&bootstrap(&settings()).unwrap().template.to_json()).unwrap()
}

fn camel(text: &str) -> String {
    let words = text
        .split('-')
        .map(|word| word[..1].to_ascii_uppercase() + &word[1..]);
    words.collect()
}

fn role<'a>(template: &'a Json, stage: Stage, name: &str) -> &'a Json {
    let properties = &template["Resources"][camel(&format!("{stage}-{name}-role"))]["Properties"];
    assert!(properties.is_object(), "{stage} {name}");
    properties
}

/// Every (action, resource, condition) that the role is allowed, with what it shares.
fn rights(template: &Json, role: &Json) -> Vec<(String, String, Json)> {
    let own = role["Policies"].as_array().into_iter().flatten();
    let shared = role["ManagedPolicyArns"].as_array().into_iter().flatten();
    let shared = shared.map(|policy| &template["Resources"][policy["Ref"].as_str().unwrap()]["Properties"]);
    let mut rights = Vec::new();
    for policy in own.chain(shared) {
        for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
            assert_eq!(statement["Effect"], "Allow");
            for action in statement["Action"].as_array().unwrap() {
                for resource in statement["Resource"].as_array().unwrap() {
                    let action = action.as_str().unwrap().to_owned();
                    rights.push((action, text(resource), statement["Condition"].clone()));
                }
            }
        }
    }
    assert!(!rights.is_empty());
    rights
}

/// The function that names a resource so.
fn named(id: &str, name: impl Fn(&stacks::Function) -> String) -> Option<stacks::Function> {
    stacks::functions()
        .into_iter()
        .find(|function| name(function) == id)
}

/// A resource as it will read when deployed.
fn text(resource: &Json) -> String {
    let text = match (resource.as_str(), resource["Fn::Sub"].as_str()) {
        (Some(text), _) | (_, Some(text)) => text.to_owned(),
        _ if resource["Ref"] == "InboundMailQueueArn" => {
            "arn:aws:sqs:us-east-1:123456789012:landfall-production-storage-InboundMailQueue-1A2B".to_owned()
        }
        _ => match resource["Fn::GetAtt"][0].as_str().unwrap_or_default() {
            "ArtifactBucket" => "arn:aws:s3:::landfall-artifacts-123456789012-us-east-1".to_owned(),
            id if named(id, |function| function.logical_id() + "Logs").is_some() => {
                let function = named(id, |function| function.logical_id() + "Logs").unwrap();
                let group = function.log_group_name(Stage::Production);
                format!("arn:aws:logs:us-east-1:123456789012:log-group:{group}:*")
            }
            id if named(id, stacks::Function::logical_id).is_some() => {
                let function = named(id, stacks::Function::logical_id).unwrap();
                let name = function.function_name(Stage::Production);
                format!("arn:aws:lambda:us-east-1:123456789012:function:{name}")
            }
            queue @ ("SendQueue" | "FeedbackQueue" | "MessagesQueue") => {
                format!("arn:aws:sqs:us-east-1:123456789012:landfall-production-runtime-{queue}-1A2B")
            }
            role => format!("arn:aws:iam::123456789012:role/landfall/bootstrap/{role}"),
        },
    };
    [
        ("${AWS::Partition}", "aws"),
        ("${AWS::Region}", "us-east-1"),
        ("${AWS::AccountId}", "123456789012"),
        ("${ArtifactBucket}", "landfall-artifacts-123456789012-us-east-1"),
        ("${ConfigurationSet}", "landfall-production"),
        (
            "${EventsTableName}",
            "landfall-production-storage-EventsTable-1A2B",
        ),
        (
            "${ContentBucketName}",
            "landfall-production-storage-contentbucket-1a2b",
        ),
        (
            "${InboundBucketName}",
            "landfall-production-storage-inboundmailbucket-1a2b",
        ),
    ]
    .iter()
    .fold(text, |text, (from, to)| text.replace(from, to))
}

/// What IAM grants on everything only, besides what is about logs.
const ON_EVERYTHING: [&str; 7] = [
    "cloudwatch:DescribeAlarms",
    "cloudformation:DescribeStackDriftDetectionStatus",
    "secretsmanager:GetRandomPassword",
    "ses:DescribeConfigurationSet",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
];

fn actions(rights: &[(String, String, Json)]) -> Vec<&str> {
    rights.iter().map(|(action, ..)| action.as_str()).collect()
}

/// `*` at the end or in the middle, as in our resources.
fn covers(pattern: &str, resource: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap();
    let Some(mut rest) = resource.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn each_role_trusts_its_own_environment_in_both_forms_and_nothing_else() {
    let template = template();
    let mut environments: Vec<String> = vec!["preview".to_owned(), "Production".to_owned(), "*".to_owned()];
    for stage in STAGES {
        environments.extend(Duty::ALL.iter().map(|duty| duty.environment(stage)));
    }
    let repositories = [
        ("octo/landfall", true),
        ("octo@11/landfall@22", true),
        ("octo@12/landfall@22", false),
        ("octo@11/landfall@23", false),
        ("octo/other", false),
        ("fork/landfall", false),
        ("octo/landfall-2", false),
        ("octopus/landfall", false),
    ];
    let mut trusted = 0;
    for stage in STAGES {
        for duty in Duty::ALL {
            let policy = &role(&template, stage, duty.as_str())["AssumeRolePolicyDocument"];
            for (repository, ours) in repositories {
                for environment in &environments {
                    let sub = format!("repo:{repository}:environment:{environment}");
                    for aud in [AUDIENCE, "https://github.com/octo", ""] {
                        let expected = ours && *environment == duty.environment(stage) && aud == AUDIENCE;
                        trusted += usize::from(expected);
                        assert_eq!(
                            trusts(policy, &Claims { aud, sub: &sub }),
                            expected,
                            "{duty:?} of {stage}: {sub} for {aud:?}"
                        );
                    }
                }
                for job in ["ref:refs/heads/main", "pull_request", "ref:refs/tags/v1"] {
                    let sub = format!("repo:{repository}:{job}");
                    let claims = Claims {
                        aud: AUDIENCE,
                        sub: &sub,
                    };
                    assert!(!trusts(policy, &claims), "{duty:?} of {stage}: {sub}");
                }
            }
        }
    }
    assert_eq!(trusted, STAGES.len() * Duty::ALL.len() * 2);
}

#[test]
fn the_environments_of_all_roles_differ() {
    let mut environments: Vec<String> = Vec::new();
    for stage in STAGES {
        environments.extend(Duty::ALL.iter().map(|duty| duty.environment(stage)));
    }
    let all = environments.len();
    environments.sort();
    environments.dedup();
    assert_eq!(environments.len(), all);
}

#[test]
fn only_cloudformation_assumes_the_execution_role() {
    let template = template();
    for stage in STAGES {
        let policy = &role(&template, stage, "execution")["AssumeRolePolicyDocument"];
        let statements = policy["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), 1);
        assert_eq!(
            statements[0]["Principal"],
            serde_json::json!({ "Service": "cloudformation.amazonaws.com" })
        );
    }
}

#[test]
fn the_plan_role_prepares_and_carries_nothing_out() {
    let template = template();
    for stage in STAGES {
        let rights = rights(&template, role(&template, stage, "plan"));
        let changing: Vec<&(String, String, Json)> = rights
            .iter()
            .filter(|(action, ..)| {
                let name = action.split_once(':').unwrap().1;
                !["Describe", "Get", "List", "Detect"]
                    .iter()
                    .any(|verb| name.starts_with(verb))
                    && action != "apigateway:GET"
            })
            .collect();
        let names: Vec<&str> = changing.iter().map(|(action, ..)| action.as_str()).collect();
        assert_eq!(
            names,
            [
                "cloudformation:CreateChangeSet",
                "cloudformation:DeleteChangeSet",
                "iam:PassRole",
                "s3:PutObject"
            ]
        );
        let put = &changing[3].1;
        assert!(put.ends_with(&format!("/plans/{stage}/*")), "{put}");
        let passed = &changing[2].2["StringEquals"]["iam:PassedToService"];
        assert_eq!(*passed, serde_json::json!(["cloudformation.amazonaws.com"]));
        assert!(!actions(&rights).contains(&"secretsmanager:GetSecretValue"));
    }
}

#[test]
fn a_change_set_can_only_be_made_to_run_with_the_execution_role() {
    let template = template();
    for stage in STAGES {
        for duty in [Duty::Plan, Duty::Deploy] {
            let rights = rights(&template, role(&template, stage, duty.as_str()));
            let mut makes = rights
                .iter()
                .filter(|(action, ..)| action == "cloudformation:CreateChangeSet");
            let (_, _, condition) = makes.next().unwrap();
            let role = camel(&format!("{stage}-execution-role"));
            assert_eq!(
                condition["StringEquals"]["cloudformation:RoleArn"],
                serde_json::json!([{ "Fn::GetAtt": [role, "Arn"] }])
            );
            assert!(makes.next().is_none());
        }
    }
}

#[test]
fn only_the_deploy_role_executes_and_only_on_its_stage() {
    let template = template();
    for stage in STAGES {
        for duty in Duty::ALL {
            let rights = rights(&template, role(&template, stage, duty.as_str()));
            for (action, resource, _) in &rights {
                if ["cloudformation:ExecuteChangeSet", "cloudformation:DeleteStack"]
                    .contains(&action.as_str())
                {
                    assert_eq!(*duty, Duty::Deploy);
                    assert!(
                        resource.contains(&format!(":stack/landfall-{stage}-")),
                        "{resource}"
                    );
                    assert!(!covers(
                        resource,
                        "arn:aws:cloudformation:us-east-1:123456789012:stack/landfall-bootstrap/id"
                    ));
                }
                if action == "cloudformation:DeleteStack" {
                    assert!(resource.contains("-runtime/"), "{resource}");
                }
            }
        }
    }
}

#[test]
fn no_role_changes_what_the_bootstrap_stack_made_or_another_stages_resources() {
    let template = template();
    for stage in STAGES {
        let other = if stage == Stage::Staging {
            "production"
        } else {
            "staging"
        };
        let forbidden = [
            "arn:aws:iam::123456789012:role/landfall/bootstrap/production-deploy".to_owned(),
            "arn:aws:iam::123456789012:policy/landfall/bootstrap/production-boundary".to_owned(),
            "arn:aws:cloudformation:us-east-1:123456789012:stack/landfall-bootstrap/id".to_owned(),
            "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com".to_owned(),
            format!("arn:aws:iam::123456789012:role/landfall-{other}-runtime-Role"),
            format!("arn:aws:dynamodb:us-east-1:123456789012:table/landfall-{other}-storage-Table"),
            format!(
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:landfall/{other}/dashboard-token-x"
            ),
            format!("arn:aws:s3:::landfall-artifacts-123456789012-us-east-1/plans/{other}/plan.json"),
            format!("arn:aws:sqs:us-east-1:123456789012:landfall-{other}-runtime-SendQueue-1A2B"),
            format!("arn:aws:sns:us-east-1:123456789012:landfall-{other}-runtime-FeedbackTopic-1A2B"),
            format!("arn:aws:ses:us-east-1:123456789012:configuration-set/landfall-{other}"),
            format!(
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:landfall/{other}/unsubscribe-key-x"
            ),
        ];
        let names = Duty::ALL.iter().map(|duty| duty.as_str()).chain(["execution"]);
        for name in names {
            for (action, resource, condition) in rights(&template, role(&template, stage, name)) {
                if resource == "*" {
                    let functions = text(&condition["ArnLike"]["lambda:FunctionArn"][0]);
                    let of_our_functions = functions.ends_with(&format!(":function:landfall-{stage}-*"));
                    let harmless = action.starts_with("logs:") || ON_EVERYTHING.contains(&action.as_str());
                    assert!(harmless || of_our_functions, "{name}: {action} on everything");
                    continue;
                }
                for arn in &forbidden {
                    assert!(
                        !covers(&resource, arn),
                        "{name} of {stage}: {action} on {resource} reaches {arn}"
                    );
                }
            }
        }
    }
}

#[test]
fn only_the_deploy_role_deletes_objects_and_only_the_functions_archives() {
    let template = template();
    for stage in STAGES {
        for duty in Duty::ALL {
            let rights = rights(&template, role(&template, stage, duty.as_str()));
            let deletes = rights
                .iter()
                .filter(|(action, ..)| action.starts_with("s3:Delete"));
            let deletes: Vec<(&str, &str)> = deletes
                .map(|(action, resource, _)| (action.as_str(), resource.as_str()))
                .collect();
            let archives = "arn:aws:s3:::landfall-artifacts-123456789012-us-east-1/functions/*";
            match duty {
                Duty::Deploy => assert_eq!(deletes, [("s3:DeleteObject", archives)]),
                _ => assert_eq!(deletes, [], "{duty:?}"),
            }
        }
    }
}

#[test]
fn another_stages_releases_are_read_to_keep_what_they_name_and_never_written() {
    let template = template();
    let other = "arn:aws:s3:::landfall-artifacts-123456789012-us-east-1/releases/staging/x.json";
    let reaching: Vec<(&str, String)> = Duty::ALL
        .iter()
        .flat_map(|duty| {
            let rights = rights(&template, role(&template, Stage::Production, duty.as_str()));
            let reaching = rights
                .into_iter()
                .filter(|(action, resource, _)| action.starts_with("s3:") && covers(resource, other));
            reaching.map(|(action, ..)| (duty.as_str(), action))
        })
        .collect();
    assert_eq!(reaching, [("deploy", "s3:GetObject".to_owned())]);
}

#[test]
fn cloudformation_makes_roles_within_the_boundary_only_and_destroys_no_data() {
    let template = template();
    for stage in STAGES {
        let boundary = serde_json::json!([{ "Ref": camel(&format!("{stage}-boundary")) }]);
        let rights = rights(&template, role(&template, stage, "execution"));
        for (action, _, condition) in &rights {
            if [
                "iam:CreateRole",
                "iam:PutRolePolicy",
                "iam:PutRolePermissionsBoundary",
            ]
            .contains(&action.as_str())
            {
                assert_eq!(
                    condition["StringEquals"]["iam:PermissionsBoundary"], boundary,
                    "{action}"
                );
            }
        }
        let actions = actions(&rights);
        assert!(actions.contains(&"iam:CreateRole"));
        for never in [
            "iam:DeleteRolePermissionsBoundary",
            "iam:AttachRolePolicy",
            "iam:CreatePolicyVersion",
            "iam:CreateUser",
            "dynamodb:DeleteTable",
            "s3:DeleteBucket",
            "s3:DeleteObject",
            "secretsmanager:DeleteSecret",
            "secretsmanager:GetSecretValue",
        ] {
            assert!(!actions.contains(&never), "{never}");
        }
    }
}

#[test]
fn only_deploy_and_rotation_read_the_dashboard_token_and_none_a_partners_secret() {
    let template = template();
    for stage in STAGES {
        for duty in Duty::ALL {
            let rights = rights(&template, role(&template, stage, duty.as_str()));
            let reads: Vec<&String> = rights
                .iter()
                .filter(|(action, ..)| action == "secretsmanager:GetSecretValue")
                .map(|(_, resource, _)| resource)
                .collect();
            let expected = usize::from(matches!(duty, Duty::Deploy | Duty::RotateToken));
            assert_eq!(reads.len(), expected, "{duty:?}");
            for resource in reads {
                assert!(
                    resource.ends_with(&format!(":secret:{}*", stage.dashboard_token_secret())),
                    "{resource}"
                );
            }
        }
    }
}

#[test]
fn the_boundary_holds_everything_that_the_functions_are_granted() {
    let template = template();
    let policy =
        serde_json::json!({ "Policies": [&template["Resources"]["ProductionBoundary"]["Properties"]] });
    let allowed = rights(&template, &policy);
    let stacks = stacks(Stage::Production).unwrap();
    let runtime = stacks
        .iter()
        .find(|stack| stack.kind == StackKind::Runtime)
        .unwrap();
    let runtime: Json = serde_json::from_str(&runtime.template.to_json()).unwrap();
    for (id, resource) in runtime["Resources"].as_object().unwrap() {
        if resource["Type"] != "AWS::IAM::Role" {
            continue;
        }
        for (action, resource, _) in rights(&runtime, &resource["Properties"]) {
            let within = allowed
                .iter()
                .any(|(name, pattern, _)| *name == action && covers(pattern, &resource));
            assert!(within, "{id}: {action} on {resource} is outside the boundary");
        }
    }
    let reads = allowed
        .iter()
        .filter(|(action, ..)| action.starts_with("secretsmanager:"));
    assert!(!reads.into_iter().any(|(_, pattern, _)| {
        covers(
            pattern,
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:landfall/production/dashboard-token-x",
        )
    }));
}

#[test]
fn the_template_and_its_policies_are_within_aws_limits() {
    let stack = bootstrap(&settings()).unwrap();
    assert!(stack.template.to_compact_json().len() < 51_200);
    let template = template();
    for (id, resource) in template["Resources"].as_object().unwrap() {
        let properties = &resource["Properties"];
        let (policies, limit) = match resource["Type"].as_str().unwrap() {
            "AWS::IAM::Role" => (&properties["Policies"], 10_240),
            "AWS::IAM::ManagedPolicy" => (&properties["PolicyDocument"], 6_144),
            _ => continue,
        };
        // Longer than what IAM counts: it sees the values and not the functions that give them.
        let bytes = serde_json::to_string(policies).unwrap().len();
        assert!(bytes < limit, "{id}: {bytes} of {limit}");
    }
}

#[test]
fn the_bootstrap_stack_is_in_no_stages_list_and_local_has_none() {
    for stage in Stage::ALL {
        assert!(
            stacks(*stage)
                .unwrap()
                .iter()
                .all(|stack| stack.kind != StackKind::Bootstrap)
        );
    }
    let local = BootstrapSettings {
        stages: vec![Stage::Local],
        ..settings()
    };
    assert_eq!(bootstrap(&local), Err(SynthError::BootstrapOfLocal));
    assert_eq!(bootstrap(&settings()).unwrap().name, "landfall-bootstrap");
}

#[test]
fn an_account_that_knows_github_gets_no_second_provider() {
    let settings = BootstrapSettings {
        provider: stacks::bootstrap::Provider::OfAccount,
        ..settings()
    };
    let json = bootstrap(&settings).unwrap().template.to_json();
    assert!(!json.contains("AWS::IAM::OIDCProvider"));
    assert!(json.contains(":oidc-provider/token.actions.githubusercontent.com"));
}
