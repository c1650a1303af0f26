//! Schemathesis, a judge that knows nothing of us, against the deployed API: it asks what the API's own description allows
//! and forbids, and compares each answer with what is described.

use std::fs;
use std::process::{Command, Stdio};

use contract::ROUTES;
use contract::route::Action;
use serde_json::Value;

use super::cloud::Cloud;
use super::landfall::{Said, need};

/// So many requests of each operation are made up at most, beside those that its description asks for by itself.
const EXAMPLES: &str = "10";
/// Each of these is a defect: an error of ours, or an answer that is not described.
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// What the judge says of the API by this description.
fn judge(cloud: &Cloud, program: &str, document: &Value, more: &[&str]) -> Said {
    let path = cloud.landfall.dir().join("openapi.json");
    fs::write(&path, document.to_string()).unwrap();
    let url = cloud.outputs["ApiUrl"].as_str().unwrap();
    let token = format!("Authorization: Bearer {}", cloud.token);
    let output = Command::new(program)
        .arg("run")
        .arg(&path)
        .args(["--url", url, "--header", &token, "--checks", CHECKS])
        .args(["--phases", "coverage,fuzzing", "--max-examples", EXAMPLES])
        .args([
            "--seed",
            "1",
            "--generation-database",
            "none",
            "--continue-on-failure",
        ])
        .args(["--no-color", "--warnings", "off"])
        .args(more)
        .current_dir(cloud.landfall.dir())
        .stdin(Stdio::null())
        .output();
    Said::of(output.unwrap())
}

#[test]
fn no_answer_is_an_error_of_ours_or_undescribed() {
    let (Some(cloud), Some(program)) = (Cloud::own("schema"), need("LANDFALL_SCHEMATHESIS")) else {
        return;
    };
    let document = cloud.get("/openapi.json").with_status(200).body();
    let said = judge(&cloud, &program, &document, &[]).succeeded();
    let of_broker = |action: &Action| Action::OF_BROKER.contains(action);
    let routes = ROUTES.iter().filter(|route| of_broker(&route.action)).count();
    let tested = format!("Tested: {routes}\n");
    assert!(said.stdout.contains(&tested), "{}", said.all());
    let counts = said.stdout.lines().find(|line| line.contains(" generated"));
    println!("{}, of {routes} operations", counts.unwrap_or_default().trim());

    // A judge that finds nothing where there is something would be no judge.
    let mut silent = document;
    let answers = silent["paths"]["/calendar/events"]["get"]["responses"].as_object_mut();
    answers.unwrap().remove("422").unwrap();
    let said = judge(&cloud, &program, &silent, &["--include-path", "/calendar/events"]);
    assert_eq!(said.code, Some(1), "{}", said.all());
    assert!(said.stdout.contains("Undocumented status code"), "{}", said.all());
}
