//! What must hold in every generated template, read back from the JSON that CloudFormation gets.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in what its tests share"
)]

use std::collections::BTreeSet;

use contract::{ROUTES, content, env};
use serde_json::{Value as Json, json};
use stacks::{StackKind, Stage, outputs, parameters, stacks};

/// Actions that IAM grants on `*` only, each with the reason.
const ON_EVERYTHING: &[(&str, &str)] = &[
    (
        "ses:DeleteSuppressedDestination",
        "the list is the account's, which has no ARN",
    ),
    ("ses:GetAccount", "it is about the account, which has no ARN"),
    (
        "ses:ListSuppressedDestinations",
        "the list is the account's, which has no ARN",
    ),
];

fn template(stage: Stage, kind: StackKind) -> Json {
    let stacks = stacks(stage).unwrap();
    let stack = stacks.into_iter().find(|stack| stack.kind == kind).unwrap();
    serde_json::from_str(&stack.template.to_json()).unwrap()
}

/// The properties of every resource of the type, with its logical id.
fn all(template: &Json, resource_type: &str) -> Vec<(String, Json)> {
    template["Resources"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, resource)| resource["Type"] == resource_type)
        .map(|(id, resource)| (id.clone(), resource["Properties"].clone()))
        .collect()
}

fn statements(template: &Json) -> Vec<Json> {
    let roles = all(template, "AWS::IAM::Role");
    roles.iter().flat_map(|(_, role)| statements_of(role)).collect()
}

fn statements_of(role: &Json) -> Vec<Json> {
    let policies = role["Policies"].as_array().unwrap().iter();
    policies
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap().clone())
        .collect()
}

fn strings(list: &Json) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap())
        .collect()
}

#[test]
fn every_route_of_the_contract_is_there_once_with_one_integration() {
    for stage in Stage::ALL {
        let runtime = template(*stage, StackKind::Runtime);
        let integrations = all(&runtime, "AWS::ApiGatewayV2::Integration");
        let mut deployed: Vec<String> = Vec::new();
        for (id, route) in all(&runtime, "AWS::ApiGatewayV2::Route") {
            let target = route["Target"]["Fn::Sub"].as_str().unwrap();
            let behind = |(id, _): &&(String, Json)| target == format!("integrations/${{{id}}}");
            assert_eq!(integrations.iter().filter(behind).count(), 1, "{id}: {target}");
            deployed.push(route["RouteKey"].as_str().unwrap().to_owned());
        }
        let mut declared: Vec<String> = ROUTES
            .iter()
            .map(|route| format!("{} {}", route.method.as_str(), route.path))
            .collect();
        deployed.sort();
        declared.sort();
        assert_eq!(deployed, declared);
    }
}

#[test]
fn every_integration_may_call_its_function() {
    let runtime = template(Stage::Production, StackKind::Runtime);
    let permissions = all(&runtime, "AWS::Lambda::Permission");
    for (id, integration) in all(&runtime, "AWS::ApiGatewayV2::Integration") {
        let allows =
            |(_, permission): &&(String, Json)| permission["FunctionName"] == integration["IntegrationUri"];
        assert_eq!(permissions.iter().filter(allows).count(), 1, "{id}");
    }
}

#[test]
fn no_role_is_granted_a_wildcard_action_or_everything() {
    for stage in Stage::ALL {
        let statements = statements(&template(*stage, StackKind::Runtime));
        assert!(!statements.is_empty());
        for statement in statements {
            assert_eq!(statement["Effect"], "Allow");
            for action in strings(&statement["Action"]) {
                assert!(!action.contains('*'), "{statement}");
                let excused = ON_EVERYTHING.iter().any(|(known, _)| *known == action);
                let resources = statement["Resource"].as_array().unwrap();
                assert!(!resources.is_empty(), "{statement}");
                assert!(excused || !resources.contains(&json!("*")), "{statement}");
            }
        }
    }
}

#[test]
fn every_statement_has_a_sid_of_its_own_in_its_role() {
    for (id, role) in all(&template(Stage::Local, StackKind::Runtime), "AWS::IAM::Role") {
        let statements = statements_of(&role);
        let sids: BTreeSet<&str> = statements
            .iter()
            .map(|statement| statement["Sid"].as_str().unwrap())
            .collect();
        assert_eq!(sids.len(), statements.len(), "{id}");
    }
}

