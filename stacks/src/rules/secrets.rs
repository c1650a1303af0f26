//! Secrets that can be read: by a name that says so, or by the shape of a known kind of token.

use serde_json::Value as Json;

use super::{Finding, Rule, resources};

/// Last words of a name that holds a secret. A name that goes on (`...Arn`, `..._PREFIX`) only points to one.
const SECRET_WORDS: &[&str] = &[
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "credential",
    "credentials",
    "apikey",
    "api_key",
    "privatekey",
    "private_key",
    "accesskey",
    "access_key",
    "signingkey",
    "signing_key",
];

/// How known tokens begin, and at least how many characters of a token's alphabet follow.
const SHAPES: &[(&str, usize)] = &[
    ("lf_", 36),
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghs_", 36),
    ("github_pat_", 22),
    ("xoxb-", 20),
    ("sk_live_", 16),
    ("SG.", 22),
    ("eyJhbGciOi", 20),
];

pub(super) fn check(template: &Json, findings: &mut Vec<Finding>) {
    for (section, what) in [
        (
            "Parameters",
            "a parameter is shown to whoever may describe the stack",
        ),
        ("Outputs", "an output is shown to whoever may describe the stack"),
    ] {
        for (id, entry) in template[section].as_object().into_iter().flatten() {
            let hidden = entry["NoEcho"] == true && entry["Default"].is_null();
            if says_secret(id) && !hidden {
                findings.push(finding(id, what));
            }
            shapes(id, entry, findings);
        }
    }
    for resource in resources(template) {
        let variables = &resource.properties["Environment"]["Variables"];
        for name in variables.as_object().into_iter().flatten().map(|(name, _)| name) {
            if says_secret(name) {
                let what = format!("{name} is shown to whoever may read the function's configuration");
                findings.push(finding(resource.id, &what));
            }
        }
        if resource.kind == "AWS::SecretsManager::Secret" && !resource.properties["SecretString"].is_null() {
            findings.push(finding(resource.id, "the secret's value stands in the template"));
        }
        shapes(resource.id, resource.properties, findings);
    }
}

fn finding(id: &str, what: &str) -> Finding {
    Finding {
        logical_id: id.to_owned(),
        rule: Rule::PlaintextSecret,
        what: what.to_owned(),
    }
}

fn says_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.ends_with(word))
}

/// Every text below the value that has a token's shape. The token itself is not repeated.
fn shapes(id: &str, value: &Json, findings: &mut Vec<Finding>) {
    match value {
        Json::String(text) => {
            if let Some(kind) = token_in(text) {
                let what = format!("a text holds what looks like a token that begins with {kind}");
                findings.push(finding(id, &what));
            }
        }
        Json::Array(items) => items.iter().for_each(|item| shapes(id, item, findings)),
        Json::Object(map) => map.values().for_each(|item| shapes(id, item, findings)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn token_in(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN") && text.contains("PRIVATE KEY") {
        return Some("-----BEGIN");
    }
    let long_enough = |prefix: &str, least: usize| {
        text.match_indices(prefix).any(|(at, _)| {
            let rest = &text[at + prefix.len()..];
            rest.bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
                .count()
                >= least
        })
    };
    SHAPES
        .iter()
        .find(|(prefix, least)| long_enough(prefix, *least))
        .map(|(prefix, _)| *prefix)
}
