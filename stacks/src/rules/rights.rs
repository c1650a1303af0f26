//! What roles and policies allow.

use serde_json::Value as Json;

use super::{Finding, Resource, Rule};
use crate::trust::{Grant, grants, items};

const PASS_ROLE: &str = "iam:PassRole";

pub(super) fn check(resource: &Resource<'_>, findings: &mut Vec<Finding>) {
    let properties = resource.properties;
    if resource.kind == "AWS::IAM::Role" && properties["PermissionsBoundary"].is_null() {
        let what = "nothing bounds what a later change may grant it";
        findings.push(resource.finding(Rule::RoleWithoutBoundary, what));
    }
    let inline = items(&properties["Policies"]).map(|policy| &policy["PolicyDocument"]);
    let documents = inline.chain([&properties["PolicyDocument"]]);
    for grant in documents.flat_map(grants).filter(|grant| grant.allows) {
        actions(resource, grant, findings);
        if grant.covers(PASS_ROLE) && !passes_little(grant) {
            let what = "name the roles, and the one service in a condition on iam:PassedToService";
            findings.push(resource.finding(Rule::PassRoleOnEverything, what));
        }
    }
}

fn actions(resource: &Resource<'_>, grant: Grant<'_>, findings: &mut Vec<Finding>) {
    if !grant.json["NotAction"].is_null() {
        let what = "NotAction allows whatever it does not name";
        findings.push(resource.finding(Rule::WildcardAction, what));
    }
    for action in items(&grant.json["Action"]).filter_map(Json::as_str) {
        if action.contains(['*', '?']) {
            findings.push(resource.finding(Rule::WildcardAction, format!("{action} is allowed")));
        }
    }
}

/// Whether roles are named, if only by how they begin, and so is the service.
fn passes_little(grant: Grant<'_>) -> bool {
    let mut resources = items(&grant.json["Resource"]).map(|resource| {
        let text = resource.as_str().or_else(|| resource["Fn::Sub"].as_str());
        text.is_none_or(|text| {
            let name = text.split_once(":role/").map_or("", |(_, name)| name);
            !name.is_empty() && !name.starts_with('*')
        })
    });
    grant.json["NotResource"].is_null()
        && resources.all(|named| named)
        && items(&grant.condition["StringEquals"]["iam:PassedToService"]).count() > 0
}
