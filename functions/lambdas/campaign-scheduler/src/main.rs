//! Campaign-scheduler: who is due what message, by the clock and by the operator's word.
//!
//! Invariant: it sends nothing. It makes deliveries, whose ids follow from what they are for, and puts them into the queue;
//! two of it at once make each delivery once. What a run leaves undone the next one finds. No address is in a log line.

mod account;
mod audience;
mod batches;
mod bookings;
mod facts;
mod handler;
mod import;
mod operator;
mod resend;
mod service;
mod settings;
mod status;
mod test_send;
mod tick;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use service::{Moment, Service};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_boot::logging::start();
    let settings = settings::Settings::read(lambda_boot::Environment::of_process())?;
    let service = &Service::new(settings, &lambda_boot::aws::configuration().await);
    let answer = |event: LambdaEvent<Value>| async move {
        let moment = Moment::now(event.context.deadline);
        Ok::<_, Error>(service.handle(event.payload, &moment).await?)
    };
    lambda_runtime::run(service_fn(answer)).await
}
