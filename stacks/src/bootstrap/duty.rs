//! What GitHub Actions does in an account, each with a role and a GitHub environment of its own.

use crate::Stage;

/// What a job of GitHub Actions is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duty {
    /// Shows what a change would do.
    Plan,
    /// Carries out a plan.
    Deploy,
    /// Replaces the dashboard token.
    RotateToken,
    /// Compares what is deployed with what was declared.
    Drift,
}

impl Duty {
    /// Every duty.
    pub const ALL: &[Self] = &[Self::Plan, Self::Deploy, Self::RotateToken, Self::Drift];

    /// The duty's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Deploy => "deploy",
            Self::RotateToken => "rotate-token",
            Self::Drift => "drift",
        }
    }

    /// The GitHub environment that a job must be in to assume the duty's role. The deploy's is named after the
    /// stage, so that its approval is what GitHub shows as the stage's; the others need none and so must not share it.
    #[must_use]
    pub fn environment(self, stage: Stage) -> String {
        match self {
            Self::Deploy => stage.to_string(),
            other => format!("{stage}-{}", other.as_str()),
        }
    }

    /// The role's name, below [`super::PATH`].
    #[must_use]
    pub fn role_name(self, stage: Stage) -> String {
        format!("{stage}-{}", self.as_str())
    }

    /// Whether the duty makes change sets.
    pub(super) const fn prepares(self) -> bool {
        match self {
            Self::Plan | Self::Deploy => true,
            Self::RotateToken | Self::Drift => false,
        }
    }

    /// Whether the duty needs to see the stage's stacks and resources.
    pub(super) const fn sees_resources(self) -> bool {
        match self {
            Self::Plan | Self::Deploy | Self::Drift => true,
            Self::RotateToken => false,
        }
    }

    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::Plan => "the job that plans a change",
            Self::Deploy => "the job that carries out a plan",
            Self::RotateToken => "the job that rotates the dashboard token",
            Self::Drift => "the job that looks for drift",
        }
    }
}
