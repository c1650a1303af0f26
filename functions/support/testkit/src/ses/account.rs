//! The account: what it may send, and from whom.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal::{refuse, rejected};
use crate::call::Reply;

/// The state of the account, as `PUT /_ses/account` takes it. The members are GetAccount's; the last three are what other
/// calls of the service would set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Account {
    /// How much may be sent, and how fast.
    pub send_quota: SendQuota,
    /// Whether the account may send at all; otherwise `SendingPausedException`.
    pub sending_enabled: bool,
    /// `HEALTHY`, `PROBATION` or `SHUTDOWN`; the last answers `AccountSuspendedException`.
    pub enforcement_status: String,
    /// Outside of production only verified addresses are mailed.
    pub production_access_enabled: bool,
    /// Whether dedicated addresses are warmed up; nothing depends on it here.
    pub dedicated_ip_auto_warmup_enabled: bool,
    /// What puts an address on the suppression list, and keeps it from being mailed.
    pub suppression_attributes: SuppressionAttributes,
    /// The addresses and domains that are verified; all of them when absent.
    pub verified_identities: Option<Vec<String>>,
    /// The configuration sets that exist; all of them when absent.
    pub configuration_sets: Option<Vec<String>>,
    /// Whether the custom MAIL FROM domain is set up; otherwise `MailFromDomainNotVerifiedException`.
    pub mail_from_domain_verified: bool,
}

/// How much may be sent, counted in recipients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SendQuota {
    /// In a day; above it `LimitExceededException`.
    #[serde(rename = "Max24HourSend")]
    pub max_24_hour_send: f64,
    /// In a second; above it `TooManyRequestsException`.
    pub max_send_rate: f64,
    /// What was sent before this simulator began.
    #[serde(rename = "SentLast24Hours")]
    pub sent_last_24_hours: f64,
}

/// The reasons for which the suppression list is kept: `BOUNCE`, `COMPLAINT`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SuppressionAttributes {
    /// See the type.
    pub suppressed_reasons: Vec<String>,
}

impl Default for Account {
    /// A new account in production.
    fn default() -> Self {
        Self {
            send_quota: SendQuota {
                max_24_hour_send: 50_000.0,
                max_send_rate: 14.0,
                sent_last_24_hours: 0.0,
            },
            sending_enabled: true,
            enforcement_status: "HEALTHY".to_owned(),
            production_access_enabled: true,
            dedicated_ip_auto_warmup_enabled: false,
            suppression_attributes: SuppressionAttributes {
                suppressed_reasons: vec!["BOUNCE".to_owned(), "COMPLAINT".to_owned()],
            },
            verified_identities: None,
            configuration_sets: None,
            mail_from_domain_verified: true,
        }
    }
}

impl Account {
    /// GetAccount.
    pub(super) fn shown(&self, sent: u64) -> Value {
        json!({
            "DedicatedIpAutoWarmupEnabled": self.dedicated_ip_auto_warmup_enabled,
            "EnforcementStatus": self.enforcement_status,
            "ProductionAccessEnabled": self.production_access_enabled,
            "SendQuota": {
                "Max24HourSend": self.send_quota.max_24_hour_send,
                "MaxSendRate": self.send_quota.max_send_rate,
                "SentLast24Hours": self.sent(sent),
            },
            "SendingEnabled": self.sending_enabled,
            "SuppressionAttributes": self.suppression_attributes,
        })
    }

    /// The account with what is in `changes`; what is not there stays.
    pub(super) fn merged(&self, changes: &Value) -> Result<Self, serde_json::Error> {
        let mut whole = serde_json::to_value(self)?;
        merge(&mut whole, changes);
        serde_json::from_value(whole)
    }

    /// Whether the account may send to so many more.
    pub(super) fn admits(&self, sent: u64, recipients: usize) -> Result<(), Reply> {
        if self.enforcement_status == "SHUTDOWN" {
            return Err(refuse(
                400,
                "AccountSuspendedException",
                "Sending suspended for this account.",
            ));
        }
        if !self.sending_enabled {
            return Err(refuse(
                400,
                "SendingPausedException",
                "Sending paused for this account.",
            ));
        }
        if self.sent(sent) + as_number(recipients) > self.send_quota.max_24_hour_send {
            return Err(refuse(
                400,
                "LimitExceededException",
                "Daily message quota exceeded.",
            ));
        }
        Ok(())
    }

    /// Whether the mail may go out under this name to these.
    pub(super) fn checks(&self, from: &str, recipients: &[String]) -> Result<(), Reply> {
        let sandboxed = recipients.iter().filter(|_| !self.production_access_enabled);
        let unverified: Vec<&str> = std::iter::once(from)
            .chain(sandboxed.map(String::as_str))
            .filter(|address| !self.is_verified(address))
            .collect();
        if !unverified.is_empty() {
            return Err(rejected(&format!(
                "Email address is not verified. The following identities failed the check in region US-EAST-1: {}",
                unverified.join(", ")
            )));
        }
        if !self.mail_from_domain_verified {
            return Err(refuse(
                400,
                "MailFromDomainNotVerifiedException",
                "The MAIL FROM domain is not verified.",
            ));
        }
        Ok(())
    }

    pub(super) fn keeps(&self, reason: &str) -> bool {
        let reasons = &self.suppression_attributes.suppressed_reasons;
        reasons.iter().any(|kept| kept == reason)
    }

    fn is_verified(&self, address: &str) -> bool {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        let is_simulated = domain == "simulator.amazonses.com";
        let identities = self.verified_identities.as_ref();
        is_simulated
            || identities.is_none_or(|identities| {
                let mut identities = identities.iter();
                identities
                    .any(|known| known.eq_ignore_ascii_case(address) || known.eq_ignore_ascii_case(domain))
            })
    }

    fn sent(&self, sent: u64) -> f64 {
        self.send_quota.sent_last_24_hours + as_number(usize::try_from(sent).unwrap_or(usize::MAX))
    }
}

/// Counts here are far below what a double holds exactly.
fn as_number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn merge(whole: &mut Value, changes: &Value) {
    match (whole, changes) {
        (Value::Object(whole), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(whole.entry(name).or_insert(Value::Null), change);
            }
        }
        (whole, change) => *whole = change.clone(),
    }
}
