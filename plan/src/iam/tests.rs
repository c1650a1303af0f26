use serde_json::json;

use super::*;

fn role(statements: &Value) -> Value {
    json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": {"Statement": statements}}]}})
}

#[track_caller]
fn check(before: &Value, after: &Value, expected: IamVerdict) -> IamChange {
    let change = compare(Some(&role(before)), Some(&role(after)), &BTreeSet::new());
    assert_eq!(change.verdict, expected, "{change:?}");
    change
}

fn allow(action: &Value, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

#[test]
fn statements_may_be_split_joined_and_reordered() {
    let joined = json!([allow(&json!(["s3:GetObject", "s3:PutObject"]), "a")]);
    let split = json!([
        allow(&json!("s3:PutObject"), "a"),
        allow(&json!("s3:GetObject"), "a")
    ]);
    check(&joined, &split, IamVerdict::Same);
    check(&split, &joined, IamVerdict::Same);
}

#[test]
fn an_action_more_broadens_and_one_less_narrows() {
    let one = json!([allow(&json!("s3:GetObject"), "a")]);
    let two = json!([allow(&json!(["s3:GetObject", "s3:PutObject"]), "a")]);
    let change = check(&one, &two, IamVerdict::Broadened);
    assert_eq!(change.broadened[0].to_string(), "allow s3:PutObject on a");
    assert_eq!(change.broadened.len(), 1);
    check(&two, &one, IamVerdict::Narrowed);
}

#[test]
fn a_pattern_contains_what_it_matches() {
    let wide = json!([allow(&json!("s3:*"), "arn:b/*")]);
    let narrow = json!([allow(&json!("S3:Get*"), "arn:b/x")]);
    check(&wide, &narrow, IamVerdict::Narrowed);
    check(&narrow, &wide, IamVerdict::Broadened);
    check(
        &json!([allow(&json!("s3:Get?"), "a")]),
        &json!([allow(&json!("s3:Get*"), "a")]),
        IamVerdict::Broadened,
    );
}

#[test]
fn a_condition_narrows_and_its_loss_broadens() {
    let free = json!([allow(&json!("s3:GetObject"), "a")]);
    let bound = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "a",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]);
    check(&free, &bound, IamVerdict::Narrowed);
    check(&bound, &free, IamVerdict::Broadened);
}

#[test]
fn a_denial_narrows_and_its_loss_broadens() {
    let denial = json!([{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]);
    check(&json!([]), &denial, IamVerdict::Narrowed);
    check(&denial, &json!([]), IamVerdict::Broadened);
}

#[test]
fn an_exclusion_is_unknown_when_it_changes_and_same_when_it_stays() {
    let exclusion = json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]);
    let other = json!([{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "a"}]);
    check(&json!([]), &exclusion, IamVerdict::Unknown);
    check(&exclusion, &json!([]), IamVerdict::Unknown);
    check(&json!([]), &other, IamVerdict::Unknown);
    check(&exclusion, &exclusion, IamVerdict::Same);
    assert!(IamVerdict::Unknown.broadens());
}

#[test]
fn an_exclusion_of_less_is_not_covered_by_everything() {
    // `Allow *` covers it in truth; a judge that does not read exclusions must not say so.
    let everything = json!([allow(&json!("*"), "*")]);
    let exclusion =
        json!([allow(&json!("*"), "*"), {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]);
    check(&everything, &exclusion, IamVerdict::Unknown);
}

#[test]
fn a_boundary_that_goes_broadens() {
    let bounded = json!({"Type": "AWS::IAM::Role", "Properties": {"PermissionsBoundary": "arn:b"}});
    let free = json!({"Type": "AWS::IAM::Role", "Properties": {}});
    let none = BTreeSet::new();
    assert_eq!(
        compare(Some(&bounded), Some(&free), &none).verdict,
        IamVerdict::Broadened
    );
    assert_eq!(
        compare(Some(&free), Some(&bounded), &none).verdict,
        IamVerdict::Narrowed
    );
}

#[test]
fn a_trusted_principal_more_broadens() {
    let trust = |who: &Value| {
        json!({"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement":
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": who}}}})
    };
    let none = BTreeSet::new();
    let service = trust(&json!({"Service": "lambda.amazonaws.com"}));
    let everybody = trust(&json!("*"));
    let change = compare(Some(&service), Some(&everybody), &none);
    assert_eq!(change.verdict, IamVerdict::Broadened);
    assert_eq!(change.broadened[0].to_string(), "allow * sts:AssumeRole on this");
    assert_eq!(public(&everybody).len(), 1);
    assert_eq!(public(&service), []);
}

#[test]
fn a_resource_behind_a_changed_parameter_is_another_resource() {
    let policy = role(
        &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "arn:${Bucket}/*"}}]),
    );
    let same = compare(Some(&policy), Some(&policy), &BTreeSet::new());
    assert_eq!(same.verdict, IamVerdict::Same);
    let moved = compare(
        Some(&policy),
        Some(&policy),
        &BTreeSet::from(["Bucket".to_owned()]),
    );
    assert_eq!(moved.verdict, IamVerdict::Broadened);
}

#[test]
fn a_role_that_comes_broadens_and_one_that_goes_narrows() {
    let role = role(&json!([allow(&json!("s3:GetObject"), "a")]));
    let none = BTreeSet::new();
    assert_eq!(compare(None, Some(&role), &none).verdict, IamVerdict::Broadened);
    assert_eq!(compare(Some(&role), None, &none).verdict, IamVerdict::Narrowed);
}
