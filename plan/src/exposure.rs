//! What becomes open to everybody.

use serde_json::Value;

use crate::iam;

/// The ways in which the resource is open after the change and was not before.
pub(crate) fn opened(before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let old = before.map(open).unwrap_or_default();
    let mut new = after.map(open).unwrap_or_default();
    new.retain(|way| !old.contains(way));
    new
}

fn open(resource: &Value) -> Vec<String> {
    let mut ways: Vec<String> = iam::public(resource)
        .iter()
        .map(|grant| format!("everybody: {grant}"))
        .collect();
    let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
    let property = |name: &str| resource.get("Properties").and_then(|all| all.get(name));
    let text = |name: &str| property(name).and_then(Value::as_str);
    match kind {
        "AWS::S3::Bucket" => {
            if let Some(acl) = text("AccessControl").filter(|acl| acl.starts_with("Public")) {
                ways.push(format!("bucket ACL {acl}"));
            }
            for name in [
                "BlockPublicAcls",
                "BlockPublicPolicy",
                "IgnorePublicAcls",
                "RestrictPublicBuckets",
            ] {
                // Without the block AWS's default holds, which is closed since 2023: only an explicit no opens.
                let value = property("PublicAccessBlockConfiguration").and_then(|block| block.get(name));
                if value.is_some_and(|value| value == &Value::Bool(false) || value.as_str() == Some("false"))
                {
                    ways.push(format!("{name} is off"));
                }
            }
        }
        "AWS::Lambda::Url" if text("AuthType") == Some("NONE") => {
            ways.push("function URL without authentication".to_owned());
        }
        "AWS::ApiGatewayV2::Route" => {
            let key = text("RouteKey").unwrap_or("(unknown)");
            let open = text("AuthorizationType").is_none_or(|authorization| authorization == "NONE");
            // The listed routes guard themselves, or are meant for everybody.
            if open && !is_listed(key) {
                ways.push(format!(
                    "route {key} is not in the contract and asks nobody who they are"
                ));
            }
        }
        _ => {}
    }
    ways
}

fn is_listed(key: &str) -> bool {
    contract::ROUTES.iter().any(|route| {
        key.split_once(' ').is_some_and(|(method, path)| {
            path == route.path && format!("{:?}", route.method).eq_ignore_ascii_case(method)
        })
    })
}
