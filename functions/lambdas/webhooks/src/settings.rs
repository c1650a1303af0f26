//! The only reader of the environment.

use contract::env;
use lambda_boot::{Environment, SettingsError};

/// What a stack tells the function.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Where Twilio's callbacks come to.
    pub(crate) api_url: String,
    pub(crate) events_table: String,
    pub(crate) content_bucket: String,
    pub(crate) partner_secrets_prefix: String,
    /// The name of the function that synchronises.
    pub(crate) sync_function: String,
}

impl Settings {
    /// # Errors
    /// [`SettingsError`] names every variable that is missing or invalid.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, SettingsError> {
        let api_url = environment.required(env::API_URL);
        let events_table = environment.required(env::EVENTS_TABLE);
        let content_bucket = environment.required(env::CONTENT_BUCKET);
        let partner_secrets_prefix = environment.required(env::PARTNER_SECRETS_PREFIX);
        let sync_function = environment.required(env::SYNC_FUNCTION);
        let read = || {
            Some(Self {
                api_url: api_url?,
                events_table: events_table?,
                content_bucket: content_bucket?,
                partner_secrets_prefix: partner_secrets_prefix?,
                sync_function: sync_function?,
            })
        };
        read().ok_or_else(|| environment.into_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_environment_names_all_that_is_needed() {
        let error = Settings::read(Environment::new([])).unwrap_err();
        insta::assert_snapshot!(error, @"settings cannot be read: missing [LANDFALL_API_URL, LANDFALL_EVENTS_TABLE, LANDFALL_CONTENT_BUCKET, LANDFALL_PARTNER_SECRETS_PREFIX, LANDFALL_SYNC_FUNCTION], invalid []");
    }
}