#[test]
fn a_function_reads_its_objects_and_the_partners_secrets_only() {
    let (manifest, verifiers) = (content::MANIFEST_KEY, content::VERIFIERS_KEY);
    let (partners, key) = (Stage::partner_secrets_prefix, Stage::unsubscribe_key_secret);
    let (partners, key) = (
        move |stage| partners(stage) + "*",
        move |stage| key(stage) + "-??????",
    );
    let partners: &Named = &partners;
    check_reads(
        "EventBrokerRole",
        &[manifest, verifiers, content::RELEASES_KEY],
        &[partners, &key],
    );
    check_reads("PlatformSyncRole", &[manifest], &[partners]);
    check_reads("WebhooksRole", &[manifest], &[partners]);
    check_reads("CampaignSchedulerRole", &[manifest], &[]);
    check_reads(
        "CampaignSenderRole",
        &[manifest, content::LIBRARY_KEY],
        &[partners, &key],
    );
    check_reads("MailFeedbackRole", &[], &[]);
}

/// What a stage calls something.
type Named = dyn Fn(Stage) -> String;

fn check_reads(role: &str, keys: &[&str], secrets: &[&Named]) {
    for stage in Stage::ALL {
        let roles = all(&template(*stage, StackKind::Runtime), "AWS::IAM::Role");
        let (_, found) = roles.iter().find(|(id, _)| id == role).unwrap();
        let statements = statements_of(found);
        let resources = |action: &str| -> Vec<String> {
            let grants = statements
                .iter()
                .filter(|statement| strings(&statement["Action"]).contains(&action));
            grants
                .flat_map(|statement| statement["Resource"].as_array().unwrap())
                .map(|resource| resource["Fn::Sub"].as_str().unwrap().to_owned())
                .collect()
        };
        let object = |key: &&str| format!("arn:${{AWS::Partition}}:s3:::${{ContentBucketName}}/{key}");
        let objects: Vec<String> = keys.iter().map(object).collect();
        assert_eq!(resources("s3:GetObject"), objects);
        let found: Vec<String> = resources("secretsmanager:GetSecretValue")
            .iter()
            .map(|arn| arn.rsplit_once(":secret:").unwrap().1.to_owned())
            .collect();
        let expected: Vec<String> = secrets.iter().map(|name| name(*stage)).collect();
        assert_eq!(found, expected, "{role}");
        for pattern in found {
            assert!(
                !stage
                    .dashboard_token_secret()
                    .starts_with(pattern.trim_end_matches('*'))
            );
        }
    }
}

/// Functions that fetch something by themselves, and so may be led astray by an address.
const FETCHING: [&str; 4] = ["EventBroker", "PlatformSync", "CampaignSender", "InboxScraper"];

/// What a function is told besides the stage and the table.
fn own_variables(function: &str) -> Vec<&'static str> {
    let partners = [env::CONTENT_BUCKET, env::PARTNER_SECRETS_PREFIX];
    match function {
        "EventBroker" => {
            let own = [env::SYNC_FUNCTION, env::REPLIES_FUNCTION, env::UNSUBSCRIBE_SECRET];
            [&partners[..], &own].concat()
        }
        "PlatformSync" => [&partners[..], &[env::API_URL]].concat(),
        "Webhooks" => [&partners[..], &[env::API_URL, env::SYNC_FUNCTION]].concat(),
        "CampaignScheduler" => vec![env::CONTENT_BUCKET, env::SEND_QUEUE],
        "CampaignSender" => {
            let own = [
                env::API_URL,
                env::CONFIGURATION_SET,
                env::SEND_QUEUE,
                env::UNSUBSCRIBE_SECRET,
            ];
            [&partners[..], &own].concat()
        }
        "InboxScraper" => [&partners[..], &[env::INBOUND_BUCKET, env::MESSAGES_QUEUE]].concat(),
        "InboxResponder" => vec![env::CONTENT_BUCKET, env::INBOUND_BUCKET, env::SEND_QUEUE],
        "MailFeedback" => vec![env::FEEDBACK_TOPIC],
        // A new function is told more than this: it fails until it is listed.
        _ => Vec::new(),
    }
}

#[test]
fn the_functions_environment_is_what_the_contract_names() {
    for stage in Stage::ALL {
        let runtime = template(*stage, StackKind::Runtime);
        let functions = all(&runtime, "AWS::Lambda::Function");
        assert!(!functions.is_empty());
        for (id, function) in functions {
            let variables = function["Environment"]["Variables"].as_object().unwrap();
            let names: BTreeSet<&str> = variables.keys().map(String::as_str).collect();
            let mut expected = BTreeSet::from([env::STAGE, env::EVENTS_TABLE]);
            expected.extend(own_variables(&id));
            if FETCHING.contains(&id.as_str()) && *stage == Stage::Local {
                expected.insert(env::ALLOWED_ORIGINS);
            }
            assert_eq!(names, expected, "{id}");
            assert_eq!(variables[env::STAGE], stage.as_str());
        }
    }
}

