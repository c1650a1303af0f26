//! Inbox-scraper: what guests write at the platforms, from their APIs and notification mails, kept and told once.
//!
//! Invariant: a message is stored before it is published, published before it is confirmed at its platform, and each of these
//! is remembered: a run that stops anywhere is finished by the next one. What cannot be read is put aside whole. Nothing
//! that people wrote is in a log line.

mod api;
mod finish;
mod handler;
mod mail;
mod poll;
mod queue;
mod service;
mod settings;
mod take;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use service::{Moment, Service};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_boot::logging::start();
    let settings = settings::Settings::read(lambda_boot::Environment::of_process())?;
    let service = &Service::new(settings, &lambda_boot::aws::configuration().await)?;
    let answer = |event: LambdaEvent<Value>| async move {
        let moment = Moment::until(event.context.deadline);
        Ok::<_, Error>(service.handle(event.payload, &moment).await?)
    };
    lambda_runtime::run(service_fn(answer)).await
}
