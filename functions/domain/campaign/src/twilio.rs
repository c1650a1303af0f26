//! What Twilio's callbacks say, and the account that they are checked with.

mod credential;

pub use credential::{Credential, InvalidCredential};

use crate::Fate;

/// What a message's status tells of it (`MessageStatus`); `None` when it tells nothing new. `error` is `ErrorCode`.
#[must_use]
pub fn fate(status: &str, error: Option<&str>) -> Option<Fate> {
    let why = || {
        format!(
            "twilio-{}",
            error.filter(|code| is_code(code)).unwrap_or("unknown")
        )
    };
    Some(match status {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => Fate::Accepted,
        "delivered" | "read" => Fate::Delivered,
        // 30005: unknown destination handset; 30006: landline or unreachable carrier. The others may pass.
        "undelivered" if matches!(error, Some("30005" | "30006")) => Fate::Bounced { why: why() },
        "undelivered" => Fate::BouncedForNow { why: why() },
        "failed" | "canceled" => Fate::Rejected { why: why() },
        _ => return None,
    })
}

/// A word by which a recipient stops or starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
}

/// The word that a message consists of, in Twilio's own list of default keywords.
#[must_use]
pub fn word(body: &str) -> Option<Word> {
    match body.trim().to_ascii_uppercase().as_str() {
        "STOP" | "STOPALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" | "REVOKE" | "OPTOUT" => {
            Some(Word::Stop)
        }
        "START" | "YES" | "UNSTOP" => Some(Word::Start),
        _ => None,
    }
}

fn is_code(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_as_twilio_takes_them() {
        assert_eq!(word(" stop\n"), Some(Word::Stop));
        assert_eq!(word("Unstop"), Some(Word::Start));
        assert_eq!(word("stop it please"), None);
    }

    #[test]
    fn a_status_tells_what_became_of_it() {
        let why = |code: &str| format!("twilio-{code}");
        assert_eq!(fate("sent", None), Some(Fate::Accepted));
        assert_eq!(fate("delivered", None), Some(Fate::Delivered));
        assert_eq!(
            fate("undelivered", Some("30003")),
            Some(Fate::BouncedForNow { why: why("30003") })
        );
        assert_eq!(
            fate("undelivered", Some("30005")),
            Some(Fate::Bounced { why: why("30005") })
        );
        assert_eq!(
            fate("failed", Some("<canary>")),
            Some(Fate::Rejected { why: why("unknown") })
        );
        assert_eq!(fate("receiving", None), None);
    }

    #[test]
    fn a_credential_is_an_account_and_a_token() {
        let account = "AC0123456789abcdef0123456789abcdef";
        assert!(Credential::parse(&format!(" {account}:secret\n")).is_ok());
        for bad in [
            "",
            "secret",
            "AC12:secret",
            &format!("{account}:"),
            &format!("{account}:a b"),
        ] {
            assert_eq!(Credential::parse(bad), Err(InvalidCredential), "{bad}");
        }
        let shown = format!("{:?}", Credential::parse(&format!("{account}:secret")).unwrap());
        assert!(!shown.contains("secret"));
    }
}
