use super::change_set::{check, described, detailed, failed, modified, plain, propose};
use crate::aws::cloudformation::Proposal;
use crate::aws::recorded::no;

const WARNING: &str = "[WARN] --include-property-values option can return incomplete ChangeSet data because: \
                       Logical Id: Source, failed property validation";

#[tokio::test]
async fn a_change_with_no_field_at_all_is_not_known_and_makes_the_list_incomplete() {
    check(
        vec![described("", "<member><ResourceChange/></member><member/>")],
        &["Dynamic   None []"],
        Some("a change names no resource"),
    )
    .await;
}

#[tokio::test]
async fn what_the_telling_with_values_left_out_is_taken_from_the_one_without() {
    let told = modified(
        "Work",
        &detailed("RedrivePolicy", "/Properties/RedrivePolicy/maxReceiveCount"),
    );
    let whole = [
        modified("Work", &(plain("RedrivePolicy") + &plain("DelaySeconds"))),
        modified("Source", &plain("Configuration")),
    ];
    let recorded = check(
        vec![described(WARNING, &told), described("", &whole.concat())],
        &[
            "Modify Work AWS::SQS::Queue Some(Never) [Properties.RedrivePolicy.maxReceiveCount Static Never from - \
             1->2, Properties.DelaySeconds Static Never from - ?->?]",
            "Modify Source AWS::SQS::Queue Some(Never) [Properties.Configuration Static Never from - ?->?]",
        ],
        None,
    )
    .await;
    let asked: Vec<bool> = recorded
        .fields("DescribeChangeSet")
        .iter()
        .map(|fields| fields.contains_key("IncludePropertyValues"))
        .collect();
    assert_eq!(asked, [true, false]);
}

#[tokio::test]
async fn an_empty_list_with_the_warning_is_not_nothing() {
    check(
        vec![
            described(WARNING, ""),
            described("", &modified("Source", &plain("Configuration"))),
        ],
        &["Modify Source AWS::SQS::Queue Some(Never) [Properties.Configuration Static Never from - ?->?]"],
        None,
    )
    .await;
}

#[tokio::test]
async fn a_list_that_stays_incomplete_is_called_so() {
    check(vec![described(WARNING, "")], &[], Some(WARNING)).await;
}

#[tokio::test]
async fn a_second_telling_that_fails_leaves_the_list_incomplete() {
    let incomplete =
        format!("{WARNING}; without values it cannot be read: cannot read the change set: InternalX: no");
    check(
        vec![
            described(WARNING, &modified("Work", &plain("DelaySeconds"))),
            no(400, "InternalX", "no"),
        ],
        &["Modify Work AWS::SQS::Queue Some(Never) [Properties.DelaySeconds Static Never from - ?->?]"],
        Some(&incomplete),
    )
    .await;
}

#[tokio::test]
async fn an_endpoint_that_refuses_property_values_is_asked_without() {
    check(
        vec![
            no(400, "ValidationError", "Unknown parameter: IncludePropertyValues"),
            described("", &modified("Work", &plain("DelaySeconds"))),
        ],
        &["Modify Work AWS::SQS::Queue Some(Never) [Properties.DelaySeconds Static Never from - ?->?]"],
        None,
    )
    .await;
}

#[tokio::test]
async fn a_change_set_that_fails_under_the_warning_is_refused_with_the_real_reason() {
    let (found, _) = propose(vec![failed(WARNING), failed("Role is not assumable")]).await;
    let Proposal::Refused(reason) = found.unwrap() else {
        panic!("it is not refused")
    };
    assert_eq!(reason, "Role is not assumable");
}
