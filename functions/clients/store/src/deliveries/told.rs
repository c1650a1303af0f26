//! What becomes of messages, as others tell it.

use campaign::feedback::Feedback;
use campaign::{DeliveryId, Event, News, Told};
use chrono::{DateTime, Utc};

use super::{Change, Deliveries, With};
use crate::StoreError;

/// So many others may write a delivery between our look and our write before we give up.
const ATTEMPTS: usize = 10;

/// What hearing of a message changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    /// Whether a delivery changed.
    pub is_news: bool,
    /// Whether it is about no delivery that we know.
    pub is_unknown: bool,
    /// How many addresses are not written to any more.
    pub suppressed: usize,
}

impl Deliveries {
    /// Takes in what SES tells. Suppressions come first: if we end in between, it is told again.
    ///
    /// # Errors
    /// See [`StoreError`]: hear it again later.
    pub async fn hear(&self, feedback: &Feedback, now: DateTime<Utc>) -> Result<Heard, StoreError> {
        let mut heard = Heard::default();
        for (address, lasting) in &feedback.suppressed {
            let is_new = self.learn(address, &News::Lasting(lasting.clone())).await?;
            heard.suppressed += usize::from(is_new);
        }
        let Some(what) = feedback.fate.clone() else {
            return Ok(heard);
        };
        let Some(id) = &feedback.delivery else {
            heard.is_unknown = true;
            return Ok(heard);
        };
        let event = Told {
            what,
            message_id: feedback.message_id.clone(),
        };
        match self.told(id, event, now).await? {
            Some(is_news) => heard.is_news = is_news,
            None => heard.is_unknown = true,
        }
        Ok(heard)
    }

    /// Takes in what became of a delivery. Whether it was news; `None` when there is no such delivery.
    ///
    /// # Errors
    /// See [`StoreError`]: hear it again later.
    pub async fn told(
        &self,
        id: &DeliveryId,
        told: Told,
        now: DateTime<Utc>,
    ) -> Result<Option<bool>, StoreError> {
        let event = [Event::Told(told)];
        for _ in 0..ATTEMPTS {
            let Some(before) = self.load(id).await? else {
                return Ok(None);
            };
            let Ok((after, lines)) = before.after(&event, now) else {
                return Ok(Some(false));
            };
            if lines.is_empty() {
                return Ok(Some(false));
            }
            if self.change(&before, (&after, &lines), With::Nothing).await? == Change::Done {
                return Ok(Some(true));
            }
        }
        Err(StoreError::Unavailable { what: "a delivery" })
    }
}
