//! Each function has the rights that it needs, and every one of them is needed.
//!
//! `WriteOwnLogs` is left out: the local cloud keeps a function's log without asking for the permission.

use serde_json::{Value, json};
use stacks::Stage;

use super::answer::Answer;
use super::cloud::{Cloud, SECRET_QUERY, event, free_day};
use super::landfall::{FEED_SECRET, SECRET_LISTING};

/// A right, and a call for which it is needed.
struct Needed {
    sid: &'static str,
    call: fn(&Cloud) -> Answer,
    /// What the call answers without the right.
    denied: fn(&Answer) -> bool,
    /// A call that goes well without it: the function as such is sound.
    unharmed: fn(&Cloud) -> Answer,
}

const NEEDED: &[Needed] = &[
    Needed {
        sid: "ReadEvents",
        call: list,
        denied: is_unavailable,
        unharmed: bookings,
    },
    Needed {
        sid: "WriteEvents",
        call: add,
        denied: is_unavailable,
        unharmed: list,
    },
    Needed {
        sid: "ReadManifest",
        call: bookings,
        denied: is_unavailable,
        unharmed: check_token,
    },
    Needed {
        sid: "ReadVerifiers",
        call: check_token,
        denied: is_unavailable,
        unharmed: health,
    },
    Needed {
        sid: "ReadReleases",
        call: overview,
        denied: the_deployments_are_missed,
        unharmed: list,
    },
    Needed {
        sid: "ReadPartnerSecrets",
        call: bookings,
        denied: the_secret_feed_is_not_read,
        unharmed: add,
    },
    Needed {
        sid: "ReadUnsubscribeKey",
        call: forged_link,
        denied: is_unavailable,
        unharmed: list,
    },
    Needed {
        sid: "AskForSync",
        call: conflicts,
        denied: is_unavailable,
        unharmed: list,
    },
    Needed {
        sid: "AskForThreads",
        call: threads,
        denied: is_unavailable,
        unharmed: list,
    },
];

#[test]
fn without_any_one_of_its_rights_the_broker_fails_where_it_needs_it() {
    let Some(cloud) = Cloud::own("rights") else { return };
    let template = cloud.wait(cloud.aws.template());
    let mut sids = sids(&template);
    assert_eq!(sids.remove(0), "WriteOwnLogs");
    let tested: Vec<&str> = NEEDED.iter().map(|needed| needed.sid).collect();
    assert_eq!(sids, tested, "each right has its test here");

    for needed in NEEDED {
        cloud.wait(cloud.aws.update(&without(&template, needed.sid)));
        let answer = (needed.call)(&cloud);
        assert!(
            (needed.denied)(&answer),
            "{} is not needed: {answer:?}",
            needed.sid
        );
        let status = (needed.unharmed)(&cloud).status;
        assert!([200, 201].contains(&status), "{}: {status}", needed.sid);
    }

    cloud.landfall.deploy().succeeded();
    assert_eq!(cloud.wait(cloud.aws.template()), template);
    for needed in NEEDED {
        let answer = (needed.call)(&cloud);
        assert!(answer.status < 500 && !(needed.denied)(&answer), "{answer:?}");
    }
}

#[test]
fn the_broker_may_read_partners_secrets_and_not_the_dashboard_token() {
    let Some(cloud) = Cloud::shared() else { return };
    let broker = cloud.wait(cloud.aws.as_broker());
    let feed = format!("{}{FEED_SECRET}", Stage::Local.partner_secrets_prefix());
    let token = cloud.outputs["DashboardTokenSecretArn"].as_str().unwrap();
    assert!(cloud.wait(broker.secret(&feed)).unwrap().contains(SECRET_QUERY));
    let refusal = cloud.wait(broker.secret(token)).unwrap_err();
    assert_eq!(refusal, "AccessDeniedException");
    assert_eq!(
        cloud.wait(cloud.aws.secret(token)).unwrap(),
        cloud.token,
        "it is there"
    );
}

fn list(cloud: &Cloud) -> Answer {
    cloud.get("/calendar/events?asset=sloop")
}

fn add(cloud: &Cloud) -> Answer {
    cloud.add(&event(&free_day(), "Rights"), None)
}

fn bookings(cloud: &Cloud) -> Answer {
    cloud.get("/platforms/bookings")
}

fn overview(cloud: &Cloud) -> Answer {
    cloud.get("/overview")
}

fn threads(cloud: &Cloud) -> Answer {
    cloud.get("/inbox")
}

fn conflicts(cloud: &Cloud) -> Answer {
    cloud.get("/conflicts")
}

/// Nobody can say that it is forged but who has the key.
fn forged_link(cloud: &Cloud) -> Answer {
    cloud.get("/unsubscribe/forged.link")
}

fn check_token(cloud: &Cloud) -> Answer {
    cloud.get("/auth/check")
}

fn health(cloud: &Cloud) -> Answer {
    cloud.get("/health")
}

fn is_unavailable(answer: &Answer) -> bool {
    answer.status == 503 && answer.body()["type"] == "urn:landfall:problem:unavailable"
}

fn the_secret_feed_is_not_read(answer: &Answer) -> bool {
    answer.status == 200
        && answer.source(SECRET_LISTING) == ("error".to_owned(), Some("secret-denied".to_owned()))
}

fn the_deployments_are_missed(answer: &Answer) -> bool {
    answer.status == 200 && answer.body()["problems"] == json!(["deployments"])
}

fn role(template: &Value) -> &Value {
    &template["Resources"]["EventBrokerRole"]["Properties"]
}

fn statements(template: &Value) -> &[Value] {
    let policies = role(template)["Policies"].as_array().unwrap();
    assert_eq!(policies.len(), 1);
    assert!(role(template).get("ManagedPolicyArns").is_none());
    policies[0]["PolicyDocument"]["Statement"].as_array().unwrap()
}

fn sids(template: &Value) -> Vec<String> {
    let statements = statements(template);
    statements
        .iter()
        .map(|statement| statement["Sid"].as_str().unwrap().to_owned())
        .collect()
}

/// The template without one statement. The variable makes Lambda start the function anew, so that nothing which it
/// remembers hides the denial.
fn without(template: &Value, sid: &str) -> Value {
    let mut template = template.clone();
    let resources = &mut template["Resources"];
    let policy = &mut resources["EventBrokerRole"]["Properties"]["Policies"][0]["PolicyDocument"];
    let statements = policy["Statement"].as_array_mut().unwrap();
    let before = statements.len();
    statements.retain(|statement| statement["Sid"] != sid);
    assert_eq!(statements.len(), before - 1);
    resources["EventBroker"]["Properties"]["Environment"]["Variables"]["TEST_WITHOUT"] = json!(sid);
    template
}
