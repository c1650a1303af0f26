//! What an event is: reservation, block or hold.

use std::fmt;

use calendar::{Event, Status};

use crate::rules::{Rules, normal};
use crate::{Kind, reservation_code};

/// What an event is, and why.
#[derive(Clone, PartialEq, Eq)]
pub struct Classification {
    /// What it is.
    pub kind: Kind,
    /// Why it is taken for that.
    pub reason: Reason,
    /// The reservation's code, if one was found. `Debug` leaves it out.
    pub reservation_code: Option<String>,
}

/// Why an event is taken for what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The platform's rule of this index matches.
    Rule(usize),
    /// It holds a reservation's code.
    ReservationCode,
    /// Its title says so.
    Phrase(&'static str),
    /// Its status is `TENTATIVE`, and nothing else is known.
    Tentative,
    /// Nothing is known of it: the platform's `otherwise` holds.
    Otherwise,
}

/// Where in a title a phrase must stand, so that a guest's name is not taken for one.
enum At {
    Begin,
    Anywhere,
}

/// Phrases of published feeds, whole words in lower case. The first one that is found decides: "not available" is no
/// booking wherever it stands, and a request comes before the word "booking" that it may begin with.
const PHRASES: &[(At, &str, Kind)] = &[
    (At::Anywhere, "not available", Kind::Block),
    (At::Anywhere, "unavailable", Kind::Block),
    (At::Begin, "blocked", Kind::Block),
    (At::Begin, "block", Kind::Block),
    (At::Begin, "busy", Kind::Block),
    (At::Begin, "closed", Kind::Block),
    (At::Begin, "hold", Kind::Hold),
    (At::Begin, "on hold", Kind::Hold),
    (At::Begin, "tentative", Kind::Hold),
    (At::Begin, "pending", Kind::Hold),
    (At::Begin, "request", Kind::Hold),
    (At::Begin, "booking request", Kind::Hold),
    (At::Begin, "reservation request", Kind::Hold),
    (At::Begin, "inquiry", Kind::Hold),
    (At::Begin, "reserved", Kind::Reservation),
    (At::Begin, "reservation", Kind::Reservation),
    (At::Begin, "booked", Kind::Reservation),
    (At::Begin, "booking", Kind::Reservation),
    (At::Begin, "confirmed", Kind::Reservation),
];

/// Says what an event is. In this order: the platform's rules, a reservation's code, a known phrase, the status, the
/// platform's `otherwise`.
#[must_use]
pub fn classify(event: &Event, rules: &Rules) -> Classification {
    let reservation_code = reservation_code(event, rules);
    let (kind, reason) = by_rule(event, rules)
        .or_else(|| {
            let code = reservation_code.as_ref();
            code.map(|_| (Kind::Reservation, Reason::ReservationCode))
        })
        .or_else(|| by_phrase(event.summary.as_deref().unwrap_or_default()))
        .or_else(|| (event.status == Status::Tentative).then_some((Kind::Hold, Reason::Tentative)))
        .unwrap_or((rules.otherwise, Reason::Otherwise));
    Classification {
        kind,
        reason,
        reservation_code,
    }
}

fn by_rule(event: &Event, rules: &Rules) -> Option<(Kind, Reason)> {
    rules.rules.iter().enumerate().find_map(|(index, rule)| {
        let texts = rule.field.of(event);
        let matches = texts.into_iter().any(|text| rule.pattern.matches(text));
        matches.then_some((rule.kind, Reason::Rule(index)))
    })
}

fn by_phrase(summary: &str) -> Option<(Kind, Reason)> {
    let title = words(summary);
    PHRASES.iter().find_map(|(at, phrase, kind)| {
        let is_there = match at {
            At::Begin => title.trim_start().strip_prefix(phrase).is_some_and(ends_word),
            At::Anywhere => title.match_indices(phrase).any(|(at, _)| {
                let (before, after) = (title.get(..at), title.get(at + phrase.len()..));
                before.is_some_and(|text| text.ends_with(' ')) && after.is_some_and(ends_word)
            }),
        };
        is_there.then_some((*kind, Reason::Phrase(phrase)))
    })
}

fn ends_word(rest: &str) -> bool {
    rest.starts_with(' ')
}

/// The text's words in lower case, with one blank before and after each.
fn words(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    format!(" {} ", normal(&plain))
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(index) => write!(f, "rule {} of its platform", index + 1),
            Self::ReservationCode => write!(f, "it has a reservation code"),
            Self::Phrase(phrase) => write!(f, "its title says \"{phrase}\""),
            Self::Tentative => write!(f, "its status is tentative"),
            Self::Otherwise => write!(f, "nothing else is known of it"),
        }
    }
}

impl fmt::Debug for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Classification")
            .field("kind", &self.kind)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
