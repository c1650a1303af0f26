//! What is known before a plan is made. Whoever talks to CloudFormation fills it in.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that one plan is made from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The stage: `local`, `staging` or `production`.
    pub stage: String,
    /// Against what the new templates are compared.
    pub basis: Basis,
    /// The stacks in the order in which they are deployed.
    pub stacks: Vec<StackFacts>,
}

/// Against what the new templates are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Against the deployed stacks, with change sets.
    Deployed,
    /// Against committed templates, without credentials: drift and parameters are not known.
    Offline,
}

/// What is known of one stack.
#[derive(Debug, Clone, Default)]
pub struct StackFacts {
    /// The stack's name.
    pub name: String,
    /// The template that is deployed. `None`: there is no such stack.
    pub deployed: Option<Raw<Value>>,
    /// The template to deploy. `None`: the stack is to be destroyed.
    pub new: Option<Raw<Value>>,
    /// The deployed parameter values.
    pub deployed_parameters: BTreeMap<String, Raw<String>>,
    /// The parameter values to deploy.
    pub new_parameters: BTreeMap<String, Raw<String>>,
    /// What the endpoint says that it would do. `None`: it was not asked.
    pub change_set: Option<ChangeSet>,
    /// What differs between the deployed resources and their template.
    pub drift: Vec<DriftRow>,
    /// The functions' code.
    pub artifacts: Vec<ArtifactFacts>,
    /// Why there is no change set yet. `None`: there is one, or none is needed.
    pub later: Option<Later>,
    /// What applying does with the stack before anything else.
    pub first: Option<First>,
}

/// Why a change set is made only while the plan is applied. The rows of such a stack are predicted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// Why.
    pub reason: LaterReason,
    /// The stacks that come before it and whose outputs it takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// The parameters that are known only then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<String>,
}

/// Why a change set is made only while the plan is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaterReason {
    /// The stack is new.
    NewStack,
    /// The stack is there, and some of its parameters are not known yet.
    Parameters,
}

/// What applying does with a stack before anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum First {
    /// Its creation failed, and CloudFormation allows nothing but deleting what is left of it.
    DeleteFailedCreation {
        /// CloudFormation's status, such as `ROLLBACK_COMPLETE`.
        status: String,
        /// What is left.
        left: Vec<Remnant>,
    },
    /// Its last update stopped halfway, and is rolled back to the end.
    Recover {
        /// CloudFormation's status, such as `UPDATE_ROLLBACK_FAILED`.
        status: String,
        /// What could not be rolled back.
        stuck: Vec<Remnant>,
    },
}

/// A resource of a stack that is in no good state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remnant {
    /// The logical id.
    pub logical_id: String,
    /// The type.
    pub resource_type: String,
}

/// A value as it was read. It may be a secret, so that it has no readable `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Raw<T>(pub T);

impl<T> fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}

/// A change set, read to its last page.
#[derive(Debug, Clone, Default)]
pub struct ChangeSet {
    /// Its changes.
    pub changes: Vec<ResourceChange>,
    /// Why the list is not whole. `None`: it is.
    pub incomplete: Option<String>,
}

/// What CloudFormation would do with one resource.
#[derive(Debug, Clone)]
pub struct ResourceChange {
    /// What it would do.
    pub action: ChangeAction,
    /// The resource's logical id.
    pub logical_id: String,
    /// The resource's type, such as `AWS::Lambda::Function`.
    pub resource_type: String,
    /// Whether it would be replaced. `None`: the endpoint does not say.
    pub replacement: Option<Replacement>,
    /// Why.
    pub causes: Vec<Cause>,
}

/// CloudFormation's `Action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeAction {
    /// `Add` and `Import`.
    Add,
    /// `Modify` and `SyncWithActual`.
    Modify,
    /// `Remove`.
    Remove,
    /// `Dynamic`: CloudFormation cannot tell before it runs.
    Dynamic,
}

/// CloudFormation's `Replacement`, and its `RequiresRecreation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// `False` or `Never`.
    Never,
    /// `Conditional` or `Conditionally`.
    Conditional,
    /// `True` or `Always`.
    Always,
}

/// CloudFormation's `ResourceChangeDetail`.
#[derive(Debug, Clone)]
pub struct Cause {
    /// The place in the resource, such as `Properties.TableName` or `Tags`.
    pub path: String,
    /// Whether CloudFormation knows the new value.
    pub evaluation: Evaluation,
    /// Whether a change in this place replaces the resource.
    pub recreation: Replacement,
    /// The parameter, resource or attribute whose change leads to this one.
    pub causing_entity: Option<String>,
    /// The value before, if given.
    pub before: Option<Raw<String>>,
    /// The value after, if given.
    pub after: Option<Raw<String>>,
}

/// CloudFormation's `Evaluation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evaluation {
    /// The new value is known.
    Static,
    /// The new value depends on something that exists only once the change set runs.
    Dynamic,
}

/// Drift of one resource.
#[derive(Debug, Clone)]
pub struct DriftRow {
    /// The resource's logical id.
    pub logical_id: String,
    /// The resource's type.
    pub resource_type: String,
    /// What was found.
    pub state: DriftState,
}

/// What drift detection found.
#[derive(Debug, Clone)]
pub enum DriftState {
    /// As in the template.
    InSync,
    /// It was changed by other means.
    Drifted(Vec<DriftDifference>),
    /// It was deleted by other means.
    Deleted,
    /// It could not be checked, and why.
    NotChecked(String),
}

/// One property that is not as in the template.
#[derive(Debug, Clone)]
pub struct DriftDifference {
    /// The property, such as `/Properties/Environment/Variables/X` or with dots.
    pub path: String,
    /// As in the template.
    pub expected: Raw<String>,
    /// As it is.
    pub actual: Raw<String>,
}

/// The code of one function.
#[derive(Debug, Clone)]
pub struct ArtifactFacts {
    /// Logical id of the function.
    pub function: String,
    /// The parameter that holds the artifact's key.
    pub parameter: String,
    /// What is deployed.
    pub old: Option<Artifact>,
    /// What is to be deployed.
    pub new: Option<Artifact>,
}

/// One artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// SHA-256 of the archive, in hexadecimal.
    pub sha256: String,
    /// Size of the archive in bytes. `None`: not known.
    pub bytes: Option<u64>,
}
