//! The plan: what every renderer tells, and all that it may tell.

mod row;

pub use row::{Drift, Gap, NotChecked, SettingChange, StackFirst, StackLater, Touched};

use serde::{Deserialize, Serialize};

use crate::{
    difference::PropertyChange,
    facts::Basis,
    iam::{Grant, IamVerdict},
};

/// Version of the JSON. A field that changes its meaning or goes raises it; a new field does not.
pub const SCHEMA_VERSION: u32 = 1;

/// What a deploy would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// [`SCHEMA_VERSION`].
    pub version: u32,
    /// The stage.
    pub stage: String,
    /// Against what the templates were compared.
    pub basis: Basis,
    /// The first line, as numbers.
    pub counts: Counts,
    /// What is not known. A plan with gaps never says that there are no changes.
    pub gaps: Vec<Gap>,
    /// Stacks that are brought into a good state before anything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first: Vec<StackFirst>,
    /// Stacks whose change set is made only while the plan is applied. That is no gap: what it may do is held to the
    /// rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<StackLater>,
    /// Changes to look at: each has at least one [`Danger`].
    pub danger: Vec<Change>,
    /// What was changed by other means.
    pub drift: Vec<Drift>,
    /// What could not be checked for drift.
    pub drift_not_checked: Vec<NotChecked>,
    /// All other changes of resources.
    pub changes: Vec<Change>,
    /// Changes of parameters, outputs and other parts of a template that are no resource.
    pub settings: Vec<SettingChange>,
    /// Functions of which only the code changes.
    pub code: Vec<CodeChange>,
    /// Resources that change only if what they refer to gets another name, which CloudFormation finds out while it
    /// works. They are in no count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touched: Vec<Touched>,
}

/// How many of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Resources that come.
    pub add: usize,
    /// Resources that change in place, code-only changes included.
    pub change: usize,
    /// Resources that will be replaced.
    pub replace: usize,
    /// Resources that may be replaced, those that are unknown until apply included.
    pub may_replace: usize,
    /// Resources that go.
    pub destroy: usize,
    /// Resources that were changed by other means.
    pub drifted: usize,
    /// What happens to rights as a whole.
    pub iam: IamVerdict,
}

/// One change of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The stack.
    pub stack: String,
    /// The logical id.
    pub logical_id: String,
    /// The type, such as `AWS::DynamoDB::Table`.
    pub resource_type: String,
    /// What happens.
    pub action: Action,
    /// Why, for a replacement: the causing entity or property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Whether the action was predicted from create-only lists, because no endpoint said it.
    pub predicted: bool,
    /// Whether the resource holds data that a new one would not have.
    pub stateful: bool,
    /// What becomes of the old resource, if it holds data and is or may be replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_one: Option<Fate>,
    /// The condition that decides whether the stack has the resource, if it cannot be evaluated here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What makes it dangerous.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dangers: Vec<Danger>,
    /// What changes in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<PropertyChange>,
    /// What happens to rights.
    pub iam: IamVerdict,
    /// Rights that come, action by action.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broadened: Vec<Grant>,
    /// Rights that go, action by action.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrowed: Vec<Grant>,
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It comes.
    Add,
    /// It changes in place.
    Change,
    /// It will be replaced.
    WillReplace,
    /// It may be replaced: which, the provider decides.
    MayReplace,
    /// Whether it is replaced depends on a value that exists only during apply.
    UnknownUntilApply,
    /// It goes.
    Destroy,
    /// It leaves the stack and stays in the account, because of its deletion policy.
    LeaveBehind,
}

impl Action {
    /// Whether the resource is, or may be, another one afterwards.
    #[must_use]
    pub fn replaces(self) -> bool {
        matches!(
            self,
            Self::WillReplace | Self::MayReplace | Self::UnknownUntilApply
        )
    }

    /// Whether the stack has the resource no more afterwards.
    #[must_use]
    pub fn destroys(self) -> bool {
        matches!(self, Self::Destroy | Self::LeaveBehind)
    }

    /// The sign before the line.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Change => "~",
            Self::WillReplace | Self::MayReplace | Self::UnknownUntilApply => "-/+",
            Self::Destroy | Self::LeaveBehind => "-",
        }
    }

    /// The words in the line.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::WillReplace => "will REPLACE",
            Self::MayReplace => "may REPLACE",
            Self::UnknownUntilApply => "change, replacement unknown until apply",
            Self::Destroy => "DESTROY",
            Self::LeaveBehind => "leave the stack, kept in the account",
        }
    }
}

/// What becomes of a resource that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is deleted, with its data.
    Deleted,
    /// A snapshot of it is taken, then it is deleted.
    Snapshot,
    /// It stays in the account, outside of the stack.
    Kept,
}

/// What makes a change dangerous.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
pub enum Danger {
    /// It holds data and goes.
    StatefulDestroy,
    /// It holds data and is, or may be, replaced.
    StatefulReplace,
    /// Rights come, or cannot be judged.
    IamBroadened,
    /// It becomes open to everybody. The detail says how.
    PublicExposure(String),
}

/// A function of which only the code changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeChange {
    /// The stack.
    pub stack: String,
    /// The function's logical id.
    pub logical_id: String,
    /// Size of the archive before, in bytes, if known.
    pub before_bytes: Option<u64>,
    /// Size of the archive after, in bytes, if known.
    pub after_bytes: Option<u64>,
    /// First characters of the SHA-256 after.
    pub sha256: String,
}

impl CodeChange {
    /// By how many bytes the archive grows, if both sizes are known.
    #[must_use]
    pub fn delta_bytes(&self) -> Option<i64> {
        let before = i64::try_from(self.before_bytes?).ok()?;
        let after = i64::try_from(self.after_bytes?).ok()?;
        after.checked_sub(before)
    }
}

/// What a plan comes to, for `--detailed-exitcode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    NoChanges,
    /// Exit code 2. Also when something is drifted, or not known.
    Changes,
}

/// Whether there is something to apply, to look at or to find out.
#[must_use]
pub fn verdict(plan: &Plan) -> Outcome {
    let still = plan.gaps.is_empty()
        && plan.first.is_empty()
        && plan.later.is_empty()
        && plan.danger.is_empty()
        && plan.drift.is_empty()
        && plan.changes.is_empty()
        && plan.settings.is_empty()
        && plan.code.is_empty();
    if still {
        Outcome::NoChanges
    } else {
        Outcome::Changes
    }
}
