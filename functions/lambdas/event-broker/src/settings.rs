//! The only reader of the environment.

use contract::env;
use lambda_boot::{Environment, SettingsError};
use manifest::Stage;
use platform::Origin;

/// What a stack tells the function.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Whether feeds come from the manifest's local URLs.
    pub(crate) stage: Stage,
    pub(crate) events_table: String,
    /// The function that synchronises, where one is deployed.
    pub(crate) sync_function: Option<String>,
    /// The function that answers guests, where one is deployed.
    pub(crate) replies_function: Option<String>,
    pub(crate) content_bucket: String,
    pub(crate) partner_secrets_prefix: String,
    /// The secret that holds the key of unsubscribe links.
    pub(crate) unsubscribe_secret: String,
    /// Origins that the guarded client may reach although they are not public.
    pub(crate) allowed_origins: Vec<Origin>,
}

impl Settings {
    /// # Errors
    /// [`SettingsError`] names every variable that is missing or invalid.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, SettingsError> {
        let stage = environment.required(env::STAGE);
        let events_table = environment.required(env::EVENTS_TABLE);
        let mut function = |name| {
            let names: Option<Vec<String>> = environment.list_of(name);
            names.and_then(|names| names.into_iter().next())
        };
        let (sync_function, replies_function) =
            (function(env::SYNC_FUNCTION), function(env::REPLIES_FUNCTION));
        let content_bucket = environment.required(env::CONTENT_BUCKET);
        let partner_secrets_prefix = environment.required(env::PARTNER_SECRETS_PREFIX);
        let unsubscribe_secret = environment.required(env::UNSUBSCRIBE_SECRET);
        let allowed_origins: Option<Vec<Origin>> = environment.list_of(env::ALLOWED_ORIGINS);
        let is_local = stage.as_deref() == Some("local");
        // Synth refuses this too; whoever sets it by hand shall not open a way into a private network.
        if !is_local
            && allowed_origins
                .as_ref()
                .is_some_and(|origins| !origins.is_empty())
        {
            return Err(environment.refusing(env::ALLOWED_ORIGINS));
        }
        let read = || {
            Some(Self {
                stage: if is_local { Stage::Local } else { Stage::Deployed },
                events_table: events_table?,
                sync_function,
                replies_function,
                content_bucket: content_bucket?,
                partner_secrets_prefix: partner_secrets_prefix?,
                unsubscribe_secret: unsubscribe_secret?,
                allowed_origins: allowed_origins?,
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

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Environment::new(variables.iter().map(owned))
    }

    #[test]
    fn an_empty_environment_names_all_that_is_needed() {
        let error = Settings::read(environment(&[(env::ALLOWED_ORIGINS, "not an origin")])).unwrap_err();
        insta::assert_snapshot!(error, @"settings cannot be read: missing [LANDFALL_STAGE, LANDFALL_EVENTS_TABLE, LANDFALL_CONTENT_BUCKET, LANDFALL_PARTNER_SECRETS_PREFIX, LANDFALL_UNSUBSCRIBE_SECRET_NAME], invalid [LANDFALL_ALLOWED_ORIGINS]");
    }

    #[test]
    fn private_origins_are_refused_outside_the_local_stage() {
        let origins = (env::ALLOWED_ORIGINS, "http://127.0.0.1:4611");
        let error = Settings::read(environment(&[(env::STAGE, "production"), origins])).unwrap_err();
        assert_eq!(error.invalid, [env::ALLOWED_ORIGINS]);
        let error = Settings::read(environment(&[(env::STAGE, "local"), origins])).unwrap_err();
        assert!(error.invalid.is_empty());
    }

    #[test]
    fn only_the_stage_named_local_takes_local_urls() {
        for (stage, is_local) in [
            ("local", true),
            ("staging", false),
            ("Local", false),
            ("production", false),
        ] {
            let settings = Settings::read(environment(&[
                (env::STAGE, stage),
                (env::EVENTS_TABLE, "events"),
                (env::CONTENT_BUCKET, "content"),
                (env::PARTNER_SECRETS_PREFIX, "landfall/partner/"),
                (env::UNSUBSCRIBE_SECRET, "landfall/unsubscribe-key"),
            ]));
            assert_eq!(settings.unwrap().stage == Stage::Local, is_local, "{stage}");
        }
    }
}
