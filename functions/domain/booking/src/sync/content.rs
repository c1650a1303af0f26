//! What an event says, as far as we keep it in step.

use std::fmt;

use calendar::Period;
use serde::{Deserialize, Serialize};

use super::fingerprint::fingerprint;
use super::span;
use crate::{Booking, Kind, Status};

/// What people see of an event in a calendar, and may edit there. The properties that change with every fetch
/// (`PRODID`, `DTSTAMP`, `LAST-MODIFIED`, `UID`) are no part of it, nor is the order of properties.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Face {
    /// The title. It may name a guest, so `Debug` leaves it out.
    pub title: Option<String>,
    /// When it takes place.
    #[serde(with = "span")]
    pub period: Period,
    /// Whether it may still come to nothing.
    pub is_tentative: bool,
}

/// A face and what only we know of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What people see.
    pub face: Face,
    /// What it is.
    pub kind: Kind,
    /// Whether it takes up time.
    pub is_opaque: bool,
    /// The platform's code for the reservation. `Debug` leaves it out.
    pub code: Option<String>,
    /// What it is worth, in the smallest unit of the operator's currency; feeds do not tell, webhooks may.
    pub value: Option<u64>,
}

impl Face {
    /// Equal for equal faces, and for these alone.
    #[must_use]
    pub fn hash(&self) -> String {
        let [start, end] = self.times();
        fingerprint(&self.parts(&start, &end))
    }

    fn times(&self) -> [String; 2] {
        [self.period.start, self.period.end].map(|at| at.timestamp_millis().to_string())
    }

    fn parts<'s>(&'s self, start: &'s str, end: &'s str) -> [&'s str; 4] {
        [
            end,
            start,
            if self.is_tentative { "tentative" } else { "firm" },
            self.title.as_deref().unwrap_or_default(),
        ]
    }
}

impl Content {
    /// Equal for equal contents, whatever their value: that a price is known later is no change of the event.
    #[must_use]
    pub fn hash(&self) -> String {
        let [start, end] = self.face.times();
        let [a, b, c, d] = self.face.parts(&start, &end);
        fingerprint(&[
            self.code.as_deref().unwrap_or_default(),
            kind_name(self.kind),
            if self.is_opaque { "opaque" } else { "transparent" },
            a,
            b,
            c,
            d,
        ])
    }

    /// How firmly it claims its time: what is not confirmed is at best a hold.
    #[must_use]
    pub fn weight(&self) -> Kind {
        match self.kind {
            Kind::Reservation if self.face.is_tentative => Kind::Hold,
            kind => kind,
        }
    }

    /// When it takes place.
    #[must_use]
    pub fn period(&self) -> Period {
        self.face.period
    }

    pub(crate) fn of(booking: &Booking) -> Self {
        Self {
            face: Face {
                title: booking.summary.clone(),
                period: booking.period,
                is_tentative: booking.status == Status::Tentative,
            },
            kind: booking.kind,
            is_opaque: booking.is_opaque,
            code: booking.reservation_code.clone(),
            value: None,
        }
    }

    /// A stretch of time in which a platform is closed.
    pub(crate) fn block(period: Period) -> Self {
        Self {
            face: Face {
                title: Some("Not available".to_owned()),
                period,
                is_tentative: false,
            },
            kind: Kind::Block,
            is_opaque: true,
            code: None,
            value: None,
        }
    }
}

pub(crate) const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Reservation => "reservation",
        Kind::Hold => "hold",
        Kind::Block => "block",
    }
}

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Face")
            .field("period", &self.period)
            .field("is_tentative", &self.is_tentative)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("face", &self.face)
            .field("kind", &self.kind)
            .field("is_opaque", &self.is_opaque)
            .finish_non_exhaustive()
    }
}
