//! Why a stage has no templates.

use crate::Stage;

/// The declarations contradict each other. Nothing was generated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SynthError {
    /// Two things of one template have the same logical id.
    #[error("the logical id {id} is used twice in the {template} template")]
    DuplicateLogicalId {
        /// The id.
        id: String,
        /// Which template.
        template: String,
    },
    /// CloudFormation takes only letters and digits, at most 255.
    #[error("{id:?} is no logical id: use 1 to 255 ASCII letters and digits")]
    InvalidLogicalId {
        /// The text.
        id: String,
    },
    /// Private addresses are reachable on purpose in the local stage only, where the partner simulator is.
    #[error(
        "allowed origins are set for the {stage} stage: only the local stage may reach private addresses"
    )]
    AllowedOriginsOutsideLocal {
        /// The stage.
        stage: Stage,
    },
    /// A route of the contract that no function, or more than one, answers.
    #[error("the route {route} is answered by {count} functions: declare its action in exactly one")]
    RouteWithoutOneFunction {
        /// Method and path.
        route: String,
        /// How many functions declare its action.
        count: usize,
    },
    /// A queue that no function, or more than one, is called with messages of.
    #[error("{count} functions take from {queue}: declare it as the source of exactly one")]
    QueueWithoutOneFunction {
        /// The queue's logical id.
        queue: &'static str,
        /// How many functions declare it.
        count: usize,
    },
    /// The text is no owner and name that GitHub gives, or could mean more than itself in a policy.
    #[error("{repository:?} is no GitHub repository: use owner/name as GitHub writes them")]
    InvalidRepository {
        /// The text.
        repository: String,
    },
    /// The local stage runs on this machine, which trusts nobody outside.
    #[error("the local stage has no bootstrap stack: leave it out of the stages")]
    BootstrapOfLocal,
    /// A resource's properties could not be written as JSON.
    #[error("the properties of {id} cannot be written: {reason}")]
    Properties {
        /// The resource's logical id.
        id: String,
        /// What the serializer said.
        reason: String,
    },
}
