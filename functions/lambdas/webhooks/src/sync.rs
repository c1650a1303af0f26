//! The way to platform-sync: it is asked, and not waited for.

use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use contract::sync::SyncRequest;

/// Asks platform-sync.
#[derive(Debug)]
pub(crate) enum Sync {
    Function {
        client: Client,
        name: String,
    },
    /// Remembers what was asked, or is out of order.
    #[cfg(test)]
    Fake(tests::Fake),
}

/// Platform-sync could not be asked. Worth another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("platform-sync could not be asked")]
pub(crate) struct NotAsked;

impl Sync {
    pub(crate) fn of_function(aws: &SdkConfig, name: String) -> Self {
        let client = Client::new(aws);
        Self::Function { client, name }
    }

    /// Hands the request to Lambda's own queue, from which it is tried again when it fails.
    ///
    /// # Errors
    /// [`NotAsked`] unless Lambda has taken it.
    pub(crate) async fn ask(&self, request: &SyncRequest) -> Result<(), NotAsked> {
        match self {
            Self::Function { client, name } => {
                let payload = serde_json::to_vec(request).map_err(|_| NotAsked)?;
                let call = client.invoke().function_name(name);
                let call = call.invocation_type(InvocationType::Event);
                let sent = call.payload(Blob::new(payload)).send().await;
                sent.map(drop).map_err(|_| NotAsked)
            }
            #[cfg(test)]
            Self::Fake(fake) => fake.ask(request).await,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[derive(Debug, Default)]
    pub(crate) struct Fake {
        asked: Mutex<Vec<SyncRequest>>,
        is_broken: AtomicBool,
    }

    impl Fake {
        pub(super) async fn ask(&self, request: &SyncRequest) -> Result<(), NotAsked> {
            // Lets the others of a race run.
            tokio::task::yield_now().await;
            if self.is_broken.load(Ordering::SeqCst) {
                return Err(NotAsked);
            }
            self.asked.lock().unwrap().push(request.clone());
            Ok(())
        }

        pub(crate) fn break_down(&self, is_broken: bool) {
            self.is_broken.store(is_broken, Ordering::SeqCst);
        }

        pub(crate) fn take(&self) -> Vec<SyncRequest> {
            std::mem::take(&mut self.asked.lock().unwrap())
        }
    }
}
