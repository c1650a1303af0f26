//! What differs between stages, in one table.

use serde::Serialize;

use crate::{Stage, SynthError};

/// What differs between stages. Everything else is the same in all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageSettings {
    /// The stage.
    pub stage: Stage,
    /// What the functions are compiled for.
    pub architecture: Architecture,
    /// What becomes of the table, the bucket and the secret when they leave the template.
    pub stateful: Stateful,
    /// Days for which log events are kept. CloudWatch Logs takes only certain numbers.
    pub log_retention_days: u16,
    /// Whether the endpoints of the stage speak TLS, so that plain HTTP can be refused.
    pub transport: Transport,
    /// Exact origins (`http://127.0.0.1:4611`) that the guarded client may reach although they are private.
    /// Must be empty in every stage but local.
    pub allowed_origins: Vec<String>,
    /// ARN of the SNS topic that alarms go to. `None`: they change state and tell nobody.
    pub alarm_topic_arn: Option<String>,
}

/// An instruction set that Lambda offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "&str")]
pub enum Architecture {
    /// Graviton: about a fifth cheaper for the same work.
    Arm64,
    /// What most developers' machines are, so that the local stage needs no cross-compiler.
    X86_64,
}

/// What becomes of a resource with data in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stateful {
    /// Kept when it leaves the template, and protected from deletion.
    Kept,
    /// Deleted with its stack, so that the local stage can be reset.
    Disposable,
}

/// How clients reach the stage's endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// TLS: a request without it is refused.
    Tls,
    /// Plain HTTP on the loopback interface: the emulator has no certificate.
    Loopback,
}

impl Architecture {
    /// The name that Lambda uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }
}

impl Stateful {
    /// The name of its `DeletionPolicy` and `UpdateReplacePolicy`.
    pub(crate) const fn policy(self) -> &'static str {
        match self {
            Self::Kept => "Retain",
            Self::Disposable => "Delete",
        }
    }
}

impl From<Architecture> for &str {
    fn from(architecture: Architecture) -> Self {
        architecture.as_str()
    }
}

impl StageSettings {
    /// The settings of a stage.
    #[must_use]
    pub fn of(stage: Stage) -> Self {
        match stage {
            Stage::Local => Self {
                stage,
                architecture: Architecture::X86_64,
                stateful: Stateful::Disposable,
                log_retention_days: 7,
                transport: Transport::Loopback,
                allowed_origins: vec!["http://127.0.0.1:4611".to_owned()],
                alarm_topic_arn: None,
            },
            Stage::Staging => Self::deployed(stage, 14),
            Stage::Production => Self::deployed(stage, 90),
        }
    }

    fn deployed(stage: Stage, log_retention_days: u16) -> Self {
        Self {
            stage,
            architecture: Architecture::Arm64,
            stateful: Stateful::Kept,
            log_retention_days,
            transport: Transport::Tls,
            allowed_origins: Vec::new(),
            alarm_topic_arn: None,
        }
    }

    /// Whether the settings may be used.
    ///
    /// # Errors
    /// [`SynthError::AllowedOriginsOutsideLocal`] when the guarded client would be opened outside local.
    pub(crate) fn check(&self) -> Result<(), SynthError> {
        if self.stage == Stage::Local || self.allowed_origins.is_empty() {
            Ok(())
        } else {
            Err(SynthError::AllowedOriginsOutsideLocal { stage: self.stage })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stacks_with;

    #[test]
    fn allowed_origins_outside_the_local_stage_are_refused_by_name() {
        for stage in [Stage::Staging, Stage::Production] {
            let settings = StageSettings {
                allowed_origins: vec!["http://127.0.0.1:4611".to_owned()],
                ..StageSettings::of(stage)
            };
            assert_eq!(
                stacks_with(&settings),
                Err(SynthError::AllowedOriginsOutsideLocal { stage })
            );
        }
    }
}
