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
    /// The stage's name.
    pub(crate) stage_name: String,
    /// Where webhooks are received.
    pub(crate) api_url: String,
    pub(crate) events_table: String,
    pub(crate) content_bucket: String,
    pub(crate) partner_secrets_prefix: String,
    /// Origins that the guarded client may reach although they are not public.
    pub(crate) allowed_origins: Vec<Origin>,
}

impl Settings {
    /// # Errors
    /// [`SettingsError`] names every variable that is missing or invalid.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, SettingsError> {
        let stage = environment.required(env::STAGE);
        let api_url = environment.required(env::API_URL);
        let events_table = environment.required(env::EVENTS_TABLE);
        let content_bucket = environment.required(env::CONTENT_BUCKET);
        let partner_secrets_prefix = environment.required(env::PARTNER_SECRETS_PREFIX);
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
        match (
            stage,
            api_url,
            events_table,
            content_bucket,
            partner_secrets_prefix,
            allowed_origins,
        ) {
            (
                Some(stage_name),
                Some(api_url),
                Some(events_table),
                Some(content_bucket),
                Some(prefix),
                Some(allowed_origins),
            ) => Ok(Self {
                stage_name,
                stage: if is_local { Stage::Local } else { Stage::Deployed },
                api_url,
                events_table,
                content_bucket,
                partner_secrets_prefix: prefix,
                allowed_origins,
            }),
            _ => Err(environment.into_error()),
        }
    }
}
