//! Whom a role trusts.

use serde_json::Value as Json;

use super::{Finding, Resource, Rule};
use crate::trust::{ASSUME, AUDIENCE, ISSUER, grants, items};

pub(super) fn check(resource: &Resource<'_>, findings: &mut Vec<Finding>) {
    if resource.kind != "AWS::IAM::Role" {
        return;
    }
    let trust = &resource.properties["AssumeRolePolicyDocument"];
    for grant in grants(trust).filter(|grant| grant.allows) {
        if !grant.covers(ASSUME) || !grant.is_for_web_identities() {
            continue;
        }
        let subjects = equal_to(grant.condition, "sub");
        if subjects.is_empty() {
            let what = "the subject of a token is not compared with StringEquals";
            findings.push(resource.finding(Rule::WildcardOidcSubject, what));
        }
        for subject in subjects.into_iter().filter(|subject| !is_exact(subject)) {
            let what = format!("{subject} is not one environment of one repository");
            findings.push(resource.finding(Rule::WildcardOidcSubject, what));
        }
        let audiences = equal_to(grant.condition, "aud");
        if audiences.is_empty() || audiences.iter().any(|audience| *audience != AUDIENCE) {
            let what = format!("the audience of a token is not compared with {AUDIENCE}");
            findings.push(resource.finding(Rule::MissingOidcAudience, what));
        }
    }
}

/// What a claim must equal. `StringEquals` only: the other operators match patterns, or hold when a claim is absent.
fn equal_to<'a>(condition: &'a Json, claim: &str) -> Vec<&'a Json> {
    let wanted = format!("{ISSUER}:{claim}");
    let keys = condition["StringEquals"].as_object().into_iter().flatten();
    keys.filter(|(key, _)| key.eq_ignore_ascii_case(&wanted))
        .flat_map(|(_, values)| items(values))
        .collect()
}

/// `repo:<owner>/<name>:environment:<environment>`, with nothing left open.
fn is_exact(subject: &Json) -> bool {
    let Some((repository, environment)) = subject
        .as_str()
        .and_then(|text| text.strip_prefix("repo:"))
        .and_then(|text| text.split_once(":environment:"))
    else {
        return false;
    };
    let plain = |text: &str| !text.is_empty() && !text.contains(['*', '?', '$', ':']);
    plain(environment)
        && repository
            .split_once('/')
            .is_some_and(|(owner, name)| plain(owner) && plain(name))
}
