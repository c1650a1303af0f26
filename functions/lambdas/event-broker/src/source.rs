//! What is said of each listing's feed.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// What is known of one listing's feed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Source {
    /// The listing's id.
    pub(crate) listing: String,
    /// Its platform's id.
    pub(crate) platform: String,
    /// Its asset's id.
    pub(crate) asset: String,
    /// How the reading went.
    pub(crate) status: SourceStatus,
    /// Why it failed: a stable name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<&'static str>,
    /// When the feed was read, or confirmed unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) fetched_at: Option<String>,
    /// What in the feed was not as it should be, by stable names, and how often.
    pub(crate) warnings: BTreeMap<&'static str, usize>,
}

/// How the reading of a feed went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SourceStatus {
    /// Read whole.
    Ok,
    /// Unchanged since the last reading, which was whole.
    NotModified,
    /// Read in part: bookings may be missing.
    Incomplete,
    /// Not read: bookings are missing.
    Error,
}

impl Source {
    /// Whether bookings may be missing.
    pub(crate) fn is_partial(&self) -> bool {
        matches!(self.status, SourceStatus::Incomplete | SourceStatus::Error)
    }
}
