//! The clean-up in the local cloud's S3.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use stacks::{Stage, artifacts};

use super::{archive, record};
use crate::aws::Aws;
use crate::cleanup::decide::decide;
use crate::cleanup::{CleanUp, carry_out, facts};
use crate::environment::Environment;
use crate::workspace::Workspace;

/// A bucket that no other test knows. `None`, and a line that says so, where there is no local cloud.
async fn environment() -> Option<Environment> {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let endpoint = testkit::need(&test, "LANDFALL_TEST_ENDPOINT")?;
    let mut bytes = [0; 5];
    getrandom::fill(&mut bytes).unwrap();
    let environment = Environment {
        workspace: Workspace::find().unwrap(),
        stage: Stage::Local,
        aws: Aws::at_endpoint(&endpoint),
        account: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        local: None,
    };
    let bucket = environment.artifact_bucket();
    environment.aws.s3().ensure_bucket(&bucket).await.unwrap();
    Some(environment)
}

async fn put(environment: &Environment, key: &str, body: Vec<u8>) {
    let s3 = environment.aws.s3();
    s3.put(
        &environment.artifact_bucket(),
        key,
        body,
        "application/octet-stream",
    )
    .await
    .unwrap();
}

async fn keys(environment: &Environment) -> Vec<String> {
    let listed = environment
        .aws
        .s3()
        .list(&environment.artifact_bucket(), "")
        .await;
    listed.unwrap().into_iter().map(|object| object.key).collect()
}

async fn decided(environment: &Environment, now: DateTime<Utc>) -> CleanUp {
    decide(&facts::load(environment, now).await.unwrap())
}

#[tokio::test]
async fn only_what_nothing_names_is_deleted_and_only_when_it_is_old() {
    let Some(environment) = environment().await else {
        return;
    };
    for number in 0..4 {
        put(&environment, &archive(number), b"code".to_vec()).await;
    }
    put(&environment, "functions/notes.txt", b"ours to leave".to_vec()).await;
    let began = Utc::now();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let prefix = artifacts::releases_prefix(Stage::Staging);
    let released = record(&archive(1), 1);
    let id: serde_json::Value = serde_json::from_slice(&released).unwrap();
    let key = format!("{prefix}{}.json", id["id"].as_str().unwrap());
    put(&environment, &key, released).await;
    let plan = format!("{}plan.json", artifacts::plans_prefix(Stage::Local));
    let body = format!("{{\"artifact\":\"{}\"}}", archive(2));
    put(&environment, &plan, body.into_bytes()).await;

    assert_eq!(decided(&environment, Utc::now()).await.gone, []);
    let later = began + TimeDelta::days(30) + TimeDelta::seconds(1);
    let clean_up = decided(&environment, later).await;
    let gone: Vec<&str> = clean_up.gone.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(gone, [archive(0), archive(3)]);
    assert_eq!(clean_up.kept, 2);
    carry_out(&environment, &clean_up).await.unwrap();
    let mut left = vec![
        archive(1),
        archive(2),
        "functions/notes.txt".to_owned(),
        plan,
        key,
    ];
    left.sort();
    assert_eq!(keys(&environment).await, left);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_keeps_everything() {
    let Some(environment) = environment().await else {
        return;
    };
    put(&environment, &archive(0), b"code".to_vec()).await;
    let key = artifacts::releases_prefix(Stage::Production) + "20260101T000000Z-0000000.json";
    put(&environment, &key, b"{".to_vec()).await;
    let clean_up = decided(&environment, Utc::now() + TimeDelta::days(31)).await;
    assert_eq!(clean_up.gone, []);
    assert_eq!(clean_up.doubts.len(), 1);
}
