//! Plans as files: the JSON of `plan` and `drift`, or what `plan --out` kept.

use std::path::Path;

use ::plan::{Plan, SCHEMA_VERSION};
use anyhow::{Context, Result};
use serde_json::Value;
use stacks::Stage;

use crate::exit::Invalid;

/// The plan in a file, which must be of the stage.
pub(super) fn read(file: &Path, stage: Stage) -> Result<Plan> {
    let plan = read_any(file)?;
    if plan.stage != stage.as_str() {
        return Err(Invalid(format!(
            "{} is a plan of {}, not of {stage}",
            file.display(),
            plan.stage
        ))
        .into());
    }
    Ok(plan)
}

/// The plan in a file, of whatever stage.
pub(super) fn read_any(file: &Path) -> Result<Plan> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    plan_in(&text).map_err(|reason| Invalid(format!("{} is no plan: {reason}", file.display())).into())
}

fn plan_in(text: &str) -> Result<Plan, String> {
    let mut value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    // A kept plan binds the plan to what it was made from.
    if value["plan"].is_object() {
        value = value["plan"].take();
    }
    // The version first: a plan of another version need not have the other fields.
    match value["version"].as_u64() {
        Some(version) if version == u64::from(SCHEMA_VERSION) => {
            serde_json::from_value(value).map_err(|error| error.to_string())
        }
        Some(version) => Err(format!(
            "it has version {version}, this program reads {SCHEMA_VERSION}"
        )),
        None => Err("it has no version".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::plan::facts::{Basis, Facts};
    use serde_json::json;

    fn empty() -> Plan {
        ::plan::plan(&Facts {
            stage: "staging".to_owned(),
            basis: Basis::Deployed,
            stacks: Vec::new(),
        })
    }

    #[test]
    fn a_printed_plan_and_a_kept_one_are_read_alike() {
        let printed = serde_json::to_value(empty()).unwrap();
        let kept = json!({"version": 9, "account": "000000000000", "plan": printed});
        assert_eq!(plan_in(&printed.to_string()), Ok(empty()));
        assert_eq!(plan_in(&kept.to_string()), Ok(empty()));
    }

    #[test]
    fn what_is_no_plan_says_why() {
        assert_eq!(plan_in("{}"), Err("it has no version".to_owned()));
        assert_eq!(
            plan_in(r#"{"version": 99}"#),
            Err(format!("it has version 99, this program reads {SCHEMA_VERSION}"))
        );
        assert!(plan_in("").is_err());
    }

    #[test]
    fn a_plan_of_another_stage_is_not_told_as_this_ones() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plan.json");
        std::fs::write(&file, serde_json::to_string(&empty()).unwrap()).unwrap();
        assert!(read(&file, Stage::Staging).is_ok());
        let error = read(&file, Stage::Production).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("is a plan of staging, not of production")
        );
    }
}
