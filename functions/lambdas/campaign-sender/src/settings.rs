//! The only reader of the environment.

use contract::env;
use lambda_boot::{Environment, SettingsError};
use platform::Origin;

/// What a stack tells the function.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) is_local: bool,
    pub(crate) events_table: String,
    pub(crate) content_bucket: String,
    /// Where its messages come from.
    pub(crate) send_queue: String,
    pub(crate) partner_secrets_prefix: String,
    /// Where recipients leave, and Twilio tells what became of messages.
    pub(crate) api_url: String,
    pub(crate) configuration_set: String,
    pub(crate) unsubscribe_secret: String,
    /// Origins of partners in the local stage.
    pub(crate) allowed_origins: Vec<Origin>,
}

impl Settings {
    /// # Errors
    /// [`SettingsError`] names every variable that is missing or invalid.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, SettingsError> {
        let stage = environment.required(env::STAGE);
        let events_table = environment.required(env::EVENTS_TABLE);
        let content_bucket = environment.required(env::CONTENT_BUCKET);
        let send_queue = environment.required(env::SEND_QUEUE);
        let prefix = environment.required(env::PARTNER_SECRETS_PREFIX);
        let api_url = environment.required(env::API_URL);
        let configuration_set = environment.required(env::CONFIGURATION_SET);
        let unsubscribe_secret = environment.required(env::UNSUBSCRIBE_SECRET);
        let origins: Option<Vec<Origin>> = environment.list_of(env::ALLOWED_ORIGINS);
        let is_local = stage.as_deref() == Some("local");
        // Synth refuses this too; whoever sets it by hand shall not send messages elsewhere.
        if !is_local && origins.as_ref().is_some_and(|origins| !origins.is_empty()) {
            return Err(environment.refusing(env::ALLOWED_ORIGINS));
        }
        let read = || {
            Some(Self {
                is_local,
                events_table: events_table?,
                content_bucket: content_bucket?,
                send_queue: send_queue?,
                partner_secrets_prefix: prefix?,
                api_url: api_url?.trim_end_matches('/').to_owned(),
                configuration_set: configuration_set?,
                unsubscribe_secret: unsubscribe_secret?,
                allowed_origins: origins?,
            })
        };
        match (stage.is_some(), read()) {
            (true, Some(settings)) => Ok(settings),
            _ => Err(environment.into_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_environment_names_all_that_is_needed() {
        let error = Settings::read(Environment::new([])).unwrap_err();
        insta::assert_snapshot!(error);
    }
}
