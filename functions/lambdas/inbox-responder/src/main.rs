//! Inbox-responder: what becomes of what guests write, by the manifest's rules and the operator's word.
//!
//! Invariant: one decision for each revision of a message, kept with its reason before anything is sent; what is sent is the
//! decision's own words, by a delivery whose name follows from it, so that a message that comes twice is answered once.
//! Nothing that people wrote is in a log line.

mod arrive;
mod deliver;
mod handler;
mod host;
mod look;
mod operator;
mod seen;
mod service;
mod settings;
mod show;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use service::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_boot::logging::start();
    let settings = settings::Settings::read(lambda_boot::Environment::of_process())?;
    let service = &Service::new(settings, &lambda_boot::aws::configuration().await);
    let answer = |event: LambdaEvent<Value>| async move {
        let now = chrono::Utc::now();
        Ok::<_, Error>(service.handle(event.payload, now).await?)
    };
    lambda_runtime::run(service_fn(answer)).await
}
