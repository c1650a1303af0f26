//! platform-sync, asked by direct invocation: it alone changes what a synchronisation remembers.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use contract::sync::{SyncAnswer, SyncRequest};

/// Who synchronises.
#[derive(Debug)]
pub(crate) struct Synchroniser(Door);

#[derive(Debug)]
enum Door {
    Function {
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
pub(crate) enum Asked {
    Answered(SyncAnswer),
    /// It has not answered in time, and goes on.
    Running,
    /// Why there is no answer, for the log.
    Failed(String),
}

impl Synchroniser {
    /// Opens no connection yet. A run is asked for once: a second request beside one that still runs would only wait.
    pub(crate) fn new(aws: &SdkConfig, function: Option<String>) -> Self {
        let Some(name) = function else {
            return Self(Door::None);
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
        Self(Door::Function {
            client: Client::from_conf(config.build()),
            name,
        })
    }

    /// Asks, and waits so long at most.
    pub(crate) async fn ask(&self, request: &SyncRequest, patience: Duration) -> Asked {
        match tokio::time::timeout(patience, self.invoke(request)).await {
            Ok(Ok(answer)) => Asked::Answered(answer),
            Ok(Err(cause)) => Asked::Failed(cause),
            Err(_) => Asked::Running,
        }
    }

    async fn invoke(&self, request: &SyncRequest) -> Result<SyncAnswer, String> {
        let body = match &self.0 {
            Door::None => return Err("no function that synchronises is deployed".to_owned()),
            Door::Function { client, name } => {
                let payload = serde_json::to_vec(request).map_err(|error| error.to_string())?;
                let asked = client.invoke().function_name(name).payload(Blob::new(payload));
                // The SDK's own text may hold what was sent.
                let answer = asked.send().await.map_err(|error| {
                    let code = error.as_service_error().map(|error| error.meta().code());
                    format!("platform-sync was not reached: {:?}", code.flatten())
                })?;
                if answer.function_error.is_some() {
                    return Err("platform-sync failed".to_owned());
                }
                answer.payload.map(Blob::into_inner).unwrap_or_default()
            }
            #[cfg(test)]
            Door::Played(played) => played.answer(request).await,
        };
        serde_json::from_slice(&body).map_err(|_| "platform-sync's answer cannot be read".to_owned())
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
        pub(super) async fn answer(&self, request: &SyncRequest) -> Vec<u8> {
            let asked = serde_json::to_value(request).unwrap();
            self.asked.lock().unwrap().push(asked);
            let answer = self.answer.lock().unwrap().clone();
            if answer.is_null() {
                std::future::pending::<()>().await;
            }
            answer.to_string().into_bytes()
        }
    }

    impl Synchroniser {
        pub(crate) fn playing(answer: Value) -> Self {
            Self(Door::Played(Played {
                answer: Mutex::new(answer),
                asked: Mutex::default(),
            }))
        }

        pub(crate) fn answer_with(&self, answer: Value) {
            if let Door::Played(played) = &self.0 {
                *played.answer.lock().unwrap() = answer;
            }
        }

        pub(crate) fn asked(&self) -> Vec<Value> {
            match &self.0 {
                Door::Played(played) => played.asked.lock().unwrap().clone(),
                _ => Vec::new(),
            }
        }
    }
}
