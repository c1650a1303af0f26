//! The only reader of the environment.

use contract::env;
use lambda_boot::{Environment, SettingsError};
use manifest::Stage;
use platform::Origin;

/// What a stack tells the function.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Whether APIs are at the manifest's local URLs.
    pub(crate) stage: Stage,
    /// The stage's name.
    pub(crate) stage_name: String,
    pub(crate) events_table: String,
    pub(crate) content_bucket: String,
    pub(crate) inbound_bucket: String,
    /// URL of the queue of new messages.
    pub(crate) messages_queue: String,
    pub(crate) partner_secrets_prefix: String,
    /// Origins that the guarded client may reach although they are not public.
    pub(crate) allowed_origins: Vec<Origin>,
}

impl Settings {
    /// # Errors
    /// [`SettingsError`] names every variable that is missing or invalid.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, SettingsError> {
        let stage = environment.required(env::STAGE);
        let names = [
            env::EVENTS_TABLE,
            env::CONTENT_BUCKET,
            env::INBOUND_BUCKET,
            env::MESSAGES_QUEUE,
            env::PARTNER_SECRETS_PREFIX,
        ];
        let values = names.map(|name| environment.required(name));
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
        match (stage, values, allowed_origins) {
            (
                Some(stage_name),
                [
                    Some(events_table),
                    Some(content_bucket),
                    Some(inbound_bucket),
                    Some(messages_queue),
                    Some(prefix),
                ],
                Some(allowed_origins),
            ) => Ok(Self {
                stage: if is_local { Stage::Local } else { Stage::Deployed },
                stage_name,
                events_table,
                content_bucket,
                inbound_bucket,
                messages_queue,
                partner_secrets_prefix: prefix,
                allowed_origins,
            }),
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

    #[test]
    fn allowed_origins_outside_the_local_stage_are_refused() {
        let pairs = [
            (env::STAGE, "production"),
            (env::ALLOWED_ORIGINS, "http://127.0.0.1:4611"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let error = Settings::read(Environment::new(pairs)).unwrap_err();
        assert_eq!(error.invalid, [env::ALLOWED_ORIGINS]);
    }
}
