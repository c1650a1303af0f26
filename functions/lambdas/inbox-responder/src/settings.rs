//! The only reader of the environment.

use contract::env;
use lambda_boot::{Environment, SettingsError};

/// What a stack tells the function.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) events_table: String,
    pub(crate) content_bucket: String,
    pub(crate) inbound_bucket: String,
    /// URL of the queue of deliveries.
    pub(crate) send_queue: String,
}

impl Settings {
    /// # Errors
    /// [`SettingsError`] names every variable that is missing.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, SettingsError> {
        let names = [
            env::EVENTS_TABLE,
            env::CONTENT_BUCKET,
            env::INBOUND_BUCKET,
            env::SEND_QUEUE,
        ];
        match names.map(|name| environment.required(name)) {
            [
                Some(events_table),
                Some(content_bucket),
                Some(inbound_bucket),
                Some(send_queue),
            ] => Ok(Self {
                events_table,
                content_bucket,
                inbound_bucket,
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
