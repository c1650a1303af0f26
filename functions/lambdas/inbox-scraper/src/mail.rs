//! Mails that arrived in the bucket.

use chrono::{DateTime, Utc};
use contract::inbox::{MAIL_PREFIX, MailAnswer};
use inbox::{MAX_MAIL_BYTES, read_mail};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use store::StoreError;

use crate::service::{Moment, Service};
use crate::take::{Came, Took};

/// What S3 tells: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>.
#[derive(Deserialize)]
struct Notification {
    /// None: it is the one that S3 sends to see whether it may.
    #[serde(default, rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_time: DateTime<Utc>,
    event_name: String,
    s3: Place,
}

#[derive(Deserialize)]
struct Place {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

/// SES puts it there when a rule is made: it is from no guest, and nothing is wrong with it.
const SETUP_NOTICE: &str = "mail/AMAZON_SES_SETUP_NOTIFICATION";

/// Why a notification was not seen to. It quotes nothing of the mail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unseen {
    #[error("the message is no notification of S3")]
    NoNotification,
    #[error("the notification is about another place")]
    OtherPlace,
    #[error("an attachment waits")]
    Postponed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Service {
    /// Reads the mails that a notification tells of; how many of them were put aside.
    pub(crate) async fn notified(&self, body: &str, moment: &Moment) -> Result<u64, Unseen> {
        let told: Notification = serde_json::from_str(body).map_err(|_| Unseen::NoNotification)?;
        let mut aside = 0;
        for record in told.records {
            let key = record.s3.object.key.replace('+', " ");
            let key = percent_decode_str(&key)
                .decode_utf8()
                .map_err(|_| Unseen::NoNotification)?;
            let is_ours = record.s3.bucket.name == self.bucket && record.event_name.contains("ObjectCreated");
            if !is_ours || !key.starts_with(MAIL_PREFIX) {
                return Err(Unseen::OtherPlace);
            }
            if key == SETUP_NOTICE {
                continue;
            }
            let answer = self.mail(&key, record.event_time, moment).await?;
            aside += u64::from(matches!(answer, MailAnswer::Quarantined { .. }));
        }
        Ok(aside)
    }

    /// Reads a mail that arrived then.
    pub(crate) async fn mail(
        &self,
        key: &str,
        arrived: DateTime<Utc>,
        moment: &Moment,
    ) -> Result<MailAnswer, Unseen> {
        let manifest = self.content.manifest(moment.time()).await?;
        let bytes = match self.inbox.object(key, MAX_MAIL_BYTES).await {
            Ok(bytes) => bytes,
            Err(StoreError::Missing { .. }) => {
                tracing::error!("a mail is not there any more");
                return Ok(MailAnswer::Missing);
            }
            Err(error) => return Err(error.into()),
        };
        let draft = match read_mail(&bytes, &manifest, arrived) {
            Ok(draft) => draft,
            Err(why) => {
                let aside = (bytes.as_slice(), why.name());
                self.inbox.quarantine(None, aside, moment.time()).await?;
                tracing::error!(%why, "a mail cannot be read");
                let why = why.name().to_owned();
                return Ok(MailAnswer::Quarantined { why });
            }
        };
        let message = draft.id().to_string();
        let came = Came {
            bytes: &bytes,
            media_type: "message/rfc822",
            api: None,
        };
        let took = self.take(&manifest, draft, came, moment).await?;
        if took == Took::Postponed {
            return Err(Unseen::Postponed);
        }
        let is_new = took == Took::New;
        tracing::info!(message, is_new, "a mail was read");
        Ok(MailAnswer::Message { message, is_new })
    }
}