#[test]
fn only_the_local_stage_can_be_given_allowed_origins() {
    for stage in Stage::ALL {
        let runtime = template(*stage, StackKind::Runtime);
        let present = runtime["Parameters"].get(parameters::ALLOWED_ORIGINS).is_some();
        assert_eq!(present, *stage == Stage::Local);
    }
}

#[test]
fn data_outlives_its_stack_in_every_stage_but_local() {
    for (stage, policy) in [
        (Stage::Local, "Delete"),
        (Stage::Staging, "Retain"),
        (Stage::Production, "Retain"),
    ] {
        let storage = template(stage, StackKind::Storage);
        for (id, resource) in storage["Resources"].as_object().unwrap() {
            assert_eq!(resource["DeletionPolicy"], policy, "{id}");
            assert_eq!(resource["UpdateReplacePolicy"], policy, "{id}");
        }
        let (_, table) = &all(&storage, "AWS::DynamoDB::Table")[0];
        assert_eq!(table["DeletionProtectionEnabled"], policy == "Retain");
        assert_eq!(
            table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
            true
        );
    }
}

#[test]
fn no_template_holds_a_secrets_value() {
    for stage in Stage::ALL {
        for (id, secret) in all(
            &template(*stage, StackKind::Storage),
            "AWS::SecretsManager::Secret",
        ) {
            let mut properties: Vec<&str> = secret.as_object().unwrap().keys().map(String::as_str).collect();
            // How it is made up is no value.
            properties.retain(|property| *property != "GenerateSecretString");
            assert_eq!(properties, ["Description", "Name", "Tags"], "{id}");
        }
    }
}

#[test]
fn access_logs_are_json_without_path_query_or_headers() {
    let runtime = template(Stage::Production, StackKind::Runtime);
    let (_, stage) = &all(&runtime, "AWS::ApiGatewayV2::Stage")[0];
    let format: Json = serde_json::from_str(stage["AccessLogSettings"]["Format"].as_str().unwrap()).unwrap();
    for (name, variable) in format.as_object().unwrap() {
        let variable = variable.as_str().unwrap().to_ascii_lowercase();
        for revealing in ["path", "query", "header", "authorizer", "useragent", "$request"] {
            assert!(!variable.contains(revealing), "{name}: {variable}");
        }
    }
}

#[test]
fn the_storage_stacks_outputs_are_the_runtimes_parameters() {
    for stage in Stage::ALL {
        let stacks = stacks(*stage).unwrap();
        let [storage, runtime] = &stacks[..] else {
            panic!("{} stacks", stacks.len())
        };
        assert_eq!(
            storage.template.outputs(),
            [
                outputs::CONTENT_BUCKET_NAME,
                outputs::DASHBOARD_TOKEN_SECRET_ARN,
                outputs::EVENTS_TABLE_NAME,
                outputs::INBOUND_BUCKET_NAME,
                outputs::INBOUND_MAIL_DEAD_LETTERS_NAME,
                outputs::INBOUND_MAIL_QUEUE_ARN,
            ]
        );
        assert!(storage.template.parameters().is_empty());
        assert_eq!(
            runtime.template.outputs(),
            [outputs::API_ID, outputs::API_URL, outputs::FEEDBACK_TOPIC_ARN]
        );
        for name in [
            outputs::CONTENT_BUCKET_NAME,
            outputs::EVENTS_TABLE_NAME,
            outputs::INBOUND_BUCKET_NAME,
            outputs::INBOUND_MAIL_DEAD_LETTERS_NAME,
            outputs::INBOUND_MAIL_QUEUE_ARN,
        ] {
            assert!(runtime.template.parameters().contains(&name), "{name}");
        }
        for function in stacks::functions() {
            let parameter = function.artifact_parameter();
            assert!(
                runtime.template.parameters().contains(&parameter.as_str()),
                "{parameter}"
            );
        }
    }
}

#[test]
fn everything_that_takes_tags_says_its_stage() {
    let untagged = [
        "Permission",
        "Integration",
        "Route",
        "BucketPolicy",
        "Schedule",
        "QueuePolicy",
        "TopicPolicy",
        "Subscription",
        "EventDestination",
    ];
    for stage in Stage::ALL {
        for kind in [StackKind::Storage, StackKind::Runtime] {
            let template = template(*stage, kind);
            for (id, resource) in template["Resources"].as_object().unwrap() {
                let tags = &resource["Properties"]["Tags"];
                let resource_type = resource["Type"].as_str().unwrap();
                let tagged = *tags == json!([{ "Key": "landfall:stage", "Value": stage.as_str() }])
                    || *tags == json!({ "landfall:stage": stage.as_str() });
                let exempt = untagged.iter().any(|kind| resource_type.ends_with(kind));
                assert_ne!(tagged, exempt, "{id}: {resource_type}");
            }
        }
    }
}
