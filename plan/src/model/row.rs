//! The rows of a plan that are no change of a resource.

use serde::{Deserialize, Serialize};

use crate::{
    difference::PropertyChange,
    facts::{First, Later},
    redact::Shown,
};

/// A resource that was changed by other means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The stack.
    pub stack: String,
    /// The logical id.
    pub logical_id: String,
    /// The type.
    pub resource_type: String,
    /// Whether it is gone.
    pub deleted: bool,
    /// What differs: `before` is the template's value, `after` the one that was found.
    pub properties: Vec<PropertyChange>,
}

/// A resource of which drift is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotChecked {
    /// The stack.
    pub stack: String,
    /// The logical id.
    pub logical_id: String,
    /// The type.
    pub resource_type: String,
    /// Why.
    pub reason: String,
}

/// A stack that is brought into a good state before anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackFirst {
    /// The stack.
    pub stack: String,
    /// What is done.
    #[serde(flatten)]
    pub first: First,
}

/// A stack whose change set is made only while the plan is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackLater {
    /// The stack.
    pub stack: String,
    /// Why, and what is not known until then.
    #[serde(flatten)]
    pub later: Later,
}

/// Something that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The stack.
    pub stack: String,
    /// What is missing.
    pub reason: String,
}

/// A change outside of the resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingChange {
    /// The stack.
    pub stack: String,
    /// The place, such as `Parameters.X` (its value) or `Template.Outputs.X`.
    pub path: String,
    /// The value before.
    pub before: Shown,
    /// The value after.
    pub after: Shown,
}

/// Resources of one stack that only refer to something that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The stack.
    pub stack: String,
    /// Their logical ids.
    pub logical_ids: Vec<String>,
}
