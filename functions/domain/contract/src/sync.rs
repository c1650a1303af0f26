//! What platform-sync is asked and what it answers, by direct invocation. It alone changes what a synchronisation
//! remembers: the API, the webhooks and the command line all ask it.

use serde::{Deserialize, Serialize};

/// The function's package.
pub const FUNCTION: &str = "platform-sync";

/// What stands in the place of a platform's id in the path to which Google sends its notifications.
pub const GOOGLE_PUSH: &str = "google-calendar";

/// A request: `{"action": "sync"}` and so on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SyncRequest {
    /// Read the feeds and calendars, decide, and carry it out. It is what the schedule asks for.
    Sync {
        /// Only this platform's listings, and so only their assets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        platform: Option<String>,
        /// Only these listings, and so only their assets; none named: all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        listings: Vec<String>,
        /// Only these assets; none named: all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        assets: Vec<String>,
        /// Only show the plan.
        #[serde(default)]
        dry_run: bool,
    },
    /// List what is in each other's way and what there is to do.
    Conflicts,
    /// Tell a decision, a ledger's line or a task with its reasons.
    Explain {
        /// Its id.
        id: String,
    },
    /// Name who keeps the time, and synchronise that asset.
    Resolve {
        /// The decision's id.
        id: String,
        /// The line of the ledger that keeps the time.
        winner: String,
    },
    /// Take a decision back, and synchronise that asset.
    Undo {
        /// The decision's id.
        id: String,
    },
    /// Count a request as a firm booking, whatever its feed still shows, and synchronise that asset.
    Confirm {
        /// The id of its line of the ledger.
        id: String,
    },
    /// Take that back: it is a request again. Synchronise that asset.
    Hold {
        /// The id of its line of the ledger.
        id: String,
    },
    /// Believe what a quarantined feed says, and synchronise that asset.
    Accept {
        /// The listing's id.
        listing: String,
    },
    /// Tell where a listing's outbound feed is; it gets an address when it has none.
    Feed {
        /// The listing's id.
        listing: String,
        /// Give it another address. The old one ends at once.
        #[serde(default)]
        rotate: bool,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum SyncAnswer {
    /// What was planned and done, by asset.
    Synced {
        /// One for each asset that was asked for, by id.
        assets: Vec<AssetAnswer>,
    },
    /// What is in each other's way, newest first, and what there is to do.
    Conflicts {
        /// The decisions that hold or wait for the operator.
        conflicts: Vec<serde_json::Value>,
        /// What the operator has to do.
        tasks: Vec<serde_json::Value>,
    },
    /// What is known of one id: facts for a machine, and sentences for a reader.
    Explained {
        /// The decision, line or task.
        what: serde_json::Value,
        /// The same in words, a line each.
        text: Vec<String>,
    },
    /// A listing's outbound feed has this path now. It is a secret.
    Feed {
        /// The listing's id.
        listing: String,
        /// `/feeds/....ics`
        path: String,
    },
    /// The request cannot be done, and trying again does not help.
    Refused {
        /// Whether what was named does not exist.
        is_unknown: bool,
        /// Why, as a fragment.
        reason: String,
    },
}

/// What a run did for one asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssetAnswer {
    /// The asset's id.
    pub asset: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The plan, a line for each thing that a reader needs.
    pub rows: Vec<serde_json::Value>,
    /// The plan as text.
    pub text: String,
    /// How each listing's feed is doing.
    pub feeds: Vec<FeedAnswer>,
    /// Why its Google calendar could not be read this time, as a stable name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub google_failure: Option<String>,
}

/// How a run ended for one asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything that was planned is done.
    Done {
        /// How many writes that somebody sees.
        writes: usize,
    },
    /// Only planned.
    Planned,
    /// Another run holds the asset; it starts over when it ends, so that this request is not lost.
    Busy,
    /// It stopped; the next run finishes it.
    Stopped {
        /// Why, as a fragment. It names no guest and no address.
        reason: String,
        /// How many writes were done before.
        writes: usize,
    },
}

/// How one listing's feed is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedAnswer {
    /// The listing's id.
    pub listing: String,
    /// When it was last read completely, in RFC 3339.
    pub last_imported: Option<String>,
    /// Whether that is too long ago.
    pub is_stale: bool,
    /// Why nothing could be read this time, as a fragment.
    pub failure: Option<String>,
    /// Why its removals are not believed, as a fragment.
    pub quarantine: Option<String>,
}
