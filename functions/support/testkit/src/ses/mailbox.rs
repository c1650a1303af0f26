//! What becomes of a mail: the mailbox simulator of the service, on every domain.

use serde::{Deserialize, Serialize};

use super::suppression::SuppressionReason;

/// What becomes of an accepted mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// `success...`, and whatever is not named here.
    Delivered,
    /// `bounce...`: there is no such mailbox.
    HardBounce,
    /// `softbounce...`: the mailbox is full.
    SoftBounce,
    /// `ooto...`: delivered, and answered by a machine, which the service reports as a passing bounce.
    AutoReply,
    /// `complaint...`: delivered, and reported as spam.
    Complaint,
    /// `suppressionlist...`: on the list that the service keeps for all of its customers.
    SuppressedGlobally,
    /// On the account's suppression list after a bounce: not mailed.
    SuppressedAfterBounce,
    /// On the account's suppression list after a complaint: not mailed.
    SuppressedAfterComplaint,
    /// `reject...`: a virus was found.
    Rejected,
    /// `delay...`: the other side does not answer.
    Delayed,
    /// `renderingfailure...`: the template lacks a value. Not a mailbox of the real service.
    NotRendered,
}

impl Fate {
    pub(super) fn of(address: &str) -> Self {
        let local = address.to_lowercase();
        let mailboxes = [
            ("bounce", Self::HardBounce),
            ("softbounce", Self::SoftBounce),
            ("ooto", Self::AutoReply),
            ("complaint", Self::Complaint),
            ("suppressionlist", Self::SuppressedGlobally),
            ("reject", Self::Rejected),
            ("delay", Self::Delayed),
            ("renderingfailure", Self::NotRendered),
        ];
        let found = mailboxes.iter().find(|(name, _)| local.starts_with(name));
        found.map_or(Self::Delivered, |(_, fate)| *fate)
    }

    pub(super) const fn of_suppressed(reason: SuppressionReason) -> Self {
        match reason {
            SuppressionReason::Bounce => Self::SuppressedAfterBounce,
            SuppressionReason::Complaint => Self::SuppressedAfterComplaint,
        }
    }

    /// Why the address is not mailed again.
    pub(super) const fn suppresses(self) -> Option<SuppressionReason> {
        match self {
            Self::HardBounce => Some(SuppressionReason::Bounce),
            Self::Complaint => Some(SuppressionReason::Complaint),
            _ => None,
        }
    }
}
