//! A request for a message, checked.

use std::collections::{BTreeMap, BTreeSet};

use super::account::TwilioAccount;
use super::refusal::bad_request;
use crate::call::{Reply, pairs};

const MAX_LENGTH: usize = 1_600;
const LONGEST_VALIDITY_S: u32 = 36_000;

#[derive(Debug)]
pub(super) struct Order {
    pub(super) to: String,
    pub(super) sender: Sender,
    pub(super) body: String,
    pub(super) callback: Option<String>,
}

#[derive(Debug)]
pub(super) enum Sender {
    Number(String),
    Service(String),
}

impl Order {
    /// The recipient, before anything is known to be in order.
    pub(super) fn recipient(body: &[u8]) -> String {
        form(body).remove("To").unwrap_or_default()
    }

    pub(super) fn parse(
        body: &[u8],
        account: &TwilioAccount,
        unsubscribed: &BTreeSet<String>,
    ) -> Result<Self, Reply> {
        let mut form = form(body);
        form.retain(|_, value| !value.is_empty());
        let to = form
            .remove("To")
            .ok_or_else(|| bad_request(21604, "A 'To' phone number is required."))?;
        check_to(&to)?;
        let sender = match (form.remove("MessagingServiceSid"), form.remove("From")) {
            (Some(service), _) => Sender::service(service, account)?,
            (None, Some(number)) => Sender::number(number, account)?,
            (None, None) => return Err(bad_request(21603, "A 'From' phone number is required.")),
        };
        let body = form
            .remove("Body")
            .ok_or_else(|| bad_request(21602, "Message body is required."))?;
        if body.chars().count() > MAX_LENGTH {
            return Err(bad_request(
                21617,
                "The concatenated message body exceeds the 1600 character limit",
            ));
        }
        let validity = form.get("ValidityPeriod").map(|seconds| seconds.parse::<u32>());
        if !validity
            .is_none_or(|seconds| seconds.is_ok_and(|seconds| (1..=LONGEST_VALIDITY_S).contains(&seconds)))
        {
            return Err(bad_request(20001, "Parameter 'ValidityPeriod' is not valid"));
        }
        let callback = form.remove("StatusCallback");
        if let Some(url) = callback.as_ref().filter(|url| !is_url(url)) {
            return Err(bad_request(
                21609,
                &format!("The 'StatusCallback' URL {url} is not a valid URL."),
            ));
        }
        if unsubscribed.contains(&to) {
            return Err(bad_request(21610, "Attempt to send to unsubscribed recipient"));
        }
        Ok(Self {
            to,
            sender,
            body,
            callback,
        })
    }
}

impl Sender {
    fn number(number: String, account: &TwilioAccount) -> Result<Self, Reply> {
        let owned = account.numbers.as_ref();
        if number == "+15005550001" || !is_number(&number) {
            return Err(bad_request(
                21212,
                &format!("The 'From' number {number} is not a valid phone number."),
            ));
        }
        if number == "+15005550008" {
            return Err(bad_request(
                21611,
                "This 'From' number has exceeded the maximum number of queued messages",
            ));
        }
        if number == "+15005550007" || owned.is_some_and(|owned| !owned.contains(&number)) {
            return Err(bad_request(
                21606,
                &format!(
                    "The 'From' phone number {number} is not a valid, message-capable Twilio phone number for this \
                     destination/account."
                ),
            ));
        }
        Ok(Self::Number(number))
    }

    fn service(service: String, account: &TwilioAccount) -> Result<Self, Reply> {
        let owned = account.messaging_services.as_ref();
        if !service.starts_with("MG") || owned.is_some_and(|owned| !owned.contains(&service)) {
            return Err(bad_request(21701, "The Messaging Service does not exist"));
        }
        Ok(Self::Service(service))
    }
}

/// Twilio's test numbers are refused each for its own reason.
fn check_to(to: &str) -> Result<(), Reply> {
    match to {
        "+15005550002" => Err(bad_request(
            21612,
            &format!("The 'To' phone number: {to}, is not currently reachable."),
        )),
        "+15005550003" => Err(bad_request(
            21408,
            &format!(
                "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}"
            ),
        )),
        "+15005550004" => Err(bad_request(21610, "Attempt to send to unsubscribed recipient")),
        "+15005550009" => Err(bad_request(
            21614,
            &format!("'To' number: {to}, is not a valid mobile number"),
        )),
        "+15005550001" => Err(bad_request(21211, &format!("Invalid 'To' Phone Number: {to}"))),
        to if !is_number(to) => Err(bad_request(21211, &format!("Invalid 'To' Phone Number: {to}"))),
        _ => Ok(()),
    }
}

/// E.164.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

fn form(body: &[u8]) -> BTreeMap<String, String> {
    pairs(&String::from_utf8_lossy(body))
}
