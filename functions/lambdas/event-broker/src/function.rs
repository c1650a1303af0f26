//! Another function of the stage, asked by direct invocation: platform-sync alone changes what a synchronisation remembers, and
//! inbox-responder what a thread waits for.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A function that is asked.
#[derive(Debug)]
pub(crate) struct Function {
    /// What the log calls it.
    package: &'static str,
    door: Door,
}

#[derive(Debug)]
enum Door {
    Lambda {
        client: Client,
        name: String,
    },
    /// None is deployed in this stage.
    None,
    #[cfg(test)]
    Played(tests::Played),
}

/// What came of asking.
#[derive(Debug)]
pub(crate) enum Asked<Answer> {
    Answered(Answer),
    /// It has not answered in time, and goes on.
    Running,
    /// Why there is no answer, for the log.
    Failed(String),
}

impl Function {
    /// Opens no connection yet. A function is asked once: a second request beside one that still runs would only wait, or do
    /// the same twice.
    pub(crate) fn new(aws: &SdkConfig, package: &'static str, name: Option<String>) -> Self {
        let Some(name) = name else {
            return Self {
                package,
                door: Door::None,
            };
        };
        // How long a run may be waited for is the invocation's to say, and not that of other AWS calls.
        let connecting = aws.timeout_config().and_then(TimeoutConfig::connect_timeout);
        let mut timeouts = TimeoutConfig::builder()
            .disable_operation_timeout()
            .disable_operation_attempt_timeout();
        timeouts.set_connect_timeout(connecting);
        let config = aws_sdk_lambda::config::Builder::from(aws)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.build());
        Self {
            package,
            door: Door::Lambda {
                client: Client::from_conf(config.build()),
                name,
            },
        }
    }

    /// Asks, and waits so long at most.
    pub(crate) async fn ask<Answer: DeserializeOwned>(
        &self,
        request: &impl Serialize,
        patience: Duration,
    ) -> Asked<Answer> {
        match tokio::time::timeout(patience, self.invoke(request)).await {
            Ok(Ok(answer)) => Asked::Answered(answer),
            Ok(Err(cause)) => Asked::Failed(cause),
            Err(_) => Asked::Running,
        }
    }

    async fn invoke<Answer: DeserializeOwned>(&self, request: &impl Serialize) -> Result<Answer, String> {
        let package = self.package;
        let body = match &self.door {
            Door::None => return Err(format!("{package} is not deployed")),
            Door::Lambda { client, name } => {
                let payload = serde_json::to_vec(request).map_err(|error| error.to_string())?;
                let asked = client.invoke().function_name(name).payload(Blob::new(payload));
                // The SDK's own text may hold what was sent.
                let answer = asked.send().await.map_err(|error| {
                    let code = error.as_service_error().map(|error| error.meta().code());
                    format!("{package} was not reached: {:?}", code.flatten())
                })?;
                if answer.function_error.is_some() {
                    return Err(format!("{package} failed"));
                }
                answer.payload.map(Blob::into_inner).unwrap_or_default()
            }
            #[cfg(test)]
            Door::Played(played) => played.answer(request).await,
        };
        serde_json::from_slice(&body).map_err(|_| format!("the answer of {package} cannot be read"))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Mutex;

    use serde_json::Value;

    use super::*;

    /// Gives one answer to everything and remembers what it was asked; null never answers.
    #[derive(Debug)]
    pub(crate) struct Played {
        answer: Mutex<Value>,
        asked: Mutex<Vec<Value>>,
    }

    impl Played {
        pub(super) async fn answer(&self, request: &impl Serialize) -> Vec<u8> {
            let asked = serde_json::to_value(request).unwrap();
            self.asked.lock().unwrap().push(asked);
            let answer = self.answer.lock().unwrap().clone();
            if answer.is_null() {
                std::future::pending::<()>().await;
            }
            answer.to_string().into_bytes()
        }
    }

    impl Function {
        pub(crate) fn playing(answer: Value) -> Self {
            Self {
                package: "played",
                door: Door::Played(Played {
                    answer: Mutex::new(answer),
                    asked: Mutex::default(),
                }),
            }
        }

        pub(crate) fn answer_with(&self, answer: Value) {
            if let Door::Played(played) = &self.door {
                *played.answer.lock().unwrap() = answer;
            }
        }

        pub(crate) fn asked(&self) -> Vec<Value> {
            match &self.door {
                Door::Played(played) => played.asked.lock().unwrap().clone(),
                _ => Vec::new(),
            }
        }
    }
}
