//! What a stack needs, judged by its status and content.

use anyhow::{Result, bail};
use serde_json::Value;

use super::wanted::{Filled, WantedStack};
use crate::aws::cloudformation::Deployed;
use crate::exit::Stale;

/// What a stack needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// It is as it should be.
    Nothing,
    /// It is not there.
    Create,
    /// Its creation failed, and CloudFormation allows nothing but deleting what is left of it.
    ClearThenCreate,
    /// It differs.
    Update,
    /// It differs, or may, by what only an earlier stack will tell.
    Follow,
}

/// Judges a stack.
///
/// # Errors
/// [`Stale`] while something else changes the stack. Any other error when it is stuck where a person must choose.
pub(crate) fn need(
    wanted: &WantedStack,
    filled: &Filled,
    deployed: Option<&Deployed>,
    template: &Value,
) -> Result<Need> {
    let name = &wanted.name;
    let Some(deployed) = deployed else {
        return Ok(Need::Create);
    };
    match deployed.status.as_str() {
        // A change set was made for a new stack, and never executed.
        "REVIEW_IN_PROGRESS" => Ok(Need::Create),
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED" => {
            Ok(Need::ClearThenCreate)
        }
        "UPDATE_ROLLBACK_FAILED" => {
            bail!("the stack {name} is stuck in UPDATE_ROLLBACK_FAILED: run `cargo xtask recover`")
        }
        status if status.ends_with("_IN_PROGRESS") => Err(Stale(format!(
            "the stack {name} is {status}: something else changes it now"
        ))
        .into()),
        // A stack that rolled an update back is as it was before, which may be what is wanted.
        _ if !filled.missing.is_empty() => Ok(Need::Follow),
        _ if is_same(wanted, filled, deployed, template) => Ok(Need::Nothing),
        _ => Ok(Need::Update),
    }
}

/// Whether the stack has resources and a template.
pub(crate) fn is_alive(status: &str) -> bool {
    !matches!(
        status,
        "REVIEW_IN_PROGRESS" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED"
    )
}

/// Texts that say the same in another order or layout are the same template.
fn is_same(wanted: &WantedStack, filled: &Filled, deployed: &Deployed, template: &Value) -> bool {
    let new: Value = serde_json::from_str(&wanted.template).unwrap_or_default();
    // A parameter that is left to its default is reported with it.
    let defaulted = |name: &String| {
        !filled.parameters.contains_key(name) && new["Parameters"][name].get("Default").is_some()
    };
    let told = deployed.parameters.iter().filter(|(name, _)| !defaulted(name));
    *template == new && told.eq(filled.parameters.iter())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use stacks::StackKind;

    use super::*;
    use crate::exit::Exit;

    const TEMPLATE: &str = r#"{"Parameters": {"Key": {}, "Free": {"Default": "x"}}, "Resources": {}}"#;

    /// What a stack of this status, key and template needs.
    fn judged(status: &str, key: &str, template: &Value, missing: &[&str]) -> Result<Need> {
        let one = |value: &str| BTreeMap::from([("Key".to_owned(), value.to_owned())]);
        let wanted = WantedStack {
            kind: StackKind::Runtime,
            name: "runtime".to_owned(),
            template: TEMPLATE.to_owned(),
            parameters: BTreeMap::new(),
        };
        let filled = Filled {
            parameters: one("new"),
            missing: missing.iter().map(|name| (*name).to_owned()).collect(),
        };
        let mut deployed = Deployed {
            status: status.to_owned(),
            parameters: one(key),
            ..Deployed::default()
        };
        deployed.parameters.insert("Free".to_owned(), "x".to_owned());
        need(&wanted, &filled, Some(&deployed), template)
    }

    fn same() -> Value {
        serde_json::from_str(TEMPLATE).unwrap()
    }

    #[test]
    fn a_stack_that_never_lived_is_made_anew() {
        for (status, expected) in [
            ("ROLLBACK_COMPLETE", Need::ClearThenCreate),
            ("CREATE_FAILED", Need::ClearThenCreate),
            ("DELETE_FAILED", Need::ClearThenCreate),
            ("REVIEW_IN_PROGRESS", Need::Create),
        ] {
            assert_eq!(
                judged(status, "", &Value::Null, &[]).unwrap(),
                expected,
                "{status}"
            );
        }
    }

    #[test]
    fn another_template_or_parameter_is_an_update_and_the_same_is_nothing() {
        for status in ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"] {
            assert_eq!(judged(status, "new", &same(), &[]).unwrap(), Need::Nothing);
            assert_eq!(judged(status, "old", &same(), &[]).unwrap(), Need::Update);
            assert_eq!(judged(status, "new", &json!({}), &[]).unwrap(), Need::Update);
            assert_eq!(judged(status, "new", &same(), &["Later"]).unwrap(), Need::Follow);
        }
    }

    #[test]
    fn a_busy_stack_is_stale_and_a_stuck_one_names_the_way_out() {
        for status in [
            "UPDATE_IN_PROGRESS",
            "DELETE_IN_PROGRESS",
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        ] {
            let error = judged(status, "new", &same(), &[]).unwrap_err();
            assert_eq!(Exit::of(&error), Exit::Stale, "{status}");
        }
        let error = judged("UPDATE_ROLLBACK_FAILED", "new", &same(), &[]).unwrap_err();
        assert!(error.to_string().contains("cargo xtask recover"), "{error}");
    }
}
