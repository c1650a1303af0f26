//! The platforms' APIs.

use chrono::{DateTime, Utc};
use inbox::{Native, Page};
use manifest::{MessagingApi, Platform};
use messaging::{ApiFailure, Platforms};

/// Calls them.
pub(crate) enum Api {
    Http(Box<Platforms>),
    /// One that misbehaves as a simulation wants.
    #[cfg(test)]
    Played(std::sync::Arc<crate::handler::tests::Played>),
}

impl Api {
    pub(crate) async fn list(
        &self,
        api: &MessagingApi,
        cursor: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Page, ApiFailure> {
        match self {
            Self::Http(platforms) => {
                let endpoint = platforms.endpoint(api, now).await?;
                platforms.list(&endpoint, api, cursor).await
            }
            #[cfg(test)]
            Self::Played(played) => played.list(api, cursor).await,
        }
    }

    pub(crate) async fn confirm(
        &self,
        api: &MessagingApi,
        (native, mark): (&Native, Option<&str>),
        now: DateTime<Utc>,
    ) -> Result<(), ApiFailure> {
        match self {
            Self::Http(platforms) => {
                let endpoint = platforms.endpoint(api, now).await?;
                platforms.confirm(&endpoint, api, (native, mark)).await
            }
            #[cfg(test)]
            Self::Played(played) => played.confirm(native, mark).await,
        }
    }

    pub(crate) async fn attachment(
        &self,
        api: &MessagingApi,
        url: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, ApiFailure> {
        match self {
            Self::Http(platforms) => {
                let endpoint = platforms.endpoint(api, now).await?;
                Ok(platforms.attachment(&endpoint, url).await?.bytes)
            }
            #[cfg(test)]
            Self::Played(played) => played.attachment(url).await,
        }
    }
}

/// A platform's messaging API, if the manifest has one.
pub(crate) fn of(platform: &Platform) -> Option<&MessagingApi> {
    platform.inbox.as_ref()?.api.as_ref()
}
