//! What the judges of templates found, read from their JSON.

use std::fmt;

use serde_json::Value;

/// Something that a judge holds against a resource of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// `cfn-lint` or `checkov`.
    pub(super) judge: &'static str,
    /// The rule, such as `CKV_AWS_18`.
    pub(super) rule: String,
    /// The template's file, without folder and suffix.
    pub(super) template: String,
    /// The resource's logical id. Empty when the finding is of no resource.
    pub(super) logical_id: String,
    /// The judge's own words.
    pub(super) what: String,
}

/// The findings in the output of `cfn-lint --format json`.
pub(super) fn of_cfn_lint(output: &str) -> Result<Vec<Finding>, String> {
    let found: Value = serde_json::from_str(output).map_err(|error| error.to_string())?;
    let found = found.as_array().ok_or("the answer is no list")?;
    Ok(found
        .iter()
        .map(|found| {
            let path = &found["Location"]["Path"];
            let of_resource = path[0] == "Resources";
            Finding {
                judge: "cfn-lint",
                rule: text(&found["Rule"]["Id"]),
                template: stem(&found["Filename"]),
                logical_id: if of_resource {
                    text(&path[1])
                } else {
                    String::new()
                },
                what: text(&found["Message"]),
            }
        })
        .collect())
}

/// The findings in the output of `checkov --output json`.
///
/// An error when it did not understand a template, or saw no resource at all: then it has not judged.
pub(super) fn of_checkov(output: &str) -> Result<Vec<Finding>, String> {
    let report: Value = serde_json::from_str(output).map_err(|error| error.to_string())?;
    let summary = &report["summary"];
    if summary["parsing_errors"] != 0 {
        return Err("it could not read every template".to_owned());
    }
    if summary["resource_count"].as_u64().unwrap_or(0) == 0 {
        return Err("it saw no resource".to_owned());
    }
    let failed = report["results"]["failed_checks"].as_array();
    Ok(failed
        .ok_or("it gives no list of failed checks")?
        .iter()
        .map(|found| Finding {
            judge: "checkov",
            rule: text(&found["check_id"]),
            template: stem(&found["file_path"]),
            // `AWS::S3::Bucket.ContentBucket`
            logical_id: text(&found["resource"])
                .rsplit('.')
                .next()
                .unwrap_or_default()
                .to_owned(),
            what: text(&found["check_name"]),
        })
        .collect())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn stem(path: &Value) -> String {
    let path = std::path::Path::new(path.as_str().unwrap_or_default());
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            judge,
            rule,
            template,
            logical_id,
            what,
        } = self;
        write!(f, "{judge} {rule} {template} {logical_id}: {what}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkovs_findings_name_template_and_resource() {
        let output = r#"{"summary": {"parsing_errors": 0, "resource_count": 2}, "results": {"failed_checks": [
            {"check_id": "CKV_AWS_18", "check_name": "logging", "file_path": "/a/b/landfall-x-storage.json",
             "resource": "AWS::S3::Bucket.ContentBucket"}]}}"#;
        let found: Vec<_> = of_checkov(output)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            ["checkov CKV_AWS_18 landfall-x-storage ContentBucket: logging"]
        );
    }

    #[test]
    fn checkov_that_has_not_judged_is_not_taken_for_content() {
        let none = r#"{"passed": 0, "failed": 0, "resource_count": 0}"#;
        let broken =
            r#"{"summary": {"parsing_errors": 1, "resource_count": 2}, "results": {"failed_checks": []}}"#;
        let empty =
            r#"{"summary": {"parsing_errors": 0, "resource_count": 0}, "results": {"failed_checks": []}}"#;
        for output in ["", "[]", none, broken, empty] {
            assert!(of_checkov(output).is_err(), "{output}");
        }
    }

    #[test]
    fn cfn_lints_findings_name_template_and_resource() {
        let output = r#"[{"Filename": "a/landfall-x-runtime.json", "Message": "no", "Rule": {"Id": "WS1000"},
            "Location": {"Path": ["Resources", "EventBroker", "Properties"]}},
            {"Filename": "a/x.json", "Message": "size", "Rule": {"Id": "I1002"}, "Location": {"Path": null}}]"#;
        let found: Vec<_> = of_cfn_lint(output)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            [
                "cfn-lint WS1000 landfall-x-runtime EventBroker: no",
                "cfn-lint I1002 x : size"
            ]
        );
        assert!(of_cfn_lint("").is_err());
    }
}
