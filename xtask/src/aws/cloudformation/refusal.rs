//! What CloudFormation refuses, told apart by what a caller does about it.

use std::fmt;

use aws_sdk_cloudformation::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// A refusal, with what CloudFormation said. It is the root of an [`anyhow::Error`]: see [`Refusal::of`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The credentials lack a right, which the message names.
    AccessDenied(String),
    /// CloudFormation still wanted fewer requests after the last attempt.
    Throttled(String),
    /// There is no such stack.
    Missing(String),
    /// The change set is gone, or its stack has changed since it was made.
    Stale(String),
    /// The endpoint does not know the operation.
    Unsupported(String),
    /// Anything else.
    Other(String),
}

impl Refusal {
    /// The refusal that an error tells of. `None`: CloudFormation was not reached, or said nothing that could be read.
    pub(crate) fn of(error: &anyhow::Error) -> Option<&Self> {
        error.chain().find_map(|cause| cause.downcast_ref())
    }

    fn new(operation: &str, status: u16, code: &str, message: &str) -> Self {
        let said = match (code, message) {
            ("", "") => format!("{operation} was answered with HTTP status {status}"),
            ("", message) => message.to_owned(),
            (code, "") => code.to_owned(),
            (code, message) => format!("{code}: {message}"),
        };
        let exists_not = message.contains("does not exist");
        match code {
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
                Self::AccessDenied(if message.contains(operation) {
                    said
                } else {
                    format!("{said} (it takes the right cloudformation:{operation})")
                })
            }
            code if is_throttling(code) => Self::Throttled(said),
            "ChangeSetNotFound"
            | "ChangeSetNotFoundException"
            | "InvalidChangeSetStatus"
            | "InvalidChangeSetStatusException" => Self::Stale(said),
            // A missing stack is a ValidationError like any other: only the message tells.
            "ValidationError" if exists_not && message.contains("ChangeSet [") => Self::Stale(said),
            "ValidationError" if exists_not => Self::Missing(said),
            "InvalidAction"
            | "NotImplemented"
            | "NotImplementedException"
            | "UnknownOperation"
            | "UnknownOperationException" => Self::Unsupported(said),
            _ if status == 501 => Self::Unsupported(said),
            _ => Self::Other(said),
        }
    }
}

/// Whether the code asks for fewer requests. CloudFormation's is `Throttling`, with status 400; proxies in front of it
/// answer otherwise.
pub(super) fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RateExceeded"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "TooManyRequestsException"
            | "SlowDown"
    )
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::AccessDenied(said)
        | Self::Throttled(said)
        | Self::Missing(said)
        | Self::Stale(said)
        | Self::Unsupported(said)
        | Self::Other(said)) = self;
        f.write_str(said)
    }
}

impl std::error::Error for Refusal {}

/// The error of a call of `operation`: a [`Refusal`], or why CloudFormation could not be asked.
pub(super) fn refused<E>(operation: &'static str) -> impl Fn(SdkError<E, HttpResponse>) -> anyhow::Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    move |error| match error.as_service_error() {
        Some(said) => {
            let status = error.raw_response().map_or(0, |answer| answer.status().as_u16());
            let (code, message) = (
                said.code().unwrap_or_default(),
                said.message().unwrap_or_default(),
            );
            Refusal::new(operation, status, code, message).into()
        }
        None => anyhow::anyhow!("{}", DisplayErrorContext(&error)),
    }
}
