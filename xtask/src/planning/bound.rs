//! A plan that can be carried out: what was shown, bound to everything that it was made from.

use std::collections::BTreeMap;

use ::plan::Plan;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::wanted::Code;
use crate::artifact::hex;
use crate::release::Revision;

/// Version of the plan file. Another version is refused: a plan lives for hours, not across releases.
pub(crate) const VERSION: u32 = 1;

/// The plan file. It holds hashes of what may be secret, never the values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bound {
    /// [`VERSION`].
    pub version: u32,
    /// The stage.
    pub stage: String,
    /// The AWS account.
    pub account: String,
    /// The AWS region.
    pub region: String,
    /// The checkout that was planned. `None`: there is no git.
    pub revision: Option<Revision>,
    /// When.
    pub made_at: DateTime<Utc>,
    /// The stacks, in the order in which they are applied.
    pub stacks: Vec<BoundStack>,
    /// The functions' code.
    pub code: Vec<Code>,
    /// SHA-256 of each file that is uploaded beside the stacks, by its object's key.
    pub content: BTreeMap<String, String>,
    /// What was shown.
    pub plan: Plan,
}

/// What one stack was, will be, and how it gets there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BoundStack {
    /// The stack's name.
    pub name: String,
    /// [`fingerprint`] of the deployed stack. `None`: there was none.
    pub deployed: Option<String>,
    /// [`fingerprint`] of the stack as it should be, as far as its parameters are known.
    pub wanted: String,
    /// Hash of what was drifted. `None`: it was not looked for, so it cannot have changed since.
    pub drift: Option<String>,
    /// What applying does.
    pub step: Step,
}

/// What applying does with a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Step {
    /// Nothing: it is as it should be.
    Nothing,
    /// Executes exactly this change set.
    Execute {
        /// Its ARN.
        change_set: String,
    },
    /// Makes the stack, which is not there. Its change set can only add, so that the plan lacks nothing.
    Create {
        /// Whether the remains of a creation that failed are deleted first.
        clear: bool,
    },
    /// Changes the stack once an earlier one gives these parameters. What that would replace or destroy beyond the
    /// plan is refused.
    Follow {
        /// The parameters that are known only then.
        parameters: Vec<String>,
    },
}

/// A hash of all that makes a stack what it is. Two stacks with equal fingerprints need no change.
pub(crate) fn fingerprint(
    template: &Value,
    parameters: &BTreeMap<String, String>,
    tags: &BTreeMap<String, String>,
) -> String {
    // Objects of this JSON are sorted, so that equal values are equal bytes.
    digest(
        json!({ "template": template, "parameters": parameters, "tags": tags })
            .to_string()
            .as_bytes(),
    )
}

/// SHA-256 in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(template: &str, parameter: &str, tag: &str) -> String {
        let one = |value: &str| BTreeMap::from([("Name".to_owned(), value.to_owned())]);
        fingerprint(
            &serde_json::from_str(template).unwrap(),
            &one(parameter),
            &one(tag),
        )
    }

    #[test]
    fn a_fingerprint_tells_every_part_apart_and_not_the_order_of_keys() {
        let base = print(r#"{"A": 1, "B": 2}"#, "p", "t");
        assert_eq!(base, print(r#"{"B": 2, "A": 1}"#, "p", "t"));
        assert_ne!(base, print(r#"{"A": 1, "B": 3}"#, "p", "t"));
        assert_ne!(base, print(r#"{"A": 1, "B": 2}"#, "q", "t"));
        assert_ne!(base, print(r#"{"A": 1, "B": 2}"#, "p", "u"));
    }
}
