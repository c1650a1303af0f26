//! Who may call, and what they own.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::refusal::unauthorized;
use crate::call::{Call, Reply};

/// The account that is there from the start.
pub const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";
/// Its secret: tests look for it where it must not be.
pub const AUTH_TOKEN_CANARY: &str = "simulator-twilio-auth-token";

/// The account, as `PUT /_twilio/account` takes it: what is not given is as in the default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TwilioAccount {
    /// The user of the basic authentication, and a part of every path.
    pub account_sid: String,
    /// The password, and the key of the signatures.
    pub auth_token: String,
    /// API keys that may call, too: their secrets by SID.
    pub api_keys: BTreeMap<String, String>,
    /// The numbers that may send; all of them when absent. The first sends for messaging services.
    pub numbers: Option<Vec<String>>,
    /// The messaging services that may send; all of them when absent.
    pub messaging_services: Option<Vec<String>>,
    /// The most messages in a second; above it 20429.
    pub max_rate: Option<usize>,
}

impl Default for TwilioAccount {
    fn default() -> Self {
        Self {
            account_sid: ACCOUNT_SID.to_owned(),
            auth_token: AUTH_TOKEN_CANARY.to_owned(),
            api_keys: BTreeMap::new(),
            numbers: None,
            messaging_services: None,
            max_rate: None,
        }
    }
}

impl TwilioAccount {
    /// Lets a call in, or not.
    pub(super) fn admit(&self, call: &Call) -> Result<(), Reply> {
        let (user, password) = credentials(call).ok_or_else(unauthorized)?;
        let secret = if user == self.account_sid {
            Some(&self.auth_token)
        } else {
            self.api_keys.get(&user)
        };
        match secret {
            Some(secret) if *secret == password => Ok(()),
            _ => Err(unauthorized()),
        }
    }

    /// The number that a messaging service sends from.
    pub(super) fn pooled(&self) -> String {
        let first = self.numbers.as_ref().and_then(|numbers| numbers.first());
        first.map_or_else(|| "+15005550006".to_owned(), Clone::clone)
    }
}

fn credentials(call: &Call) -> Option<(String, String)> {
    let encoded = call.header("authorization")?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}
