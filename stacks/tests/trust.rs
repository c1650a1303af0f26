//! Whom the deploy role of production trusts: a table of tokens, and red fixtures that let an outsider in.
//!
//! Each fixture is the stack's own trust policy with one thing wrong. It must let the outsider in, by the offline
//! evaluator, and be caught, by the rules: neither can be blind to what the other sees.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in what its tests share"
)]

use serde_json::{Value as Json, json};
use stacks::{
    bootstrap::{BootstrapSettings, Repository, RepositoryIds, bootstrap},
    rules::{Rule, judge},
    trust::{AUDIENCE, Claims, trusts},
};

const AUD: &str = "token.actions.githubusercontent.com:aud";
const SUB: &str = "token.actions.githubusercontent.com:sub";
const OURS: &str = "repo:octo/landfall:environment:production";
const OURS_BY_ID: &str = "repo:octo@11/landfall@22:environment:production";
const ROLE: &str = "ProductionDeployRole";

const IDS: RepositoryIds = RepositoryIds {
    owner: 11,
    repository: 22,
};

fn template(ids: Option<RepositoryIds>) -> Json {
    let settings = BootstrapSettings::new(Repository::new("octo", "landfall", ids).unwrap());
    serde_json::from_str(&bootstrap(&settings).unwrap().template.to_json()).unwrap()
}

fn policy(template: &Json) -> &Json {
    &template["Resources"][ROLE]["Properties"]["AssumeRolePolicyDocument"]
}

/// Holds the role, without and with the repository's numbers, to a token.
fn check(sub: &str, aud: &str, by_name: bool, by_both: bool) {
    for (ids, expected) in [(None, by_name), (Some(IDS), by_both)] {
        assert_eq!(
            trusts(policy(&template(ids)), &Claims { aud, sub }),
            expected,
            "{sub} for {aud:?}, numbers {ids:?}"
        );
    }
}

#[test]
fn exactly_the_jobs_of_one_environment_are_trusted() {
    check(OURS, AUDIENCE, true, true);
    check(OURS_BY_ID, AUDIENCE, false, true);
    for sub in [
        // Another environment, or none.
        "repo:octo/landfall:environment:staging",
        "repo:octo/landfall:environment:production-plan",
        "repo:octo/landfall:environment:production:extra",
        "repo:octo/landfall:environment:",
        "repo:octo/landfall:ref:refs/heads/main",
        "repo:octo/landfall:ref:refs/heads/environment:production",
        "repo:octo/landfall:ref:refs/tags/v1",
        "repo:octo/landfall:pull_request",
        "repo:octo@11/landfall@22:pull_request",
        "repo:octo@11/landfall@22:ref:refs/heads/main",
        // Another repository or owner.
        "repo:octo/landfall-fork:environment:production",
        "repo:octopus/landfall:environment:production",
        "repo:fork/landfall:environment:production",
        "repo:octo/landfall/x:environment:production",
        // Renamed, with the numbers that it keeps: the new name is told to `bootstrap`.
        "repo:octo@11/harbour@22:environment:production",
        "repo:harbour@11/landfall@22:environment:production",
        // The old name in other hands, which GitHub gives other numbers.
        "repo:octo@11/landfall@99:environment:production",
        "repo:octo@99/landfall@22:environment:production",
        // Half a form, or the numbers the wrong way round.
        "repo:octo@11/landfall:environment:production",
        "repo:octo/landfall@22:environment:production",
        "repo:octo@22/landfall@11:environment:production",
        // Case, patterns and blanks mean themselves.
        "repo:Octo/landfall:environment:production",
        "repo:octo/Landfall:environment:production",
        "repo:octo/landfall:environment:Production",
        "REPO:octo/landfall:environment:production",
        "repo:octo/landfall:environment:*",
        "repo:octo/landfall:*",
        "*",
        " repo:octo/landfall:environment:production",
        "repo:octo/landfall:environment:production\n",
        "",
    ] {
        check(sub, AUDIENCE, false, false);
    }
    for aud in [
        "",
        "*",
        "https://github.com/octo",
        "STS.amazonaws.com",
        "sts.amazonaws.com.cn",
        "sts.amazonaws.com ",
    ] {
        check(OURS, aud, false, false);
        check(OURS_BY_ID, aud, false, false);
    }
}

