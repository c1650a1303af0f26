//! SES's answer -> what is known of the mail.
//!
//! | answer | what is known |
//! |---|---|
//! | 2xx with a message id | taken |
//! | 429, `TooManyRequestsException`, `LimitExceededException`, sending paused | not sent: try later |
//! | no connection, or none in time | not sent: try later |
//! | any other 4xx | not sent, and never like this |
//! | 5xx, no answer, half an answer, a reset connection | nothing |

use std::error::Error as StdError;

use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::{SendEmailError, SendEmailOutput};
use campaign::Sent;

pub(crate) fn of(answer: Result<SendEmailOutput, SdkError<SendEmailError>>) -> Sent {
    let error = match answer {
        Ok(output) => {
            return match output.message_id {
                Some(message_id) => Sent::Accepted { message_id },
                None => Sent::Unknown {
                    why: "answer-without-id",
                },
            };
        }
        Err(error) => error,
    };
    match &error {
        SdkError::ConstructionFailure(_) => Sent::Refused {
            why: "request-not-built".to_owned(),
        },
        SdkError::TimeoutError(_) => Sent::Unknown {
            why: "no-answer-in-time",
        },
        SdkError::DispatchFailure(failure)
            if failure
                .as_connector_error()
                .is_some_and(|error| is_unconnected(error)) =>
        {
            Sent::NotSent {
                why: "no-connection",
                retry_after: None,
            }
        }
        SdkError::DispatchFailure(_) => Sent::Unknown {
            why: "connection-lost",
        },
        SdkError::ServiceError(refusal) => {
            refused(refusal.raw().status().as_u16(), error.code().unwrap_or_default())
        }
        _ => Sent::Unknown {
            why: "answer-not-understood",
        },
    }
}

fn refused(status: u16, code: &str) -> Sent {
    let later = |why| Sent::NotSent {
        why,
        retry_after: None,
    };
    match (status, code) {
        (500.., _) => Sent::Unknown { why: "server-error" },
        (_, "SendingPausedException") => later("sending-paused"),
        (_, "AccountSuspendedException") => later("account-suspended"),
        (_, "LimitExceededException") => later("quota-exceeded"),
        (429, _) | (_, "TooManyRequestsException" | "ThrottlingException" | "Throttling") => {
            later("too-fast")
        }
        // A key that was rotated, a role that is being made: the operator's to mend, and no message's fault.
        (401 | 403, _) => later("access-denied"),
        (_, code) => Sent::Refused { why: slug(code) },
    }
}

/// `MessageRejected` -> `message-rejected`.
fn slug(code: &str) -> String {
    let code = code.strip_suffix("Exception").unwrap_or(code);
    let mut slug = String::from("ses");
    for letter in code.chars().filter(char::is_ascii_alphanumeric).take(60) {
        if letter.is_ascii_uppercase() {
            slug.push('-');
        }
        slug.push(letter.to_ascii_lowercase());
    }
    slug
}

/// Whether not even a connection was made, so that nothing can have been sent.
fn is_unconnected(error: &(dyn StdError + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source())
        .filter_map(|error| error.downcast_ref::<hyper_util::client::legacy::Error>())
        .any(hyper_util::client::legacy::Error::is_connect)
}
