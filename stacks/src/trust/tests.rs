use serde_json::json;

use super::*;

const OURS: &str = "repo:octo/landfall:environment:production";
const OURS_BY_ID: &str = "repo:octo@11/landfall@22:environment:production";

fn policy(condition: &Json) -> Json {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }] })
}

fn check(policy: &Json, sub: &str, aud: &str, expected: bool) {
    assert_eq!(
        trusts(policy, &Claims { aud, sub }),
        expected,
        "sub {sub} aud {aud}: {policy:#}"
    );
}

#[test]
fn exact_conditions_trust_exactly_these_claims() {
    let policy = policy(&json!({ "StringEquals": {
        "token.actions.githubusercontent.com:aud": AUDIENCE,
        "token.actions.githubusercontent.com:sub": [OURS, OURS_BY_ID],
    } }));
    for sub in [OURS, OURS_BY_ID] {
        check(&policy, sub, AUDIENCE, true);
        check(&policy, sub, "https://github.com/octo", false);
        check(&policy, sub, "", false);
    }
    for sub in [
        "repo:octo/landfall:environment:staging",
        "repo:octo/landfall:environment:production-plan",
        "repo:octo/landfall:environment:Production",
        "repo:octo/landfall:ref:refs/heads/main",
        "repo:octo/landfall:pull_request",
        "repo:fork/landfall:environment:production",
        "repo:octo/other:environment:production",
        "repo:octo@12/landfall@22:environment:production",
        "repo:octo@11/landfall@23:environment:production",
        "repo:octo@11/landfall:environment:production",
        "",
    ] {
        check(&policy, sub, AUDIENCE, false);
    }
}

#[test]
fn a_wildcard_trusts_whoever_it_matches() {
    let like = |sub: &str| {
        policy(&json!({
            "StringEquals": { "token.actions.githubusercontent.com:aud": AUDIENCE },
            "StringLike": { "token.actions.githubusercontent.com:sub": sub },
        }))
    };
    let branch = "repo:octo/landfall:ref:refs/heads/anything";
    let fork = "repo:fork/landfall:environment:production";
    check(&like("repo:octo/landfall:*"), branch, AUDIENCE, true);
    check(&like("repo:octo/landfall:*"), fork, AUDIENCE, false);
    check(
        &like("repo:*/landfall:environment:production"),
        fork,
        AUDIENCE,
        true,
    );
    check(
        &like("repo:octo*/landfall*:environment:production"),
        "repo:octopus/landfall:environment:production",
        AUDIENCE,
        true,
    );
    check(
        &like("repo:octo/landfall:environment:productio?"),
        OURS,
        AUDIENCE,
        true,
    );
    check(&like("*"), fork, AUDIENCE, true);
}

#[test]
fn a_star_in_string_equals_is_a_star() {
    let policy = policy(&json!({ "StringEquals": {
        "token.actions.githubusercontent.com:aud": AUDIENCE,
        "token.actions.githubusercontent.com:sub": "repo:octo/landfall:*",
    } }));
    check(&policy, OURS, AUDIENCE, false);
    check(&policy, "repo:octo/landfall:*", AUDIENCE, true);
}

#[test]
fn a_claim_that_is_not_asked_for_may_be_anything() {
    let no_audience = policy(&json!({ "StringEquals": { "token.actions.githubusercontent.com:sub": OURS } }));
    check(&no_audience, OURS, "anything", true);
    let no_subject =
        policy(&json!({ "StringEquals": { "token.actions.githubusercontent.com:aud": AUDIENCE } }));
    check(&no_subject, "repo:fork/any:pull_request", AUDIENCE, true);
    check(
        &policy(&Json::Null),
        "repo:fork/any:pull_request",
        "anything",
        true,
    );
}

#[test]
fn for_any_value_and_if_exists_read_as_the_operator_itself() {
    for operator in [
        "ForAnyValue:StringEquals",
        "ForAllValues:StringEquals",
        "StringEqualsIfExists",
    ] {
        let policy = policy(&json!({ operator: {
            "token.actions.githubusercontent.com:aud": [AUDIENCE],
            "Token.Actions.GithubUserContent.com:SUB": [OURS],
        } }));
        check(&policy, OURS, AUDIENCE, true);
        check(&policy, OURS_BY_ID, AUDIENCE, false);
    }
}

#[test]
fn a_denial_outweighs_and_other_principals_and_calls_mean_nothing() {
    let mut denied =
        policy(&json!({ "StringEquals": { "token.actions.githubusercontent.com:aud": AUDIENCE } }));
    check(&denied, OURS, AUDIENCE, true);
    let mut denial = denied["Statement"][0].clone();
    denial["Effect"] = "Deny".into();
    denial["Condition"] = json!({ "StringNotEquals": { "token.actions.githubusercontent.com:sub": OURS } });
    denied["Statement"].as_array_mut().unwrap().push(denial);
    check(&denied, OURS, AUDIENCE, true);
    check(&denied, OURS_BY_ID, AUDIENCE, false);

    let service = json!({ "Statement": {
        "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole",
    } });
    check(&service, OURS, AUDIENCE, false);
    let mut other_call = policy(&Json::Null);
    other_call["Statement"][0]["Action"] = "sts:TagSession".into();
    check(&other_call, OURS, AUDIENCE, false);
    other_call["Statement"][0]["Action"] = "sts:*".into();
    check(&other_call, OURS, AUDIENCE, true);
}

#[test]
fn what_cannot_be_decided_lets_in_and_never_keeps_out() {
    let unknown = json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } });
    check(&policy(&unknown), OURS, AUDIENCE, true);
    let later =
        json!({ "StringEquals": { "token.actions.githubusercontent.com:sub": { "Ref": "Subject" } } });
    check(&policy(&later), OURS, AUDIENCE, true);
    let mut denied = policy(&Json::Null);
    let mut denial = policy(&unknown)["Statement"][0].clone();
    denial["Effect"] = "Deny".into();
    denied["Statement"].as_array_mut().unwrap().push(denial);
    check(&denied, OURS, AUDIENCE, true);
}

#[test]
fn a_pattern_matches_as_in_iam() {
    for (pattern, text, expected) in [
        ("", "", true),
        ("*", "", true),
        ("?", "", false),
        ("a*c", "abbbc", true),
        ("a*c", "abbbcd", false),
        ("*b*b", "abab", true),
        ("s3:*", "s3:GetObject", true),
        ("s3:Get?bject", "s3:GetObject", true),
        ("a?", "aé", true),
    ] {
        assert_eq!(like(pattern, text), expected, "{pattern} {text}");
    }
    // A pattern that makes a naive matcher try for ever.
    assert!(!like(&"*a".repeat(200), &"a".repeat(199)));
}
