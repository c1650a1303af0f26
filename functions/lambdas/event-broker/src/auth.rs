//! Who asks: the holder of a live token, or whoever IAM lets invoke the function.

use chrono::{DateTime, Utc};
use store::Content;
use token::Verdict;

use crate::broker::Broker;
use crate::problem::Problem;

/// Someone who may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Anyone: the route is public.
    Anyone,
    /// IAM authorised the invocation.
    Invoker,
    /// The holder of a live token.
    Holder {
        /// The token's public name.
        kid: String,
        /// When the token ends, if another has superseded it.
        not_after: Option<DateTime<Utc>>,
    },
}

/// Judges a session: it is as good as the token that opened it, and ends with it.
///
/// # Errors
/// As [`verify`].
pub(crate) async fn verify_session(
    broker: &Broker,
    session: &str,
    now: DateTime<Utc>,
) -> Result<Caller, Problem> {
    let verifiers = broker.content.verifiers(now).await?;
    let session = broker.sessions.find(session, now).await?;
    let kid = session
        .map(|session| session.kid)
        .filter(|kid| verifiers.has_live(kid, now));
    let kid = kid.ok_or_else(Problem::unauthorized)?;
    let not_after = verifiers.find(&kid).and_then(|verifier| verifier.not_after);
    Ok(Caller::Holder { kid, not_after })
}

/// Judges what an HTTP client presents. The verifiers are loaded first whatever was presented, so that a missing
/// token costs the same time as a wrong one.
///
/// # Errors
/// 401 without a reason, or 503 when the verifiers cannot be read: the door is never open by accident.
pub(crate) async fn verify(
    content: &Content,
    presented: &str,
    now: DateTime<Utc>,
) -> Result<Caller, Problem> {
    let verifiers = content.verifiers(now).await?;
    match verifiers.judge(presented, now) {
        Verdict::Live { kid, not_after } => Ok(Caller::Holder { kid, not_after }),
        Verdict::Refused => Err(Problem::unauthorized()),
    }
}

impl Caller {
    /// The `Sunset` header (RFC 8594) of an answer to a superseded token.
    pub(crate) fn sunset(&self) -> Option<String> {
        match self {
            Self::Holder {
                not_after: Some(end), ..
            } => Some(end.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
            Self::Anyone | Self::Invoker | Self::Holder { not_after: None, .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_superseded_token_has_a_sunset() {
        let holder = |not_after| Caller::Holder {
            kid: "k".to_owned(),
            not_after,
        };
        let end = DateTime::from_timestamp(1_800_000_000, 0);
        assert_eq!(
            holder(end).sunset().as_deref(),
            Some("Fri, 15 Jan 2027 08:00:00 GMT")
        );
        assert_eq!(holder(None).sunset(), None);
        assert_eq!(Caller::Invoker.sunset(), None);
    }
}
