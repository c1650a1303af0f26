//! The verifier table: which digests are live now.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use subtle::{ConditionallySelectable, ConstantTimeEq};

use crate::Token;

/// A function remembers the table at most this long: a change of it, and so a revocation, is in force everywhere this
/// much later.
pub const REVOCATION_BOUND: TimeDelta = TimeDelta::seconds(30);

/// The table as it is stored in the content bucket, as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifierTable {
    /// Each token that is, was or will be accepted.
    pub verifiers: Vec<Verifier>,
}

/// One token's digest and the half-open period `[not_before, not_after)` in which it is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verifier {
    /// The token's public name: all that an audit may hold.
    pub kid: String,
    /// SHA-256 of the token, as 64 lowercase hex digits. Empty once the token is revoked: then no clock can make it live.
    pub sha256: String,
    /// Accepted from this instant on.
    pub not_before: DateTime<Utc>,
    /// Not accepted from this instant on; absent while the token is current.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<DateTime<Utc>>,
}

/// What the table says of a presented token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Live: the kid, and when it ends if it has been superseded.
    Live {
        /// Which token it is.
        kid: String,
        /// When it stops being accepted, if that is known: the API sends it as `Sunset`.
        not_after: Option<DateTime<Utc>>,
    },
    /// Not accepted. Why is not said, to nobody.
    Refused,
}

impl Verifier {
    /// The verifier of a token.
    #[must_use]
    pub fn of(token: &Token, not_before: DateTime<Utc>) -> Self {
        let sha256 = token.sha256().iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            kid: token.kid(),
            sha256,
            not_before,
            not_after: None,
        }
    }

    /// Whether the token was revoked, which nothing undoes.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.sha256.is_empty()
    }

    /// Refuses the token from now on. Without its digest nobody can accept it, however wrong a function's clock is.
    pub(crate) fn revoke(&mut self, now: DateTime<Utc>) {
        self.sha256.clear();
        self.not_after = Some(self.not_after.map_or(now, |end| end.min(now)));
    }

    /// Whether the token is refused now and for good.
    #[must_use]
    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.is_revoked() || self.not_after.is_some_and(|end| end <= now)
    }

    fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.not_before <= now && !self.has_ended(now)
    }

    fn digest(&self) -> Option<[u8; 32]> {
        let mut digest = [0; 32];
        if self.sha256.len() != 64 || !self.sha256.is_ascii() {
            return None;
        }
        for (at, byte) in digest.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&self.sha256[at * 2..at * 2 + 2], 16).ok()?;
        }
        Some(digest)
    }
}

impl VerifierTable {
    /// The row of a token.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Verifier> {
        self.verifiers.iter().find(|verifier| verifier.kid == kid)
    }

    /// Whether a token is accepted now.
    #[must_use]
    pub fn has_live(&self, kid: &str, now: DateTime<Utc>) -> bool {
        self.find(kid).is_some_and(|verifier| verifier.is_live(now))
    }

    /// Judges what a caller presented. Every live digest is compared in constant time, also after a hit, so that
    /// the time tells neither which token matched nor how near a guess came. Malformed text costs one digest too.
    #[must_use]
    pub fn judge(&self, presented: &str, now: DateTime<Utc>) -> Verdict {
        let parsed = Token::parse(presented);
        let digest = parsed.as_ref().map_or([0; 32], Token::sha256);
        let mut hit = u32::MAX;
        for (index, verifier) in (0_u32..).zip(&self.verifiers) {
            let known = verifier.digest().filter(|_| verifier.is_live(now));
            let same = known.unwrap_or([0xff; 32]).ct_eq(&digest);
            hit.conditional_assign(&index, same);
        }
        match self.verifiers.get(hit as usize) {
            Some(verifier) if parsed.is_ok() && verifier.is_live(now) => Verdict::Live {
                kid: verifier.kid.clone(),
                not_after: verifier.not_after,
            },
            _ => Verdict::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + hour * 3600, 0).unwrap()
    }

    fn token(seed: u8) -> Token {
        let bytes: Vec<u8> = (0..64)
            .map(|i: u8| i.wrapping_mul(5).wrapping_add(seed))
            .collect();
        Token::from_random(&bytes).unwrap()
    }

    fn table(entries: &[(&Token, i64, Option<i64>)]) -> VerifierTable {
        let verifiers = entries
            .iter()
            .map(|(token, from, to)| Verifier {
                not_after: to.map(at),
                ..Verifier::of(token, at(*from))
            })
            .collect();
        VerifierTable { verifiers }
    }

    #[track_caller]
    fn check(table: &VerifierTable, token: &Token, hour: i64, live: bool) {
        let verdict = table.judge(token.reveal(), at(hour));
        assert_eq!(matches!(verdict, Verdict::Live { .. }), live, "{verdict:?}");
    }

    #[test]
    fn both_tokens_are_live_while_they_overlap() {
        let (old, new) = (token(1), token(2));
        let table = table(&[(&old, 0, Some(5)), (&new, 3, None)]);
        check(&table, &old, 4, true);
        check(&table, &new, 4, true);
        check(&table, &old, 5, false);
        check(&table, &new, 2, false);
    }

    #[test]
    fn unknown_and_malformed_tokens_are_refused() {
        let known = token(1);
        let table = table(&[(&known, 0, None)]);
        check(&table, &token(3), 1, false);
        assert_eq!(table.judge("", at(1)), Verdict::Refused);
        assert_eq!(table.judge("lf_not-a-token", at(1)), Verdict::Refused);
        assert_eq!(
            VerifierTable::default().judge(known.reveal(), at(1)),
            Verdict::Refused
        );
    }

    #[test]
    fn a_broken_digest_accepts_nobody() {
        for sha256 in ["", "zz", &"0".repeat(64), &"f".repeat(64), &"é".repeat(32)] {
            let broken = Verifier {
                sha256: sha256.to_owned(),
                ..Verifier::of(&token(1), at(0))
            };
            let table = VerifierTable {
                verifiers: vec![broken],
            };
            assert_eq!(table.judge("lf_malformed", at(1)), Verdict::Refused);
            assert_eq!(table.judge(token(1).reveal(), at(1)), Verdict::Refused);
        }
    }
}
