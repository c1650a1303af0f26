//! Webhooks: a platform says that something has changed, and platform-sync is asked to look; Twilio says what became of an
//! SMS, or that somebody wrote STOP.
//!
//! Invariant: a message is answered with success only after it was seen to, so that none is lost; whoever cannot show that a
//! message is the sender's own learns nothing; and no body, header or secret appears in a log line.

mod answer;
mod google;
mod handler;
mod receive;
mod request;
mod service;
mod settings;
mod sync;
mod twilio;

use chrono::Utc;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use service::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_boot::logging::start();
    let settings = settings::Settings::read(lambda_boot::Environment::of_process())?;
    let service = &Service::new(settings, &lambda_boot::aws::configuration().await);
    let answer = |event: LambdaEvent<Value>| async move {
        Ok::<_, Error>(service.handle(event.payload, Utc::now()).await)
    };
    lambda_runtime::run(service_fn(answer)).await
}
