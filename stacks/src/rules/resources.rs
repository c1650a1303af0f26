//! What a resource must not be without.

use super::{Finding, Resource, Rule};

const BLOCKS: [&str; 4] = [
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
];

pub(super) fn check(resource: &Resource<'_>, findings: &mut Vec<Finding>) {
    match resource.kind {
        "AWS::S3::Bucket" => {
            let blocks = &resource.properties["PublicAccessBlockConfiguration"];
            for block in BLOCKS.into_iter().filter(|block| blocks[*block] != true) {
                let what = format!("{block} is not true");
                findings.push(resource.finding(Rule::BucketWithoutPublicAccessBlock, what));
            }
        }
        "AWS::Logs::LogGroup" if resource.properties["RetentionInDays"].is_null() => {
            let what = "its events are kept for ever";
            findings.push(resource.finding(Rule::LogGroupWithoutRetention, what));
        }
        // Without a group of its own Lambda makes one, and keeps its events for ever.
        "AWS::Lambda::Function" if resource.properties["LoggingConfig"]["LogGroup"].is_null() => {
            let what = "Lambda will make a log group that keeps its events for ever";
            findings.push(resource.finding(Rule::LogGroupWithoutRetention, what));
        }
        _ => {}
    }
}
