//! Mail-feedback: what SES tells of mails, from its topic through a queue.
//!
//! Invariant: only what came through the stage's own topic is believed. Hearing it twice, late or in another order changes
//! nothing; and what cannot be read is left to the dead letters, never dropped. No address is in a log line.

mod handler;
mod settings;

use chrono::Utc;
use handler::Service;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_boot::logging::start();
    let settings = settings::Settings::read(lambda_boot::Environment::of_process())?;
    let service = &Service::new(settings, &lambda_boot::aws::configuration().await);
    let answer = |event: LambdaEvent<Value>| async move {
        Ok::<_, Error>(service.handle(event.payload, Utc::now()).await?)
    };
    lambda_runtime::run(service_fn(answer)).await
}