/// The role with another condition lets the outsider in, and is caught.
fn caught(condition: &Json, (sub, aud): (&str, &str), rule: Rule) {
    let mut template = template(Some(IDS));
    assert!(
        !trusts(policy(&template), &Claims { aud, sub }),
        "{sub} is no outsider"
    );
    template["Resources"][ROLE]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Condition"] =
        condition.clone();
    assert!(
        trusts(policy(&template), &Claims { aud, sub }),
        "{condition} does not let {sub} in"
    );
    let found = judge(&template);
    assert!(
        found
            .iter()
            .any(|finding| finding.logical_id == ROLE && finding.rule == rule),
        "{condition} is not caught: {found:?}"
    );
}

#[test]
fn a_subject_that_is_not_exact_lets_an_outsider_in_and_is_caught() {
    let equal_and = |operator: &str, sub: &str| {
        if operator == "StringEquals" {
            json!({ "StringEquals": { AUD: AUDIENCE, SUB: [OURS, sub] } })
        } else {
            json!({ "StringEquals": { AUD: AUDIENCE }, operator: { SUB: sub } })
        }
    };
    for (operator, allowed, outsider) in [
        ("StringLike", "*", "repo:fork/any:pull_request"),
        (
            "StringLike",
            "repo:octo/landfall:*",
            "repo:octo/landfall:pull_request",
        ),
        ("StringLike", "repo:octo/*", "repo:octo/other:ref:refs/heads/main"),
        (
            "StringLike",
            "repo:octo/landfall:environment:*",
            "repo:octo/landfall:environment:preview",
        ),
        (
            "StringLike",
            "repo:*/landfall:environment:production",
            "repo:fork/landfall:environment:production",
        ),
        (
            "StringLike",
            "repo:octo*/landfall*:environment:production",
            "repo:octopus/landfall-2:environment:production",
        ),
        (
            "StringEqualsIgnoreCase",
            OURS,
            "repo:OCTO/landfall:environment:production",
        ),
        (
            "StringNotEquals",
            "repo:octo/landfall:pull_request",
            "repo:fork/any:pull_request",
        ),
        (
            "StringEquals",
            "repo:octo/landfall:pull_request",
            "repo:octo/landfall:pull_request",
        ),
        (
            "StringEquals",
            "repo:octo/landfall:ref:refs/heads/main",
            "repo:octo/landfall:ref:refs/heads/main",
        ),
    ] {
        caught(
            &equal_and(operator, allowed),
            (outsider, AUDIENCE),
            Rule::WildcardOidcSubject,
        );
    }
}

#[test]
fn a_claim_that_is_not_asked_for_lets_an_outsider_in_and_is_caught() {
    let fork = ("repo:fork/any:pull_request", AUDIENCE);
    let no_subject = json!({ "StringEquals": { AUD: AUDIENCE } });
    caught(&no_subject, fork, Rule::WildcardOidcSubject);
    caught(&Json::Null, fork, Rule::WildcardOidcSubject);
    let elsewhere = (OURS, "https://github.com/octo");
    for condition in [
        json!({ "StringEquals": { SUB: OURS } }),
        json!({ "StringEquals": { SUB: OURS, AUD: [AUDIENCE, "https://github.com/octo"] } }),
        json!({ "StringEquals": { SUB: OURS }, "StringLike": { AUD: "*" } }),
        Json::Null,
    ] {
        caught(&condition, elsewhere, Rule::MissingOidcAudience);
    }
}
