//! Answers that the local cloud does not give, in the shape in which AWS gives them.

use super::Secrets;
use crate::aws::Aws;
use crate::aws::recorded::{Recorded, Say, Script, no, yes};

const VERSION: &str = "version-0123456789-0123456789-012345";
const VALUE: &str = "a value that nobody may read in an error";

fn secrets(script: Script) -> (Secrets, Recorded) {
    let recorded = Recorded::new(script);
    (Aws::at_endpoint(&recorded.url).secrets(), recorded)
}

/// A result as it is compared: errors by their text, in which no value may be.
fn shown<T>(found: anyhow::Result<T>) -> Result<T, String> {
    let found = found.map_err(|error| format!("{error:#} {error:?}"));
    if let Err(error) = &found {
        assert!(!error.contains(VALUE), "{error}");
    }
    found.map_err(|error| error.split('\n').next().unwrap_or_default().to_owned())
}

async fn check_put(answer: Say, expected: Result<bool, &str>) {
    let (secrets, recorded) = secrets(vec![("PutSecretValue", vec![answer])]);
    let found = shown(secrets.put_pending("id", VERSION, VALUE).await);
    match (found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected),
        (Err(found), Err(expected)) => assert!(found.starts_with(expected), "{found}"),
        (found, expected) => panic!("{found:?} is not {expected:?}"),
    }
    let sent: serde_json::Value = serde_json::from_str(&recorded.bodies("PutSecretValue")[0]).unwrap();
    assert_eq!(sent["ClientRequestToken"], VERSION);
    assert_eq!(sent["VersionStages"], serde_json::json!(["AWSPENDING"]));
}

async fn check_move(answer: Say, expected: Result<bool, &str>) {
    let (secrets, _) = secrets(vec![("UpdateSecretVersionStage", vec![answer])]);
    let moved = secrets.move_label("id", "AWSCURRENT", Some("one"), Some("two"));
    match (shown(moved.await), expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected),
        (Err(found), Err(expected)) => assert!(found.starts_with(expected), "{found}"),
        (found, expected) => panic!("{found:?} is not {expected:?}"),
    }
}

#[tokio::test]
async fn a_version_is_made_under_its_request_token() {
    check_put(yes("{}"), Ok(true)).await;
}

#[tokio::test]
async fn a_request_token_that_was_used_with_another_value_is_a_lost_race() {
    let message =
        "You can't use ClientRequestToken x because that value is already in use for a version of secret id.";
    check_put(no(400, "ResourceExistsException", message), Ok(false)).await;
}

#[tokio::test]
async fn a_version_that_may_not_be_made_is_an_error_without_its_value() {
    check_put(
        no(400, "AccessDeniedException", "no"),
        Err("cannot add a version to id: AccessDeniedException: no"),
    )
    .await;
    check_put(
        no(400, "LimitExceededException", "too many versions"),
        Err("cannot add a version to id: LimitExceededException: too many versions"),
    )
    .await;
}

#[tokio::test]
async fn a_label_that_is_elsewhere_by_now_is_a_lost_race() {
    let message = "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is attached to version three.";
    check_move(no(400, "InvalidParameterException", message), Ok(false)).await;
    check_move(no(400, "ResourceNotFoundException", "no such version"), Ok(false)).await;
}

#[tokio::test]
async fn any_other_refusal_is_an_error() {
    check_move(
        no(400, "AccessDeniedException", "no"),
        Err("cannot move AWSCURRENT of id: AccessDeniedException: no"),
    )
    .await;
}

#[tokio::test]
async fn a_rotation_of_secrets_managers_own_is_seen() {
    for (answer, expected) in [
        (
            r#"{"RotationEnabled": true, "RotationLambdaARN": "arn:other"}"#,
            true,
        ),
        (r#"{"RotationEnabled": false}"#, false),
        ("{}", false),
    ] {
        let (secrets, _) = secrets(vec![("DescribeSecret", vec![yes(answer)])]);
        assert_eq!(secrets.is_rotated("id").await.unwrap(), expected, "{answer}");
    }
}

#[tokio::test]
async fn a_rotation_is_cancelled_and_its_labels_can_then_be_repaired() {
    let left = r#"{"Versions": [{"VersionId": "one", "VersionStages": ["AWSCURRENT"]},
                   {"VersionId": "two", "VersionStages": ["AWSPENDING"]}]}"#;
    let (secrets, recorded) = secrets(vec![
        (
            "CancelRotateSecret",
            vec![yes(r#"{"Name": "id", "VersionId": "two"}"#)],
        ),
        ("ListSecretVersionIds", vec![yes(left)]),
        ("UpdateSecretVersionStage", vec![yes("{}")]),
    ]);
    secrets.cancel_rotation("id").await.unwrap();
    let versions = secrets.versions("id").await.unwrap();
    let pending = versions.iter().find(|it| it.labels == ["AWSPENDING"]).unwrap();
    let taken = secrets.move_label("id", "AWSPENDING", Some(&pending.id), None);
    assert!(taken.await.unwrap());
    let sent: serde_json::Value =
        serde_json::from_str(&recorded.bodies("UpdateSecretVersionStage")[0]).unwrap();
    assert_eq!(
        sent,
        serde_json::json!({ "SecretId": "id", "VersionStage": "AWSPENDING", "RemoveFromVersionId": "two" })
    );
    assert_eq!(recorded.bodies("CancelRotateSecret"), [r#"{"SecretId":"id"}"#]);
}

#[tokio::test]
async fn a_rotation_that_cannot_be_cancelled_is_an_error() {
    let message = "You can't cancel a rotation for a secret that has none";
    let (secrets, _) = secrets(vec![(
        "CancelRotateSecret",
        vec![no(400, "InvalidRequestException", message)],
    )]);
    let error = secrets.cancel_rotation("id").await.unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        format!("cannot cancel the rotation of id: InvalidRequestException: {message}")
    );
}

#[tokio::test]
async fn versions_and_labels_with_no_field_at_all_are_read() {
    let (secrets, _) = secrets(vec![(
        "ListSecretVersionIds",
        vec![yes(r#"{"Versions": [{}, {"VersionId": "one"}]}"#)],
    )]);
    let versions = secrets.versions("id").await.unwrap();
    let ids: Vec<&str> = versions.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["one"]);
}
