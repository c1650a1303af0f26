//! Mails that tell of mails: delivery status notifications (RFC 3464) and complaints in the Abuse Reporting Format
//! (RFC 5965), as they arrive where answers go.

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use super::DELIVERY_HEADER;
use crate::{Address, DeliveryId};

/// What a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What kind of report it is.
    pub kind: ReportKind,
    /// The addresses that it is about. Complaints often hide them.
    pub addresses: Vec<Address>,
    /// Our delivery, when the report holds the message's headers and these name it.
    pub delivery: Option<DeliveryId>,
}

/// A kind of report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportKind {
    /// RFC 3464.
    Status {
        /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`, in lowercase.
        action: String,
        /// The status code of RFC 3463: `5.1.1`.
        status: String,
    },
    /// RFC 5965.
    Complaint {
        /// `abuse`, `fraud`, `not-spam` and so on, in lowercase.
        feedback_type: String,
    },
}

/// The longest report that is read, in bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Reads a report; `None` when the mail is something else.
#[must_use]
pub fn report(mail: &[u8]) -> Option<Report> {
    if mail.len() > MAX_BYTES {
        return None;
    }
    let message = MessageParser::default().parse(mail)?;
    let kind_of = |part: &mail_parser::MessagePart<'_>| {
        let kind = part.content_type()?;
        Some((
            kind.ctype().to_ascii_lowercase(),
            kind.subtype()?.to_ascii_lowercase(),
        ))
    };
    let delivery = original_delivery(&message);
    message.parts.iter().find_map(|part| {
        let (kind, subtype) = kind_of(part)?;
        let text = match &part.body {
            PartType::Text(text) => text.to_string(),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                String::from_utf8_lossy(bytes).into_owned()
            }
            // A parser may take `message/...` for a message: its own bytes are what we want.
            _ => {
                let bytes = mail.get(part.raw_body_offset() as usize..part.raw_end_offset() as usize)?;
                String::from_utf8_lossy(bytes).into_owned()
            }
        };
        let fields = fields(&text);
        match (kind.as_str(), subtype.as_str()) {
            ("message", "delivery-status" | "global-delivery-status") => status(&fields, delivery.clone()),
            ("message", "feedback-report") => complaint(&fields, delivery.clone()),
            _ => None,
        }
    })
}

fn status(fields: &[(String, String)], delivery: Option<DeliveryId>) -> Option<Report> {
    let action = first(fields, "action")?.to_ascii_lowercase();
    let status = first(fields, "status").unwrap_or_default();
    let status = status.split_whitespace().next().unwrap_or_default().to_owned();
    Some(Report {
        kind: ReportKind::Status { action, status },
        addresses: addresses(fields, &["final-recipient", "original-recipient"]),
        delivery,
    })
}

fn complaint(fields: &[(String, String)], delivery: Option<DeliveryId>) -> Option<Report> {
    let feedback_type = first(fields, "feedback-type")?.to_ascii_lowercase();
    Some(Report {
        kind: ReportKind::Complaint { feedback_type },
        addresses: addresses(fields, &["original-rcpt-to", "removal-recipient"]),
        delivery,
    })
}

/// Fields as in a mail's head; a line that begins with a blank goes on with the one before.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

fn first<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = fields.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

fn addresses(fields: &[(String, String)], names: &[&str]) -> Vec<Address> {
    let values = fields.iter().filter(|(name, _)| names.contains(&name.as_str()));
    let mut found: Vec<Address> = values
        .filter_map(|(_, value)| {
            // `rfc822; alex@example.com`
            let address = value
                .split_once(';')
                .map_or(value.as_str(), |(_, address)| address);
            Address::email(super::bare(address.trim())).ok()
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Our delivery, by a header of the message that the report brings back.
fn original_delivery(message: &Message<'_>) -> Option<DeliveryId> {
    message.parts.iter().find_map(|part| {
        let value = match &part.body {
            PartType::Message(inner) => inner.header_raw(DELIVERY_HEADER).map(str::to_owned),
            PartType::Text(text) => {
                first(&fields(text), &DELIVERY_HEADER.to_ascii_lowercase()).map(str::to_owned)
            }
            _ => None,
        };
        value?.trim().parse().ok()
    })
}
