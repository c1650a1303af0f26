//! What the account may send, and whom SES itself will not write to.

use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::primitives::DateTime as AwsDateTime;
use aws_sdk_sesv2::types::SuppressionListReason;
use chrono::{DateTime, Utc};

use crate::Mailer;

/// Few enough that whoever takes them in comes to a page's end.
const MOST_OF_A_PAGE: i32 = 100;

/// What the account may send.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountFacts {
    /// Mails a second.
    pub max_rate: f64,
    /// Mails in 24 hours; none: no limit.
    pub max_a_day: Option<f64>,
    /// Of them, how many were sent in the last 24 hours.
    pub sent_today: f64,
    /// Whether it may send at all.
    pub is_enabled: bool,
    /// `HEALTHY`, `PROBATION` or `SHUTDOWN`.
    pub enforcement: String,
}

/// Some addresses that SES will not write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuppressedPage {
    /// Each with whether it was a complaint (else a bounce), and since when.
    pub addresses: Vec<(String, bool, DateTime<Utc>)>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// SES did not say. It holds no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailerError {
    /// The role may not ask.
    #[error("access to ses is denied")]
    Denied,
    /// It does not take what was asked: a place in a list that it does not know any more.
    #[error("ses did not take the request")]
    Refused,
    /// No answer, or no good one. Worth another try.
    #[error("ses did not answer")]
    Unavailable,
}

impl Mailer {
    /// What the account may send now.
    ///
    /// # Errors
    /// See [`MailerError`].
    pub async fn account(&self) -> Result<AccountFacts, MailerError> {
        let answer = self.reading.get_account().send().await;
        let answer = answer.map_err(|error| judge(&error))?;
        let quota = answer.send_quota.ok_or(MailerError::Unavailable)?;
        Ok(AccountFacts {
            max_rate: quota.max_send_rate,
            // -1 stands for no limit.
            max_a_day: (quota.max24_hour_send >= 0.0).then_some(quota.max24_hour_send),
            sent_today: quota.sent_last24_hours,
            is_enabled: answer.sending_enabled,
            enforcement: answer.enforcement_status.unwrap_or_default(),
        })
    }

    /// Addresses that came onto the account's suppression list since then, page by page.
    ///
    /// # Errors
    /// See [`MailerError`].
    pub async fn suppressed(
        &self,
        since: Option<DateTime<Utc>>,
        page: Option<String>,
    ) -> Result<SuppressedPage, MailerError> {
        let since = since.map(|since| AwsDateTime::from_secs(since.timestamp()));
        let request = self.reading.list_suppressed_destinations();
        let request = request
            .set_start_date(since)
            .set_next_token(page)
            .page_size(MOST_OF_A_PAGE);
        let answer = request.send().await.map_err(|error| judge(&error))?;
        let summaries = answer.suppressed_destination_summaries.unwrap_or_default();
        let addresses = summaries.into_iter().map(|one| {
            let is_complaint = one.reason == SuppressionListReason::Complaint;
            let since = DateTime::from_timestamp(one.last_update_time.secs(), 0).unwrap_or_default();
            (one.email_address, is_complaint, since)
        });
        Ok(SuppressedPage {
            addresses: addresses.collect(),
            next: answer.next_token,
        })
    }
}

impl Mailer {
    /// Takes an address off the account's suppression list, if it is there.
    ///
    /// # Errors
    /// See [`MailerError`].
    pub async fn unsuppress(&self, address: &str) -> Result<(), MailerError> {
        let request = self.reading.delete_suppressed_destination();
        match request.email_address(address).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("NotFoundException") => Ok(()),
            Err(error) => Err(judge(&error)),
        }
    }
}

fn judge<E, R>(error: &SdkError<E, R>) -> MailerError
where
    SdkError<E, R>: ProvideErrorMetadata,
{
    match error.code() {
        Some("AccessDeniedException" | "AccessDenied") => MailerError::Denied,
        Some("BadRequestException" | "InvalidNextTokenException") => MailerError::Refused,
        _ => MailerError::Unavailable,
    }
}
