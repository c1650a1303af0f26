//! One SMS.

use std::fmt;

use campaign::Sent;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::Texter;

/// An SMS to one recipient. Its `Debug` shows nothing of the recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// The number that sends, or the SID of a messaging service (`MG...`).
    pub from: String,
    /// The one recipient.
    pub to: String,
    /// The text.
    pub body: String,
    /// Where Twilio tells what becomes of it.
    pub status_callback: String,
    /// Twilio gives up after so long: 1 to 36,000 seconds.
    pub validity: TimeDelta,
}

/// The longest answer that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// The recipient has sent STOP.
const UNSUBSCRIBED: u32 = 21610;
/// As many messages of this number wait as Twilio keeps: <https://www.twilio.com/docs/api/errors/21611>.
const QUEUE_FULL: u32 = 21611;

#[derive(Deserialize)]
struct Created {
    sid: String,
}

#[derive(Deserialize)]
struct Problem {
    code: Option<u32>,
}

impl Texter {
    /// Hands an SMS over to Twilio, once.
    pub async fn send(&self, sms: &Sms) -> Sent {
        let Some(url) = self.endpoint.messages(self.credential.account()) else {
            return refused("endpoint");
        };
        let sender = if sms.from.starts_with("MG") {
            "MessagingServiceSid"
        } else {
            "From"
        };
        let validity = sms.validity.num_seconds().clamp(1, 36_000).to_string();
        let form = [
            ("To", sms.to.as_str()),
            (sender, &sms.from),
            ("Body", &sms.body),
            ("StatusCallback", &sms.status_callback),
            ("ValidityPeriod", &validity),
        ];
        let request = self.http.post(url).form(&form);
        let request = request.basic_auth(self.credential.account(), Some(self.credential.reveal()));
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return lost(&error),
        };
        let status = response.status().as_u16();
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_ANSWER_BYTES => {
                    body.extend_from_slice(&chunk);
                }
                Ok(None) => break,
                // What a refusal says is of no matter; what was taken must have a name.
                _ if status < 300 => {
                    return Sent::Unknown {
                        why: "answer-not-understood",
                    };
                }
                _ => break,
            }
        }
        judge(status, &body)
    }
}

fn judge(status: u16, body: &[u8]) -> Sent {
    match status {
        200..=299 => match serde_json::from_slice::<Created>(body) {
            Ok(created) => Sent::Accepted {
                message_id: created.sid,
            },
            Err(_) => Sent::Unknown {
                why: "answer-not-understood",
            },
        },
        429 => later("too-fast"),
        // A token that was changed: the operator's to mend, and no message's fault.
        401 | 403 => later("access-denied"),
        400..=499 => match serde_json::from_slice::<Problem>(body)
            .ok()
            .and_then(|problem| problem.code)
        {
            Some(UNSUBSCRIBED) => refused("stopped"),
            Some(QUEUE_FULL) => later("too-many-waiting"),
            Some(code) => refused(&format!("twilio-{code}")),
            None => refused(&format!("twilio-status-{status}")),
        },
        500.. => Sent::Unknown { why: "server-error" },
        _ => Sent::Unknown {
            why: "answer-not-understood",
        },
    }
}

fn lost(error: &reqwest::Error) -> Sent {
    // A connection that was never made has carried nothing, also when making it took too long.
    if error.is_connect() {
        return later("no-connection");
    }
    if error.is_builder() {
        return refused("request-not-built");
    }
    let why = if error.is_timeout() {
        "no-answer-in-time"
    } else {
        "connection-lost"
    };
    Sent::Unknown { why }
}

const fn later(why: &'static str) -> Sent {
    Sent::NotSent {
        why,
        retry_after: None,
    }
}

fn refused(why: &str) -> Sent {
    Sent::Refused { why: why.to_owned() }
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sms({} characters)", self.body.chars().count())
    }
}
