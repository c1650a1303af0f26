//! What is meant to be so: findings of other people's judges that are let pass, each with its reason.

use std::sync::LazyLock;

use serde::Deserialize;

use super::finding::Finding;

/// The data.
static WAIVERS: LazyLock<Vec<Waiver>> =
    // The file is part of the binary and a test reads it. A file that could not be read would waive nothing.
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/waivers.json")).unwrap_or_default());

/// A rule that need not hold for certain resources.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiver {
    /// The judge.
    judge: String,
    /// Its rule.
    rule: String,
    /// The resources, in whatever stage.
    logical_ids: Vec<String>,
    /// Why.
    reason: String,
}

/// Every waiver.
pub(super) fn waivers() -> &'static [Waiver] {
    &WAIVERS
}

/// What is left to tell: findings that nobody has waived, and waivers that waive nothing any more.
pub(super) fn left(findings: &[Finding], waivers: &[Waiver]) -> Vec<String> {
    let open = findings
        .iter()
        .filter(|finding| !waivers.iter().any(|waiver| waiver.names(finding)))
        .map(ToString::to_string);
    let idle = waivers.iter().flat_map(|waiver| {
        let idle = waiver.logical_ids.iter().filter(|id| {
            !findings
                .iter()
                .any(|finding| waiver.names(finding) && finding.logical_id == **id)
        });
        idle.map(move |id| {
            format!(
                "the waiver of {} {} for {id} waives nothing any more ({})",
                waiver.judge, waiver.rule, waiver.reason
            )
        })
    });
    open.chain(idle).collect()
}

impl Waiver {
    fn names(&self, finding: &Finding) -> bool {
        self.judge == finding.judge
            && self.rule == finding.rule
            && self.logical_ids.contains(&finding.logical_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &str, id: &str) -> Finding {
        Finding {
            judge: "checkov",
            rule: rule.to_owned(),
            template: "landfall-x-storage".to_owned(),
            logical_id: id.to_owned(),
            what: "what".to_owned(),
        }
    }

    fn waiver(judge: &str, ids: &[&str]) -> Waiver {
        Waiver {
            judge: judge.to_owned(),
            rule: "CKV_AWS_18".to_owned(),
            logical_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            reason: "because".to_owned(),
        }
    }

    #[test]
    fn every_committed_waiver_has_a_reason_and_a_resource() {
        assert!(!waivers().is_empty());
        for waiver in waivers() {
            assert!(
                waiver.reason.len() > 20 && !waiver.logical_ids.is_empty(),
                "{waiver:?}"
            );
        }
    }

    #[test]
    fn a_waiver_lets_pass_its_own_rule_for_its_own_resources_only() {
        let bucket = finding("CKV_AWS_18", "ContentBucket");
        assert!(
            left(
                std::slice::from_ref(&bucket),
                &[waiver("checkov", &["ContentBucket"])]
            )
            .is_empty()
        );
        for other in [
            finding("CKV_AWS_18", "OtherBucket"),
            finding("CKV_AWS_20", "ContentBucket"),
        ] {
            let told = left(&[bucket.clone(), other], &[waiver("checkov", &["ContentBucket"])]);
            assert_eq!(told.len(), 1, "{told:?}");
        }
        assert_eq!(
            left(&[bucket], &[waiver("cfn-lint", &["ContentBucket"])]).len(),
            2
        );
    }

    #[test]
    fn a_waiver_that_waives_nothing_any_more_is_told_by_resource() {
        let told = left(
            &[finding("CKV_AWS_18", "ContentBucket")],
            &[waiver("checkov", &["ContentBucket", "GoneBucket"])],
        );
        assert_eq!(
            told,
            ["the waiver of checkov CKV_AWS_18 for GoneBucket waives nothing any more (because)"]
        );
    }
}
