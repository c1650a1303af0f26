//! The account's suppression list.

use std::collections::BTreeMap;
use std::ops::Bound;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal::{bad_request, not_found, refuse};
use crate::call::{Call, Reply};

const LARGEST_PAGE: usize = 1_000;

/// Why an address is on the suppression list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SuppressionReason {
    /// It bounced for good.
    Bounce,
    /// Its owner complained.
    Complaint,
}

#[derive(Debug)]
pub(super) struct SuppressionList {
    /// By address in lower case.
    entries: BTreeMap<String, Entry>,
    pub(super) page_size: usize,
}

#[derive(Debug, Clone)]
struct Entry {
    reason: SuppressionReason,
    at: DateTime<Utc>,
    /// The mail and the feedback that put it there.
    cause: Option<(String, String)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Put {
    email_address: String,
    reason: SuppressionReason,
}

impl SuppressionReason {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bounce => "BOUNCE",
            Self::Complaint => "COMPLAINT",
        }
    }
}

impl SuppressionList {
    pub(super) const fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
            page_size: LARGEST_PAGE,
        }
    }

    pub(super) fn reason(&self, address: &str) -> Option<SuppressionReason> {
        let entry = self.entries.get(&address.to_lowercase());
        entry.map(|entry| entry.reason)
    }

    pub(super) fn add(&mut self, address: &str, reason: SuppressionReason, cause: Option<(String, String)>) {
        let at = Utc::now();
        self.entries
            .insert(address.to_lowercase(), Entry { reason, at, cause });
    }

    pub(super) fn remove(&mut self, address: &str) -> bool {
        self.entries.remove(&address.to_lowercase()).is_some()
    }

    pub(super) fn addresses(&self) -> Vec<(String, SuppressionReason)> {
        let entries = self.entries.iter();
        entries
            .map(|(address, entry)| (address.clone(), entry.reason))
            .collect()
    }

    pub(super) fn put(&mut self, body: &[u8]) -> Result<Reply, Reply> {
        let put: Put = serde_json::from_slice(body).map_err(|error| bad_request(&error.to_string()))?;
        if !put.email_address.contains('@') {
            return Err(bad_request("Invalid email address."));
        }
        self.add(&put.email_address, put.reason, None);
        Ok(Reply::json(200, json!({})))
    }

    pub(super) fn delete(&mut self, address: &str) -> Result<Reply, Reply> {
        if self.remove(address) {
            Ok(Reply::json(200, json!({})))
        } else {
            Err(unknown(address))
        }
    }

    pub(super) fn get(&self, address: &str) -> Result<Reply, Reply> {
        let entry = self.entries.get(&address.to_lowercase());
        let entry = entry.ok_or_else(|| unknown(address))?;
        let mut shown = shown(&address.to_lowercase(), entry);
        if let (Value::Object(shown), Some((message_id, feedback_id))) = (&mut shown, &entry.cause) {
            shown.insert(
                "Attributes".to_owned(),
                json!({ "MessageId": message_id, "FeedbackId": feedback_id }),
            );
        }
        Ok(Reply::json(200, json!({ "SuppressedDestination": shown })))
    }

    pub(super) fn list(&self, call: &Call) -> Result<Reply, Reply> {
        let reasons = call.repeated("Reason");
        if let Some(unknown) = reasons
            .iter()
            .find(|reason| !matches!(reason.as_str(), "BOUNCE" | "COMPLAINT"))
        {
            return Err(bad_request(&format!(
                "{unknown} is not a suppression list reason."
            )));
        }
        let (start, end) = (date(call, "StartDate")?, date(call, "EndDate")?);
        let size = match call.query.get("PageSize").map(|size| size.parse::<usize>()) {
            None => self.page_size,
            Some(Ok(size)) if (1..=LARGEST_PAGE).contains(&size) => size.min(self.page_size),
            Some(_) => return Err(bad_request("PageSize must be from 1 to 1000.")),
        };
        let after = match call.query.get("NextToken") {
            Some(token) => Bound::Excluded(place(token)?),
            None => Bound::Unbounded,
        };
        let mut found = self
            .entries
            .range((after, Bound::Unbounded))
            .filter(|(_, entry)| {
                reasons.is_empty() || reasons.iter().any(|reason| reason == entry.reason.name())
            })
            .filter(|(_, entry)| start.is_none_or(|start| start <= entry.at))
            .filter(|(_, entry)| end.is_none_or(|end| entry.at <= end))
            .peekable();
        let page: Vec<(&String, &Entry)> = found.by_ref().take(size).collect();
        let summaries: Vec<Value> = page
            .iter()
            .map(|(address, entry)| shown(address, entry))
            .collect();
        let mut body = json!({ "SuppressedDestinationSummaries": summaries });
        if let (Some(_), Some((last, _))) = (found.peek(), page.last()) {
            body["NextToken"] = json!(BASE64_URL_SAFE_NO_PAD.encode(last));
        }
        Ok(Reply::json(200, body))
    }
}

fn shown(address: &str, entry: &Entry) -> Value {
    json!({
        "EmailAddress": address,
        "Reason": entry.reason.name(),
        "LastUpdateTime": seconds(entry.at),
    })
}

/// The protocol writes times as seconds with fractions.
fn seconds(at: DateTime<Utc>) -> Value {
    let text = format!("{}.{:03}", at.timestamp(), at.timestamp_subsec_millis());
    serde_json::from_str(&text).unwrap_or_default()
}

/// Times in a query are ISO 8601; some clients send seconds.
fn date(call: &Call, name: &str) -> Result<Option<DateTime<Utc>>, Reply> {
    let Some(text) = call.query.get(name) else {
        return Ok(None);
    };
    let parsed = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).ok();
    let parsed = parsed.or_else(|| {
        let seconds: i64 = text.split('.').next()?.parse().ok()?;
        DateTime::UNIX_EPOCH.checked_add_signed(TimeDelta::try_seconds(seconds)?)
    });
    match parsed {
        Some(at) => Ok(Some(at)),
        None => Err(bad_request(&format!("{name} is not a time."))),
    }
}

fn place(token: &str) -> Result<String, Reply> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
    let address = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    address.ok_or_else(|| refuse(400, "InvalidNextTokenException", "The NextToken is not valid."))
}

fn unknown(address: &str) -> Reply {
    not_found(&format!(
        "Email address {address} does not exist on your suppression list."
    ))
}
