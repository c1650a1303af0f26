//! What a delivery is called. The name follows from its content, so that whoever plans it twice makes it once.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Address;

/// `<campaign>_<batch>_<digest>`: characters that a tag of SES may have (letters, digits, `_` and `-`, at most 256). It
/// tells nobody's address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeliveryId {
    text: String,
    campaign_end: usize,
    batch_end: usize,
}

/// One time at which a campaign is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Occurrence {
    /// The campaign's id.
    pub campaign: String,
    /// Groups deliveries for storing and listing: letters, digits and hyphens.
    pub batch: String,
    /// Tells the campaign's occurrences apart: its time for an audience, its event for a booking.
    pub key: String,
}

/// The text is no delivery's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a delivery's id is `campaign_batch_digest`")]
pub struct InvalidDeliveryId;

const DIGEST_LENGTH: usize = 32;

impl DeliveryId {
    /// The id of an occurrence's message to this address about this booking.
    #[must_use]
    pub fn new(occurrence: &Occurrence, to: &Address, booking: Option<&str>) -> Self {
        let mut hash = Sha256::new();
        let parts = [
            &occurrence.campaign,
            &occurrence.key,
            to.channel().name(),
            to.as_str(),
            booking.unwrap_or_default(),
        ];
        for part in parts {
            // The length keeps `ab` + `c` apart from `a` + `bc`.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest: String = hash
            .finalize()
            .iter()
            .take(DIGEST_LENGTH / 2)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let (campaign, batch) = (&occurrence.campaign, &occurrence.batch);
        Self {
            text: format!("{campaign}_{batch}_{digest}"),
            campaign_end: campaign.len(),
            batch_end: campaign.len() + 1 + batch.len(),
        }
    }

    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The campaign's id.
    #[must_use]
    pub fn campaign(&self) -> &str {
        self.text.get(..self.campaign_end).unwrap_or_default()
    }

    /// The batch with which it is stored.
    #[must_use]
    pub fn batch(&self) -> &str {
        self.text
            .get(self.campaign_end + 1..self.batch_end)
            .unwrap_or_default()
    }

    /// The digest of what it is for: 32 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.text.get(self.batch_end + 1..).unwrap_or_default()
    }
}

impl TryFrom<String> for DeliveryId {
    type Error = InvalidDeliveryId;

    fn try_from(text: String) -> Result<Self, InvalidDeliveryId> {
        let is_word = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let parts: Vec<&str> = text.split('_').collect();
        let [campaign, batch, digest] = parts[..] else {
            return Err(InvalidDeliveryId);
        };
        let is_digest = digest.len() == DIGEST_LENGTH
            && digest
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if !is_word(campaign) || !is_word(batch) || !is_digest || text.len() > 200 {
            return Err(InvalidDeliveryId);
        }
        let (campaign_end, batch_end) = (campaign.len(), campaign.len() + 1 + batch.len());
        Ok(Self {
            text,
            campaign_end,
            batch_end,
        })
    }
}

impl From<DeliveryId> for String {
    fn from(id: DeliveryId) -> Self {
        id.text
    }
}

impl std::str::FromStr for DeliveryId {
    type Err = InvalidDeliveryId;

    fn from_str(text: &str) -> Result<Self, InvalidDeliveryId> {
        Self::try_from(text.to_owned())
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Occurrence {
    /// Its identity among all occurrences: `campaign.batch`.
    #[must_use]
    pub fn batch_name(&self) -> String {
        format!("{}.{}", self.campaign, self.batch)
    }
}
