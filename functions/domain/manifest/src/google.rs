//! The operator's Google calendar of an asset.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::text::{LocalUrl, Name, SecretName};

/// A Google calendar that is kept in step with the asset: bookings are written there, and what the operator writes there
/// takes up the asset's time.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoogleCalendar {
    /// Google's id of the calendar, from its settings. It must be of this asset alone.
    pub id: Name,
    /// Name of the secret that holds the credential, as Google's own tools write it: a service account's key file, with
    /// which the calendar is shared, or the `authorized_user` file of a person who agreed.
    pub secret: SecretName,
    /// Where a server with Google's API is, in the local stage. Other stages ignore it.
    #[serde(default)]
    #[schemars(with = "LocalUrl")]
    pub local_url: Option<LocalUrl>,
}
