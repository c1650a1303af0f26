//! The stages that a deploy can go to.

use std::{fmt, str::FromStr};

use crate::{Architecture, StackKind, StageSettings};

/// Where a deploy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The AWS emulator on this machine.
    Local,
    /// An AWS account in which to try a change.
    Staging,
    /// The operator's AWS account.
    Production,
}

/// The text names no stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown stage {0:?}: use local, staging or production")]
pub struct UnknownStage(
    /// What was given.
    pub String,
);

impl Stage {
    /// Every stage.
    pub const ALL: &[Self] = &[Self::Local, Self::Staging, Self::Production];

    /// The stage's name, as in stack names and in the functions' environment.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// What the stage's functions are compiled for.
    #[must_use]
    pub fn architecture(self) -> Architecture {
        StageSettings::of(self).architecture
    }

    /// The name of a stack of this stage, `landfall-local-storage`, or of the one that it shares with others.
    #[must_use]
    pub fn stack_name(self, kind: StackKind) -> String {
        match kind {
            StackKind::Bootstrap => crate::bootstrap::STACK_NAME.to_owned(),
            StackKind::Storage | StackKind::Runtime | StackKind::InboundMail => {
                format!("landfall-{self}-{kind}")
            }
        }
    }

    /// The name of the secret that holds the dashboard token.
    #[must_use]
    pub fn dashboard_token_secret(self) -> String {
        format!("landfall/{self}/dashboard-token")
    }

    /// The name of the secret that holds the key of unsubscribe links.
    #[must_use]
    pub fn unsubscribe_key_secret(self) -> String {
        format!("landfall/{self}/unsubscribe-key")
    }

    /// The name of the SES configuration set.
    #[must_use]
    pub fn configuration_set(self) -> String {
        format!("landfall-{self}")
    }

    /// The name of the SES receipt rule set.
    #[must_use]
    pub fn receipt_rule_set(self) -> String {
        format!("landfall-{self}-inbound")
    }

    /// What the names of the storage stack's resources begin with: CloudFormation makes them.
    pub(crate) fn storage_prefix(self) -> String {
        format!("{}-", self.stack_name(StackKind::Storage))
    }

    /// The log group that tells of each release, in a stream of its own.
    #[must_use]
    pub fn deployment_log_group(self) -> String {
        format!("/landfall/{self}/deployments")
    }

    /// The prefix of the names of the partners' secrets, with its trailing `/`. The dashboard token is not below
    /// it, so that a right to the one is no right to the other.
    #[must_use]
    pub fn partner_secrets_prefix(self) -> String {
        format!("landfall/{self}/partner/")
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `pad` and not `write_str`, so that a table can align stages.
        f.pad(self.as_str())
    }
}

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|stage| stage.as_str() == text)
            .ok_or_else(|| UnknownStage(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_parses_from_what_it_displays() {
        for stage in Stage::ALL {
            assert_eq!(stage.to_string().parse(), Ok(*stage));
        }
    }

    #[test]
    fn any_other_text_is_refused_with_the_choices() {
        for text in ["", "Local", "prod", "local "] {
            let error = text.parse::<Stage>().unwrap_err();
            assert!(
                error.to_string().contains("local, staging or production"),
                "{error}"
            );
        }
    }
}
