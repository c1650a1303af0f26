//! CloudFormation, typed: a stage goes in, the templates of its stacks come out.
//!
//! Invariant: this crate is pure. It reads no file, environment, clock or network, and it never sees the
//! operator's manifest, so that the same stage always gives the same bytes.

pub mod artifacts;
pub mod bootstrap;
mod create_only;
mod error;
mod function;
mod inbound_mail;
pub mod outputs;
pub mod parameters;
pub mod resource;
pub mod rules;
mod runtime;
mod settings;
mod stage;
mod storage;
pub mod template;
pub mod trust;

pub use create_only::{CreateOnly, create_only};
pub use error::SynthError;
pub use function::{Function, functions};
pub use inbound_mail::inbound_mail;
pub use settings::{Architecture, StageSettings, Stateful, Transport};
pub use stage::{Stage, UnknownStage};
pub use template::Template;

use std::fmt;

/// The stacks of a stage, in the order in which they are deployed: a later one takes the outputs of an
/// earlier one as parameters.
///
/// # Errors
/// [`SynthError`] when the declarations contradict each other, for example by one logical id used twice.
pub fn stacks(stage: Stage) -> Result<Vec<StackSpec>, SynthError> {
    stacks_with(&StageSettings::of(stage))
}

/// The stacks of a stage under settings that are not the built-in ones.
///
/// # Errors
/// As [`stacks`], and [`SynthError::AllowedOriginsOutsideLocal`] when the settings would let a deployed
/// function reach private addresses.
pub fn stacks_with(settings: &StageSettings) -> Result<Vec<StackSpec>, SynthError> {
    settings.check()?;
    let spec = |kind: StackKind, template| StackSpec {
        kind,
        name: settings.stage.stack_name(kind),
        template,
    };
    Ok(vec![
        spec(StackKind::Storage, storage::template(settings)?),
        spec(StackKind::Runtime, runtime::template(settings)?),
    ])
}

/// One stack: what it is called and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackSpec {
    /// What the stack holds.
    pub kind: StackKind,
    /// The stack's name in CloudFormation: `landfall-<stage>-<kind>`, or `landfall-bootstrap`.
    pub name: String,
    /// The template.
    pub template: Template,
}

/// What a stack holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StackKind {
    /// What must survive: the table, the content bucket and the secret. Changed rarely.
    Storage,
    /// What can be made anew from a release: API, functions, logs and alarms.
    Runtime,
    /// What lets SES receive mails. Deployed by its own command, and in no stage's list.
    InboundMail,
    /// What a deploy itself needs: artifact bucket, roles, boundary. One per account, in no stage's list.
    Bootstrap,
}

impl fmt::Display for StackKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Storage => "storage",
            Self::Runtime => "runtime",
            Self::InboundMail => "inbound-mail",
            Self::Bootstrap => "bootstrap",
        })
    }
}
