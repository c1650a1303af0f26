//! What Amazon SES tells of messages, in both of its shapes: event publishing (`eventType`) and the older notifications of
//! an identity (`notificationType`).
//!
//! Field names are those of the SES developer guide: "Examples of event data that Amazon SES publishes to Amazon SNS" and
//! "Amazon SNS notification contents for Amazon SES".

mod report;
mod wire;

use chrono::{DateTime, Utc};

pub use report::{Report, ReportKind, report};

use crate::{Address, DeliveryId, Fate, Lasting, Reason};

/// The tag, and with `X-Landfall-Delivery` the header, that name a message's delivery.
pub const DELIVERY_TAG: &str = "delivery_id";
/// The header that names a message's delivery where tags are not told of.
pub const DELIVERY_HEADER: &str = "X-Landfall-Delivery";

/// What SES tells of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// What became of it; `None` when that tells nothing of it: it is delayed, or was opened.
    pub fate: Option<Fate>,
    /// Our delivery; `None` when the message is not ours, or nothing says whose it is.
    pub delivery: Option<DeliveryId>,
    /// SES's name for the message.
    pub message_id: String,
    /// Addresses that must not be written to any more.
    pub suppressed: Vec<(Address, Lasting)>,
    /// How many addresses were named that are none.
    pub unreadable_addresses: usize,
}

/// Why a text is no feedback. It quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FeedbackError {
    /// It is not JSON in SES's form.
    #[error("the message is not SES's JSON: line {line}, column {column}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// It has neither an `eventType` nor a `notificationType`.
    #[error("the message has neither `eventType` nor `notificationType`")]
    NoType,
    /// Its type needs a part that is not there.
    #[error("a message of type {kind} has no `{part}`")]
    Incomplete {
        /// The type.
        kind: &'static str,
        /// What is missing.
        part: &'static str,
    },
}

/// Reads what SES publishes to its topic.
///
/// # Errors
/// [`FeedbackError`]; a type that we do not know is no error: SES adds new ones.
pub fn read(text: &str) -> Result<Feedback, FeedbackError> {
    let message: wire::Message = serde_json::from_str(text).map_err(|error| FeedbackError::Malformed {
        line: error.line(),
        column: error.column(),
    })?;
    let kind = message
        .event_type
        .as_deref()
        .or(message.notification_type.as_deref());
    let kind = kind.ok_or(FeedbackError::NoType)?;
    let mail = message.mail.as_ref();
    let mut feedback = Feedback {
        fate: None,
        delivery: mail.and_then(wire::Mail::delivery),
        message_id: mail.map(|mail| mail.message_id.clone()).unwrap_or_default(),
        suppressed: Vec::new(),
        unreadable_addresses: 0,
    };
    match kind {
        "Send" => feedback.fate = Some(Fate::Accepted),
        "Delivery" => feedback.fate = Some(Fate::Delivered),
        "Reject" | "Rendering Failure" => {
            let why = if kind == "Reject" {
                "rejected"
            } else {
                "rendering-failure"
            }
            .to_owned();
            feedback.fate = Some(Fate::Rejected { why });
        }
        "Bounce" => {
            let bounce = message.bounce.ok_or(missing("Bounce", "bounce"))?;
            feedback.take_bounce(&bounce);
        }
        "Complaint" => {
            let complaint = message.complaint.ok_or(missing("Complaint", "complaint"))?;
            feedback.take_complaint(&complaint);
        }
        _ => {}
    }
    Ok(feedback)
}

impl Feedback {
    fn take_bounce(&mut self, bounce: &wire::Bounce) {
        let subtype = bounce.bounce_sub_type.as_deref().unwrap_or("undetermined");
        let why = format!("{}-{subtype}", bounce.bounce_type).to_ascii_lowercase();
        if bounce.bounce_type != "Permanent" {
            self.fate = Some(Fate::BouncedForNow { why });
            return;
        }
        self.fate = Some(Fate::Bounced { why });
        let addresses = bounce
            .bounced_recipients
            .iter()
            .map(|one| one.email_address.as_str());
        self.suppress(
            addresses,
            Reason::HardBounce,
            bounce.timestamp,
            &bounce.feedback_id,
        );
    }

    fn take_complaint(&mut self, complaint: &wire::Complaint) {
        // Who moves a message out of the spam folder sends a report, too.
        if complaint.complaint_feedback_type.as_deref() == Some("not-spam") {
            return;
        }
        self.fate = Some(Fate::Complained);
        let addresses = complaint
            .complained_recipients
            .iter()
            .map(|one| one.email_address.as_str());
        self.suppress(
            addresses,
            Reason::Complaint,
            complaint.timestamp,
            &complaint.feedback_id,
        );
    }

    fn suppress<'a>(
        &mut self,
        addresses: impl Iterator<Item = &'a str>,
        reason: Reason,
        since: DateTime<Utc>,
        source: &str,
    ) {
        for text in addresses {
            match Address::email(bare(text)) {
                Ok(address) => self.suppressed.push((
                    address,
                    Lasting {
                        reason,
                        since,
                        source: source.to_owned(),
                    },
                )),
                Err(_) => self.unreadable_addresses += 1,
            }
        }
    }
}

/// The address of `Alex <alex@example.com>`: receiving servers write either.
fn bare(text: &str) -> &str {
    let inner = text.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(text, |(address, _)| address)
}

const fn missing(kind: &'static str, part: &'static str) -> FeedbackError {
    FeedbackError::Incomplete { kind, part }
}

#[cfg(test)]
mod tests;
