//! What stands in a new event's way.

use booking::Cause;
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Kind, Origin, kind, local, origin};

/// What a new event overlaps, the turnover between two bookings included.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Conflict {
    /// The entry's id.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) source: Origin,
    /// The platform, if it comes from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) platform: Option<String>,
    /// The listing, if it comes from a platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listing: Option<String>,
    /// What it is.
    pub(crate) kind: Kind,
    /// Why it conflicts.
    pub(crate) cause: ConflictCause,
    /// What it is called; empty when its feed gives no title.
    pub(crate) title: String,
    /// When it begins, with the offset of the site.
    #[schema(format = DateTime)]
    pub(crate) start: String,
    /// When it ends, with the offset of the site.
    #[schema(format = DateTime)]
    pub(crate) end: String,
}

/// Why an entry conflicts with a new event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConflictCause {
    /// They share time.
    Overlap,
    /// They share no time, and too little of it lies between them.
    Turnover,
}

impl Conflict {
    pub(crate) fn of(conflict: booking::Conflict, zone: Tz) -> Self {
        let (source, platform, listing) = origin(conflict.origin);
        Self {
            id: conflict.id,
            source,
            platform,
            listing,
            kind: kind(source, conflict.kind),
            cause: match conflict.cause {
                Cause::Overlap => ConflictCause::Overlap,
                Cause::Turnover => ConflictCause::Turnover,
            },
            title: conflict.title.unwrap_or_default(),
            start: local(conflict.period.start, zone),
            end: local(conflict.period.end, zone),
        }
    }
}
