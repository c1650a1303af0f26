//! The only reader of the environment.

use contract::env;
use lambda_boot::{Environment, SettingsError};

/// What a stack tells the function.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) stage: String,
    pub(crate) events_table: String,
    /// The ARN of the topic that is believed.
    pub(crate) topic: String,
}

impl Settings {
    /// # Errors
    /// [`SettingsError`] names every variable that is missing or invalid.
    pub(crate) fn read(mut environment: Environment) -> Result<Self, SettingsError> {
        let stage = environment.required(env::STAGE);
        let events_table = environment.required(env::EVENTS_TABLE);
        let topic = environment.required(env::FEEDBACK_TOPIC);
        match (stage, events_table, topic) {
            (Some(stage), Some(events_table), Some(topic)) => Ok(Self {
                stage,
                events_table,
                topic,
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
