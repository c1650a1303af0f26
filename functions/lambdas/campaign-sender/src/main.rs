//! Campaign-sender: takes deliveries from the queue, and hands each message over once.
//!
//! Invariant: what a message of the queue says is only which delivery to look at. Whether and what to send is decided by
//! what the store holds; a message that comes twice, late or from nowhere does nothing. No address is in a log line.

mod handler;
mod service;
mod settings;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use service::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_boot::logging::start();
    let settings = settings::Settings::read(lambda_boot::Environment::of_process())?;
    let service = &Service::new(settings, &lambda_boot::aws::configuration().await)?;
    let answer = |event: LambdaEvent<Value>| async move {
        let owner = service::owner(&event.context.request_id)?;
        Ok::<_, Error>(service.handle(event.payload, &owner).await?)
    };
    lambda_runtime::run(service_fn(answer)).await
}
