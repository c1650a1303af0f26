//! What answers the internet.
//!
//! The broker checks tokens itself, by the contract: a route of the contract is as safe as the contract says, as
//! long as it leads to the function that answers its action. Any other route needs an authorizer.

use serde_json::Value as Json;

use super::{Finding, Resource, Rule};
use crate::functions;

pub(super) fn check(resource: &Resource<'_>, template: &Json, findings: &mut Vec<Finding>) {
    let properties = resource.properties;
    let open = |kind: &str| matches!(properties[kind].as_str(), None | Some("NONE"));
    match resource.kind {
        "AWS::ApiGatewayV2::Route" if open("AuthorizationType") => {
            let route = properties["RouteKey"].as_str().unwrap_or("a computed route");
            if !leads_to_who_checks(route, &properties["Target"], template) {
                let what = format!("{route} has no authorizer and is not in the contract with its function");
                findings.push(resource.finding(Rule::PublicRoute, what));
            }
        }
        "AWS::Lambda::Url" if open("AuthType") => {
            findings.push(resource.finding(Rule::PublicRoute, "the function's URL asks for no signature"));
        }
        "AWS::Lambda::Permission"
            if properties["Principal"] == "*"
                || (properties["Principal"] == "apigateway.amazonaws.com"
                    && properties["SourceArn"].is_null()) =>
        {
            findings.push(resource.finding(Rule::PublicRoute, "anybody's API may call the function"));
        }
        _ => {}
    }
}

fn leads_to_who_checks(route_key: &str, target: &Json, template: &Json) -> bool {
    let target = target["Fn::Sub"].as_str().unwrap_or_default();
    let integration = target
        .strip_prefix("integrations/${")
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or_default();
    let behind = &template["Resources"][integration]["Properties"]["IntegrationUri"]["Fn::GetAtt"][0];
    functions().iter().any(|function| {
        *behind == function.logical_id()
            && function
                .routes()
                .any(|route| route_key == format!("{} {}", route.method.as_str(), route.path))
    })
}
