//! The only reader of the environment.

use contract::env;
use lambda_boot::{Environment, SettingsError};

/// What a stack tells the function.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) stage: String,
    pub(crate) events_table: String,
    pub(crate) content_bucket: String,
    /// The URL of the senders' queue.
    pub(crate) send_queue: String,
}

impl Settings {
    /// # Errors
    /// [`SettingsError`] names every variable that is missing or invalid.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, SettingsError> {
        let stage = environment.required(env::STAGE);
        let events_table = environment.required(env::EVENTS_TABLE);
        let content_bucket = environment.required(env::CONTENT_BUCKET);
        let send_queue = environment.required(env::SEND_QUEUE);
        match (stage, events_table, content_bucket, send_queue) {
            (Some(stage), Some(events_table), Some(content_bucket), Some(send_queue)) => Ok(Self {
                stage,
                events_table,
                content_bucket,
                send_queue,
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
}
