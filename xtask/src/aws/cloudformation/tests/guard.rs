use std::collections::BTreeMap;

use super::{cloud, told};
use crate::aws::recorded::{Recorded, no, yes};

const STACK: &str = "storage";

/// The fields of the only request of this kind, but for the protocol's own.
fn only(recorded: &Recorded, action: &str) -> BTreeMap<String, String> {
    let mut fields = recorded.fields(action);
    assert_eq!(fields.len(), 1);
    let mut fields = fields.remove(0);
    fields.retain(|name, _| name != "Action" && name != "Version");
    fields
}

fn fields(expected: &[(&str, &str)]) -> BTreeMap<String, String> {
    let expected = expected.iter().chain(&[("StackName", STACK)]);
    expected
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn the_stack_policy_is_sent_as_it_is() {
    let body = r#"{"Statement":[{"Effect":"Deny","Action":"Update:Replace","Principal":"*","Resource":"LogicalResourceId/Events"}]}"#;
    let (cloud, recorded) = cloud(vec![("SetStackPolicy", vec![yes("")])]);
    cloud.set_policy(STACK, body).await.unwrap();
    assert_eq!(
        only(&recorded, "SetStackPolicy"),
        fields(&[("StackPolicyBody", body)])
    );
}

#[tokio::test]
async fn a_stack_policy_that_may_not_be_set_is_an_error() {
    let (cloud, _) = cloud(vec![("SetStackPolicy", vec![no(403, "AccessDenied", "no")])]);
    let error = cloud.set_policy(STACK, "{}").await.unwrap_err();
    assert_eq!(
        told(&error),
        (
            "access denied",
            "cannot set the stack policy of storage: AccessDenied: no (it takes the right \
             cloudformation:SetStackPolicy)"
                .to_owned()
        )
    );
}

#[tokio::test]
async fn termination_protection_is_turned_on_and_off() {
    for (on, sent) in [(true, "true"), (false, "false")] {
        let (cloud, recorded) = cloud(vec![("UpdateTerminationProtection", vec![yes("")])]);
        cloud.protect(STACK, on).await.unwrap();
        assert_eq!(
            only(&recorded, "UpdateTerminationProtection"),
            fields(&[("EnableTerminationProtection", sent)])
        );
    }
}

#[tokio::test]
async fn a_failed_rollback_is_continued_without_what_is_to_be_skipped() {
    let (cloud, recorded) = cloud(vec![("ContinueUpdateRollback", vec![yes("")])]);
    let skip = ["Broker".to_owned(), "Api".to_owned()];
    cloud.continue_rollback(STACK, &skip).await.unwrap();
    assert_eq!(
        only(&recorded, "ContinueUpdateRollback"),
        fields(&[
            ("ResourcesToSkip.member.1", "Broker"),
            ("ResourcesToSkip.member.2", "Api")
        ])
    );
}

#[tokio::test]
async fn a_rollback_is_continued_as_a_whole_when_nothing_is_to_be_skipped() {
    let (cloud, recorded) = cloud(vec![("ContinueUpdateRollback", vec![yes("")])]);
    cloud.continue_rollback(STACK, &[]).await.unwrap();
    assert_eq!(only(&recorded, "ContinueUpdateRollback"), fields(&[]));
}

#[tokio::test]
async fn a_deletion_retains_what_it_is_told_to() {
    let (cloud, recorded) = cloud(vec![("DeleteStack", vec![yes("")])]);
    cloud.delete(STACK, &["Content".to_owned()]).await.unwrap();
    assert_eq!(
        only(&recorded, "DeleteStack"),
        fields(&[("RetainResources.member.1", "Content")])
    );
}

#[tokio::test]
async fn a_protected_stack_is_not_deleted() {
    let message = "Stack [storage] cannot be deleted while TerminationProtection is enabled";
    let (cloud, _) = cloud(vec![("DeleteStack", vec![no(400, "ValidationError", message)])]);
    let error = cloud.delete(STACK, &[]).await.unwrap_err();
    let text = format!("cannot delete the stack storage: ValidationError: {message}");
    assert_eq!(told(&error), ("other", text));
}
