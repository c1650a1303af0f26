//! What there is to see to, and how SES takes it.

use campaign::{Hold, Standing, State};
use chrono::{DateTime, TimeDelta, Utc};
use testkit::Mishap;

/// A message, and what happens to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Case {
    pub(super) guest: Guest,
    pub(super) start: Start,
    pub(super) carrier: Carrier,
}

/// To whom a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guest {
    Reachable,
    Bounces,
    Complains,
    /// SES will not write to them.
    Refused,
    /// Has unsubscribed.
    Suppressed,
    /// Is due a message whose time is over.
    TooLate,
    /// Sleeps, and is woken up later.
    InQuietHours,
    /// Is due a message whose template does not exist.
    Broken,
}

/// How far the message is when the sender gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Planned,
    /// Somebody had it, and gave it back.
    Rendered,
    /// Its recipient's quiet hours are over.
    Held,
    /// Somebody had it, and is gone.
    LeftBehind,
}

/// How SES takes the first request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Carrier {
    Well,
    Mishap(Mishap),
    /// It answers so late that somebody has taken the sender for gone; then it takes it, if it would.
    TooLate,
    /// It answers so late that somebody has taken the sender for gone, and that it was asked too fast.
    TooLateAndTooFast,
}

/// Every case. Those in which SES keeps a sender waiting for ten seconds are the last.
pub(super) fn cases() -> Vec<Case> {
    let case = |guest, start, carrier| Case {
        guest,
        start,
        carrier,
    };
    let mut cases = Vec::new();
    for start in [Start::Planned, Start::Rendered, Start::Held, Start::LeftBehind] {
        for guest in [Guest::Reachable, Guest::Suppressed, Guest::TooLate, Guest::Broken] {
            cases.push(case(guest, start, Carrier::Well));
        }
    }
    for start in [Start::Planned, Start::Rendered] {
        cases.push(case(Guest::InQuietHours, start, Carrier::Well));
    }
    for guest in [Guest::Bounces, Guest::Complains, Guest::Refused] {
        cases.push(case(guest, Start::Planned, Carrier::Well));
    }
    for mishap in [
        Mishap::AcceptThenDrop,
        Mishap::TooManyRequests,
        Mishap::ServerError,
        Mishap::Reset,
        Mishap::Slow { milliseconds: 100 },
        Mishap::DuplicateFeedback { times: 3 },
        Mishap::FeedbackFirst,
    ] {
        for guest in [Guest::Reachable, Guest::Bounces, Guest::Complains] {
            cases.push(case(guest, Start::Planned, Carrier::Mishap(mishap.clone())));
        }
    }
    for guest in [Guest::Reachable, Guest::Refused] {
        cases.push(case(guest, Start::Planned, Carrier::TooLate));
    }
    cases.push(case(Guest::Reachable, Start::Planned, Carrier::TooLateAndTooFast));
    for mishap in [Mishap::Hang, Mishap::AcceptThenHang] {
        cases.push(case(Guest::Reachable, Start::Planned, Carrier::Mishap(mishap)));
    }
    cases
}

impl Case {
    /// Whether SES keeps the sender waiting until it gives up.
    pub(super) fn takes_long(&self) -> bool {
        matches!(
            self.carrier,
            Carrier::Mishap(Mishap::Hang | Mishap::AcceptThenHang)
        )
    }

    /// Whether SES answers the first request at all.
    pub(super) fn has_answer(&self) -> bool {
        !self.takes_long()
            && !matches!(
                self.carrier,
                Carrier::Mishap(Mishap::AcceptThenDrop | Mishap::Reset)
            )
    }

    /// Whether SES may leave a sender that lives in doubt of a mail that was not sent.
    pub(super) fn leaves_in_doubt(&self) -> bool {
        matches!(
            self.carrier,
            Carrier::Mishap(Mishap::ServerError | Mishap::Reset | Mishap::Hang)
        )
    }

    /// Whether somebody takes the sender for gone while it waits for SES.
    pub(super) fn is_too_late(&self) -> bool {
        matches!(self.carrier, Carrier::TooLate | Carrier::TooLateAndTooFast)
    }

    /// What becomes of the message if it is sent, or need not be.
    pub(super) fn expected(&self) -> Standing {
        match self.guest {
            Guest::Reachable | Guest::InQuietHours => Standing::Delivered,
            Guest::Bounces => Standing::Bounced,
            Guest::Complains => Standing::Complained,
            Guest::Refused | Guest::Broken => Standing::Failed,
            Guest::Suppressed => Standing::Suppressed,
            Guest::TooLate => Standing::Expired,
        }
    }

    /// Whether a mail to them is taken.
    pub(super) fn is_sent(&self) -> bool {
        matches!(
            self.guest,
            Guest::Reachable | Guest::InQuietHours | Guest::Bounces | Guest::Complains
        )
    }
}

impl Start {
    pub(super) fn state(self, now: DateTime<Utc>) -> State {
        let over = now - TimeDelta::seconds(1);
        match self {
            Self::Planned => State::Planned,
            Self::Rendered => State::Rendered,
            Self::Held => State::HeldQuiet { until: over },
            Self::LeftBehind => State::Claimed(Hold {
                owner: "gone".to_owned(),
                until: over,
            }),
        }
    }
}
