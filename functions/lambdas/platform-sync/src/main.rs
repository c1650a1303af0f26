//! Platform-sync: what the platforms' feeds and our own calendar say, brought together, so that nothing is booked twice.
//!
//! Invariant: it alone writes what a synchronisation remembers, and only under an asset's lease. A run that stops
//! anywhere is finished by the next one. Feed URLs and guests' names appear in no log line.

mod carry_out;
mod config;
mod conflicts;
mod decide_by_hand;
mod explain;
mod feed_address;
mod google;
mod handler;
mod load;
mod service;
mod settings;
mod sync;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use service::{Moment, Service};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_boot::logging::start();
    let settings = settings::Settings::read(lambda_boot::Environment::of_process())?;
    let service = &Service::new(settings, &lambda_boot::aws::configuration().await)?;
    let answer = |event: LambdaEvent<Value>| async move {
        let moment = Moment::now(&event.context.request_id, event.context.deadline)?;
        Ok::<_, Error>(service.handle(event.payload, &moment).await?)
    };
    lambda_runtime::run(service_fn(answer)).await
}
