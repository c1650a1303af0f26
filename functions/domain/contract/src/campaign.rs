//! What campaign-scheduler is asked and what it answers, by direct invocation; and what lies in the senders' queue.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The function's package.
pub const FUNCTION: &str = "campaign-scheduler";
/// The function that sends.
pub const SENDER: &str = "campaign-sender";
/// The function that hears what became of mails.
pub const FEEDBACK: &str = "mail-feedback";

/// The batch of a sending that the operator asked for under this name.
#[must_use]
pub fn batch_by_hand(name: &str) -> String {
    format!("by-hand-{name}")
}

/// A message in the senders' queue: which delivery is to be seen to. Everything else is read when it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToSend {
    /// The delivery's id.
    pub delivery: String,
}

/// A request: `{"action": "tick"}` and so on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CampaignRequest {
    /// Plan what is due, and see to what was left behind. It is what the schedule asks for.
    Tick {},
    /// Tell to whom a campaign would go now, and send nothing.
    Plan {
        /// The campaign's id.
        campaign: String,
    },
    /// Send a campaign to its audience now, whatever its schedule says.
    Send {
        /// The campaign's id.
        campaign: String,
        /// Names this sending: under one name everybody gets it once.
        name: String,
        /// To how many at most, as the operator has seen it.
        at_most: u64,
    },
    /// Send one message to somebody on the list of those who may be sent tests.
    TestSend {
        /// The campaign's id.
        campaign: String,
        /// To which address.
        to: String,
        /// What the template is given in the place of a recipient's own.
        context: Value,
    },
    /// Tell how a campaign is doing; none named: all.
    Status {
        /// The campaign's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<String>,
    },
    /// Send nothing of a campaign from now on; none named: nothing at all.
    Pause {
        /// The campaign's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<String>,
        /// Why, for who reads it later.
        why: String,
    },
    /// End a pause, and let a batch that waits for the operator's word go.
    Resume {
        /// The campaign's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<String>,
    },
    /// Send again to those who did not get it.
    Resend {
        /// The campaign's id.
        campaign: String,
        /// The batch.
        batch: String,
        /// Of which states: `FAILED`, `EXPIRED`, `BOUNCED`, `UNKNOWN`.
        states: Vec<String>,
        /// Only tell to how many.
        #[serde(default)]
        dry_run: bool,
    },
    /// Keep people who can be written to.
    Import {
        /// Whose they are.
        of: ImportInto,
        /// The head of the file.
        head: Vec<String>,
        /// Lines, each with its number in the file. At most 500.
        lines: Vec<(u64, Vec<String>)>,
        /// Only check them.
        #[serde(default)]
        dry_run: bool,
    },
    /// Do not write to an address any more, or again.
    Suppress {
        /// `email` or `sms`.
        channel: String,
        /// The address.
        address: String,
        /// Whether it may be written to again.
        #[serde(default)]
        lift: bool,
    },
}

/// Whose contacts are imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ImportInto {
    /// An audience's.
    Audience {
        /// Its name.
        name: String,
    },
    /// A crew's.
    Crew {
        /// Its name.
        name: String,
    },
    /// Each of the booking that its line names.
    Bookings,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum CampaignAnswer {
    /// What was planned and seen to.
    Ticked(Ticked),
    /// To whom a campaign would go.
    Planned(PlanAnswer),
    /// A sending has begun, or had begun before.
    Sending {
        /// The batch.
        batch: String,
        /// Whether it is new.
        is_new: bool,
    },
    /// A test was sent, or why not.
    Tested {
        /// What became of it, as a delivery's state.
        state: String,
        /// Why, where there is a reason.
        why: Option<String>,
        /// Whoever delivers it knows it by this.
        message_id: Option<String>,
    },
    /// How campaigns are doing.
    Status(StatusAnswer),
    /// It is done.
    Done,
    /// To how many it is or would be sent again.
    Resent {
        /// How many.
        deliveries: u64,
    },
    /// What came of an import.
    Imported {
        /// How many contacts.
        contacts: u64,
        /// What is wrong, by line: `{"line", "column", "message"}`.
        errors: Vec<Value>,
    },
    /// The request cannot be done, and trying again does not help.
    Refused {
        /// Why, as a fragment.
        reason: String,
    },
}

/// What one tick did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticked {
    /// Deliveries that are new.
    pub planned: u64,
    /// Of them, those that will not be sent.
    pub excluded: u64,
    /// Put into the queue.
    pub queued: u64,
    /// Whose sender vanished while it was sending.
    pub unknown: u64,
    /// Whose time was over.
    pub expired: u64,
    /// Batches that wait for the operator's word.
    pub waiting: u64,
    /// Whether there was not time enough for everything: the next tick goes on.
    pub is_unfinished: bool,
}

/// To whom a campaign would go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanAnswer {
    /// The campaign's id.
    pub campaign: String,
    /// How many would get it.
    pub recipients: u64,
    /// How many would not, by reason.
    pub excluded: std::collections::BTreeMap<String, u64>,
    /// Some of those who would not, masked, with the reason.
    pub examples: Vec<(String, String)>,
    /// More than so many need the operator's word.
    pub confirm_above: u64,
    /// When it is due next, in RFC 3339, where that is known.
    pub due: Option<String>,
}

/// How campaigns are doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusAnswer {
    /// Every batch, oldest first.
    pub batches: Vec<BatchAnswer>,
    /// Every pause, with its reason.
    pub pauses: Vec<PauseAnswer>,
    /// Mails a second that may be sent, as far as it is known.
    pub rate_per_second: Option<f64>,
    /// Why the account may send nothing.
    pub account_stopped: Option<String>,
}

/// How a batch is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchAnswer {
    /// The campaign's id.
    pub campaign: String,
    /// The batch.
    pub batch: String,
    /// How far it is: `waiting`, `planning`, `planned`, `closed`.
    pub stage: String,
    /// When it was begun, in RFC 3339; none from a release that does not tell.
    #[serde(default)]
    pub opened_at: Option<String>,
    /// How many deliveries in each state.
    pub counts: std::collections::BTreeMap<String, u64>,
    /// Of those that nobody got, how many by state and reason.
    pub not_sent: std::collections::BTreeMap<String, u64>,
}

/// A pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseAnswer {
    /// The campaign; none for all.
    pub campaign: Option<String>,
    /// Why.
    pub why: String,
    /// Since when, in RFC 3339.
    pub since: String,
}
